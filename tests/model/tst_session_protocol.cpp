#include "ipc/wire/frame.h"
#include "model/session/session.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

Topology stuckPipe()
{
    Topology topology;
    topology.nodes = {{u"a"_s, Kind::Command, u"yes"_s, {}, {{u"argv"_s, QJsonArray{u"yes"_s}}}},
                      {u"b"_s, Kind::Command, u"wc"_s, {}, {{u"argv"_s, QJsonArray{u"wc"_s}}}},
                      {u"p"_s, Kind::Pipe, u"p"_s, {}, {}}};
    topology.edges = {{u"e1"_s, u"a"_s, u"1"_s, u"p"_s, u"write"_s, {}},
                      {u"e2"_s, u"b"_s, u"0"_s, u"p"_s, u"read"_s, {}}};
    return topology;
}

QStringList fake(const QString& mode)
{
    return {QStringLiteral(BYTEYARD_HELPERS "/helper_fake_engine"), mode};
}

bool runToTheEnd(Session& session)
{
    session.run(stuckPipe());
    return QTest::qWaitFor([&] { return session.state() == Session::State::Ended; }, 20000);
}

qsizetype openDescriptors()
{
    return QDir(u"/proc/self/fd"_s).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System).size();
}

qsizetype threads()
{
    return QDir(u"/proc/self/task"_s).entryList(QDir::NoDotAndDotDot | QDir::Dirs).size();
}

QByteArray childProcesses()
{
    QByteArray all;
    const QDir tasks(u"/proc/self/task"_s);
    for (const QString& task : tasks.entryList(QDir::NoDotAndDotDot | QDir::Dirs)) {
        QFile file(tasks.filePath(task) + u"/children"_s);
        if (file.open(QIODevice::ReadOnly))
            all += file.readAll();
    }
    return all.trimmed();
}

} // namespace

class TestSessionProtocol : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aBadEngineEndsTheRunWithOneClearProblem_data();
    void aBadEngineEndsTheRunWithOneClearProblem();
    void anEngineThatIsNotThereIsAProblemThatNamesIt();
    void aRunAfterABadEngineStartsANewOne();
    void whatTheEngineTellsIsLive();
    void aBlockedWriterIsExplainedInASentence();
    void theEndsAndTotalsAreInTheCatalog();
    void stopEndsTheRunAndASilentEngineIsEnded();
    void anUnsoundTopologyStartsNothing();
    void twentyRunsLeaveNothingBehind();
};

void TestSessionProtocol::aBadEngineEndsTheRunWithOneClearProblem_data()
{
    QTest::addColumn<QString>("mode");
    QTest::addColumn<QString>("words");
    QTest::newRow("answers garbage") << u"garbage"_s << u"no Byteyard message: .*magic number"_s;
    QTest::newRow("says nothing") << u"silent"_s << u"has not answered for 5 s"_s;
    QTest::newRow("stops in hello") << u"half-hello"_s << u"has not answered for 5 s"_s;
    QTest::newRow("ends at once") << u"exits"_s << u"ended: exit status 3; it said: .*moon"_s;
    QTest::newRow("speaks version 7")
        << u"version"_s
        << u"speaks version 7.*this program speaks version %1"_s.arg(byteyard::ipc::wire::protocolVersion);
    QTest::newRow("is killed") << u"dies"_s << u"killed by SIGKILL"_s;
    QTest::newRow("is cut") << u"cut"_s << u"in the middle of a message"_s;
    QTest::newRow("unknown type") << u"unknown-type"_s << u"unknown type \"surprise\""_s;
    QTest::newRow("wrong member") << u"wrong-type"_s << u"member \"count\" of \"lost\""_s;
    QTest::newRow("no JSON") << u"no-json"_s << u"not a JSON object"_s;
    QTest::newRow("a frame too long") << u"long-frame"_s << u"longer than 16 MiB"_s;
    QTest::newRow("a broken record") << u"broken-record"_s << u"event record is broken"_s;
}

