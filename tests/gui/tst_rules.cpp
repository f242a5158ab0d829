#include "gui/dialogs/rule_dialog.h"
#include "gui/main_window.h"
#include "gui/process_menu.h"
#include "gui/widgets/banner.h"
#include "model/topology/topology_file.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QJsonArray>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using State = model::Session::State;

/// Breaks and injections as a person sets them: by the process's menu and the dialogs, with a real run.
class Rules : public QObject
{
    Q_OBJECT

private:
    static constexpr int patience = 20000;
    QTemporaryDir m_directory;

    QString save(const QString& script)
    {
        model::Topology topology;
        const auto add = [&](const QString& id, model::Kind kind, const QJsonArray& argv) {
            model::Node node;
            node.id = node.name = id;
            node.kind = kind;
            if (!argv.isEmpty())
                node.properties = {{u"argv"_s, argv}};
            node.position = QPointF(240.0 * static_cast<double>(topology.nodes.size()), 0);
            topology.nodes.append(node);
        };
        add(u"from"_s, model::Kind::Command, {u"sh"_s, u"-c"_s, script});
        add(u"pipe"_s, model::Kind::Pipe, {});
        add(u"to"_s, model::Kind::Command, {u"cat"_s});
        topology.edges = {{u"e1"_s, u"from"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
                          {u"e2"_s, u"to"_s, u"0"_s, u"pipe"_s, u"read"_s, {}}};
        const QString path = m_directory.filePath(u"rules.byteyard"_s);
        return model::writeTopologyFile(topology, path).isEmpty() ? path : QString();
    }
    static const model::LiveProcess* writer(MainWindow& window)
    {
        return window.session().processOfNode(u"from"_s);
    }
    static void start(MainWindow& window, const QString& path)
    {
        window.resize(1300, 800);
        window.show();
        QVERIFY(window.openPath(path));
        window.session().setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
        window.session().run(window.document().topology());
        QTRY_VERIFY_WITH_TIMEOUT(writer(window) && writer(window)->entry.state == "running"_L1, patience);
        QTRY_VERIFY_WITH_TIMEOUT(!window.session().edges().isEmpty(), patience);
    }
    /// Chooses an entry of the writer's menu.
    static bool choose(MainWindow& window, const QString& text)
    {
        QMenu menu(&window);
        fillProcessMenu(menu, &window, window.session(), writer(window)->entry.number);
        for (QAction* action : menu.actions())
            if (action->text() == text && action->isEnabled()) {
                action->trigger();
                return true;
            }
        return false;
    }
    static QComboBox* box(RuleDialog& dialog, const QString& name)
    {
        return dialog.findChild<QComboBox*>(name);
    }
    /// For a person who wants to see it.
    static void picture(QWidget& widget, const QString& name)
    {
        const QString to = qEnvironmentVariable("BYTEYARD_TEST_PICTURES");
        if (!to.isEmpty())
            widget.grab().save(to + u'/' + name + u".png"_s);
    }
    static void accept(RuleDialog& dialog)
    {
        QTest::mouseClick(dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok),
                          Qt::LeftButton);
    }
    static void press(const QWidget& window, const QString& text)
    {
        for (QPushButton* button : window.findChild<Banner*>()->findChildren<QPushButton*>())
            if (button->text() == text)
                return QTest::mouseClick(button, Qt::LeftButton);
        QFAIL("no such button");
    }

private Q_SLOTS:
    void initTestCase()
    {
        QCoreApplication::setOrganizationName(u"byteyard-test"_s);
        QCoreApplication::setApplicationName(u"byteyard-test-rules"_s);
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_directory.path());
    }

    void aBreakIsSetSeenAndRemoved()
    {
        const QString path = save(u"while echo line; do sleep 0.01; done"_s);
        QVERIFY(!path.isEmpty());
        MainWindow window;
        start(window, path);
        QVERIFY(choose(window, u"Break…"_s));
        auto* dialog = window.findChild<RuleDialog*>();
        QVERIFY(dialog);
        box(*dialog, u"call"_s)->setCurrentText(u"write"_s);
        box(*dialog, u"endpoint"_s)->setCurrentText(u"pipe (pipe)"_s);
        dialog->findChild<QLineEdit*>(u"text"_s)->setText(u"line"_s);
        accept(*dialog);
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<Banner*>(), patience);
        QVERIFY2(window.findChild<Banner*>()->text().contains(u"is held before write(1) on pipe: 5 bytes"_s),
                 qPrintable(window.findChild<Banner*>()->text()));
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<Banner*>()->isVisible(), patience);
        picture(window, u"held"_s);

        auto* rules = window.menuBar()->findChild<QMenu*>(u"rulesMenu"_s);
        QVERIFY(rules);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().rules().value(0).hits, 1U, patience);
        Q_EMIT rules->aboutToShow();
        QCOMPARE(rules->actions().size(), 1);
        QVERIFY2(rules->actions().first()->text().contains(u"every write of from on pipe, with “line”"_s),
                 qPrintable(rules->actions().first()->text()));
        press(window, u"Go On"_s);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().rules().value(0).hits, 2U, patience);
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<Banner*>(), patience);
        press(window, u"Remove the Break"_s);
        QVERIFY(window.session().rules().isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(!writer(window)->paused, patience);
        window.session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, patience);
    }

    void aDescriptorIsClosedFromTheMenu()
    {
        const QString path = save(u"while echo line; do sleep 0.01; done; exit 7"_s);
        MainWindow window;
        start(window, path);
        QMenu menu(&window);
        fillProcessMenu(menu, &window, window.session(), writer(window)->entry.number);
        const QList<QMenu*> menus = menu.findChildren<QMenu*>();
        const auto close = std::find_if(menus.begin(), menus.end(), [](const QMenu* each) {
            return each->title().startsWith(u"Close a Descriptor"_s);
        });
        QVERIFY(close != menus.end());
        QCOMPARE((*close)->actions().size(), 1);
        QCOMPARE((*close)->actions().first()->text(), u"fd 1 · pipe"_s);
        (*close)->actions().first()->trigger();
        // Its next echo finds no descriptor, the reader finds the end of the file.
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, patience);
        QCOMPARE(writer(window)->entry.exitCode, std::optional(7));
        QCOMPARE(window.session().processOfNode(u"to"_s)->entry.exitCode, std::optional(0));
    }

    void anInjectedErrorIsMetByTheProgram()
    {
        const QString path = save(u"while echo line; do sleep 0.01; done; exit 6"_s);
        MainWindow window;
        start(window, path);
        QVERIFY(choose(window, u"Inject…"_s));
        auto* dialog = window.findChild<RuleDialog*>();
        QVERIFY(dialog);
        box(*dialog, u"call"_s)->setCurrentText(u"write"_s);
        box(*dialog, u"error"_s)->setCurrentText(u"ENOSPC"_s);
        picture(*dialog, u"inject"_s);
        accept(*dialog);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, patience);
        QCOMPARE(writer(window)->entry.exitCode, std::optional(6));
    }
};

QTEST_MAIN(Rules)
#include "tst_rules.moc"
