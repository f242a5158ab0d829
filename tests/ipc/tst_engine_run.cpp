#include "engine_client.h"

#include "ipc/host/process_scan.h"

#include <QTest>

#include <sys/resource.h>
#include <sys/stat.h>

using byteyard::ipc::Call;
using byteyard::ipc::How;
using byteyard::tests::EngineClient;
using byteyard::tests::isRunning;
using byteyard::tests::openDescriptors;
using namespace Qt::StringLiterals;

namespace {

QJsonObject command(const QString& id, const QStringList& argv, const QJsonObject& properties = {})
{
    return EngineClient::command(id, argv, properties);
}
QJsonObject shell(const QString& id, const QString& script, const QJsonObject& properties = {})
{
    return EngineClient::command(id, {u"sh"_s, u"-c"_s, script}, properties);
}
QJsonObject pipe(const QString& id, const QJsonObject& properties = {})
{
    return EngineClient::endpoint(id, u"pipe"_s, properties);
}
QJsonObject edge(const QString& process, int fd, const QString& endpoint, const QString& port,
                 const QJsonObject& properties = {})
{
    return EngineClient::edge(process, fd, endpoint, port, properties);
}

qint64 bytesMoved(const EngineClient& engine, quint32 endpoint, byteyard::ipc::Flow flow)
{
    qint64 sum = 0;
    for (const auto& event : engine.events)
        if (event.endpoint == endpoint && event.result > 0 && callInfo(event.call).flow == flow)
            sum += event.result;
    return sum;
}

quint32 numberOf(const QJsonObject& message, const QString& key)
{
    return static_cast<quint32>(message[key].toInt());
}

} // namespace

class TestEngineRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPipelineMovesWhatLsWrote()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        const QJsonObject files{{"a.txt", "one"}, {"b.txt", "two"}, {"c.md", "three"}};
        QVERIFY(engine.run(
            {command(u"ls"_s, {u"ls"_s}), pipe(u"pipe"_s), command(u"grep"_s, {u"grep"_s, u".txt"_s})},
            {edge(u"ls"_s, 1, u"pipe"_s, u"write"_s), edge(u"grep"_s, 0, u"pipe"_s, u"read"_s)}, files));
        QCOMPARE(engine.errors(), QStringList());
        QCOMPARE(engine.outputOf(u"grep"_s), QByteArray("a.txt\nb.txt\n"));
        const quint32 number = numberOf(engine.endpointOf(u"pipe"_s), u"endpoint"_s);
        const qint64 written = QByteArray("a.txt\nb.txt\nc.md\n").size();
        QCOMPARE(bytesMoved(engine, number, byteyard::ipc::Flow::In), written);
        QCOMPARE(bytesMoved(engine, number, byteyard::ipc::Flow::Out), written);
        QCOMPARE(engine.process(u"ls"_s)[u"exitCode"_s].toInt(-1), 0);
        QCOMPARE(engine.process(u"grep"_s)[u"exitCode"_s].toInt(-1), 0);
        QCOMPARE(engine.last(u"run-ended"_s)[u"reason"_s].toString(), u"all-exited"_s);
        QCOMPARE(engine.last(u"run-ended"_s)[u"lost"_s].toInt(-1), 0);
        QCOMPARE(engine.messages.last()[u"type"_s].toString(), u"run-ended"_s);
        quint64 seq = 0;
        for (const auto& event : engine.events)
            QCOMPARE(event.seq, ++seq);
        QVERIFY(std::any_of(engine.events.begin(), engine.events.end(), [](const auto& event) {
            return event.call == Call::Pipe2 && event.how == How::Setup && event.process == 0;
        }));
    }

    void theWriterIsKilledWhenItsReaderHasGone()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run(
            {command(u"yes"_s, {u"yes"_s}), pipe(u"pipe"_s), command(u"head"_s, {u"head"_s, u"-1"_s})},
            {edge(u"yes"_s, 1, u"pipe"_s, u"write"_s), edge(u"head"_s, 0, u"pipe"_s, u"read"_s)}));
        QCOMPARE(engine.process(u"yes"_s)[u"signal"_s].toString(), u"SIGPIPE"_s);
        QCOMPARE(engine.process(u"head"_s)[u"exitCode"_s].toInt(-1), 0);
    }

    void aGibibyteIsCountedToTheByte()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({command(u"w"_s, {u"dd"_s, u"if=/dev/zero"_s, u"bs=64k"_s, u"count=20000"_s}),
                            pipe(u"pipe"_s), command(u"r"_s, {u"dd"_s, u"of=/dev/null"_s, u"bs=64k"_s})},
                           {edge(u"w"_s, 1, u"pipe"_s, u"write"_s), edge(u"r"_s, 0, u"pipe"_s, u"read"_s)}));
        const quint32 number = numberOf(engine.endpointOf(u"pipe"_s), u"endpoint"_s);
        QCOMPARE(bytesMoved(engine, number, byteyard::ipc::Flow::In), 1310720000);
        QCOMPARE(bytesMoved(engine, number, byteyard::ipc::Flow::Out), 1310720000);
        QCOMPARE(engine.last(u"run-ended"_s)[u"lost"_s].toInt(-1), 0);
    }

    void aPausedRunStandsStillAndCanBeStopped()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({command(u"yes"_s, {u"yes"_s}), pipe(u"pipe"_s),
                      command(u"cat"_s, {u"cat"_s}, {{"stdout", "null"}})},
                     {edge(u"yes"_s, 1, u"pipe"_s, u"write"_s), edge(u"cat"_s, 0, u"pipe"_s, u"read"_s)});
        QVERIFY(engine.until([&] { return engine.events.size() > 100; }));
        engine.send({{"type", "pause"}});
        QVERIFY(engine.until([&] { return engine.has(u"paused"_s); }));
        // What was under way when the pause came is still told; then nothing is, for as long as one looks.
        std::size_t count = 0;
        QVERIFY(engine.until([&] {
            const std::size_t before = std::exchange(count, engine.events.size());
            engine.until([] { return false; }, 200);
            return before == count && count == engine.events.size();
        }));
        engine.send({{"type", "resume"}});
        QVERIFY(engine.until([&] { return engine.events.size() > count + 100; }));
        engine.send({{"type", "pause"}});
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.process(u"yes"_s)[u"signal"_s].toString(), u"SIGTERM"_s);
    }

    void aPacedProcessMakesItsCallsOneByOne()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({command(u"yes"_s, {u"yes"_s}, {{"pace", 10}}), pipe(u"pipe"_s),
                      command(u"cat"_s, {u"cat"_s}, {{"stdout", "null"}})},
                     {edge(u"yes"_s, 1, u"pipe"_s, u"write"_s), edge(u"cat"_s, 0, u"pipe"_s, u"read"_s)});
        const auto writes = [&] {
            return std::count_if(engine.events.begin(), engine.events.end(), [](const auto& event) {
                return event.call == Call::Write && event.how == How::Exact;
            });
        };
        QVERIFY(engine.until([&] { return writes() >= 6; }));
        std::vector<quint64> times;
        for (const auto& event : engine.events)
            if (event.call == Call::Write && event.how == How::Exact)
                times.push_back(event.time);
        QVERIFY(times[5] - times[0] >= 400'000'000); // five steps of 100 ms
        engine.send({{"type", "pace"}, {"node", "yes"}, {"callsPerSecond", 0}});
        QVERIFY(engine.until([&] { return writes() > 1000; }));
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
    }

    void endOfFileComesWhenTheLastWriterClosesAndNotBefore()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({shell(u"one"_s, u"printf abc"_s),
                      shell(u"two"_s, u"read x; printf de"_s, {{"stdin", "typed"}}), pipe(u"pipe"_s),
                      command(u"wc"_s, {u"wc"_s, u"-c"_s})},
                     {edge(u"one"_s, 1, u"pipe"_s, u"write"_s), edge(u"two"_s, 1, u"pipe"_s, u"write"_s),
                      edge(u"wc"_s, 0, u"pipe"_s, u"read"_s)});
        QVERIFY(engine.untilState(u"one"_s, u"exited"_s));
        const QJsonValue wc = engine.process(u"wc"_s)[u"process"_s];
        QVERIFY(engine.until([&] {
            return !engine
                        .lastWith([&](const QJsonObject& m) {
                            return m[u"type"_s] == u"blocked"_s && m[u"process"_s] == wc;
                        })
                        .isEmpty();
        }));
        QCOMPARE(engine.stateOf(u"wc"_s), u"running"_s);
        engine.send(
            {{"type", "input"}, {"process", engine.process(u"two"_s)[u"process"_s]}, {"data", "Cg=="}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.outputOf(u"wc"_s).trimmed(), QByteArray("5"));
    }

    void twentyRunsLeakNothing()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        const QJsonArray nodes{command(u"ls"_s, {u"ls"_s}), pipe(u"pipe"_s), command(u"cat"_s, {u"cat"_s}),
                               EngineClient::endpoint(u"fifo"_s, u"fifo"_s),
                               EngineClient::endpoint(u"pair"_s, u"socketpair"_s)};
        const QJsonArray edges{edge(u"ls"_s, 1, u"pipe"_s, u"write"_s),
                               edge(u"cat"_s, 0, u"pipe"_s, u"read"_s), edge(u"ls"_s, 7, u"pair"_s, u"a"_s),
                               edge(u"cat"_s, 8, u"pair"_s, u"b"_s)};
        QVERIFY(engine.run(nodes, edges));
        const qsizetype worker = openDescriptors(engine.worker());
        const qsizetype keeper = openDescriptors(engine.keeper());
        for (int i = 0; i < 20; ++i) {
            QVERIFY(engine.run(nodes, edges));
            QCOMPARE(engine.errors(), QStringList());
        }
        QCOMPARE(openDescriptors(engine.worker()), worker);
        QCOMPARE(openDescriptors(engine.keeper()), keeper);
        QCOMPARE(byteyard::ipc::host::childrenOf("/proc", engine.worker()), std::vector<pid_t>());
        QCOMPARE(byteyard::ipc::host::childrenOf("/proc", engine.keeper()),
                 std::vector<pid_t>{engine.worker()});
        QCOMPARE(engine.leftBehind().filter(u"session-"_s).size(), 1);
    }

    void whatFailsHasItsCodeAndTheRestRuns_data()
    {
        QTest::addColumn<QJsonObject>("bad");
        QTest::addColumn<QString>("code");
        QTest::newRow("no such command") << command(u"bad"_s, {u"no-such-command-here"_s}) << u"no-command"_s;
        QTest::newRow("no such path") << command(u"bad"_s, {u"/no/such/command"_s}) << u"no-command"_s;
        QTest::newRow("not executable") << command(u"bad"_s, {u"/etc/passwd"_s}) << u"not-executable"_s;
        QTest::newRow("a directory") << command(u"bad"_s, {u"/usr"_s}) << u"not-executable"_s;
        QTest::newRow("bad directory")
            << command(u"bad"_s, {u"true"_s}, {{"directory", "/no/such/place"}}) << u"directory"_s;
        QTest::newRow("bad placeholder")
            << command(u"bad"_s, {u"echo"_s, u"{nobody.path}"_s}) << u"placeholder"_s;
        QTest::newRow("a FIFO where a file stands")
            << EngineClient::endpoint(u"bad"_s, u"fifo"_s, {{"path", "taken"}}) << u"create"_s;
        QTest::newRow("a FIFO where no directory is")
            << EngineClient::endpoint(u"bad"_s, u"fifo"_s, {{"path", "/no/such/dir/fifo"}}) << u"create"_s;
        QTest::newRow("output into nowhere")
            << command(u"bad"_s, {u"true"_s}, {{"stdout", "file:/no/such/dir/out"}}) << u"open"_s;
        QTest::newRow("waits for itself")
            << command(u"bad"_s, {u"true"_s}, {{"start", QJsonObject{{"when", "exits"}, {"node", "bad"}}}})
            << u"waits-for"_s;
    }

    void whatFailsHasItsCodeAndTheRestRuns()
    {
        QFETCH(QJsonObject, bad);
        QFETCH(QString, code);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({bad, command(u"good"_s, {u"echo"_s, u"fine"_s})}, {}, {{"taken", "here"}}));
        QCOMPARE(engine.errors(), QStringList{code});
        QCOMPARE(engine.last(u"error"_s)[u"node"_s].toString(), u"bad"_s);
        QCOMPARE(engine.outputOf(u"good"_s), QByteArray("fine\n"));
        QCOMPARE(engine.stateOf(u"good"_s), u"exited"_s);
        if (bad[u"kind"_s] == u"command"_s) {
            QCOMPARE(engine.stateOf(u"bad"_s), u"failed"_s);
            QCOMPARE(engine.last(u"run-ended"_s)[u"failedToStart"_s].toInt(), 1);
        }
    }

    void aProcessWhoseEndpointFailedIsNotStarted()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({EngineClient::endpoint(u"fifo"_s, u"fifo"_s, {{"path", "taken"}}),
                            command(u"cat"_s, {u"cat"_s}), command(u"good"_s, {u"echo"_s, u"fine"_s})},
                           {edge(u"cat"_s, 0, u"fifo"_s, u"read"_s)}, {{"taken", "here"}}));
        QCOMPARE(engine.errors(), (QStringList{u"create"_s, u"endpoint-failed"_s}));
        QCOMPARE(engine.last(u"error"_s)[u"parameters"_s][u"endpoint"_s].toString(), u"fifo"_s);
        const QJsonObject create = engine.endpointOf(u"fifo"_s)[u"error"_s].toObject();
        QCOMPARE(create[u"parameters"_s][u"errno"_s].toString(), u"EEXIST"_s);
        QCOMPARE(engine.outputOf(u"good"_s), QByteArray("fine\n"));
    }

    void aProcessGetsItsPlaceholdersEnvironmentAndDirectory()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run(
            {EngineClient::endpoint(u"my fifo"_s, u"fifo"_s, {}), EngineClient::endpoint(u"q"_s, u"pipe"_s)},
            {}));
        QCOMPARE(engine.errors(), QStringList{u"topology"_s}); // an id has no space: the name may
        QJsonObject fifo = EngineClient::endpoint(u"f"_s, u"fifo"_s);
        fifo[u"name"_s] = u"my fifo"_s;
        QVERIFY(engine.run(
            {fifo, pipe(u"q"_s),
             shell(u"sh"_s, u"echo \"{my fifo.path} $WHERE {q.fd} {{x} '{print}'\"; pwd; printf 'a\\nb'"_s,
                   {{"environment", QJsonObject{{"WHERE", "at {my fifo.path}"}}}, {"directory", "/usr"}})},
            {edge(u"sh"_s, 9, u"q"_s, u"write"_s)}));
        const QString path = engine.endpointOf(u"f"_s)[u"path"_s].toString();
        QVERIFY(path.endsWith(u"/my fifo"_s));
        QCOMPARE(QString::fromUtf8(engine.outputOf(u"sh"_s)),
                 path + u" at "_s + path + u" 9 {x} '{print}'\n/usr\na\nb"_s);
    }

    void outputGoesWhereItIsSent()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run(
            {shell(u"sh"_s, u"echo out; echo err >&2"_s, {{"stdout", "null"}, {"stderr", "file:log"}}),
             EngineClient::endpoint(u"log"_s, u"file"_s, {{"path", "log"}})},
            {}));
        QCOMPARE(engine.outputOf(u"sh"_s), QByteArray());
        engine.send({{"type", "peek"},
                     {"request", 5},
                     {"endpoint", engine.endpointOf(u"log"_s)[u"endpoint"_s]},
                     {"offset", 1},
                     {"size", 2}});
        QVERIFY(engine.until([&] { return !engine.peeked.isEmpty(); }));
        QCOMPARE(engine.peeked.last().bytes, QByteArray("rr"));
        QCOMPARE(engine.peeked.last().total, 4u);
    }

    void processesStartInTheirOrder()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        const auto start = [](const QString& when, const QString& node) {
            return QJsonObject{{"start", QJsonObject{{"when", when}, {"node", node}}}};
        };
        const QJsonObject after{{"start", QJsonObject{{"when", "after"}, {"seconds", 0.2}}}};
        const QJsonObject byHand{{"start", QJsonObject{{"when", "by-hand"}}}};
        engine.begin({command(u"last"_s, {u"true"_s}, start(u"exits"_s, u"second"_s)),
                      command(u"second"_s, {u"true"_s}, start(u"runs"_s, u"first"_s)),
                      command(u"first"_s, {u"true"_s}, after), command(u"hand"_s, {u"true"_s}, byHand)},
                     {});
        QVERIFY(engine.untilState(u"last"_s, u"exited"_s));
        QVERIFY(!engine.has(u"run-ended"_s));
        const auto firstTime = [&](const QString& node, const QString& state) {
            for (const QJsonObject& m : engine.messages)
                if (m[u"type"_s] == u"process"_s && m[u"node"_s] == node && m[u"state"_s] == state)
                    return m[u"time"_s].toDouble();
            return -1.0;
        };
        QVERIFY(firstTime(u"first"_s, u"running"_s) >= 0.2e9);
        QVERIFY(firstTime(u"second"_s, u"running"_s) >= firstTime(u"first"_s, u"running"_s));
        QVERIFY(firstTime(u"last"_s, u"running"_s) >= firstTime(u"second"_s, u"exited"_s));
        engine.send({{"type", "start"}, {"node", "hand"}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.stateOf(u"hand"_s), u"exited"_s);
    }

    void stopEndsOneThatIgnoresSigterm()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({shell(u"deaf"_s, u"trap '' TERM; echo ready; while :; do sleep 100; done"_s),
                      command(u"hand"_s, {u"true"_s}, {{"start", QJsonObject{{"when", "by-hand"}}}})},
                     {});
        QVERIFY(engine.until([&] { return engine.outputOf(u"deaf"_s) == "ready\n"; }));
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.process(u"deaf"_s)[u"signal"_s].toString(), u"SIGKILL"_s);
        QCOMPARE(engine.last(u"run-ended"_s)[u"reason"_s].toString(), u"stopped"_s);
        for (const QJsonObject& message : engine.messages)
            if (message[u"type"_s] == u"process"_s && message[u"pid"_s].toInt() > 0)
                QVERIFY(!isRunning(message[u"pid"_s].toInt()));
    }

    void oneProcessIsStoppedAndRunAgainOnTheSamePipe()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {shell(u"writer"_s, u"while read line; do echo $line; done"_s, {{"stdin", "typed"}}),
             pipe(u"pipe"_s), command(u"reader"_s, {u"cat"_s})},
            {edge(u"writer"_s, 1, u"pipe"_s, u"write"_s), edge(u"reader"_s, 0, u"pipe"_s, u"read"_s)});
        QVERIFY(engine.untilState(u"reader"_s, u"running"_s));
        const quint32 first = numberOf(engine.process(u"reader"_s), u"process"_s);
        const quint32 number = numberOf(engine.endpointOf(u"pipe"_s), u"endpoint"_s);
        engine.send({{"type", "stop"}, {"node", "reader"}});
        QVERIFY(engine.untilState(u"reader"_s, u"killed"_s));
        engine.send({{"type", "start"}, {"node", "reader"}});
        QVERIFY(engine.until([&] {
            return numberOf(engine.process(u"reader"_s), u"process"_s) != first &&
                   engine.stateOf(u"reader"_s) == u"running"_s;
        }));
        engine.send({{"type", "input"},
                     {"process", engine.process(u"writer"_s)[u"process"_s]},
                     {"data", QString::fromLatin1(QByteArray("hello\n").toBase64())},
                     {"end", true}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.outputOf(u"reader"_s), QByteArray("hello\n"));
        QCOMPARE(numberOf(engine.endpointOf(u"pipe"_s), u"endpoint"_s), number);
        QCOMPARE(engine.errors(), QStringList());
    }

    void aPipeThatNobodyHoldsAnyMoreIsMadeAnew()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {command(u"keep"_s, {u"sleep"_s, u"1000"_s}), pipe(u"pipe"_s), command(u"echo"_s, {u"cat"_s})},
            {edge(u"echo"_s, 0, u"pipe"_s, u"read"_s)});
        QVERIFY(engine.untilState(u"echo"_s, u"exited"_s)); // nobody can write: end-of-file at once
        const quint32 number = numberOf(engine.endpointOf(u"pipe"_s), u"endpoint"_s);
        const quint32 first = numberOf(engine.process(u"echo"_s), u"process"_s);
        engine.send({{"type", "start"}, {"node", "echo"}});
        QVERIFY(engine.until([&] {
            return numberOf(engine.process(u"echo"_s), u"process"_s) != first &&
                   engine.stateOf(u"echo"_s) == u"exited"_s;
        }));
        QVERIFY(numberOf(engine.endpointOf(u"pipe"_s), u"endpoint"_s) != number);
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
    }

    void aNodeThatIsAddedStartsByItself()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {command(u"writer"_s, {u"sh"_s, u"-c"_s, u"read x; echo seen $x"_s}, {{"stdin", "typed"}}),
             pipe(u"pipe"_s)},
            {edge(u"writer"_s, 1, u"pipe"_s, u"write"_s)});
        QVERIFY(engine.untilState(u"writer"_s, u"running"_s));
        engine.send(
            {{"type", "add"},
             {"topology", QJsonObject{{"nodes", QJsonArray{command(u"reader"_s, {u"cat"_s})}},
                                      {"edges", QJsonArray{edge(u"reader"_s, 0, u"pipe"_s, u"read"_s)}}}}});
        QVERIFY(engine.untilState(u"reader"_s, u"running"_s));
        engine.send({{"type", "input"},
                     {"process", engine.process(u"writer"_s)[u"process"_s]},
                     {"data", QString::fromLatin1(QByteArray("it\n").toBase64())},
                     {"end", true}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.outputOf(u"reader"_s), QByteArray("seen it\n"));
    }

    void peekingAThousandTimesChangesNothing()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({shell(u"writer"_s, u"printf abcdefgh; read x"_s, {{"stdin", "typed"}}), pipe(u"pipe"_s),
                      shell(u"reader"_s, u"read x; cat"_s)},
                     {edge(u"writer"_s, 1, u"pipe"_s, u"write"_s), edge(u"reader"_s, 0, u"hold"_s, u"read"_s),
                      edge(u"holder"_s, 1, u"hold"_s, u"write"_s),
                      edge(u"reader"_s, 5, u"pipe"_s, u"read"_s)});
        QVERIFY(engine.untilRunEnds()); // the edges name nodes that are not there
        engine.begin(
            {shell(u"writer"_s, u"printf abcdefgh; read x"_s, {{"stdin", "typed"}}), pipe(u"pipe"_s),
             shell(u"reader"_s, u"read x; cat <&5"_s, {{"stdin", "typed"}})},
            {edge(u"writer"_s, 1, u"pipe"_s, u"write"_s), edge(u"reader"_s, 5, u"pipe"_s, u"read"_s)});
        const QJsonValue endpoint = [&] {
            engine.until([&] { return engine.stateOf(u"reader"_s) == u"running"_s; });
            return engine.endpointOf(u"pipe"_s)[u"endpoint"_s];
        }();
        const auto fill = [&] {
            double newest = 0;
            for (const QJsonObject& m : engine.messages)
                if (m[u"type"_s] == u"sample"_s)
                    for (const QJsonValue& entry : m[u"endpoints"_s].toArray())
                        if (entry[u"endpoint"_s] == endpoint)
                            newest = entry[u"fill"_s].toDouble();
            return newest;
        };
        QVERIFY(engine.until([&] { return fill() == 8; }));
        for (int i = 0; i < 1000; ++i)
            engine.send(
                {{"type", "peek"}, {"request", i}, {"endpoint", endpoint}, {"offset", 2}, {"size", 4}});
        QVERIFY(engine.until([&] { return engine.peeked.size() == 1000; }));
        for (const auto& peeked : engine.peeked) {
            QVERIFY(peeked.available);
            QCOMPARE(peeked.bytes, QByteArray("cdef"));
            QCOMPARE(peeked.total, 8u);
        }
        const auto end = [&](const QString& node) {
            engine.send({{"type", "input"},
                         {"process", engine.process(node)[u"process"_s]},
                         {"data", "Cg=="},
                         {"end", true}});
        };
        end(u"writer"_s);
        QVERIFY(engine.untilState(u"writer"_s, u"exited"_s));
        end(u"reader"_s);
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.outputOf(u"reader"_s), QByteArray("abcdefgh"));
    }

    void capacityIsWhatTheKernelMakesOfIt()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {command(u"writer"_s, {u"yes"_s}), pipe(u"pipe"_s, {{"capacity", 8192}}),
             command(u"reader"_s, {u"sleep"_s, u"1000"_s})},
            {edge(u"writer"_s, 1, u"pipe"_s, u"write"_s), edge(u"reader"_s, 0, u"pipe"_s, u"read"_s)});
        const auto sample = [&] {
            QJsonObject newest;
            for (const QJsonObject& m : engine.messages)
                if (m[u"type"_s] == u"sample"_s)
                    newest = m[u"endpoints"_s].toArray().last().toObject();
            return newest;
        };
        QVERIFY(engine.until([&] { return sample()[u"writeBlocks"_s].toBool(); }));
        QCOMPARE(engine.endpointOf(u"pipe"_s)[u"capacity"_s].toInt(), 8192);
        QCOMPARE(sample()[u"fill"_s].toInt(), 8192);
        const QJsonValue number = engine.endpointOf(u"pipe"_s)[u"endpoint"_s];
        engine.send({{"type", "set-capacity"}, {"endpoint", number}, {"bytes", 20000}});
        QVERIFY(engine.until([&] { return engine.endpointOf(u"pipe"_s)[u"capacity"_s].toInt() == 32768; }));
        QVERIFY(engine.until([&] { return sample()[u"fill"_s].toInt() == 32768; }));
        engine.send({{"type", "set-capacity"}, {"endpoint", number}, {"bytes", 1}});
        QVERIFY(
            engine.until([&] { return engine.errors().contains(u"capacity"_s); })); // EBUSY: it holds more
        engine.send({{"type", "holders"}, {"endpoint", number}});
        QVERIFY(engine.until([&] { return engine.has(u"holders"_s); }));
        const QJsonArray holders = engine.last(u"holders"_s)[u"holders"_s].toArray();
        QCOMPARE(holders.size(), 2);
        for (const QJsonValue& holder : holders)
            QVERIFY(holder[u"process"_s].toInt() > 0);
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
    }

    void whatAPersonWritesIsInjected()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {command(u"holder"_s, {u"sleep"_s, u"1000"_s}), pipe(u"pipe"_s),
             command(u"reader"_s, {u"head"_s, u"-c3"_s})},
            {edge(u"holder"_s, 1, u"pipe"_s, u"write"_s), edge(u"reader"_s, 0, u"pipe"_s, u"read"_s)});
        QVERIFY(engine.untilState(u"reader"_s, u"running"_s));
        engine.send(
            {{"type", "write"}, {"endpoint", engine.endpointOf(u"pipe"_s)[u"endpoint"_s]}, {"data", "YWJj"}});
        QVERIFY(engine.untilState(u"reader"_s, u"exited"_s));
        QVERIFY(engine.until([&] {
            return std::any_of(engine.events.begin(), engine.events.end(), [](const auto& event) {
                return event.how == How::Injected && event.process == 0 && event.result == 3 &&
                       event.bytes == "abc";
            });
        }));
        QVERIFY(engine.until([&] { return engine.outputOf(u"reader"_s) == "abc"; }));
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
    }

    void aFifosWriterWaitsInOpenUntilAReaderComes()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {shell(u"writer"_s, u"echo hello"_s), EngineClient::endpoint(u"fifo"_s, u"fifo"_s),
             command(u"reader"_s, {u"cat"_s}, {{"start", QJsonObject{{"when", "by-hand"}}}})},
            {edge(u"writer"_s, 1, u"fifo"_s, u"write"_s), edge(u"reader"_s, 0, u"fifo"_s, u"read"_s)});
        QVERIFY(engine.until(
            [&] { return engine.last(u"blocked"_s)[u"call"_s].toString().startsWith(u"open"_s); }));
        const quint32 writer = numberOf(engine.process(u"writer"_s), u"process"_s);
        QCOMPARE(numberOf(engine.last(u"blocked"_s), u"process"_s), writer);
        engine.send({{"type", "start"}, {"node", "reader"}});
        QVERIFY(engine.untilRunEnds());
        QVERIFY(engine.has(u"unblocked"_s));
        QCOMPARE(engine.outputOf(u"reader"_s), QByteArray("hello\n"));
    }

    void anObjectThatWasThereBeforeStays()
    {
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-stays-XXXXXX"_s);
        const QString fifo = dir.filePath(u"fifo"_s);
        const QString mine = dir.filePath(u"mine"_s);
        QCOMPARE(::mkfifo(QFile::encodeName(fifo).constData(), 0600), 0);
        {
            EngineClient engine;
            QVERIFY(engine.greet());
            QVERIFY(engine.run({command(u"true"_s, {u"true"_s}),
                                EngineClient::endpoint(u"a"_s, u"fifo"_s, {{"path", fifo}}),
                                EngineClient::endpoint(u"b"_s, u"fifo"_s, {{"path", mine}})},
                               {}));
            QCOMPARE(engine.errors(), QStringList());
            QVERIFY(!QFileInfo::exists(mine)); // gone with the run
        }
        QVERIFY(QFileInfo::exists(fifo));
    }

    void edgesThatShareADescriptionWriteOneAfterTheOther()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        const QJsonObject together{{"shared", "log"}};
        QVERIFY(engine.run(
            {shell(u"a"_s, u"echo one"_s),
             shell(u"b"_s, u"echo two"_s, {{"start", QJsonObject{{"when", "exits"}, {"node", "a"}}}}),
             EngineClient::endpoint(u"file"_s, u"file"_s)},
            {edge(u"a"_s, 1, u"file"_s, u"write"_s, together),
             edge(u"b"_s, 1, u"file"_s, u"write"_s, together)}));
        QFile file(engine.endpointOf(u"file"_s)[u"path"_s].toString());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("one\ntwo\n"));
    }

    void bytesGoBothWaysThroughASocketpair()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({shell(u"a"_s, u"echo ping >&3; head -c5 <&3"_s),
                            shell(u"b"_s, u"head -c5 <&4; echo pong >&4"_s),
                            EngineClient::endpoint(u"pair"_s, u"socketpair"_s)},
                           {edge(u"a"_s, 3, u"pair"_s, u"a"_s), edge(u"b"_s, 4, u"pair"_s, u"b"_s)}));
        QCOMPARE(engine.outputOf(u"a"_s), QByteArray("pong\n"));
        QCOMPARE(engine.outputOf(u"b"_s), QByteArray("ping\n"));
    }

    void whatAProgramMakesAndForksIsTold()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({shell(u"sh"_s, u"echo hidden | cat"_s)}, {}));
        const QJsonObject own = engine.lastWith([](const QJsonObject& m) {
            return m[u"type"_s] == u"endpoint"_s && m[u"node"_s].isNull() && m[u"kind"_s] == u"pipe"_s;
        });
        QVERIFY(!own.isEmpty());
        QCOMPARE(own[u"parentProcess"_s], engine.process(u"sh"_s)[u"process"_s]);
        const quint32 number = numberOf(own, u"endpoint"_s);
        QCOMPARE(bytesMoved(engine, number, byteyard::ipc::Flow::In), 7);
        QCOMPARE(bytesMoved(engine, number, byteyard::ipc::Flow::Out), 7);
        const QJsonObject child = engine.lastWith(
            [](const QJsonObject& m) { return m[u"type"_s] == u"process"_s && m[u"node"_s].isNull(); });
        QVERIFY(!child.isEmpty());
        QCOMPARE(child[u"parent"_s], engine.process(u"sh"_s)[u"process"_s]);
    }

    void aSignalReachesItsProcess()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({command(u"sleep"_s, {u"sleep"_s, u"1000"_s})}, {});
        QVERIFY(engine.untilState(u"sleep"_s, u"running"_s));
        engine.send(
            {{"type", "signal"}, {"process", engine.process(u"sleep"_s)[u"process"_s]}, {"signal", SIGUSR1}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.process(u"sleep"_s)[u"signal"_s].toString(), u"SIGUSR1"_s);
        engine.send({{"type", "signal"}, {"process", 9999}, {"signal", SIGUSR1}});
        QVERIFY(engine.until([&] { return engine.errors() == QStringList{u"no-process"_s}; }));
    }

    void childrenGetTheOldLimitOfOpenFiles()
    {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({shell(u"sh"_s, u"ulimit -Sn; ls /proc/self/fd | wc -l"_s)}, {}));
        const QList<QByteArray> lines = engine.outputOf(u"sh"_s).split('\n');
        QCOMPARE(lines.value(0).toULongLong(), static_cast<qulonglong>(limit.rlim_cur));
        QCOMPARE(lines.value(1).trimmed().toInt(), 4); // 0, 1, 2 and the directory that ls reads
    }
};

QTEST_GUILESS_MAIN(TestEngineRun)
#include "tst_engine_run.moc"
