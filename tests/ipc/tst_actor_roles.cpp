#include "actor_host.h"
#include "engine_client.h"

#include <QTest>

#include <sys/sem.h>
#include <sys/shm.h>

using namespace Qt::StringLiterals;
using byteyard::ipc::Call;
using byteyard::tests::ActorHost;
using byteyard::tests::EngineClient;

namespace {

QByteArray role(const QString& name)
{
    QFile file(QStringLiteral(BYTEYARD_SOURCE "/resources/actors/") + name + u".lua"_s);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no such role");
    return file.readAll();
}

QJsonObject actorNode(const QString& id, const QString& role, const QByteArray& script,
                      const QJsonObject& fields = {}, QJsonObject more = {})
{
    more[u"role"_s] = role;
    more[u"script"_s] = QString::fromUtf8(script);
    more[u"fields"_s] = fields;
    return EngineClient::endpoint(id, u"actor"_s, more);
}

QJsonObject roleNode(const QString& id, const QString& name, const QJsonObject& fields = {},
                     const QJsonObject& more = {})
{
    return actorNode(id, name, role(name), fields, more);
}

/// Two counters on one memory that begin together. What they have counted to.
quint64 countTogether(int shm, int sem, const QString& lock, int count)
{
    const QJsonArray handles{
        QJsonObject{{u"name"_s, u"memory"_s}, {u"kind"_s, u"sysv-shm"_s}, {u"id"_s, shm}, {u"size"_s, 4096}},
        QJsonObject{{u"name"_s, u"lock"_s}, {u"kind"_s, u"sysv-semaphore"_s}, {u"id"_s, sem}}};
    const QByteArray script =
        "local gate = shmat(memory) add(gate, 64, 1) while load(gate, 64) < 2 do end " + role(u"counter"_s);
    const QJsonObject fields{{u"count"_s, count}, {u"lock"_s, lock}};
    ActorHost one(script, fields, handles);
    ActorHost two(script, fields, handles);
    const int first = one.wait();
    const int second = two.wait();
    if (first != 0 || second != 0)
        qFatal("%s%s", one.errors().constData(), two.errors().constData());
    for (const ActorHost* actor : {&one, &two})
        if (actor->lane().written + actor->lane().lost < static_cast<quint64>(2 * count + 1))
            qFatal("accesses are missing");
    auto* memory = static_cast<volatile quint64*>(::shmat(shm, nullptr, 0));
    const quint64 counted = memory[0];
    memory[0] = 0;
    memory[8] = 0;
    ::shmdt(const_cast<quint64*>(memory));
    return counted;
}

} // namespace

/// The ready-made actors, alone and through the engine.
class TestActorRoles : public QObject
{
    Q_OBJECT

private slots:
    void racingCountersLoseUpdatesAndLockedOnesNever()
    {
        const int shm = ::shmget(IPC_PRIVATE, 4096, 0600);
        const int sem = ::semget(IPC_PRIVATE, 1, 0600);
        ::semctl(sem, 0, SETVAL, 1);
        const quint64 raced = countTogether(shm, sem, u"none"_s, 200000);
        const quint64 locked = countTogether(shm, sem, u"semaphore"_s, 20000);
        ::shmctl(shm, IPC_RMID, nullptr);
        ::semctl(sem, 0, IPC_RMID);
        QVERIFY2(raced >= 200000 && raced < 400000, qPrintable(QString::number(raced)));
        QCOMPARE(locked, 40000u);
    }

