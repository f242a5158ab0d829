#include "model/session/wait_circles.h"

#include "lab_run.h"

#include <QTest>

#include <csignal>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

constexpr quint64 second = 1'000'000'000;

/// A state with processes, endpoints and waits, put together word by word.
class Scene
{
public:
    quint32 process(quint32 parent = 0, bool attached = false)
    {
        protocol::ProcessChange change;
        change.process = ++m_processes;
        change.parent = parent;
        change.name = u"p%1"_s.arg(m_processes);
        change.pid = pidOf(m_processes);
        change.state = u"running"_s;
        change.attached = attached;
        state.apply(change, 0);
        return m_processes;
    }
    quint32 endpoint(const QString& kind, quint32 parent = 0)
    {
        protocol::EndpointChange change;
        change.endpoint = ++m_endpoints;
        change.kind = kind;
        change.name = kind;
        change.state = u"live"_s;
        change.inode = 48000 + m_endpoints;
        change.parent = parent;
        state.apply(change);
        return m_endpoints;
    }
    void facts(quint32 endpoint, const QJsonObject& facts)
    {
        protocol::Sample sample;
        protocol::EndpointSample entry;
        entry.endpoint = endpoint;
        entry.facts = facts;
        sample.endpoints.append(entry);
        state.apply(sample);
    }
    void open(quint32 process, int fd, quint32 endpoint, const QString& access)
    {
        state.apply(protocol::EdgeChange{process, endpoint, fd, access, true, 1});
    }
    PendingCall& call(quint32 process, const QString& name, quint32 endpoint, const QString& detail = {})
    {
        PendingCall call;
        call.process = process;
        call.pid = pidOf(process);
        call.tid = pidOf(process) * 10 + ++m_calls;
        call.call = name;
        call.fd = 3;
        call.endpoint = endpoint;
        call.detail = detail;
        call.threads = 1;
        m_waits.append(call);
        return m_waits.last();
    }
    Deadlocks find(quint64 now = 2 * second, bool seesAll = false)
    {
        for (const PendingCall& call : std::as_const(m_waits))
            state.apply(protocol::Blocked{call});
        return findDeadlocks(state, now, seesAll);
    }
    static qint64 pidOf(quint32 process) { return 1000 + process; }

    LiveState state;

private:
    quint32 m_processes = 0;
    quint32 m_endpoints = 0;
    int m_calls = 0;
    QList<PendingCall> m_waits;
};

/// Two processes that write into full pipes which the other one reads.
struct TwoPipes : Scene
{
    quint32 a = process();
    quint32 b = process();
    quint32 ab = endpoint(u"pipe"_s);
    quint32 ba = endpoint(u"pipe"_s);

    TwoPipes()
    {
        open(a, 1, ab, u"write"_s);
        open(b, 0, ab, u"read"_s);
        open(b, 1, ba, u"write"_s);
        open(a, 0, ba, u"read"_s);
    }
};

} // namespace

class WaitCirclesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoWhoWriteAndNobodyReadsAreACircle();
    void oneWhoRunsLetsAllGoOn();
    void whoWaitsForLessThanASecondIsNone();
    void whoWaitsForALimitedTimeIsNone();
    void allThreadsMustWait();
    void aReaderThatHoldsTheWriteEndWaitsForItself();
    void anotherWriterMayWrite();
    void whoWaitsForACircleIsStuckAndNotInIt();
    void aParentAndTheChildThatItDoesNotRead();
    void oneChildThatCanEndIsEnough();
    void locksInTheOtherOrder();
    void aSemaphoreThatItTookItselfMayBeForAnybody();
    void theOtherSideOfAConnection();
    void onAnotherMachineAnythingMayHappen();
    void ofAttachedOnesOnlyWhenAllAreSeen();
    void theLabsThatTeachDeadlocksAreFound_data();
    void theLabsThatTeachDeadlocksAreFound();
    void aRealProgramIsFoundInARunAndInAMap();
};

