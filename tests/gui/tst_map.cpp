#include "gui/dialogs/map_dialog.h"
#include "gui/widgets/data_table.h"
#include "ipc/host/proc.h"
#include "ipc/host/process_scan.h"
#include "tests/gui/hands_fixture.h"
#include "tests/gui/xvfb.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QProcess>
#include <QPushButton>
#include <QRadioButton>

#include <csignal>
#include <sys/syscall.h>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using byteyard::test::Hands;
using State = model::Session::State;

/// The map of the machine, with a real mouse and real keys in the whole window.
class MapTest : public QObject, private byteyard::test::HandsFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepare(); }

    void init()
    {
        open();
        m_shell.start(u"sh"_s, {u"-c"_s, u"yes | sleep 1000; true"_s});
        QVERIFY(m_shell.waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(isFull(), patience);
    }

    void cleanup()
    {
        ::kill(m_sleep, SIGTERM);
        QVERIFY(m_shell.waitForFinished());
        m_yes = m_sleep = 0;
        if (m_window)
            close();
    }

    void chosenByNameItsPipeAndWhoReadsIt()
    {
        QVERIFY(press(u"ctrl+shift+m"_s));
        QTRY_VERIFY(dialog());
        auto* table = dialog()->findChild<DataTable*>();
        const QAbstractItemModelTester tester(table->model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(Hands::type(QString::number(m_yes)));
        QTRY_COMPARE_WITH_TIMEOUT(dialog()->pids(), QList<qint64>{m_yes}, patience);
        picture(*dialog(), u"map-dialog"_s);
        QVERIFY(press(u"Return"_s));
        QTRY_VERIFY_WITH_TIMEOUT(session().looks() > 0, patience);
        QVERIFY(session().isMap());
        QTRY_VERIFY_WITH_TIMEOUT(partOf(m_yes).isValid() && partOf(m_sleep).isValid(), patience);
        const model::LiveProcess* yes = process(m_yes);
        QVERIFY(session()
                    .blockedSentence(yes->entry.number)
                    .contains(u"its reader, pid %1 `sleep`"_s.arg(m_sleep)));
        const model::LiveEndpoint pipe = pipeOf(yes->entry.number);
        QVERIFY(pipe.writeBlocks);
        QCOMPARE(pipe.entry.capture, u"unobserved"_s); // no 0 B that nobody has seen
        QTRY_VERIFY_WITH_TIMEOUT(isLaidOut(), patience);
        picture(*m_window, u"map"_s);
        QVERIFY2(!m_window->statusText().contains(u"B/s"_s) && !m_window->statusText().contains(u"event"_s),
                 qPrintable(m_window->statusText()));
        // What only a run can do says why it cannot be done.
        for (const QString& key : {u"F8"_s, u"F10"_s, u"Ctrl+R"_s, u"Ctrl+Shift+T"_s})
            for (const QAction* action : m_window->findChildren<QAction*>())
                if (action->shortcut() == QKeySequence(key))
                    QVERIFY2(!action->isEnabled(), qPrintable(key));
        m_window->activateWindow();
        QTRY_VERIFY(canvas()->hasFocus());
        QVERIFY(press(u"shift+F5"_s));
        QTRY_COMPARE_WITH_TIMEOUT(session().state(), State::Ended, patience);
        QVERIFY(ipc::proc::sleepingCall(m_yes)); // it goes on as it was
    }

    void itsMenuFollowsItsCalls()
    {
        m_window->showMap({m_yes});
        QTRY_VERIFY_WITH_TIMEOUT(isLaidOut(), patience);
        QStringList offered;
        Hands::with<QMenu>(
            [&](QMenu* menu) {
                offered = texts(menu);
                for (QAction* each : menu->actions())
                    if (each->text() == u"Follow Its Calls (Attach)"_s && each->isEnabled())
                        each->trigger();
            },
            [&] {
                const QPoint at = canvas()->viewport()->mapToGlobal(partOf(m_yes).center());
                return Hands::act(
                    {u"mousemove"_s, QString::number(at.x()), QString::number(at.y()), u"click"_s, u"3"_s});
            });
        QVERIFY2(!offered.contains(u"Pause It"_s) &&
                     !offered.contains(u"Send a Signal"_s), // nothing of a run
                 qPrintable(offered.join(u", "_s)));
        QTRY_VERIFY_WITH_TIMEOUT(process(m_yes) && process(m_yes)->entry.attached, patience);
        QVERIFY(!session().isMap());
        session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(session().state(), State::Ended, patience);
        QVERIFY(ipc::proc::sleepingCall(m_yes));
    }

    void whatIsOnTheCanvasStaysAndAnotherWindowHasTheMap()
    {
        command(u"true"_s, {0, 0});
        QVERIFY(press(u"ctrl+shift+m"_s));
        QTRY_VERIFY(dialog());
        auto* all = dialog()->findChild<QRadioButton*>(u"all"_s);
        QVERIFY(Hands::click(all->mapToGlobal(QPoint(all->height() / 2, all->height() / 2))));
        QTRY_VERIFY(all->isChecked() && dialog()->pids().isEmpty());
        auto* look = dialog()->findChild<QPushButton*>(u"look"_s);
        QVERIFY(Hands::click(look->mapToGlobal(look->rect().center())));
        const auto other = [&]() -> MainWindow* {
            for (QWidget* each : QApplication::topLevelWidgets())
                if (auto* window = qobject_cast<MainWindow*>(each); window && window != m_window)
                    return window;
            return nullptr;
        };
        QTRY_VERIFY_WITH_TIMEOUT(other() && other()->session().looks() > 0, patience);
        QCOMPARE(session().state(), State::Idle);
        QCOMPARE(nodes().size(), 1);
        bool isThere = false;
        for (const model::LiveProcess& each : other()->session().processes())
            isThere = isThere || each.entry.pid == m_yes;
        QVERIFY(isThere);
        picture(*other(), u"map-of-all"_s);
        other()->session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(other()->session().state(), State::Ended, patience);
        other()->close();
        QTRY_VERIFY(!other());
    }

private:
    static constexpr int patience = 30'000;

    model::Session& session() const { return m_window->session(); }
    MapDialog* dialog() const { return m_window->findChild<MapDialog*>(); }
    const model::LiveProcess* process(int pid) const
    {
        for (const model::LiveProcess& each : session().processes())
            if (each.entry.pid == pid)
                return session().process(each.entry.number);
        return nullptr;
    }
    QRect partOf(int pid) const
    {
        const model::LiveProcess* found = process(pid);
        return found == nullptr ? QRect() : canvas()->nodeRect(u"process:%1"_s.arg(found->entry.number));
    }
    model::LiveEndpoint pipeOf(quint32 process) const
    {
        for (const model::PendingCall& call : session().pending())
            if (call.process == process)
                if (const model::LiveEndpoint* endpoint = session().endpoint(call.endpoint))
                    return *endpoint;
        return {};
    }
    /// Bytes run from left to right.
    bool isLaidOut() const
    {
        const model::LiveProcess* yes = process(m_yes);
        if (yes == nullptr)
            return false;
        const QRect pipe = canvas()->nodeRect(u"endpoint:%1"_s.arg(pipeOf(yes->entry.number).entry.number));
        return pipe.isValid() && partOf(m_yes).right() < pipe.left() &&
               pipe.right() < partOf(m_sleep).left() && canvas()->viewport()->rect().contains(partOf(m_yes));
    }
    bool isFull()
    {
        for (const pid_t pid : ipc::host::childrenOf("/proc", static_cast<pid_t>(m_shell.processId()))) {
            const std::string name = ipc::proc::commandName(pid);
            m_yes = name == "yes" ? pid : m_yes;
            m_sleep = name == "sleep" ? pid : m_sleep;
        }
        const auto call = ipc::proc::sleepingCall(m_yes);
        return m_yes != 0 && m_sleep != 0 && call && call->number == SYS_write;
    }
    static void picture(QWidget& widget, const QString& name)
    {
        if (const QString directory = qEnvironmentVariable("BYTEYARD_TEST_PICTURES"); !directory.isEmpty())
            widget.grab().save(directory + u'/' + name + u".png"_s);
    }

    QProcess m_shell;
    int m_yes = 0;
    int m_sleep = 0;
};

int main(int argc, char** argv)
{
    return byteyard::test::runOnXvfb<MapTest>(argc, argv);
}

#include "tst_map.moc"
