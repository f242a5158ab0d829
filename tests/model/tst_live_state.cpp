#include "model/session/blocked_sentence.h"
#include "model/session/live_state.h"

#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;
namespace ipc = byteyard::ipc;

namespace {

/// `a` writes stdout and stderr into one pipe; a FIFO is read and written by `a`.
Topology twoEdges()
{
    Topology topology;
    topology.nodes = {{u"a"_s, Kind::Command, u"a"_s, {}, {}},
                      {u"p"_s, Kind::Pipe, u"p"_s, {}, {}},
                      {u"f"_s, Kind::Fifo, u"f"_s, {}, {}}};
    topology.edges = {{u"out"_s, u"a"_s, u"1"_s, u"p"_s, u"write"_s, {}},
                      {u"err"_s, u"a"_s, u"2"_s, u"p"_s, u"write"_s, {}},
                      {u"fr"_s, u"a"_s, u"0"_s, u"f"_s, u"read"_s, {}},
                      {u"fw"_s, u"a"_s, u"3"_s, u"f"_s, u"write"_s, {}}};
    return topology;
}

protocol::ProcessChange process(quint32 number, const QString& node, const QString& state)
{
    protocol::ProcessChange change;
    change.process = number;
    change.node = node;
    change.name = node.isEmpty() ? u"child"_s : node;
    change.pid = 100 + number;
    change.state = state;
    return change;
}

protocol::EndpointChange endpoint(quint32 number, const QString& node, const QString& kind)
{
    protocol::EndpointChange change;
    change.endpoint = number;
    change.node = node;
    change.kind = kind;
    change.name = node;
    change.state = u"live"_s;
    change.inode = 48000 + number;
    return change;
}

ipc::Event moved(ipc::Call call, quint32 processNumber, quint32 endpointNumber, int fd, qint64 result)
{
    ipc::Event event;
    event.call = call;
    event.process = processNumber;
    event.endpoint = endpointNumber;
    event.fd = fd;
    event.result = result;
    return event;
}

PendingCall pendingCall(const QString& call, quint32 processNumber, quint32 endpointNumber, int fd)
{
    PendingCall pending;
    pending.process = processNumber;
    pending.tid = 100 + processNumber;
    pending.call = call;
    pending.fd = fd;
    pending.endpoint = endpointNumber;
    pending.how = u"exact"_s;
    return pending;
}

} // namespace

class TestLiveState : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachEdgeCountsWhatItsOwnDescriptorMoved();
    void edgesThatComeBeforeTheirNodesAreDrawnLater();
    void aProcessRunAgainIsTheNewestOfItsNode();
    void aReaderThatWaitsForItselfIsToldSo();
    void anOpenWaitsForTheOtherSide();
    void paceIsNotCalledBlocked();
    void theDescriptorOfAnEdgeIsKnownWhenItIsClosedAndInARecording();
    void whatTheEndCutsIsSaid();
};

void TestLiveState::eachEdgeCountsWhatItsOwnDescriptorMoved()
{
    LiveState live(twoEdges());
    live.apply(endpoint(1, u"p"_s, u"pipe"_s));
    live.apply(endpoint(2, u"f"_s, u"fifo"_s));
    live.apply(process(1, u"a"_s, u"running"_s), 0);
    live.apply(protocol::EdgeChange{1, 1, 1, u"write"_s, true});
    live.apply(protocol::EdgeChange{1, 1, 2, u"write"_s, true});
    live.apply(
        protocol::EdgeChange{1, 2, 7, u"read"_s, true}); // not the fd that was drawn, but its direction
    live.apply(protocol::EdgeChange{1, 2, 3, u"write"_s, true});
    Statistics statistics;
    statistics.add(moved(ipc::Call::Write, 1, 1, 1, 100).view());
    statistics.add(moved(ipc::Call::Write, 1, 1, 2, 20).view());
    statistics.add(moved(ipc::Call::Write, 1, 2, 3, 7).view());
    statistics.add(moved(ipc::Call::Read, 1, 2, 7, 5).view());
    live.update(statistics.totals(), 1'000'000);
    QCOMPARE(live.edgeOf(u"out"_s)->bytesIn, 100u);
    QCOMPARE(live.edgeOf(u"err"_s)->bytesIn, 20u);
    QCOMPARE(live.edgeOf(u"fw"_s)->bytesIn, 7u);
    QCOMPARE(live.edgeOf(u"fw"_s)->bytesOut, 0u);
    QCOMPARE(live.edgeOf(u"fr"_s)->bytesOut, 5u);
    QCOMPARE(live.edgeOf(u"fr"_s)->fds, QList<int>{7});
    QCOMPARE(live.endpointOfNode(u"p"_s)->entry.totals.bytesIn, 120u);
    QCOMPARE(live.process(1)->entry.bytesWritten, 127u);
}

void TestLiveState::edgesThatComeBeforeTheirNodesAreDrawnLater()
{
    LiveState live(twoEdges());
    live.apply(protocol::EdgeChange{1, 1, 2, u"write"_s, true});
    QCOMPARE(live.edgeOf(u"err"_s), nullptr);
    QCOMPARE(live.edges().size(), 1);
    live.apply(process(1, u"a"_s, u"running"_s), 0);
    live.apply(endpoint(1, u"p"_s, u"pipe"_s));
    QVERIFY(live.edgeOf(u"err"_s) != nullptr && live.edgeOf(u"err"_s)->open);
    QVERIFY(live.edgeOf(u"out"_s) != nullptr && !live.edgeOf(u"out"_s)->open);
    live.apply(process(2, {}, u"running"_s), 0); // a child inherits the descriptor: nobody drew that
    live.apply(protocol::EdgeChange{2, 1, 1, u"write"_s, true});
    QVERIFY(live.edges().constLast().edge.isEmpty());
}

