#include "model/session/replay.h"
#include "model/session/session.h"

#include <QDir>
#include <QJsonArray>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;
namespace ipc = byteyard::ipc;

namespace {

constexpr int patience = 30000;

Node command(const QString& id, const QStringList& argv)
{
    return {id, Kind::Command, id, {}, {{u"argv"_s, QJsonArray::fromStringList(argv)}}};
}

/// A writer that waits before it writes, and a reader.
Topology slowPipe()
{
    Topology topology;
    topology.nodes = {command(u"writer"_s, {u"sh"_s, u"-c"_s, u"sleep 0.5; echo hello"_s}),
                      {u"pipe"_s, Kind::Pipe, u"pipe"_s, {}, {}},
                      command(u"reader"_s, {u"cat"_s})};
    topology.edges = {{u"w"_s, u"writer"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
                      {u"r"_s, u"reader"_s, u"0"_s, u"pipe"_s, u"read"_s, {}}};
    return topology;
}

struct Ran
{
    Session session;

    explicit Ran(const Topology& topology)
    {
        session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
        session.run(topology);
    }
    bool ends() const
    {
        return QTest::qWaitFor([this] { return session.state() == Session::State::Ended; }, patience);
    }
    quint64 put(const QString& node) const
    {
        const LiveEndpoint* endpoint = session.endpointOfNode(node);
        return endpoint == nullptr ? 0 : endpoint->entry.totals.bytesIn;
    }
    QString stateOf(const QString& node) const
    {
        const LiveProcess* process = session.processOfNode(node);
        return process == nullptr ? QString() : process->entry.state;
    }
    /// The moment of the first call of this kind on the pipe that moved something.
    quint64 timeOf(ipc::Call call) const
    {
        quint64 time = 0;
        const quint32 pipe = session.endpointOfNode(u"pipe"_s)->entry.number;
        session.store().forEach(0, session.store().end(), [&](quint64, const ipc::EventView& event) {
            if (event.call != call || event.endpoint != pipe || event.result <= 0)
                return true;
            time = event.time;
            return false;
        });
        return time;
    }
};

/// All that a moment shows, for comparing.
QStringList momentOf(const Session& session)
{
    QStringList lines;
    for (const LiveProcess& each : session.processes())
        lines << u"%1 %2 %3 %4"_s.arg(each.entry.number)
                     .arg(each.entry.state)
                     .arg(each.entry.bytesRead)
                     .arg(each.entry.bytesWritten);
    for (const LiveEndpoint& each : session.endpoints())
        lines << u"%1 %2 %3 %4"_s.arg(each.entry.number)
                     .arg(each.entry.totals.bytesIn)
                     .arg(each.entry.totals.bytesOut)
                     .arg(each.fill.value_or(99));
    for (const LiveEdge& each : session.edges())
        lines << u"%1 %2 %3 %4 %5"_s.arg(each.process)
                     .arg(each.endpoint)
                     .arg(each.open)
                     .arg(each.bytesIn)
                     .arg(each.bytesOut);
    for (const PendingCall& each : session.pending())
        lines << u"%1 %2"_s.arg(each.tid).arg(each.call);
    return lines;
}

struct Known
{
    quint32 number;
    quint32 parent;
    qint64 pid;
};

/// Processes, and one pipe that nobody drew.
Catalog catalogOf(const QList<Known>& processes)
{
    Catalog catalog;
    for (const Known& each : processes) {
        ProcessEntry entry;
        entry.number = each.number;
        entry.parent = each.parent;
        entry.pid = each.pid;
        entry.state = u"exited"_s;
        catalog.processes.insert(each.number, entry);
    }
    EndpointEntry pipe;
    pipe.number = 1;
    pipe.kind = u"pipe"_s;
    catalog.endpoints.insert(1, pipe);
    return catalog;
}

} // namespace

/// What is shown of a moment of a run that has ended: with the real engine and real programs.
class TestReplay : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aMomentIsAsItWas()
    {
        Ran ran(slowPipe());
        QVERIFY(!ran.session.canReplay());
        ran.session.replayTo(0);
        QVERIFY(!ran.session.isReplaying());
        QVERIFY(ran.ends());
        QVERIFY(ran.session.canReplay());
        const quint64 length = ran.session.length();
        const quint64 written = ran.timeOf(ipc::Call::Write);
        const quint64 read = ran.timeOf(ipc::Call::Read);
        QVERIFY(written > 400'000'000 && read >= written && length >= read);