void WaitCirclesTest::twoWhoWriteAndNobodyReadsAreACircle()
{
    TwoPipes scene;
    scene.call(scene.a, u"write"_s, scene.ab);
    scene.call(scene.b, u"write"_s, scene.ba);
    const Deadlocks found = scene.find();
    QCOMPARE(found.circles.size(), 1);
    const QList<quint32> both{scene.a, scene.b};
    QCOMPARE(found.circles.first().processes, both);
    QCOMPARE(found.circles.first().what,
             u"Deadlock: `p1` (pid 1001) waits in write(3) on pipe 48001 for `p2` (pid 1002); "
             "`p2` (pid 1002) waits in write(3) on pipe 48002 for `p1` (pid 1001)."_s);
    QVERIFY(found.circles.first().remedy.contains(u"poll"_s));
    QCOMPARE(found.stuck, QSet<quint32>(both.begin(), both.end()));
}

void WaitCirclesTest::oneWhoRunsLetsAllGoOn()
{
    TwoPipes scene;
    scene.call(scene.a, u"write"_s, scene.ab);
    QVERIFY(scene.find().stuck.isEmpty()); // b runs
    TwoPipes third;
    const quint32 c = third.process();
    third.open(c, 0, third.ab, u"read"_s); // reads what b does not
    third.call(third.a, u"write"_s, third.ab);
    third.call(third.b, u"write"_s, third.ba);
    QVERIFY(third.find().stuck.isEmpty());
}

void WaitCirclesTest::whoWaitsForLessThanASecondIsNone()
{
    TwoPipes scene;
    scene.call(scene.a, u"write"_s, scene.ab);
    PendingCall& late = scene.call(scene.b, u"write"_s, scene.ba);
    late.since = second + 1;
    QVERIFY(scene.find(2 * second).stuck.isEmpty());
    late.before = second; // it had waited before it was seen
    QCOMPARE(scene.find(2 * second).circles.size(), 1);
}

void WaitCirclesTest::whoWaitsForALimitedTimeIsNone()
{
    TwoPipes scene;
    scene.call(scene.a, u"write"_s, scene.ab);
    scene.call(scene.b, u"poll"_s, scene.ba, u"fds=1:out timeout=5s"_s);
    QVERIFY(scene.find().stuck.isEmpty());
}

void WaitCirclesTest::allThreadsMustWait()
{
    TwoPipes scene;
    scene.call(scene.a, u"write"_s, scene.ab).threads = 2;
    scene.call(scene.b, u"write"_s, scene.ba);
    QVERIFY(scene.find().stuck.isEmpty());
    scene.call(scene.a, u"write"_s, scene.ab).threads = 2;
    QCOMPARE(scene.find().circles.size(), 1);
    // Of which it is not known how many they are.
    TwoPipes unknown;
    unknown.call(unknown.a, u"write"_s, unknown.ab).threads = 0;
    unknown.call(unknown.b, u"write"_s, unknown.ba);
    QVERIFY(unknown.find().stuck.isEmpty());
}

void WaitCirclesTest::aReaderThatHoldsTheWriteEndWaitsForItself()
{
    Scene scene;
    const quint32 reader = scene.process();
    const quint32 pipe = scene.endpoint(u"pipe"_s);
    scene.open(reader, 0, pipe, u"read"_s);
    scene.open(reader, 4, pipe, u"write"_s);
    scene.call(reader, u"read"_s, pipe);
    const Deadlocks found = scene.find();
    QCOMPARE(found.circles.size(), 1);
    QCOMPARE(found.circles.first().processes, QList<quint32>{reader});
    QVERIFY2(found.circles.first().what.startsWith(u"`p1` (pid 1001) waits for itself"_s),
             qPrintable(found.circles.first().what));
}

void WaitCirclesTest::anotherWriterMayWrite()
{
    Scene scene;
    const quint32 reader = scene.process();
    const quint32 writer = scene.process();
    const quint32 pipe = scene.endpoint(u"pipe"_s);
    scene.open(reader, 0, pipe, u"read"_s);
    scene.open(reader, 4, pipe, u"write"_s);
    scene.open(writer, 1, pipe, u"write"_s);
    scene.call(reader, u"read"_s, pipe);
    scene.call(writer, u"clock_nanosleep"_s, 0);
    QVERIFY(scene.find().stuck.isEmpty());
}

