#include "gui/main_window.h"
#include "gui/panels/log_filter_bar.h"
#include "gui/panels/log_panel.h"
#include "gui/panels/output_panel.h"
#include "gui/panels/problems_model.h"
#include "gui/panels/problems_panel.h"
#include "gui/theme/theme.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/data_table.h"
#include "model/topology/pipeline_text.h"
#include "model/topology/topology_file.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QJsonArray>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using State = model::Session::State;

namespace {

qsizetype openDescriptors()
{
    return QDir(u"/proc/self/fd"_s).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot).size();
}

/// The processes below this one, by /proc: engines, keepers, and what they launched.
QList<qint64> descendants()
{
    QHash<qint64, qint64> parents;
    for (const QString& name : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
        bool number = false;
        const qint64 pid = name.toLongLong(&number);
        QFile stat(u"/proc/%1/stat"_s.arg(name));
        if (!number || !stat.open(QIODevice::ReadOnly))
            continue;
        const QByteArray text = stat.readAll();
        parents.insert(pid, text.mid(text.lastIndexOf(')') + 2).split(' ').value(1).toLongLong());
    }
    QList<qint64> found;
    for (auto it = parents.cbegin(); it != parents.cend(); ++it)
        for (qint64 up = it.value(); up > 1; up = parents.value(up))
            if (up == QCoreApplication::applicationPid()) {
                found.append(it.key());
                break;
            }
    return found;
}

bool isEngine(qint64 pid)
{
    QFile name(u"/proc/%1/comm"_s.arg(pid));
    return name.open(QIODevice::ReadOnly) && name.readAll().startsWith("byteyard-engin");
}

void trigger(MainWindow& window, const QString& name)
{
    auto* action = window.findChild<QAction*>(name);
    QVERIFY2(action && action->isEnabled(), qPrintable(name));
    action->trigger();
}

} // namespace