    void engineRunsAnActorAndTellsItsLineAndItsEnd()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({actorNode(u"a"_s, u"script"_s, "print('on')\n\nread(out, 1)\n"),
                      actorNode(u"b"_s, u"script"_s, "sleep(0.01)\nlocal x = nil + 1\n"),
                      EngineClient::endpoint(u"pipe"_s, u"pipe"_s)},
                     {EngineClient::edge(u"a"_s, u"out"_s, u"pipe"_s, u"read"_s),
                      EngineClient::edge(u"a"_s, u"in"_s, u"pipe"_s, u"write"_s, {}, u"e2"_s)});
        QVERIFY(engine.until([&] {
            const QJsonObject line = engine.lastWith([&](const QJsonObject& m) {
                return m[u"type"_s] == u"actor-line"_s &&
                       m[u"process"_s] == engine.process(u"a"_s)[u"process"_s];
            });
            return line[u"line"_s].toInt() == 3 && engine.has(u"actor-error"_s);
        }));
        const QJsonObject error = engine.last(u"actor-error"_s);
        QCOMPARE(error[u"process"_s], engine.process(u"b"_s)[u"process"_s]);
        QCOMPARE(error[u"line"_s].toInt(), 2);
        QVERIFY2(error[u"text"_s].toString().contains(u"arithmetic on a nil value"_s),
                 qPrintable(error[u"text"_s].toString()));
        QVERIFY(engine.untilState(u"b"_s, u"exited"_s));
        QCOMPARE(engine.process(u"b"_s)[u"exitCode"_s].toInt(), 1);
        QVERIFY(engine.until([&] { return engine.outputOf(u"b"_s).startsWith("b:2: "); }));
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.errors(), QStringList());
    }

    void whoWaitsForAMutexIsToldItsHolder()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {actorNode(
                 u"holder"_s, u"script"_s,
                 "local m = shmat(memory)\nmutex_init(m, 64)\nmutex_lock(m, 64)\nprint('has it')\npause()\n"),
             actorNode(u"waiter"_s, u"script"_s, "local m = shmat(memory)\nmutex_lock(m, 64)\n", {},
                       {{u"start"_s, QJsonObject{{u"when"_s, u"by-hand"_s}}}}),
             EngineClient::endpoint(u"memory"_s, u"sysv-shm"_s)},
            {EngineClient::edge(u"holder"_s, u"memory"_s, u"memory"_s, u"attach"_s),
             EngineClient::edge(u"waiter"_s, u"memory"_s, u"memory"_s, u"attach"_s)});
        QVERIFY(engine.until([&] { return engine.outputOf(u"holder"_s).contains("has it"); }));
        engine.send({{"type", "start"}, {"node", "waiter"}});
        const QString detail = u"offset=64 owner=%1"_s.arg(engine.process(u"holder"_s)[u"pid"_s].toInt());
        QVERIFY(engine.until([&] {
            const QJsonObject blocked = engine.lastWith([&](const QJsonObject& m) {
                return m[u"type"_s] == u"blocked"_s &&
                       m[u"process"_s] == engine.process(u"waiter"_s)[u"process"_s];
            });
            return blocked[u"detail"_s].toString().endsWith(detail) &&
                   blocked[u"endpoint"_s] == engine.endpointOf(u"memory"_s)[u"endpoint"_s];
        }));
    }

    void accessesToMemoryAreEventsOfTheirEndpoint()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(
            engine.run({roleNode(u"one"_s, u"counter"_s, {{u"count"_s, 500}, {u"lock"_s, u"semaphore"_s}}),
                        roleNode(u"two"_s, u"counter"_s, {{u"count"_s, 500}, {u"lock"_s, u"semaphore"_s}}),
                        EngineClient::endpoint(u"shm"_s, u"sysv-shm"_s),
                        EngineClient::endpoint(u"posix"_s, u"posix-shm"_s),
                        actorNode(u"three"_s, u"script"_s,
                                  "local m = mmap(shm_open(mem, O_RDWR), mem.size)\n"
                                  "add(m, 40, -7)\nstore_bytes(m, 1, 'twelve bytes')\nload(m, 40, 2)\n"),
                        EngineClient::endpoint(u"sem"_s, u"sysv-semaphore"_s)},
                       {EngineClient::edge(u"one"_s, u"memory"_s, u"shm"_s, u"attach"_s),
                        EngineClient::edge(u"two"_s, u"memory"_s, u"shm"_s, u"attach"_s),
                        EngineClient::edge(u"one"_s, u"lock"_s, u"sem"_s, u"use"_s),
                        EngineClient::edge(u"two"_s, u"lock"_s, u"sem"_s, u"use"_s),
                        EngineClient::edge(u"three"_s, u"mem"_s, u"posix"_s, u"attach"_s)}));
        QCOMPARE(engine.errors(), QStringList());
        QVERIFY(engine.outputOf(u"one"_s).contains("counter is at 1000") ||
                engine.outputOf(u"two"_s).contains("counter is at 1000"));
        const auto number = [&](const QString& node) {
            return static_cast<quint32>(engine.endpointOf(node)[u"endpoint"_s].toInt());
        };
        int loads = 0;
        int stores = 0;
        QList<EngineClient::OwnedEvent> posix;
        for (const EngineClient::OwnedEvent& event : engine.events) {
            if (event.endpoint == number(u"shm"_s)) {
                loads += event.call == Call::Load ? 1 : 0;
                stores += event.call == Call::Store ? 1 : 0;
            }
            if (event.endpoint == number(u"posix"_s) &&
                (event.call == Call::Load || event.call == Call::Store || event.call == Call::AtomicAdd))
                posix.append(event);
        }
        QCOMPARE(engine.last(u"run-ended"_s)[u"lost"_s].toInt(), 0);
        QCOMPARE(stores, 1000);
        QCOMPARE(loads, 1002);
        QCOMPARE(posix.size(), 3);
        QVERIFY(posix[0].call == Call::AtomicAdd && posix[0].detailText == "offset=40 value=-7" &&
                posix[0].result == 8);
        QVERIFY(posix[1].call == Call::Store && posix[1].detailText == "offset=1" && posix[1].result == 12 &&
                posix[1].bytes == "twelve b" && posix[1].dataState == byteyard::ipc::DataState::Truncated);
        QVERIFY(posix[2].call == Call::Load && posix[2].detailText == "offset=40 value=65529" &&
                posix[2].bytes == QByteArray("\xf9\xff", 2));
        QVERIFY(posix[0].process != 0 && posix[0].time > 0 && posix[0].time <= posix[2].time);
    }

    void producerAndConsumerSpeakEveryKind_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::addColumn<QJsonObject>("properties");
        const auto row = [](const char* kind, const char* in, const char* out,
                            const QJsonObject& properties = {}) {
            QTest::newRow(kind) << QString::fromLatin1(kind) << QString::fromLatin1(in)
                                << QString::fromLatin1(out) << properties;
        };
        row("pipe", "write", "read");
        row("fifo", "write", "read");
        row("socketpair", "a", "b");
        row("sysv-queue", "send", "receive");
        row("posix-queue", "send", "receive");
        row("unix-stream", "connect", "listen", {{u"made-by"_s, u"program"_s}});
        row("unix-seqpacket", "connect", "listen", {{u"made-by"_s, u"program"_s}});
        row("unix-datagram", "send", "receive", {{u"made-by"_s, u"program"_s}});
        row("tcp", "connect", "listen", {{u"made-by"_s, u"program"_s}});
        row("udp", "send", "receive", {{u"made-by"_s, u"program"_s}});
    }
    void producerAndConsumerSpeakEveryKind()
    {
        QFETCH(const QString, kind);
        QFETCH(const QString, in);
        QFETCH(const QString, out);
        QFETCH(const QJsonObject, properties);
        EngineClient engine;
        QVERIFY(engine.greet());
        // Before there is a listener a connect is refused, as it should be: the producer begins when told to.
        engine.begin({roleNode(u"producer"_s, u"producer"_s,
                               {{u"count"_s, 3}, {u"rate"_s, 50}, {u"size"_s, 10}, {u"type"_s, 4}},
                               {{u"start"_s, QJsonObject{{u"when"_s, u"by-hand"_s}}}}),
                      roleNode(u"consumer"_s, u"consumer"_s, {{u"size"_s, 64}, {u"count"_s, 3}}),
                      EngineClient::endpoint(u"thing"_s, kind, properties)},
                     {EngineClient::edge(u"producer"_s, u"out"_s, u"thing"_s, in),
                      EngineClient::edge(u"consumer"_s, u"from"_s, u"thing"_s, out)});
        const auto isWaiting = [&] {
            return engine
                       .lastWith([&](const QJsonObject& m) {
                           return m[u"type"_s] == u"blocked"_s &&
                                  m[u"process"_s] == engine.process(u"consumer"_s)[u"process"_s];
                       })
                       .isEmpty() == false;
        };
        QVERIFY(engine.until(isWaiting));
        engine.send({{"type", "start"}, {"node", "producer"}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.outputOf(u"producer"_s), QByteArray());
        QByteArray got = engine.outputOf(u"consumer"_s);
        got.replace('\r', "");
        QCOMPARE(got, QByteArray("message 1 \nmessage 2 \nmessage 3 \n"));
        QCOMPARE(engine.errors(), QStringList());
    }

    void clientGetsItsRequestsBack_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::newRow("sysv-queue") << u"sysv-queue"_s << u"send"_s << u"receive"_s;
        QTest::newRow("socketpair") << u"socketpair"_s << u"a"_s << u"b"_s;
        for (const char* kind : {"unix-stream", "unix-seqpacket", "tcp"})
            QTest::newRow(kind) << QString::fromLatin1(kind) << u"connect"_s << u"listen"_s;
        for (const char* kind : {"unix-datagram", "udp"})
            QTest::newRow(kind) << QString::fromLatin1(kind) << u"send"_s << u"receive"_s;
    }
    void clientGetsItsRequestsBack()
    {
        QFETCH(const QString, kind);
        QFETCH(const QString, in);
        QFETCH(const QString, out);
        EngineClient engine;
        QVERIFY(engine.greet());
        const bool isSocket = kind != u"sysv-queue"_s && kind != u"socketpair"_s;
        // The engine's own socket, handed over by its number.
        engine.begin({roleNode(u"server"_s, u"echo-server"_s),
                      roleNode(u"client"_s, u"client"_s, {{u"count"_s, 2}, {u"rate"_s, 0}, {u"size"_s, 9}}),
                      EngineClient::endpoint(u"thing"_s, kind)},
                     {EngineClient::edge(u"server"_s, isSocket ? u"3"_s : u"server"_s, u"thing"_s, out),
                      EngineClient::edge(u"client"_s, u"server"_s, u"thing"_s, in)});
        QVERIFY(engine.untilState(u"client"_s, u"exited"_s));
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QByteArray got = engine.outputOf(u"client"_s);
        got.replace('\r', "");
        QCOMPARE(got, QByteArray("request 1\nrequest 2\n"));
        QCOMPARE(engine.outputOf(u"server"_s), QByteArray());
    }

    void ringKeepsTheOrder()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run(
            {roleNode(u"producer"_s, u"ring-producer"_s, {{u"count"_s, 50}, {u"rate"_s, 0}, {u"slots"_s, 4}}),
             roleNode(u"consumer"_s, u"ring-consumer"_s, {{u"count"_s, 50}, {u"slots"_s, 4}}),
             EngineClient::endpoint(u"ring"_s, u"posix-shm"_s),
             EngineClient::endpoint(u"sems"_s, u"sysv-semaphore"_s, {{u"values"_s, QJsonArray{4, 0, 1}}})},
            {EngineClient::edge(u"producer"_s, u"ring"_s, u"ring"_s, u"attach"_s),
             EngineClient::edge(u"consumer"_s, u"ring"_s, u"ring"_s, u"attach"_s),
             EngineClient::edge(u"producer"_s, u"sems"_s, u"sems"_s, u"use"_s),
             EngineClient::edge(u"consumer"_s, u"sems"_s, u"sems"_s, u"use"_s)}));
        QByteArray expected;
        for (int i = 1; i <= 50; ++i)
            expected += QByteArray::number(i) + "\n";
        QByteArray got = engine.outputOf(u"consumer"_s);
        got.replace('\r', "");
        QCOMPARE(got, expected);
    }

    void theyWorkWithSemaphoresThatLieInTheirMemory()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        const auto lying = [](const QString& id, int offset, int value) {
            return EngineClient::endpoint(
                id, u"posix-semaphore"_s,
                {{u"memory"_s, u"ring"_s}, {u"offset"_s, offset}, {u"value"_s, value}});
        };
        QJsonArray edges;
        for (const QString& user : {u"producer"_s, u"consumer"_s})
            for (const QString& name : {u"ring"_s, u"free"_s, u"filled"_s, u"lock"_s})
                edges.append(
                    EngineClient::edge(user, name, name, name == u"ring"_s ? u"attach"_s : u"use"_s));
        for (const QString& user : {u"one"_s, u"two"_s})
            for (const QString& name : {u"sum"_s, u"guard"_s})
                edges.append(EngineClient::edge(user, name, name, name == u"sum"_s ? u"attach"_s : u"use"_s));
        const QJsonObject counting{{u"count"_s, 5000}, {u"lock"_s, u"semaphore"_s}};
        QVERIFY(engine.run(
            {roleNode(u"producer"_s, u"ring-producer"_s, {{u"count"_s, 20}, {u"rate"_s, 0}, {u"slots"_s, 4}}),
             roleNode(u"consumer"_s, u"ring-consumer"_s, {{u"count"_s, 20}, {u"slots"_s, 4}}),
             EngineClient::endpoint(u"ring"_s, u"memfd"_s), lying(u"free"_s, 1024, 4),
             lying(u"filled"_s, 1056, 0), lying(u"lock"_s, 1088, 1),
             roleNode(u"one"_s, u"counter"_s, counting), roleNode(u"two"_s, u"counter"_s, counting),
             EngineClient::endpoint(u"sum"_s, u"sysv-shm"_s),
             EngineClient::endpoint(u"guard"_s, u"posix-semaphore"_s,
                                    {{u"memory"_s, u"sum"_s}, {u"offset"_s, 8}})},
            edges));
        QCOMPARE(engine.errors(), QStringList());
        QByteArray got = engine.outputOf(u"consumer"_s);
        QVERIFY2(got.replace('\r', "").endsWith("\n19\n20\n"), got.constData());
        const QByteArray sums = engine.outputOf(u"one"_s) + engine.outputOf(u"two"_s);
        QVERIFY2(sums.contains("the counter is at 10000"), sums.constData());
    }
};

QTEST_GUILESS_MAIN(TestActorRoles)
#include "tst_actor_roles.moc"