        // Before the writer wakes: nothing has passed, and the reader waits.
        ran.session.replayTo(written - 100'000'000);
        QVERIFY(ran.session.isReplaying());
        QCOMPARE(ran.session.now(), written - 100'000'000);
        QCOMPARE(ran.session.length(), length);
        QCOMPARE(ran.put(u"pipe"_s), 0U);
        QCOMPARE(ran.stateOf(u"reader"_s), u"running"_s);
        QVERIFY(ran.session.edgeOf(u"r"_s) != nullptr && ran.session.edgeOf(u"r"_s)->blocked);
        QVERIFY(!ran.session.blockedSentence(ran.session.processOfNode(u"reader"_s)->entry.number).isEmpty());

        // The bytes are in the pipe between the write and the read.
        ran.session.replayTo(written);
        if (read > written)
            QCOMPARE(ran.session.endpointOfNode(u"pipe"_s)->fill, 6U);
        QCOMPARE(ran.put(u"pipe"_s), 6U);
        ran.session.replayTo(read);
        QCOMPARE(ran.session.endpointOfNode(u"pipe"_s)->fill, 0U);
        QVERIFY(!ran.session.edgeOf(u"r"_s)->blocked);

        ran.session.replayTo(length);
        QCOMPARE(ran.stateOf(u"writer"_s), u"exited"_s);
        QCOMPARE(ran.session.processOfNode(u"writer"_s)->entry.exitCode, 0);
        QVERIFY(!ran.session.edgeOf(u"w"_s)->open);
        ran.session.endReplay();
        QVERIFY(!ran.session.isReplaying());
        QCOMPARE(ran.session.now(), length);
        QCOMPARE(ran.put(u"pipe"_s), 6U);
    }

    /// Back and forth in any order a moment is the same; nothing of a replay stays.
    void everyMomentIsTheSameFromBothSides()
    {
        Topology topology;
        topology.nodes = {
            command(u"shell"_s, {u"sh"_s, u"-c"_s, u"for i in 1 2 3; do echo $i | cat | wc -c; done"_s})};
        Ran ran(topology);
        QVERIFY(ran.ends());
        const QStringList atEnd = momentOf(ran.session);
        const quint64 events = ran.session.store().end();
        QVERIFY(events > 30);
        QList<QStringList> forward;
        ran.session.replayTo(0);
        const quint64 first = ran.session.replayPosition();
        for (quint64 at = first; at < events; ++at) {
            ran.session.stepReplay(1);
            QCOMPARE(ran.session.replayPosition(), at + 1);
            forward << momentOf(ran.session);
        }
        // Totals are those of the run in the end.
        for (const LiveEndpoint& each : ran.session.endpoints())
            QVERIFY(atEnd.join(u'\n').contains(u"%1 %2 %3"_s.arg(each.entry.number)
                                                   .arg(each.entry.totals.bytesIn)
                                                   .arg(each.entry.totals.bytesOut)));
        for (quint64 at = events; at > first + 1; at -= 7 < at - first - 1 ? 7 : 1) {
            ran.session.stepReplay(static_cast<qint64>(at) -
                                   static_cast<qint64>(ran.session.replayPosition()));
            QCOMPARE(momentOf(ran.session), forward.at(static_cast<qsizetype>(at - first - 1)));
        }
        ran.session.endReplay();
        QCOMPARE(momentOf(ran.session), atEnd);
    }

