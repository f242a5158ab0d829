#include "topology_words.h"

#include "ipc/host/process_scan.h"

#include <QTest>

#include <sys/resource.h>

using byteyard::ipc::Call;
using byteyard::ipc::How;
using namespace byteyard::tests;
using namespace Qt::StringLiterals;

class TestEngineRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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
