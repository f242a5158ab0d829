#include "gui/main_window.h"
#include "gui/panels/inspector.h"
#include "gui/panels/log_filter_bar.h"
#include "gui/panels/log_panel.h"
#include "gui/panels/output_panel.h"
#include "gui/panels/problems_model.h"
#include "gui/panels/problems_panel.h"
#include "gui/panels/properties_page.h"
#include "gui/panels/property_editor.h"
#include "gui/theme/theme.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/find_bar.h"
#include "model/topology/pipeline_text.h"
#include "model/topology/topology_file.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QFileDialog>
#include <QJsonArray>
#include <QLineEdit>
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

/// Exports the log by the dialog; what it says at its end, empty when it went through.
QString exportTo(MainWindow& window, const QString& path)
{
    QSignalSpy finished(&window, &MainWindow::exportFinished);
    trigger(window, u"exportLog"_s);
    auto* dialog = window.findChild<QDialog*>();
    if (!dialog)
        return u"no dialog"_s;
    dialog->findChild<QLineEdit*>()->setText(path);
    dialog->accept();
    return finished.size() == 1 || finished.wait() ? finished.at(0).at(1).toString() : u"no end"_s;
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

    void aSlashOnTheCanvasFinds()
    {
        MainWindow window;
        window.show();
        QApplication::setActiveWindow(&window);
        window.canvas()->setFocus();
        QTest::keyClick(window.canvas(), Qt::Key_Slash);
        auto* bar = window.findChild<FindBar*>();
        QTRY_VERIFY(bar && bar->isVisible());
        QVERIFY(bar->isAncestorOf(QApplication::focusWidget()));
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

    void aRefusedFileLeavesWhatIsOpenAndSaysWhy_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<qint64>("size");
        const QByteArray node = R"({"id": "a", "kind": "pipe", "name": "a", "position": [0, 0]})";
        const auto topology = [](const QByteArray& nodes, const QByteArray& edges) {
            return R"({"format": 1, "nodes": [)" + nodes + R"(], "edges": [)" + edges + "]}";
        };
        QTest::newRow("empty") << QByteArray() << qint64{-1};
        QTest::newRow("cut") << topology(node, "").left(30) << qint64{-1};
        QTest::newRow("binary") << QByteArray("\x7f\0\0\1", 4) << qint64{-1};
        QTest::newRow("100 MB") << topology(node, "") << qint64{100'000'000};
        QTest::newRow("newer format") << QByteArray("{ \"format\": 99 }") << qint64{-1};
        QTest::newRow("dangling edge")
            << topology(
                   node,
                   R"({"id": "e", "process": {"node": "b", "port": "1"}, "endpoint": {"node": "a", "port": "write"}})")
            << qint64{-1};
        QTest::newRow("duplicate id") << topology(node + ',' + node, "") << qint64{-1};
        QTest::newRow("wrong type") << QByteArray(R"({"format": 1, "nodes": 3, "edges": "x"})") << qint64{-1};
    }

    void aRefusedFileLeavesWhatIsOpenAndSaysWhy()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(qint64, size);
        MainWindow window;
        window.show();
        // With unsaved changes: nothing is asked for a file that will not be opened.
        window.document().addFragment(model::parsePipeline(u"ls | wc"_s).fragment, {}, u"Insert"_s);
        const model::Topology before = window.document().topology();
        QFile bad(m_directory.filePath(u"bad.byteyard"_s));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write(bytes);
        if (size >= 0)
            QVERIFY(bad.resize(size));
        bad.close();
        QVERIFY(!window.openPath(bad.fileName()));
        QCOMPARE(window.document().topology(), before);
        QVERIFY(window.isWindowModified());
        QCOMPARE(window.document().undoStack()->count(), 1);
        auto* banner = window.findChild<Banner*>();
        QVERIFY(banner);
        QVERIFY2(banner->text().contains(u"bad.byteyard"_s) && banner->text().count(u". "_s) >= 1 &&
                     banner->text().endsWith(u'.') && !banner->text().contains(u'\n'),
                 qPrintable(banner->text()));
    }

    void anEngineThatCannotBeUsedIsSaidAndTheDocumentStays_data()
    {
        QTest::addColumn<QByteArray>("engine");
        for (const char* engine : {"/nowhere/byteyard-engine", "/etc/passwd", "/bin/echo", "/bin/false"})
            QTest::newRow(engine) << QByteArray(engine);
    }

    void anEngineThatCannotBeUsedIsSaidAndTheDocumentStays()
    {
        QFETCH(QByteArray, engine);
        MainWindow window;
        window.show();
        window.document().addFragment(model::parsePipeline(u"true"_s).fragment, {}, u"Insert"_s);
        const model::Topology before = window.document().topology();
        const QByteArray good = qgetenv("BYTEYARD_ENGINE");
        qputenv("BYTEYARD_ENGINE", engine);
        const auto restore = qScopeGuard([good] { qputenv("BYTEYARD_ENGINE", good); });
        trigger(window, u"run"_s);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, 30000);
        QTRY_VERIFY(window.findChild<Banner*>());
        QVERIFY2(window.findChild<Banner*>()->text().contains(QString::fromLatin1(engine)),
                 qPrintable(window.findChild<Banner*>()->text()));
        QTRY_COMPARE(window.problems()->count(), 1);
        QCOMPARE(window.document().topology(), before);
        qputenv("BYTEYARD_ENGINE", good);
        trigger(window, u"run"_s);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, 30000);
        QCOMPARE(window.session().catalog().reason, u"all-exited"_s);
        QTRY_COMPARE(window.problems()->count(), 0);
    }

    void aTopologyIsWrittenAsAProgram()
    {
        MainWindow window;
        auto* action = window.findChild<QAction*>(u"exportProgram"_s);
        QVERIFY(action && !action->isEnabled());
        QVERIFY(window.openPath(QStringLiteral(BYTEYARD_SOURCE "/resources/labs/half-closed.byteyard")));
        QVERIFY(action->isEnabled());
        const QString c = m_directory.filePath(u"half-closed.c"_s);
        window.saveProgram(c, model::Language::C);
        QFile written(c);
        QVERIFY(written.open(QFile::ReadOnly));
        QCOMPARE(QString::fromUtf8(written.readAll()),
                 model::programFor(window.document().topology(), model::Language::C).text);
        const auto* problems = window.problems()->findChild<ProblemsModel*>();
        QCOMPARE(problems->problems().size(), 1); // what is left to the reader
        QVERIFY(problems->problems().first().what.contains("script_asker()"_L1));
        const QString bash = m_directory.filePath(u"half-closed.sh"_s);
        window.saveProgram(bash, model::Language::Bash);
        QVERIFY(!QFile::exists(bash));
        QCOMPARE(problems->problems().last().what,
                 tr("%1 was not written: bash cannot make “pair” (Socket pair).").arg(bash));
    }

    void theDialogsFilterChoosesTheProgramsLanguage()
    {
        MainWindow window;
        QVERIFY(window.openPath(QStringLiteral(BYTEYARD_SOURCE "/resources/labs/pipeline.byteyard")));
        const QString given = m_directory.filePath(u"chosen"_s);
        QTimer answer;
        connect(&answer, &QTimer::timeout, &window, [&] {
            auto* dialog = window.findChild<QFileDialog*>();
            if (!dialog)
                return;
            answer.stop();
            dialog->selectNameFilter(u"Python (*.py)"_s);
            dialog->selectFile(given);
            QMetaObject::invokeMethod(dialog, "accept");
        });
        answer.start(10);
        trigger(window, u"exportProgram"_s);
        QFile written(given + u".py"_s);
        QVERIFY(written.open(QFile::ReadOnly));
        QVERIFY(written.readAll().startsWith("#!/usr/bin/env python3\n"));
        QVERIFY(written.permissions().testFlag(QFile::ExeOwner));
    }

    void anExportWithoutRoomIsAProblem()
    {
        MainWindow window;
        window.show();
        window.document().addFragment(model::parsePipeline(u"seq 10 | cat"_s).fragment, {}, u"Insert"_s);
        window.runNow();
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, 30000);
        const QString path = m_directory.filePath(u"full.jsonl"_s);
        QVERIFY(QFile::link(u"/dev/full"_s, path));
        const QString said = exportTo(window, path);
        QVERIFY2(said.startsWith(path), qPrintable(said));
        QTRY_COMPARE(window.problems()->count(), 1);
        QCOMPARE(QFile::symLinkTarget(path), u"/dev/full"_s);
        QCOMPARE(QDir(m_directory.path()).entryList({u"full*"_s}, QDir::AllEntries | QDir::System).size(), 1);
    }

    void theLogIsExportedWhileTheRunGoesOn()
    {
        MainWindow window;
        window.show();
        QVERIFY(!window.findChild<QAction*>(u"exportLog"_s)->isEnabled());
        window.document().addFragment(
            model::parsePipeline(u"sh -c 'while :; do echo tick; sleep 0.05; done' | cat"_s).fragment, {},
            u"Insert"_s);
        window.runNow();
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<QAction*>(u"exportLog"_s)->isEnabled(), 10000);
        QCOMPARE(window.session().state(), State::Running);
        const QString path = m_directory.filePath(u"running.csv"_s);
        QCOMPARE(exportTo(window, path), QString());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().contains("\nevent,1,"));
        QCOMPARE(window.session().state(), State::Running);
        window.session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, 20000);
    }

    void theLogsColumnsHoldTheirTexts_data()
    {
        QTest::addColumn<int>("width");
        QTest::newRow("1024") << 1024;
        QTest::newRow("1600") << 1600;
    }
    void theLogsColumnsHoldTheirTexts()
    {
        QFETCH(int, width);
        MainWindow window;
        window.resize(width, 800);
        window.show();
        window.document().addFragment(model::parsePipeline(u"seq 3 | sh -c 'sleep 0.3; wc -c'"_s).fragment,
                                      {}, u"Insert"_s);
        window.runNow();
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, 30000);
        const DataTable* view = window.log()->view();
        QTRY_VERIFY(window.log()->model()->rowCount() > 5);
        const QAbstractItemModel& model = *view->model();
        constexpr int padding = 6;
        for (const auto column : {model::LogModel::Column::Time, model::LogModel::Column::Process,
                                  model::LogModel::Column::Result, model::LogModel::Column::Took})
            for (int row = 0; row < model.rowCount(); ++row) {
                const QString text = model.index(row, static_cast<int>(column)).data().toString();
                QVERIFY2(view->fontMetrics().horizontalAdvance(text) + padding <=
                             view->columnWidth(static_cast<int>(column)),
                         qPrintable(text));
            }
        // What is at the end of a row is seen, not scrolled away.
        const int last = static_cast<int>(model::LogModel::Column::Data);
        QVERIFY(view->columnViewportPosition(last) < view->viewport()->width() - 60);
    }

    void whatIsAddedWhileAnotherPartIsHalfMadeRuns()
    {
        MainWindow window;
        window.show();
        window.document().addNode(model::Kind::Command, {0, 0},
                                  {{u"argv"_s, QJsonArray{u"sleep"_s, u"100"_s}}});
        window.runNow();
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Running, 10000);
        const auto processOf = [&](const QString& node) { return window.session().processOfNode(node); };
        const QString empty = window.document().addNode(model::Kind::Command, {300, 0}, {}, u"empty"_s);
        const QString pipe = window.document().addNode(model::Kind::Pipe, {500, 0});
        const QString reader =
            window.document().addNode(model::Kind::Command, {700, 0}, {{u"argv"_s, QJsonArray{u"cat"_s}}});
        window.document().connectNodes(reader, u"0"_s, pipe, u"read"_s);
        const QString waits = window.document().addNode(
            model::Kind::Command, {700, 200},
            {{u"argv"_s, QJsonArray{u"sleep"_s, u"99"_s}},
             {u"start"_s, QJsonObject{{u"when"_s, u"runs"_s}, {u"node"_s, empty}}}});
        QTRY_VERIFY_WITH_TIMEOUT(processOf(reader), 10000);
        QVERIFY(!processOf(empty));
        QVERIFY(!processOf(waits));
        window.document().setProperty(empty, u"argv"_s, QJsonArray{u"sleep"_s, u"98"_s});
        QTRY_VERIFY_WITH_TIMEOUT(processOf(empty) && processOf(waits), 10000);
        QTRY_COMPARE_WITH_TIMEOUT(processOf(waits)->entry.argv.value(1), u"99"_s, 10000);
        window.session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), State::Ended, 20000);
    }

    void aGroupThatTheInspectorExpandsHasRoom()
    {
        MainWindow window;
        window.resize(1600, 1000);
        window.show();
        model::Document& document = window.document();
        const QString a = document.addNode(model::Kind::Pipe, {0, 0});
        const QString b = document.addNode(model::Kind::Pipe, {400, 0});
        const QString group = document.group({a, b});
        document.setCollapsed(group, true);
        const QString other = document.addNode(model::Kind::Pipe, {400, 0});
        window.canvas()->selectGroup(group);
        PropertyEditor* editor = window.inspector()->properties()->editor(u"collapsed"_s);
        QVERIFY(editor);
        auto* box = editor->findChild<QCheckBox*>();
        QVERIFY(box->isChecked());
        box->click();
        QVERIFY(!document.topology().group(group)->collapsed);
        QVERIFY(document.topology().node(other)->position != QPointF(400, 0));
        QVERIFY(!window.canvas()->nodeRect(other).intersects(window.canvas()->nodeRect(b)));
        document.undoStack()->undo();
        QVERIFY(document.topology().group(group)->collapsed);
        QCOMPARE(document.topology().node(other)->position, QPointF(400, 0));
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