void TestLiveState::aProcessRunAgainIsTheNewestOfItsNode()
{
    LiveState live(twoEdges());
    live.apply(endpoint(1, u"p"_s, u"pipe"_s));
    live.apply(process(1, u"a"_s, u"exited"_s), 5);
    live.apply(process(4, u"a"_s, u"running"_s), 9);
    live.apply(protocol::EdgeChange{1, 1, 1, u"write"_s, true});
    live.apply(protocol::EdgeChange{4, 1, 1, u"write"_s, true});
    QCOMPARE(live.processOfNode(u"a"_s)->entry.number, 4u);
    QCOMPARE(live.processOfNode(u"a"_s)->entry.since, 9u);
    QCOMPARE(live.edgeOf(u"out"_s)->process, 4u);
}

void TestLiveState::aReaderThatWaitsForItselfIsToldSo()
{
    LiveState live;
    live.apply(endpoint(1, {}, u"pipe"_s));
    live.apply(process(1, {}, u"running"_s), 0);
    live.apply(protocol::EdgeChange{1, 1, 0, u"read"_s, true});
    live.apply(protocol::EdgeChange{1, 1, 4, u"write"_s, true});
    live.apply(protocol::Sample{1, {{1, 0, 0, 65536, false, {}, {}, 0, {}, {}}}});
    live.apply(protocol::Blocked{pendingCall(u"read"_s, 1, 1, 0)});
    QCOMPARE(blockedSentence(live, 1, 3'200'000'000),
             u"blocked for 3.2 s in read(0) on pipe 48001, empty; its only writer is the process itself."_s);
}

void TestLiveState::anOpenWaitsForTheOtherSide()
{
    LiveState live;
    protocol::EndpointChange fifo = endpoint(1, {}, u"fifo"_s);
    fifo.path = u"/tmp/mailbox"_s;
    live.apply(fifo);
    live.apply(process(1, {}, u"starting"_s), 0);
    PendingCall open = pendingCall(u"openat"_s, 1, 1, -1);
    open.detail = u"flags=O_WRONLY path=/tmp/mailbox"_s;
    live.apply(protocol::Blocked{open});
    QCOMPARE(blockedSentence(live, 1, 2'000'000'000),
             u"blocked for 2.0 s in openat on fifo /tmp/mailbox; nobody has it open for reading."_s);
}

void TestLiveState::paceIsNotCalledBlocked()
{
    LiveState live(twoEdges());
    live.apply(endpoint(1, u"p"_s, u"pipe"_s));
    live.apply(process(1, u"a"_s, u"running"_s), 0);
    live.apply(protocol::EdgeChange{1, 1, 1, u"write"_s, true});
    PendingCall held = pendingCall(u"write"_s, 1, 1, 1);
    held.paced = true;
    live.apply(protocol::Blocked{held});
    live.update({}, 1);
    QVERIFY(!live.edgeOf(u"out"_s)->blocked);
    QCOMPARE(blockedSentence(live, 1, 500'000'000),
             u"held by its pace for 500 ms in write(1) on pipe 48001."_s);
    live.apply(process(1, u"a"_s, u"exited"_s), 2);
    QVERIFY(live.pending().isEmpty());
}

void TestLiveState::theDescriptorOfAnEdgeIsKnownWhenItIsClosedAndInARecording()
{
    LiveState live;
    live.apply(endpoint(1, {}, u"unix-stream"_s));
    live.apply(process(1, {}, u"running"_s), 0);
    live.apply(protocol::EdgeChange{1, 1, 7, u"read-write"_s, true});
    live.apply(protocol::EdgeChange{1, 1, 7, u"read-write"_s, false});
    QVERIFY(!live.edges().constFirst().open);
    QCOMPARE(live.edges().constFirst().lastFd, 7);

    Statistics statistics;
    statistics.add(moved(ipc::Call::EpollCtl, 1, 1, 3, 0).view()); // of the epoll instance
    statistics.add(moved(ipc::Call::Read, 1, 1, 8, 100).view());
    Catalog catalog;
    live.fill(catalog);
    LiveState recorded;
    recorded.load(catalog, statistics.totals());
    QCOMPARE(recorded.edges().size(), 1);
    QCOMPARE(recorded.edges().constFirst().lastFd, 8);
    QVERIFY(recorded.edges().constFirst().fds.isEmpty());
}

void TestLiveState::whatTheEndCutsIsSaid()
{
    LiveState live(twoEdges());
    live.apply(endpoint(1, u"p"_s, u"pipe"_s));
    live.apply(process(1, u"a"_s, u"running"_s), 0);
    live.end(7, u"cut"_s);
    QCOMPARE(live.process(1)->entry.state, u"failed"_s);
    QCOMPARE(live.process(1)->error, u"cut"_s);
    QCOMPARE(live.endpoint(1)->entry.state, u"closed"_s);
}

QTEST_GUILESS_MAIN(TestLiveState)
#include "tst_live_state.moc"