class Window : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_directory.path());
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
        qputenv("XDG_RUNTIME_DIR",
                QFile::encodeName(m_directory.path())); // what is killed here leaves a run file
        Theme::instance().apply();
    }

    void everyCommandHasAKeyAndNoTwoShareOne()
    {
        MainWindow window;
        QHash<QString, QString> keys;
        QList<QAction*> all;
        QList<QMenu*> menus;
        for (QAction* menu : window.menuBar()->actions())
            menus.append(menu->menu());
        while (!menus.isEmpty()) {
            for (QAction* action : menus.takeFirst()->actions())
                action->menu() ? menus.append(action->menu()) : all.append(action);
        }
        QVERIFY(all.size() > 35);
        for (const QAction* action : all) {
            const QString key = action->shortcut().toString();
            if (key.isEmpty())
                continue;
            QVERIFY2(!keys.contains(key),
                     qPrintable(key + u": "_s + keys.value(key) + u", "_s + action->text()));
            keys.insert(key, action->text());
        }
        for (const char* key :
             {"Ctrl+N", "Ctrl+O", "Ctrl+S", "Ctrl+Shift+S", "Ctrl+W", "Ctrl+Q", "Ctrl+Z", "Ctrl+Shift+Z",
              "Ctrl+F", "Ctrl+L", "F1", "F5", "Shift+F5", "F8", "F6", "Shift+F6", "F11", "Ctrl+0", "Ctrl+1"})
            QVERIFY2(keys.contains(QString::fromLatin1(key)), key);
    }

    void aWindowOpensSavesAndReopens()
    {
        const QString path = m_directory.filePath(u"pipeline.byteyard"_s);
        {
            MainWindow window;
            window.show();
            window.document().addFragment(model::parsePipeline(u"ls | wc -l"_s).fragment, {}, u"Insert"_s);
            QVERIFY(window.isWindowModified());
            QCOMPARE(window.document().save(path), QString());
            QVERIFY(!window.isWindowModified());
        }
        MainWindow window;
        window.show();
        QVERIFY(window.openPath(path));
        QCOMPARE(window.document().topology().nodes.size(), 3);
        QVERIFY(window.windowTitle().startsWith("pipeline"_L1));
        QCOMPARE(QSettings().value(u"files/recent"_s).toStringList().value(0), path);
        QCOMPARE(window.session().state(), State::Idle);
    }

    void aRefusedFileLeavesWhatIsOpenAndSaysWhy()
    {
        MainWindow window;
        window.show();
        window.openWelcome();
        const qsizetype nodes = window.document().topology().nodes.size();
        QVERIFY(nodes > 0);
        QFile bad(m_directory.filePath(u"bad.byteyard"_s));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write("{ \"format\": 99 }");
        bad.close();
        QVERIFY(!window.openPath(bad.fileName()));
        QCOMPARE(window.document().topology().nodes.size(), nodes);
        QVERIFY(window.findChild<Banner*>());
        QVERIFY2(window.findChild<Banner*>()->text().contains(u"bad.byteyard"_s),
                 qPrintable(window.findChild<Banner*>()->text()));
    }

    void unsavedChangesAskOnClose()
    {
        MainWindow window;
        window.show();
        window.document().addNode(model::Kind::Pipe, {0, 0});
        bool asked = false;
        QTimer answer;
        connect(&answer, &QTimer::timeout, this, [&] {
            if (auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget())) {
                asked = true;
                QTest::keyClick(box, Qt::Key_Escape);
            }
        });
        answer.start(20);
        QVERIFY(!window.close());
        QVERIFY(asked);
        window.document().undoStack()->undo();
        window.setAttribute(Qt::WA_DeleteOnClose, false);
        QVERIFY(window.close());
    }

    void aFileFromElsewhereAsksBeforeItsFirstRun()
    {
        const QString path = m_directory.filePath(u"elsewhere.byteyard"_s);
        QCOMPARE(model::writeTopologyFile(model::parsePipeline(u"true"_s).fragment, path), QString());
        MainWindow window;
        window.show();
        QVERIFY(window.openPath(path));
        trigger(window, u"run"_s);
        auto* dialog = window.findChild<QDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        QCOMPARE(window.session().state(), State::Idle);
        // Enter alone refuses.
        QTest::keyClick(dialog, Qt::Key_Escape);
        QTRY_VERIFY(!window.findChild<QDialog*>());
        QCOMPARE(window.session().state(), State::Idle);
        trigger(window, u"run"_s);
        dialog = window.findChild<QDialog*>();
        auto* accept = dialog->findChild<QPushButton*>(u"runThem"_s);
        accept->setFocus();
        QTest::keyClick(accept, Qt::Key_Space);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, 30000);
        trigger(window, u"run"_s);
        QVERIFY(!window.findChild<QDialog*>());
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, 30000);
    }

    void panelsMoveWithF6AndComeBackWhereTheyWere()
    {
        {
            MainWindow window;
            window.show();
            window.findChild<QDockWidget*>(u"inspector"_s)->hide();
            window.findChild<QDockWidget*>(u"palette"_s)->setFloating(true);
            window.close();
        }
        MainWindow window;
        window.show();
        QVERIFY(!window.findChild<QDockWidget*>(u"inspector"_s)->isVisible());
        QVERIFY(window.findChild<QDockWidget*>(u"palette"_s)->isFloating());
        QSettings().remove(u"window"_s);
    }

    void aRunFillsTheLogTheOutputAndTheStatus()
    {
        MainWindow window;
        window.show();
        QAbstractItemModelTester tester(window.log()->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        window.document().addFragment(model::parsePipeline(u"seq 100 | tail -n 1"_s).fragment, {},
                                      u"Insert"_s);
        trigger(window, u"run"_s);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, 30000);
        QTRY_VERIFY(window.output()->text().contains(u"100"_s));
        QTRY_VERIFY(window.log()->model()->rowCount() > 4);
        QTRY_VERIFY(window.statusText().contains(u" event"_s));
        const int all = window.log()->model()->rowCount();
        window.log()->filterBar()->setEndpoints({window.document().topology().nodes.at(1).id});
        QTRY_VERIFY(window.log()->model()->rowCount() < all);
        QTRY_VERIFY(window.log()->model()->rowCount() > 0);
        QCOMPARE(window.problems()->count(), 0);
    }

    void aDeadEngineIsSaidAndANewRunWorks()
    {
        MainWindow window;
        window.show();
        window.document().addFragment(model::parsePipeline(u"sleep 100"_s).fragment, {}, u"Insert"_s);
        trigger(window, u"run"_s);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Running, 30000);
        int killed = 0;
        for (const qint64 pid : descendants())
            if (isEngine(pid))
                killed += kill(static_cast<pid_t>(pid), SIGKILL) == 0;
        QVERIFY(killed > 0);
        QTRY_VERIFY_WITH_TIMEOUT(!window.session().isLive(), 30000);
        QTRY_VERIFY(window.problems()->count() > 0);
        QVERIFY(window.document().topology().nodes.size() == 1);
        window.document().setProperty(window.document().topology().nodes.constFirst().id, u"argv"_s,
                                      QJsonArray{u"true"_s});
        trigger(window, u"run"_s);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, 30000);
        QTRY_COMPARE(window.problems()->count(), 0);
    }

    void twentyRunsLeakNothing()
    {
        MainWindow window;
        window.show();
        window.document().addFragment(model::parsePipeline(u"seq 10 | cat"_s).fragment, {}, u"Insert"_s);
        const auto once = [&] {
            window.runNow();
            QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, 30000);
        };
        // What is made once and kept (the engine, its connection) is there after the first.
        once();
        const qsizetype descriptors = openDescriptors();
        const qsizetype processes = descendants().size();
        for (int i = 0; i < 20; ++i)
            once();
        QTRY_COMPARE(descendants().size(), processes);
        QTRY_COMPARE(openDescriptors(), descriptors);
    }

    void closingTheWindowEndsTheRun()
    {
        auto* window = new MainWindow;
        window->show();
        window->document().addFragment(model::parsePipeline(u"sleep 100"_s).fragment, {}, u"Insert"_s);
        window->runNow();
        QTRY_COMPARE_WITH_TIMEOUT(window->session().state(), State::Running, 30000);
        QTRY_VERIFY(!window->session().processes().isEmpty() &&
                    window->session().processes().constFirst().entry.pid > 0);
        const qint64 pid = window->session().processes().constFirst().entry.pid;
        window->document().undoStack()->setClean();
        window->close();
        QTRY_VERIFY_WITH_TIMEOUT(kill(static_cast<pid_t>(pid), 0) != 0, 10000);
    }

private:
    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
};

QTEST_MAIN(Window)
#include "tst_window.moc"
