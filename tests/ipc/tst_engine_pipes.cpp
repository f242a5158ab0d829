#include "topology_words.h"

#include <QTest>

#include <sys/stat.h>

using byteyard::ipc::Call;
using byteyard::ipc::How;
using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

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

class TestEnginePipes : public QObject
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
};

QTEST_GUILESS_MAIN(TestEnginePipes)
#include "tst_engine_pipes.moc"