void WaitCirclesTest::whoWaitsForACircleIsStuckAndNotInIt()
{
    TwoPipes scene;
    const quint32 shell = scene.process();
    const quint32 cat = scene.process(shell);
    const quint32 more = scene.endpoint(u"pipe"_s);
    scene.open(scene.b, 5, more, u"write"_s);
    scene.open(cat, 0, more, u"read"_s);
    scene.call(scene.a, u"write"_s, scene.ab);
    scene.call(scene.b, u"write"_s, scene.ba);
    scene.call(cat, u"read"_s, more);
    scene.call(shell, u"wait4"_s, 0);
    const Deadlocks found = scene.find();
    QCOMPARE(found.circles.size(), 1);
    QCOMPARE(found.circles.first().processes.size(), 2);
    QCOMPARE(found.stuck, (QSet<quint32>{scene.a, scene.b, cat, shell}));
}

void WaitCirclesTest::aParentAndTheChildThatItDoesNotRead()
{
    Scene scene;
    const quint32 parent = scene.process();
    const quint32 child = scene.process(parent);
    const quint32 pipe = scene.endpoint(u"pipe"_s);
    scene.open(parent, 3, pipe, u"read"_s);
    scene.open(child, 1, pipe, u"write"_s);
    scene.call(parent, u"wait4"_s, 0);
    scene.call(child, u"write"_s, pipe);
    const Deadlocks found = scene.find();
    QCOMPARE(found.circles.size(), 1);
    QVERIFY(found.circles.first().what.contains(
        u"`p1` (pid 1001) waits in wait4(3) for its child `p2` (pid 1002) to end"_s));
    QVERIFY(found.circles.first().remedy.startsWith(u"Read what the child writes"_s));
}

void WaitCirclesTest::oneChildThatCanEndIsEnough()
{
    Scene scene;
    const quint32 parent = scene.process();
    const quint32 child = scene.process(parent);
    scene.process(parent); // this one runs
    const quint32 pipe = scene.endpoint(u"pipe"_s);
    scene.open(parent, 3, pipe, u"read"_s);
    scene.open(child, 1, pipe, u"write"_s);
    scene.call(parent, u"wait4"_s, 0);
    scene.call(child, u"write"_s, pipe);
    QVERIFY(scene.find().stuck.isEmpty());
}

void WaitCirclesTest::locksInTheOtherOrder()
{
    Scene scene;
    const quint32 a = scene.process();
    const quint32 b = scene.process();
    const quint32 one = scene.endpoint(u"file"_s);
    const quint32 two = scene.endpoint(u"file"_s);
    scene.facts(
        one,
        {{u"locks"_s,
          u"FLOCK WRITE %1 0 EOF; FLOCK WRITE %2 0 EOF waits"_s.arg(Scene::pidOf(a)).arg(Scene::pidOf(b))}});
    scene.facts(
        two,
        {{u"locks"_s,
          u"FLOCK WRITE %2 0 EOF; FLOCK WRITE %1 0 EOF waits"_s.arg(Scene::pidOf(a)).arg(Scene::pidOf(b))}});
    scene.call(a, u"flock"_s, two);
    scene.call(b, u"flock"_s, one);
    const Deadlocks found = scene.find();
    QCOMPARE(found.circles.size(), 1);
    QVERIFY(found.circles.first().remedy.contains(u"same order"_s));
    // A holder that nobody knows may let go.
    scene.facts(one, {{u"locks"_s, u"FLOCK WRITE 4711 0 EOF"_s}});
    QVERIFY(scene.find().stuck.isEmpty());
}

void WaitCirclesTest::aSemaphoreThatItTookItselfMayBeForAnybody()
{
    Scene scene;
    const quint32 a = scene.process();
    const quint32 items = scene.endpoint(u"sysv-semaphore"_s);
    scene.facts(items, {{u"values"_s, QJsonArray{0}}, {u"pid"_s, QJsonArray{Scene::pidOf(a)}}});
    scene.call(a, u"semop"_s, items, u"ops=0:-1"_s);
    QVERIFY(scene.find().stuck.isEmpty());
}

void WaitCirclesTest::theOtherSideOfAConnection()
{
    Scene scene;
    const quint32 server = scene.process();
    const quint32 client = scene.process();
    const quint32 listener = scene.endpoint(u"unix-stream"_s);
    const quint32 connection = scene.endpoint(u"unix-stream"_s, listener);
    scene.open(server, 4, connection, u"read-write"_s);
    scene.open(client, 3, connection, u"read-write"_s);
    scene.call(server, u"recvfrom"_s, connection);
    QVERIFY(scene.find().stuck.isEmpty());
    scene.call(client, u"read"_s, connection);
    QCOMPARE(scene.find().circles.size(), 1);
}

