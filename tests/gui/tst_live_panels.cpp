#include "gui/live_lookup.h"
#include "gui/main_window.h"
#include "gui/panels/bytes_panel.h"
#include "gui/panels/charts_panel.h"
#include "gui/panels/descriptors_panel.h"
#include "gui/panels/inspector.h"
#include "gui/panels/live_page.h"
#include "gui/panels/log_panel.h"
#include "gui/panels/output_panel.h"
#include "gui/panels/time_line_view.h"
#include "gui/theme/theme.h"
#include "gui/widgets/capacity_control.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/fact_list.h"
#include "gui/widgets/hex_view.h"
#include "gui/widgets/labels.h"
#include "gui/widgets/trend_view.h"
#include "model/session/descriptor_model.h"
#include "model/topology/topology_file.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QChart>
#include <QComboBox>
#include <QDockWidget>
#include <QFile>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QSlider>
#include <QTemporaryDir>
#include <QTest>
#include <QValueAxis>

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using State = model::Session::State;

namespace {

model::Node command(const QString& id, const QStringList& argv, QJsonObject properties = {})
{
    properties.insert(u"argv"_s, QJsonArray::fromStringList(argv));
    return {id, model::Kind::Command, id, {0, 0}, properties};
}

model::Node actor(const QString& id, const QString& script)
{
    return {id, model::Kind::Actor, id, {0, 0}, {{u"script"_s, script}}};
}

/// What the kernel says of a pipe's capacity, asked through a process that holds it.
int pipeSize(qint64 pid, int fd)
{
    const int copy = ::open(QFile::encodeName(u"/proc/%1/fd/%2"_s.arg(pid).arg(fd)).constData(),
                            O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    const int size = ::fcntl(copy, F_GETPIPE_SZ);
    ::close(copy);
    return size;
}

} // namespace

/// The panels beside a run: each shows what the kernel has, and what is done in them happens to the kernel's
/// objects.
class LivePanels : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_directory.path());
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
        Theme::instance().apply();
    }

    void init()
    {
        m_window = std::make_unique<MainWindow>();
        m_window->setAttribute(Qt::WA_DeleteOnClose, false);
        m_window->show();
    }

    void cleanup() { m_window.reset(); }

    void theHexdumpShowsEitherWayOfASocketpair()
    {
        // Each end says something, and nobody reads.
        start({command(u"left"_s, {u"sh"_s, u"-c"_s, u"echo from-a >&3; exec sleep 100"_s}),
               command(u"right"_s, {u"sh"_s, u"-c"_s, u"echo from-b >&3; exec sleep 100"_s}),
               {u"pair"_s, model::Kind::Socketpair, u"pair"_s, {0, 0}, {}}},
              {{u"e1"_s, u"left"_s, u"3"_s, u"pair"_s, u"a"_s, {}},
               {u"e2"_s, u"right"_s, u"3"_s, u"pair"_s, u"b"_s, {}}});
        showPanel(u"bytes"_s);
        m_window->canvas()->reveal(u"pair"_s);
        BytesPanel* bytes = m_window->bytes();
        QTRY_VERIFY(bytes->wayChoice()->isVisible());
        const auto shown = [bytes] { return QString::fromLatin1(bytes->view()->bytes()); };
        QTRY_COMPARE_WITH_TIMEOUT(shown(), u"from-a\n"_s, 10000);
        QVERIFY2(bytes->statusText().contains(u"a to b"_s), qPrintable(bytes->statusText()));
        bytes->wayChoice()->setFocus();
        QTest::keyClick(bytes->wayChoice(), Qt::Key_Down);
        QTRY_COMPARE_WITH_TIMEOUT(shown(), u"from-b\n"_s, 10000);
        QVERIFY2(bytes->statusText().contains(u"b to a"_s), qPrintable(bytes->statusText()));
        // Looking has taken nothing.
        QTRY_COMPARE(m_window->session().endpointOfNode(u"pair"_s)->fill, std::optional<quint64>(7));
        QCOMPARE(m_window->session().endpointOfNode(u"pair"_s)->fill2, std::optional<quint64>(7));
        // Another endpoint has one way alone.
        m_window->canvas()->reveal(u"left"_s);
        QTRY_VERIFY(!bytes->wayChoice()->isVisible());
    }

    void whatATerminalWasGivenIsShownFromTheCalls()
    {
        start({command(u"screen"_s, {u"sh"_s, u"-c"_s, u"printf typed >&5; exec sleep 100"_s}),
               command(u"program"_s, {u"sh"_s, u"-c"_s, u"printf printed >&6; exec sleep 100"_s}),
               {u"pty"_s, model::Kind::Pty, u"pty"_s, {0, 0}, {}}},
              {{u"e1"_s, u"screen"_s, u"5"_s, u"pty"_s, u"master"_s, {}},
               {u"e2"_s, u"program"_s, u"6"_s, u"pty"_s, u"slave"_s, {}}});
        showPanel(u"bytes"_s);
        m_window->canvas()->reveal(u"pty"_s);
        BytesPanel* bytes = m_window->bytes();
        const auto shown = [bytes] { return QString::fromLatin1(bytes->view()->bytes()); };
        QTRY_COMPARE_WITH_TIMEOUT(shown(), u"typed"_s, 10000);
        QVERIFY2(bytes->statusText().contains(u"lets nobody look"_s), qPrintable(bytes->statusText()));
        QTRY_VERIFY(bytes->wayChoice()->isVisible());
        bytes->wayChoice()->setFocus();
        QTest::keyClick(bytes->wayChoice(), Qt::Key_Down);
        QTRY_COMPARE_WITH_TIMEOUT(shown(), u"printed"_s, 10000);
        // By hand: into the slave's end, so from there.
        const quint32 number = m_window->session().endpointOfNode(u"pty"_s)->entry.number;
        m_window->session().writeInto(number, "by hand", model::Way::BToA);
        QTRY_COMPARE_WITH_TIMEOUT(shown(), u"printedby hand"_s, 10000);
    }

    void whatWasSentBeforeAnybodyAcceptsIsShownFromTheCalls()
    {
        start({command(u"server"_s, {u"sleep"_s, u"100"_s}),
               command(u"client"_s, {u"sh"_s, u"-c"_s, u"printf hello >&4; exec sleep 100"_s}),
               {u"l"_s, model::Kind::UnixStream, u"l"_s, {0, 0}, {}}},
              {{u"e1"_s, u"server"_s, u"3"_s, u"l"_s, u"listen"_s, {}},
               {u"e2"_s, u"client"_s, u"4"_s, u"l"_s, u"connect"_s, {}}});
        const auto connection = [this]() -> const model::LiveEndpoint* {
            const quint32 listener = m_window->session().endpointOfNode(u"l"_s)->entry.number;
            for (const model::LiveEndpoint& each : m_window->session().endpoints())
                if (each.entry.parent == listener)
                    return m_window->session().endpoint(each.entry.number);
            return nullptr;
        };
        QTRY_VERIFY_WITH_TIMEOUT(connection() && connection()->sampled, 10000);
        QVERIFY(!connection()->fill);
        showPanel(u"bytes"_s);
        const QString key = u"endpoint:%1"_s.arg(connection()->entry.number);
        m_window->canvas()->reveal(key);
        BytesPanel* bytes = m_window->bytes();
        QTRY_COMPARE_WITH_TIMEOUT(QString::fromLatin1(bytes->view()->bytes()), u"hello"_s, 10000);
        QVERIFY2(bytes->statusText().contains(u"until it is accepted"_s), qPrintable(bytes->statusText()));
        const auto said = [this] {
            QStringList words;
            for (const FactList* list : m_window->findChildren<FactList*>())
                for (const Fact& fact : list->facts())
                    words.append(fact.value);
            return words.join(u'\n');
        };
        QTRY_VERIFY2_WITH_TIMEOUT(said().contains(u"not known yet"_s), qPrintable(said()), 10000);
        if (const QString to = qEnvironmentVariable("BYTEYARD_TEST_PICTURES"); !to.isEmpty())
            m_window->grab().save(to + u"/not-accepted.png"_s);
    }

    void whoHoldsAnEndpointStandsInTheInspector()
    {
        start({command(u"writer"_s, {u"sleep"_s, u"100"_s}),
               command(u"reader"_s, {u"sleep"_s, u"100"_s}),
               {u"pipe"_s, model::Kind::Pipe, u"pipe"_s, {0, 0}, {}}},
              {{u"e1"_s, u"writer"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
               {u"e2"_s, u"reader"_s, u"0"_s, u"pipe"_s, u"read"_s, {}}});
        m_window->canvas()->reveal(u"pipe"_s);
        const qint64 writer = pidOf(u"writer"_s);
        const qint64 reader = pidOf(u"reader"_s);
        QTRY_VERIFY2(factsShown().contains(u"writer · pid %1"_s.arg(writer)) &&
                         factsShown().contains(u"reader · pid %1"_s.arg(reader)),
                     qPrintable(factsShown()));
        QVERIFY(factsShown().contains(u"fd 1 · write"_s) && factsShown().contains(u"fd 0 · read"_s));
        // One that goes, goes from there.
        QCOMPARE(::kill(static_cast<pid_t>(writer), SIGKILL), 0);
        QTRY_VERIFY2(!factsShown().contains(u"pid %1"_s.arg(writer)), qPrintable(factsShown()));
        QVERIFY(factsShown().contains(u"pid %1"_s.arg(reader)));
    }

    void whatHasNoNameInProcIsHeldByThoseWhoHoldIt()
    {
        const model::Node first = actor(u"first"_s, u"sleep(100)"_s);
        const model::Node second = actor(u"second"_s, u"sleep(100)"_s);
        start({first,
               second,
               {u"bell"_s, model::Kind::Eventfd, u"bell"_s, {0, 0}, {}},
               {u"term"_s, model::Kind::Pty, u"term"_s, {0, 0}, {}}},
              {{u"e1"_s, u"first"_s, u"bell"_s, u"bell"_s, u"write"_s, {}},
               {u"e2"_s, u"second"_s, u"bell"_s, u"bell"_s, u"read"_s, {}},
               {u"e3"_s, u"first"_s, u"term"_s, u"term"_s, u"master"_s, {}},
               {u"e4"_s, u"second"_s, u"term"_s, u"term"_s, u"slave"_s, {}}});
        for (const QString& each : {u"bell"_s, u"term"_s}) {
            m_window->canvas()->reveal(each);
            // By the names on the canvas: both are run by byteyard-actor.
            QTRY_VERIFY2(factsShown().contains(u"first · pid %1"_s.arg(pidOf(u"first"_s))) &&
                             factsShown().contains(u"second · pid %1"_s.arg(pidOf(u"second"_s))),
                         qPrintable(each + u'\n' + factsShown()));
        }
        QVERIFY2(factsShown().contains(u"/dev/pts/"_s), qPrintable(factsShown()));
    }

    void aQueuesPageTellsWhoWaitsInItAndWhereItsMessagesAreFrom()
    {
        start({actor(u"sender"_s,
                     u"local q = mq_open(posix, O_WRONLY)\nmq_send(q, \"hello\", 4)\nmq_send(q, \"x\")"_s),
               actor(u"receiver"_s, u"msgrcv(sysv, 10)"_s),
               {u"posix"_s, model::Kind::PosixQueue, u"posix"_s, {0, 0}, {{u"maxmsg"_s, 1}}},
               {u"sysv"_s, model::Kind::SysvQueue, u"sysv"_s, {0, 0}, {}}},
              {{u"e1"_s, u"sender"_s, u"posix"_s, u"posix"_s, u"send"_s, {}},
               {u"e2"_s, u"receiver"_s, u"sysv"_s, u"sysv"_s, u"receive"_s, {}}});
        m_window->canvas()->reveal(u"posix"_s);
        QTRY_VERIFY2(factsShown().contains(u"sender · mq_timedsend"_s), qPrintable(factsShown()));
        // No call looks into such a queue: they are not "peeked".
        const auto titles = [this] {
            QStringList found;
            for (const auto* label : m_window->inspector()->findChildren<SectionLabel*>())
                if (label->isVisible())
                    found.append(label->text());
            return found.join(u'\n');
        };
        QTRY_VERIFY2(titles().contains(u"Queued messages · from the calls"_s), qPrintable(titles()));
        m_window->canvas()->reveal(u"sysv"_s);
        QTRY_VERIFY2(factsShown().contains(u"receiver · msgrcv"_s), qPrintable(factsShown()));
        // Nobody holds a System V object open: "nobody" would be no answer.
        QTRY_VERIFY2(!titles().contains(u"Who holds it open"_s), qPrintable(titles()));
    }

    void aFilesOffsetsAndLocksNameTheirProcesses()
    {
        start(
            {actor(
                 u"writer"_s,
                 u"write(3, \"0123456789\")\nfcntl(3, F_SETLK, {type=F_WRLCK, start=2, len=5})\nsleep(100)"_s),
             {u"notes"_s, model::Kind::File, u"notes"_s, {0, 0}, {}}},
            {{u"e1"_s, u"writer"_s, u"3"_s, u"notes"_s, u"write"_s, {}}});
        m_window->canvas()->reveal(u"notes"_s);
        const QString who = u"pid %1 · writer"_s.arg(pidOf(u"writer"_s));
        const auto text = [this] { return m_window->inspector()->live()->contentsText(); };
        QTRY_VERIFY2(text().contains(who + u"  at 10"_s) && text().contains(who + u"  POSIX WRITE 2–6"_s),
                     qPrintable(text()));
    }

    void aTypedLineReachesTheProcess()
    {
        start({command(u"cat"_s, {u"cat"_s}, {{u"stdin"_s, u"typed"_s}})}, {});
        showPanel(u"output"_s);
        m_window->canvas()->reveal(u"cat"_s);
        auto* line = m_window->output()->findChild<QLineEdit*>(u"input"_s);
        QVERIFY(line);
        QTRY_VERIFY(line->isVisible() && line->isEnabled());
        line->setFocus();
        QTest::keyClicks(line, u"hello byteyard"_s);
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_VERIFY2(m_window->output()->text().contains(u"hello byteyard"_s),
                     qPrintable(m_window->output()->text()));
        QVERIFY(line->text().isEmpty());
    }

    void theCapacityControlChangesThePipe()
    {
        start({command(u"writer"_s, {u"sleep"_s, u"100"_s}),
               command(u"reader"_s, {u"sleep"_s, u"100"_s}),
               {u"pipe"_s, model::Kind::Pipe, u"pipe"_s, {0, 0}, {}}},
              {{u"e1"_s, u"writer"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
               {u"e2"_s, u"reader"_s, u"0"_s, u"pipe"_s, u"read"_s, {}}});
        const qint64 writer = pidOf(u"writer"_s);
        QCOMPARE(pipeSize(writer, 1), 65536);
        m_window->canvas()->reveal(u"pipe"_s);
        auto* control = m_window->inspector()->findChild<CapacityControl*>();
        QTRY_VERIFY(control && control->isVisible() && control->value() == 65536);
        control->slider()->setFocus();
        QTest::keyClick(control->slider(), Qt::Key_Left);
        QTRY_COMPARE(pipeSize(writer, 1), 32768);
        QTRY_COMPARE(m_window->session().endpointOfNode(u"pipe"_s)->capacity, quint64(32768));
        QTRY_COMPARE(control->value(), 32768);
    }

    void theDescriptorsPanelShowsWhoHasWhatOpenAndSelectsIt()
    {
        // A shell and its child share what the child inherits.
        start({command(u"shell"_s, {u"sh"_s, u"-c"_s, u"sleep 100; true"_s}),
               command(u"reader"_s, {u"sleep"_s, u"100"_s}),
               {u"pipe"_s, model::Kind::Pipe, u"pipe"_s, {0, 0}, {}}},
              {{u"e1"_s, u"shell"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
               {u"e2"_s, u"reader"_s, u"0"_s, u"pipe"_s, u"read"_s, {}}});
        showPanel(u"descriptors"_s);
        DescriptorsPanel* panel = m_window->descriptors();
        QAbstractItemModelTester tester(panel->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTRY_COMPARE_WITH_TIMEOUT(panel->model()->rowCount(), 3, 10000);
        using Column = model::DescriptorModel::Column;
        const auto cell = [panel](int row, Column column) {
            return panel->model()->index(row, static_cast<int>(column));
        };
        // In the order in which the processes came: shell, reader, the shell's child.
        QTRY_COMPARE(cell(0, Column::Process).data().toString(), u"shell  %1"_s.arg(pidOf(u"shell"_s)));
        QCOMPARE(cell(0, Column::Fd).data().toString(), u"1"_s);
        QCOMPARE(cell(0, Column::Access).data().toString(), u"write"_s);
        QCOMPARE(cell(0, Column::Object).data().toString(), u"pipe"_s);
        QCOMPARE(cell(0, Column::Identity).data().toString(),
                 u"inode %1"_s.arg(m_window->session().endpointOfNode(u"pipe"_s)->entry.inode));
        QCOMPARE(cell(1, Column::Access).data().toString(), u"read"_s);
        QCOMPARE(cell(2, Column::Fd).data().toString(), u"1"_s);
        const auto description = [&](int row) {
            return cell(row, Column::Description).data(model::DescriptorModel::DescriptionRole).toUInt();
        };
        QVERIFY(description(0) != 0);
        QCOMPARE(description(2), description(0));
        QVERIFY(description(1) != description(0));
        QVERIFY2(cell(0, Column::Description).data().toString().contains(u"shared by 2 "_s),
                 qPrintable(cell(0, Column::Description).data().toString()));

        const auto click = [panel](const QModelIndex& index) {
            QTest::mouseClick(panel->view()->viewport(), Qt::LeftButton, {},
                              panel->view()->visualRect(index).center());
        };
        click(cell(1, Column::Process));
        QCOMPARE(m_window->canvas()->selection().nodes, QStringList{u"reader"_s});
        click(cell(1, Column::Object));
        QCOMPARE(m_window->canvas()->selection().nodes, QStringList{u"pipe"_s});
        click(cell(0, Column::Description));
        QStringList chosen = m_window->canvas()->selection().nodes;
        QVERIFY2(chosen.contains(u"shell"_s) && chosen.contains(u"pipe"_s) && !chosen.contains(u"reader"_s),
                 qPrintable(chosen.join(u' ')));

        // What is closed goes from there.
        QCOMPARE(::kill(static_cast<pid_t>(pidOf(u"reader"_s)), SIGKILL), 0);
        QTRY_COMPARE(panel->model()->rowCount(), 2);
        m_window->session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(panel->model()->rowCount(), 0, 10000);
    }

    void whoWaitsToStartSaysForWhat()
    {
        const auto starting = [](const QJsonObject& rule) { return QJsonObject{{u"start"_s, rule}}; };
        start({command(u"first"_s, {u"sleep"_s, u"1000"_s}),
               command(u"late"_s, {u"true"_s}, starting({{u"when"_s, u"after"_s}, {u"seconds"_s, 600}})),
               command(u"then"_s, {u"true"_s}, starting({{u"when"_s, u"exits"_s}, {u"node"_s, u"first"_s}})),
               command(u"hand"_s, {u"sleep"_s, u"1000"_s}, starting({{u"when"_s, u"by-hand"_s}}))},
              {});
        model::Session& session = m_window->session();
        const auto says = [&](const QString& node) {
            const model::LiveProcess* process = session.processOfNode(node);
            return process ? stateText(session, *process) : QString();
        };
        QTRY_COMPARE_WITH_TIMEOUT(says(u"first"_s), u"running"_s, 10000);
        QCOMPARE(says(u"late"_s), u"waits: starts after 600 s"_s);
        QCOMPARE(says(u"then"_s), u"waits: starts when first has exited"_s);
        QCOMPARE(says(u"hand"_s), u"waits: started by hand"_s);
        session.startNode(u"hand"_s);
        QTRY_COMPARE_WITH_TIMEOUT(says(u"hand"_s), u"running"_s, 10000);
        ::kill(static_cast<pid_t>(session.processOfNode(u"first"_s)->entry.pid), SIGTERM);
        QTRY_COMPARE_WITH_TIMEOUT(says(u"then"_s), u"exited 0"_s, 10000);
        QCOMPARE(says(u"late"_s), u"waits: starts after 600 s"_s);
    }

    void aRangeOfTheTimeLineFiltersLogAndCharts()
    {
        start({command(u"clock"_s, {u"sh"_s, u"-c"_s, u"while :; do echo tick; sleep 0.05; done"_s}),
               command(u"reader"_s, {u"cat"_s}),
               {u"pipe"_s, model::Kind::Pipe, u"pipe"_s, {0, 0}, {}}},
              {{u"e1"_s, u"clock"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
               {u"e2"_s, u"reader"_s, u"0"_s, u"pipe"_s, u"read"_s, {}}});
        QTRY_VERIFY_WITH_TIMEOUT(m_window->session().now() > 1'500'000'000, 20000);
        m_window->session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), State::Ended, 20000);
        TimeLineView* line = m_window->timeLine();
        model::LogModel* log = m_window->log()->model();
        const quint64 end = m_window->session().now();
        QTRY_COMPARE(log->rowCount(), static_cast<int>(m_window->session().eventCount()));
        QTRY_COMPARE(line->timeAt(line->area().right() + 50), end);
        const int all = log->rowCount();

        const int from = line->xOf(end / 4);
        const int to = line->xOf(end / 2);
        const int y = line->area().center().y();
        QTest::mousePress(line, Qt::LeftButton, {}, {from, y});
        for (int x = from; x <= to; x += 10) {
            QMouseEvent move(QEvent::MouseMove, QPointF(x, y), line->mapToGlobal(QPointF(x, y)), Qt::NoButton,
                             Qt::LeftButton, {});
            QApplication::sendEvent(line, &move);
        }
        QTest::mouseRelease(line, Qt::LeftButton, {}, {to, y});
        QVERIFY(line->range());
        QTRY_VERIFY(!log->filtering() && log->rowCount() > 0 && log->rowCount() < all);
        int within = 0;
        const model::EventStore& store = m_window->session().store();
        store.forEach(store.first(), store.end(), [&](quint64, const ipc::EventView& event) {
            within += event.time >= line->range()->from && event.time < line->range()->to;
            return true;
        });
        QCOMPARE(log->rowCount(), within);
        showPanel(u"charts"_s);
        const auto* axis =
            qobject_cast<QValueAxis*>(m_window->charts()->fill()->chart()->axes(Qt::Horizontal).value(0));
        QVERIFY(axis);
        QCOMPARE(axis->min(), static_cast<double>(line->range()->from) / 1e9);
        QCOMPARE(axis->max(), static_cast<double>(line->range()->to) / 1e9);
        showPanel(u"log"_s);

        // By keys: all again, then the last columns.
        line->setFocus();
        QTest::keyClick(line, Qt::Key_Escape);
        QTRY_COMPARE(log->rowCount(), all);
        QVERIFY(!line->range());
        QCOMPARE(axis->max(), 0.0);
        QTest::keyClick(line, Qt::Key_End);
        for (int i = 0; i < 6; ++i)
            QTest::keyClick(line, Qt::Key_Left, Qt::ShiftModifier | Qt::ControlModifier);
        QVERIFY(line->range() && line->range()->to >= end - end / 100);
        QTRY_VERIFY(!log->filtering() && log->rowCount() > 0 && log->rowCount() < all);
        // The next run begins with all of it.
        m_window->runNow();
        QTRY_VERIFY(!line->range());
    }

private:
    void start(const QList<model::Node>& nodes, const QList<model::Edge>& edges)
    {
        model::Topology topology;
        topology.nodes = nodes;
        topology.edges = edges;
        m_window->document().reset(topology);
        m_window->runNow();
        for (const model::Node& node : nodes)
            if (model::isProcess(node.kind) && !node.properties.contains("start"_L1))
                QTRY_VERIFY2_WITH_TIMEOUT(m_window->session().processOfNode(node.id) &&
                                              m_window->session().processOfNode(node.id)->entry.state ==
                                                  "running"_L1,
                                          qPrintable(node.id), 30000);
    }
    qint64 pidOf(const QString& node) const { return m_window->session().processOfNode(node)->entry.pid; }
    /// All that the inspector's lists of facts say, the holders' too.
    QString factsShown() const
    {
        QStringList found;
        for (const auto* list : m_window->inspector()->findChildren<FactList*>())
            if (list->isVisible())
                for (const QLabel* label : list->findChildren<QLabel*>())
                    found.append(label->text());
        return found.join(u'\n');
    }
    void showPanel(const QString& name)
    {
        auto* dock = m_window->findChild<QDockWidget*>(name);
        QVERIFY(dock);
        dock->show();
        dock->raise();
    }

    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(LivePanels)
#include "tst_live_panels.moc"