    /// What went before the oldest event that is kept is not known: at least so much has passed.
    void aLogWithoutItsBeginningTellsAtLeastSoMuch_data()
    {
        QTest::addColumn<quint64>("limit");
        QTest::addColumn<QString>("capture");
        QTest::newRow("whole") << quint64(100) << u"exact"_s;
        QTest::newRow("cut") << quint64(5) << u"sampled"_s;
    }
    void aLogWithoutItsBeginningTellsAtLeastSoMuch()
    {
        QFETCH(const quint64, limit);
        QFETCH(const QString, capture);
        auto store = std::make_shared<EventStore>(limit);
        ipc::Event event;
        event.call = ipc::Call::Write;
        event.process = event.endpoint = 1;
        event.fd = 1;
        event.result = 100;
        for (quint64 i = 1; i <= 10; ++i) {
            event.seq = i;
            event.time = i * 1000;
            store->append(event.view());
        }
        Replay replay(store, catalogOf({{1, 0, 100}}), {}, 20'000);
        replay.seek(20'000);
        const LiveEndpoint* pipe = replay.live().endpoint(1);
        QCOMPARE(pipe->entry.totals.bytesIn, 100 * std::min<quint64>(limit, 10));
        QCOMPARE(pipe->entry.capture, capture);
        QCOMPARE(pipe->fill.has_value(), capture == u"exact");
    }

    void aPidThatComesAgainIsAnotherChild()
    {
        auto store = std::make_shared<EventStore>();
        ipc::Event fork;
        fork.call = ipc::Call::Fork;
        fork.process = 1;
        fork.result = 200;
        for (quint64 i = 1; i <= 3; ++i) { // the third child is none that the catalog knows
            fork.seq = i;
            fork.time = i * 1000;
            store->append(fork.view());
        }
        Replay replay(store, catalogOf({{1, 0, 100}, {2, 1, 200}, {3, 1, 200}}), {}, 5000);
        for (const int round : {1, 2}) {
            Q_UNUSED(round)
            replay.seek(1000);
            QVERIFY(replay.live().process(2) != nullptr && replay.live().process(3) == nullptr);
            replay.seek(5000);
            QVERIFY(replay.live().process(3) != nullptr);
            QCOMPARE(replay.live().processes().size(), 3);
        }
    }

    void itPlaysToItsEndAndANewRunDropsIt()
    {
        Ran ran(slowPipe());
        QVERIFY(ran.ends());
        QSignalSpy told(&ran.session, &Session::replayChanged);
        ran.session.playReplay(10);
        QVERIFY(ran.session.isReplayPlaying());
        QTRY_VERIFY_WITH_TIMEOUT(!ran.session.isReplayPlaying(), patience);
        QVERIFY(told.size() > 2);
        QCOMPARE(ran.session.now(), ran.session.length());
        ran.session.playReplay(0.001); // from the beginning again
        QVERIFY(ran.session.now() < ran.session.length() / 2);
        ran.session.pauseReplay();
        QVERIFY(ran.session.isReplaying() && !ran.session.isReplayPlaying());
        ran.session.run(slowPipe());
        QVERIFY(!ran.session.isReplaying());
        QVERIFY(ran.ends());
        QCOMPARE(ran.put(u"pipe"_s), 6U);
    }

    void aRecordingIsReplayedAsTheRunThatItIsOf()
    {
        const QTemporaryDir directory(QDir::tempPath() + u"/byteyard-test-XXXXXX"_s);
        const QString path = directory.filePath(u"run.pcapng"_s);
        Ran ran(slowPipe());
        QVERIFY(ran.session.startRecording(path).isEmpty());
        QVERIFY(ran.ends());
        QTRY_VERIFY_WITH_TIMEOUT(!ran.session.isRecording(), patience);
        Session recorded;
        QSignalSpy opened(&recorded, &Session::opened);
        recorded.openRecording(path);
        QVERIFY(opened.wait(patience));
        QVERIFY(recorded.canReplay());
        for (const quint64 part : {1, 2, 3, 4}) {
            const quint64 time = recorded.length() * part / 4;
            recorded.replayTo(time);
            ran.session.replayTo(time);
            QCOMPARE(momentOf(recorded), momentOf(ran.session));
        }
    }
};

QTEST_GUILESS_MAIN(TestReplay)
#include "tst_replay.moc"