void WaitCirclesTest::onAnotherMachineAnythingMayHappen()
{
    Scene scene;
    const quint32 client = scene.process();
    const quint32 listener = scene.endpoint(u"tcp"_s);
    const quint32 connection = scene.endpoint(u"tcp"_s, listener);
    scene.facts(connection, {{u"peer"_s, u"192.0.2.1:80"_s}});
    scene.open(client, 3, connection, u"read-write"_s);
    scene.call(client, u"read"_s, connection);
    QVERIFY(scene.find(2 * second, true).stuck.isEmpty());
}

void WaitCirclesTest::ofAttachedOnesOnlyWhenAllAreSeen()
{
    Scene scene;
    const quint32 a = scene.process(0, true);
    const quint32 pipe = scene.endpoint(u"pipe"_s);
    scene.open(a, 0, pipe, u"read"_s);
    scene.open(a, 1, pipe, u"write"_s);
    scene.call(a, u"read"_s, pipe);
    QVERIFY(scene.find(2 * second, false).stuck.isEmpty());
    QCOMPARE(scene.find(2 * second, true).circles.size(), 1);
}

void WaitCirclesTest::theLabsThatTeachDeadlocksAreFound_data()
{
    QTest::addColumn<QString>("lab");
    QTest::addColumn<QByteArray>("capture");
    for (const char* capture : {"ptrace", "auto"})
        for (const char* lab : {"deadlock", "lock-order"})
            QTest::addRow("%s, %s", lab, capture) << QString::fromLatin1(lab) << QByteArray(capture);
}

void WaitCirclesTest::theLabsThatTeachDeadlocksAreFound()
{
    QFETCH(const QString, lab);
    QFETCH(const QByteArray, capture);
    const LabRun lab_(lab, {u"--for"_s, u"4s"_s, u"--capture"_s, QString::fromLatin1(capture)});
    QVERIFY2(lab_.run.err.contains("warning: Deadlock: `A` (pid"), lab_.run.err);
}

/// A parent that waits for its child's end and does not read what that writes.
void WaitCirclesTest::aRealProgramIsFoundInARunAndInAMap()
{
    QTemporaryDir directory;
    const QString script = directory.filePath(u"wait.py"_s);
    QFile file(script);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("import subprocess\n"
               "p = subprocess.Popen(['head', '-c', '300000', '/dev/zero'], stdout=subprocess.PIPE)\n"
               "p.wait()\n");
    file.close();
    const QString topology = directory.filePath(u"wait.byteyard"_s);
    QFile document(topology);
    QVERIFY(document.open(QIODevice::WriteOnly));
    document.write(
        QJsonDocument(
            QJsonObject{{u"format"_s, 1},
                        {u"edges"_s, QJsonArray()},
                        {u"nodes"_s, QJsonArray{QJsonObject{
                                         {u"id"_s, u"p"_s},
                                         {u"kind"_s, u"command"_s},
                                         {u"name"_s, u"waiter"_s},
                                         {u"position"_s, QJsonArray{0, 0}},
                                         {u"properties"_s,
                                          QJsonObject{{u"argv"_s, QJsonArray{u"python3"_s, script}}}}}}}})
            .toJson());
    document.close();
    const CommandLineRun run({u"run"_s, topology, u"--for"_s, u"5s"_s});
    QVERIFY2(run.err.contains("Deadlock: `waiter` (pid"), run.err);
    QVERIFY2(run.err.contains("for its child `head` (pid"), run.err);

    QProcess waiter;
    waiter.start(u"/bin/sh"_s, {u"-c"_s, u"exec python3 \"$0\""_s, script});
    QVERIFY(waiter.waitForStarted());
    QByteArray said;
    const auto isFound = [&] {
        const CommandLineRun map({u"map"_s, u"--json"_s, u"--pid"_s, QString::number(waiter.processId())});
        said = map.out + map.err;
        const QJsonArray found = QJsonDocument::fromJson(map.out).object().value(u"deadlocks"_s).toArray();
        return found.size() == 1 && found.first()[u"pids"_s].toArray().contains(waiter.processId());
    };
    QTRY_VERIFY2_WITH_TIMEOUT(isFound(), said, 30'000);
    waiter.kill(); // head gets SIGPIPE
    QVERIFY(waiter.waitForFinished());
}

QTEST_GUILESS_MAIN(WaitCirclesTest)
#include "tst_wait_circles.moc"