void TestSessionProtocol::aBadEngineEndsTheRunWithOneClearProblem()
{
    QFETCH(QString, mode);
    QFETCH(QString, words);
    Session session;
    session.setEngineCommand(fake(mode));
    QVERIFY(runToTheEnd(session));
    QCOMPARE(session.problems().size(), 1);
    const Problem problem = session.problems().constFirst();
    QVERIFY2(QRegularExpression(words).match(problem.what).hasMatch(), qPrintable(problem.what));
    QVERIFY(!problem.remedy.isEmpty());
    QVERIFY(!problem.what.contains(u'\n'));
    QCOMPARE(session.catalog().reason, u"failed"_s);
}

void TestSessionProtocol::anEngineThatIsNotThereIsAProblemThatNamesIt()
{
    Session session;
    session.setEngineCommand({u"/nowhere/byteyard-engine"_s});
    QSignalSpy found(&session, &Session::problemFound);
    session.run(stuckPipe());
    QCOMPARE(session.state(), Session::State::Ended);
    QCOMPARE(found.size(), 1);
    const QString what = session.problems().constFirst().what;
    QVERIFY2(what.contains(u"/nowhere/byteyard-engine"_s) && what.contains(u"ENOENT"_s), qPrintable(what));
}

void TestSessionProtocol::aRunAfterABadEngineStartsANewOne()
{
    Session session;
    session.setEngineCommand(fake(u"dies"_s));
    QVERIFY(runToTheEnd(session));
    session.setEngineCommand(fake(u"talks"_s));
    QVERIFY(runToTheEnd(session));
    QCOMPARE(session.catalog().reason, u"all-exited"_s);
    // The run is over and the engine breaks the rules afterwards: said as a warning, and a run starts another
    // one.
    session.setEngineCommand(fake(u"events-after-end"_s));
    QVERIFY(runToTheEnd(session));
    QTRY_COMPARE(session.problems().size(), 1);
    QCOMPARE(session.problems().constFirst().severity, Fault::Severity::Warning);
    session.setEngineCommand(fake(u"talks"_s));
    QVERIFY(runToTheEnd(session));
    QCOMPARE(session.catalog().reason, u"all-exited"_s);
}

void TestSessionProtocol::whatTheEngineTellsIsLive()
{
    Session session;
    session.setEngineCommand(fake(u"stuck"_s));
    session.run(stuckPipe());
    QTRY_COMPARE(session.pending().size(), 1);
    QCOMPARE(session.state(), Session::State::Running);
    QCOMPARE(session.captureText(), u"exact (ptrace): eBPF needs CAP_BPF"_s);
    QCOMPARE(session.catalog().started,
             QDateTime::fromString(u"2026-01-02T03:04:05.123Z"_s, Qt::ISODateWithMs));
    const LiveEndpoint* pipe = session.endpointOfNode(u"p"_s);
    QVERIFY(pipe != nullptr);
    QCOMPARE(pipe->fill, std::optional<quint64>(65536));
    QVERIFY(pipe->writeBlocks);
    QCOMPARE(pipe->entry.totals.bytesIn, 65536u);
    QVERIFY(pipe->inRate > 0);
    const LiveEdge* write = session.edgeOf(u"e1"_s);
    QVERIFY(write != nullptr);
    QCOMPARE(write->fds, QList<int>{1});
    QCOMPARE(write->bytesIn, 65536u);
    QCOMPARE(write->bytesOut, 0u);
    QVERIFY(write->blocked);
    const LiveEdge* read = session.edgeOf(u"e2"_s);
    QVERIFY(read != nullptr && read->open && !read->blocked);
    QCOMPARE(session.processOfNode(u"b"_s)->entry.state, u"stopped"_s);
    QVERIFY(session.now() > 0);
    QTRY_COMPARE(pipe->inRate, 0.0); // a second later nothing moves any more
    session.stop();
    QTRY_COMPARE(session.state(), Session::State::Ended);
    QCOMPARE(session.catalog().reason, u"stopped"_s);
}

