#include "gui/main_window.h"
#include "gui/theme/theme.h"
#include "gui/widgets/command_list.h"
#include "gui/widgets/data_table.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;

namespace {

/// The list over a shown window, opened by its key.
struct Opened
{
    MainWindow window;
    QPointer<CommandList> list;
    QLineEdit* line = nullptr;
    DataTable* table = nullptr;
    CommandModel* model = nullptr;
    std::unique_ptr<QAbstractItemModelTester> tester;

    explicit Opened(const std::function<void(MainWindow&)>& before = {})
    {
        window.setAttribute(Qt::WA_DeleteOnClose, false);
        window.show();
        QApplication::setActiveWindow(&window);
        window.canvas()->setFocus();
        if (before)
            before(window);
        QTest::keyClick(&window, Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        list = window.findChild<CommandList*>();
        if (!list)
            return;
        line = list->findChild<QLineEdit*>();
        table = list->findChild<DataTable*>();
        model = list->findChild<CommandModel*>();
        tester = std::make_unique<QAbstractItemModelTester>(
            model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    }
    QString cell(int row, CommandModel::Column column) const
    {
        return model->index(row, static_cast<int>(column)).data().toString();
    }
    int rowOf(const QString& name) const
    {
        for (int row = 0; row < model->rowCount(); ++row)
            if (cell(row, CommandModel::Column::Name) == name)
                return row;
        return -1;
    }
};

} // namespace

class CommandListTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_directory.path());
        Theme::instance().apply();
    }

    void everyActionOfTheMenusIsInTheListOnce()
    {
        Opened opened;
        QVERIFY(opened.list);
        QList<QAction*> all = opened.window.menuBar()->actions();
        int leaves = 0;
        while (!all.isEmpty()) {
            QAction* action = all.takeFirst();
            if (action->menu()) {
                all += action->menu()->actions();
                continue;
            }
            if (action->isSeparator())
                continue;
            ++leaves;
            int rows = 0;
            for (int row = 0; row < opened.model->rowCount(); ++row)
                rows += opened.model->action(row) == action ? 1 : 0;
            QVERIFY2(rows == 1, qPrintable(action->text()));
        }
        QCOMPARE(opened.model->rowCount(), leaves);
        const int fit = opened.rowOf(u"Fit"_s);
        QCOMPARE(opened.cell(fit, CommandModel::Column::Path), u"View"_s);
        QCOMPARE(opened.cell(fit, CommandModel::Column::Key), u"Ctrl+1"_s);
    }

    void whatIsTypedFindsByNameByMenuAndByScatteredLetters_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("first");
        QTest::newRow("name") << u"fit"_s << u"Fit"_s;
        QTest::newRow("menu and name") << u"theme dark"_s << u"Dark"_s;
        QTest::newRow("two words") << u"save as"_s << u"Save As…"_s;
        QTest::newRow("letters in order") << u"nxtpnl"_s << u"Next Panel"_s;
    }

    void whatIsTypedFindsByNameByMenuAndByScatteredLetters()
    {
        QFETCH(const QString, typed);
        QFETCH(const QString, first);
        Opened opened;
        QTest::keyClicks(opened.line, typed);
        QCOMPARE(opened.cell(0, CommandModel::Column::Name), first);
    }

    void whatMatchesNothingLeavesAnEmptyListThatEnterDoesNothingIn()
    {
        Opened opened;
        QTest::keyClicks(opened.line, u"qqqzzz"_s);
        QCOMPARE(opened.model->rowCount(), 0);
        QTest::keyClick(opened.line, Qt::Key_Down);
        QTest::keyClick(opened.line, Qt::Key_Return);
        QVERIFY(opened.list && opened.list->isVisible());
    }

    void enterTakesTheChosenCommandAndTheKeyboardIsWhereItWas()
    {
        Opened opened;
        opened.window.canvas()->zoomIn();
        QVERIFY(opened.line->hasFocus());
        QTest::keyClicks(opened.line, u"100"_s);
        QTest::keyClick(opened.line, Qt::Key_Return);
        QCOMPARE(opened.window.canvas()->zoom(), 1.0);
        QVERIFY(opened.window.canvas()->hasFocus());
        QTRY_VERIFY(!opened.list);
    }

    void arrowsWalkOverWhatCanBeDoneAndLeaveOutWhatCannot()
    {
        Opened opened;
        QTest::keyClicks(opened.line, u"run"_s);
        QSet<QString> reached;
        for (int i = 0; i < 30; ++i) {
            reached << opened.table->currentIndex().data().toString();
            QTest::keyClick(opened.line, Qt::Key_Down);
        }
        QVERIFY(opened.rowOf(u"Run"_s) >= 0);
        QVERIFY(!reached.contains(u"Run"_s)); // nothing is there to be run
    }

    void whatCannotBeDoneIsDimmedAndSaysWhy()
    {
        Opened opened;
        const int run = opened.rowOf(u"Run"_s);
        QVERIFY(!opened.model->index(run, 0).flags().testFlag(Qt::ItemIsEnabled));
        QCOMPARE(opened.cell(run, CommandModel::Column::Path), u"Run · the canvas is empty"_s);
        QCOMPARE(opened.cell(opened.rowOf(u"Stop"_s), CommandModel::Column::Path), u"Run · nothing runs"_s);
    }

    void escapeClosesTheListAndSoDoesTheKeyboardElsewhere()
    {
        Opened opened;
        QTest::keyClick(opened.line, Qt::Key_Escape);
        QTRY_VERIFY(!opened.list);
        QVERIFY(opened.window.canvas()->hasFocus());

        Opened another;
        another.window.menuBar()->setFocus();
        QTRY_VERIFY(!another.list);
    }

    void theSelectedPartsContextMenuIsInTheList()
    {
        Opened opened([](MainWindow& window) {
            const QString id = window.document().addNode(model::Kind::Command, {}, {}, u"worker"_s);
            window.canvas()->select({{id}, {}});
        });
        const int row = opened.rowOf(u"Run It Alone"_s);
        QVERIFY(row >= 0);
        QVERIFY(opened.cell(row, CommandModel::Column::Path).startsWith(u"worker"_s));
        QTest::keyClicks(opened.line, u"duplicate"_s);
        QTest::keyClick(opened.line, Qt::Key_Return);
        QCOMPARE(opened.window.document().topology().nodes.size(), 2);
    }

private:
    QTemporaryDir m_directory;
};

QTEST_MAIN(CommandListTest)
#include "tst_command_list.moc"