void TestSessionProtocol::aBlockedWriterIsExplainedInASentence()
{
    Session session;
    session.setEngineCommand(fake(u"stuck"_s));
    session.run(stuckPipe());
    QTRY_COMPARE(session.pending().size(), 1);
    const QString sentence = session.blockedSentence(1);
    QVERIFY2(QRegularExpression(
                 u"^blocked for [0-9.]+ .?s in write\\(1\\) on pipe 48211, full \\(65.536 of 65.536\\); "
                 "its reader, pid 123 `wc`, is stopped\\.$"_s)
                 .match(sentence)
                 .hasMatch(),
             qPrintable(sentence));
    QVERIFY(session.blockedSentence(2).isEmpty());
}

void TestSessionProtocol::theEndsAndTotalsAreInTheCatalog()
{
    Session session;
    session.setEngineCommand(fake(u"talks"_s));
    QSignalSpy printed(&session, &Session::outputArrived);
    QVERIFY(runToTheEnd(session));
    const Catalog catalog = session.catalog();
    QCOMPARE(catalog.events, 2u);
    QCOMPARE(catalog.lost, 0u);
    QCOMPARE(catalog.endpoints.value(1).totals.bytesIn, 65536u);
    QCOMPARE(catalog.endpoints.value(1).totals.bytesOut, 4096u);
    QCOMPARE(catalog.endpoints.value(1).state, u"closed"_s);
    QCOMPARE(catalog.processes.value(1).signal, u"SIGPIPE"_s);
    QVERIFY(!catalog.processes.value(1).exitCode);
    QCOMPARE(catalog.processes.value(2).exitCode, std::optional<int>(0));
    QCOMPARE(session.output(2), QByteArray("42\r\n"));
    QCOMPARE(printed.size(), 1);
    QCOMPARE(session.eventCount(), 2u);
    QCOMPARE(session.problems().size(), 1);
    QCOMPARE(session.problems().constFirst().node, u"p"_s);
    QVERIFY(session.pending().isEmpty());
    const quint64 end = session.now();
    QTest::qWait(20);
    QCOMPARE(session.now(), end);
}

void TestSessionProtocol::stopEndsTheRunAndASilentEngineIsEnded()
{
    Session session;
    session.setEngineCommand(fake(u"ignores-stop"_s));
    session.run(stuckPipe());
    QTRY_COMPARE(session.state(), Session::State::Running);
    session.stop();
    QCOMPARE(session.state(), Session::State::Stopping);
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), Session::State::Ended, 20000);
    QCOMPARE(session.problems().size(), 1);
    QVERIFY(session.problems().constFirst().what.contains(u"has not stopped"_s));

    session.setEngineCommand(fake(u"silent"_s)); // stopped before it says hello
    session.run(stuckPipe());
    session.stop();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), Session::State::Ended, 20000);
    QVERIFY(session.problems().isEmpty());
}

void TestSessionProtocol::anUnsoundTopologyStartsNothing()
{
    Session session;
    session.setEngineCommand(fake(u"talks"_s));
    Topology topology = stuckPipe();
    topology.nodes[0].properties = {}; // a command without a command
    session.run(topology);
    QCOMPARE(session.state(), Session::State::Ended);
    QVERIFY(!session.problems().isEmpty());
    QVERIFY(childProcesses().isEmpty());
}

void TestSessionProtocol::twentyRunsLeaveNothingBehind()
{
    qsizetype descriptors = 0;
    qsizetype threadCount = 0;
    {
        Session session;
        session.setEngineCommand(fake(u"talks"_s));
        for (int i = 0; i < 20; ++i) {
            QVERIFY(runToTheEnd(session));
            if (i == 0) {
                descriptors = openDescriptors();
                threadCount = threads();
            }
        }
        QCOMPARE(openDescriptors(), descriptors);
        QCOMPARE(threads(), threadCount);
        QCOMPARE(childProcesses().split(' ').size(), 1); // one engine for all of them
        session.setEngineCommand(fake(u"dies"_s));
        for (int i = 0; i < 20; ++i)
            QVERIFY(runToTheEnd(session));
        QTRY_VERIFY(childProcesses().isEmpty());
        QTRY_VERIFY(openDescriptors() < descriptors);
        QTRY_VERIFY(threads() < threadCount);
    }
    QVERIFY(childProcesses().isEmpty());
}

QTEST_GUILESS_MAIN(TestSessionProtocol)
#include "tst_session_protocol.moc"
