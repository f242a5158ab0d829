#include "witness.h"

#include <QTest>

#include <semaphore.h>
#include <sys/mman.h>
#include <sys/shm.h>

using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

constexpr int offset = 64;

QJsonObject semaphore(const QJsonObject& properties = {})
{
    QJsonObject all{{"memory", "m"}, {"offset", offset}, {"value", 2}};
    for (auto it = properties.begin(); it != properties.end(); ++it)
        all[it.key()] = it.value();
    return node(u"s"_s, u"posix-semaphore"_s, all);
}

/// How a process gets at the memory.
QString reaching(const QString& kind)
{
    return kind == u"sysv-shm"_s    ? u"shm {m.key} attach placed {s.offset} "_s
           : kind == u"posix-shm"_s ? u"open {m.path} map 4096 placed {s.offset} "_s
                                    : u"fd 3 map 4096 placed {s.offset} "_s;
}

/// A process that has the memory does these words with the semaphore.
QJsonArray edgesOf(const QString& process, const QString& kind)
{
    return {kind == u"memfd"_s ? EngineClient::edge(process, 3, u"m"_s, u"attach"_s)
                               : uses(process, u"m"_s, u"attach"_s),
            uses(process, u"s"_s, u"use"_s)};
}

void add(EngineClient& engine, const QString& id, const QString& kind, const QString& text)
{
    engine.send({{"type", "add"},
                 {"topology", QJsonObject{{"nodes", QJsonArray{words(id, reaching(kind) + text)}},
                                          {"edges", edgesOf(id, kind)}}}});
}

void addKinds()
{
    QTest::addColumn<QString>("kind");
    for (const char* kind : {"sysv-shm", "posix-shm", "memfd"})
        QTest::newRow(kind) << QString::fromLatin1(kind);
}

} // namespace

/// POSIX semaphores that lie in shared memory (sem_init(3)).
class TestEngineSemaphores : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneInMemoryIsMadeSeenWaitedForAndSet_data() { addKinds(); }
    void oneInMemoryIsMadeSeenWaitedForAndSet()
    {
        QFETCH(QString, kind);
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {semaphore(), node(u"m"_s, kind), words(u"a"_s, reaching(kind) + u"value wait value hold"_s)},
            edgesOf(u"a"_s, kind));
        QVERIFY(engine.until([&] { return engine.outputOf(u"a"_s).simplified() == "2 1"; }));
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).fact(u"value"_s) == 1; }));
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).attached().size() == 1; }));
        if (kind == u"posix-shm"_s) { // the file's own words
            const QString file = u"/dev/shm"_s + pathOf(engine, u"m"_s);
            const QString said = sayingOf(
                u"od"_s, {u"-An"_s, u"-tu4"_s, u"-j"_s, QString::number(offset), u"-N"_s, u"8"_s, file});
            QCOMPARE(said.simplified(), u"1 0"_s);
        }

        // One more can take it; the next sleeps, in a call on the semaphore, not on the memory.
        add(engine, u"b"_s, kind, u"wait wait say got"_s);
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).fact(u"waiters"_s) == 1; }));
        QVERIFY(engine.until([&] {
            const QJsonObject blocked = engine.lastWith([&](const QJsonObject& m) {
                return m[u"type"_s] == u"blocked"_s &&
                       m[u"process"_s] == engine.process(u"b"_s)[u"process"_s];
            });
            return blocked[u"call"_s] == u"futex"_s &&
                   blocked[u"endpoint"_s] == engine.endpointOf(u"s"_s)[u"endpoint"_s];
        }));
        QCOMPARE(seen(engine, u"s"_s).fact(u"value"_s), 0);
        engine.send({{"type", "set-value"},
                     {"endpoint", qint64(numberOf(engine, u"s"_s))},
                     {"index", 0},
                     {"value", 3}});
        QVERIFY(engine.untilState(u"b"_s, u"exited"_s));
        QVERIFY(engine.until([&] { return engine.outputOf(u"b"_s).trimmed() == "got"; }));
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).fact(u"value"_s) == 2; }));
        const bool slept = std::any_of(engine.events.begin(), engine.events.end(), [&](const auto& event) {
            return event.call == byteyard::ipc::Call::Futex && event.endpoint == numberOf(engine, u"s"_s);
        });
        QVERIFY(slept);
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QVERIFY(engine.errors().isEmpty());
    }

    void itsValueIsKnownWhileNobodyHasTheSegment()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"m"_s, u"sysv-shm"_s), semaphore(), words(u"w"_s, u"hold"_s)}, {});
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).fact(u"value"_s) == 2; }));
        QCOMPARE(seen(engine, u"m"_s).fact(u"shm_nattch"_s), 0);
        // What lies around it is seen too: zeros.
        constexpr int around = 8;
        const auto peeked =
            peekAt(engine, numberOf(engine, u"m"_s), 1, offset - around, sizeof(sem_t) + 2 * around);
        QVERIFY(peeked && peeked->available);
        QCOMPARE(peeked->bytes.first(around), QByteArray(around, '\0'));
        QCOMPARE(peeked->bytes.at(around), '\2');
        QCOMPARE(peeked->bytes.last(around), QByteArray(around, '\0'));
        engine.send({{"type", "set-value"},
                     {"endpoint", qint64(numberOf(engine, u"s"_s))},
                     {"index", 0},
                     {"value", 5}});
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).fact(u"value"_s) == 5; }));
    }

    void itGoesWithItsMemory_data() { addKinds(); }
    void itGoesWithItsMemory()
    {
        QFETCH(QString, kind);
        if (kind == u"memfd"_s)
            QSKIP("a memfd goes with its last holder: the next test");
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"m"_s, kind), semaphore(), words(u"w"_s, u"hold"_s)}, {});
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).fact(u"value"_s) == 2; }));
        if (kind == u"sysv-shm"_s)
            QCOMPARE(::shmctl(idOf(engine, u"m"_s), IPC_RMID, nullptr), 0);
        else
            QCOMPARE(::shm_unlink(pathOf(engine, u"m"_s).toUtf8().constData()), 0);
        for (const QString& gone : {u"m"_s, u"s"_s}) {
            QVERIFY(engine.until([&] { return engine.endpointOf(gone)[u"state"_s] == u"closed"_s; }));
            QCOMPARE(engine.endpointOf(gone)[u"error"_s][u"code"_s].toString(), u"removed"_s);
        }
        QCOMPARE(engine.stateOf(u"w"_s), u"running"_s);
    }

    void itIsMadeAnewWithAMemoryThatWentWithItsLastHolder()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        const QString first = reaching(u"memfd"_s) + u"wait value"_s;
        QJsonArray edges = edgesOf(u"a"_s, u"memfd"_s);
        for (const QJsonValue& edge : edgesOf(u"late"_s, u"memfd"_s))
            edges.append(edge);
        engine.begin({node(u"m"_s, u"memfd"_s), semaphore(), words(u"a"_s, first),
                      words(u"late"_s, reaching(u"memfd"_s) + u"value"_s,
                            {{"start", QJsonObject{{"when", "by-hand"}}}}),
                      words(u"w"_s, u"hold"_s)},
                     edges);
        QVERIFY(engine.until([&] { return engine.outputOf(u"a"_s).trimmed() == "1"; }));
        QVERIFY(engine.untilState(u"a"_s, u"exited"_s));
        // The waiting process has its descriptor already: the memory and what is in it stay.
        engine.send({{"type", "start"}, {"node", "late"}});
        QVERIFY(engine.until([&] { return engine.outputOf(u"late"_s).trimmed() == "1"; }));
        QVERIFY(engine.untilState(u"late"_s, u"exited"_s));
        const quint32 before = numberOf(engine, u"s"_s);
        QVERIFY(engine.until([&] { return engine.endpointOf(u"m"_s)[u"state"_s] == u"closed"_s; }));
        engine.send({{"type", "start"}, {"node", "late"}});
        QVERIFY(engine.until([&] { return engine.outputOf(u"late"_s).trimmed() == "2"; }));
        QVERIFY(numberOf(engine, u"s"_s) != before);
    }

    void whatAProgramMadeThereIsLeftAsItIs()
    {
        const int memory = ::shm_open("/byteyard-test-placed", O_CREAT | O_EXCL | O_RDWR, 0600);
        QVERIFY(memory >= 0);
        QCOMPARE(::ftruncate(memory, 4096), 0);
        sem_t made;
        QCOMPARE(::sem_init(&made, 1, 7), 0);
        QCOMPARE(::pwrite(memory, &made, sizeof made, offset), static_cast<ssize_t>(sizeof made));
        {
            EngineClient engine;
            QVERIFY(engine.greet());
            engine.begin(
                {node(u"m"_s, u"posix-shm"_s, {{"path", "/byteyard-test-placed"}, {"existing", true}}),
                 semaphore({{"existing", true}}), words(u"w"_s, u"hold"_s)},
                {});
            QVERIFY(engine.until([&] { return seen(engine, u"s"_s).fact(u"value"_s) == 7; }));
        }
        QCOMPARE(::pread(memory, &made, sizeof made, offset), static_cast<ssize_t>(sizeof made));
        int value = 0;
        QCOMPARE(::sem_getvalue(&made, &value), 0);
        QCOMPARE(value, 7);
        ::close(memory);
        QCOMPARE(::shm_unlink("/byteyard-test-placed"), 0);
    }

    void bytesThatAreNoSemaphoreAreToldAsTheyAreAndNotSetFarAway()
    {
        const int memory = ::shm_open("/byteyard-test-bytes", O_CREAT | O_EXCL | O_RDWR, 0600);
        QVERIFY(memory >= 0);
        const QByteArray ones(4096, '\xff');
        QCOMPARE(::pwrite(memory, ones.constData(), 4096, 0), 4096);
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"m"_s, u"posix-shm"_s, {{"path", "/byteyard-test-bytes"}, {"existing", true}}),
                      semaphore({{"existing", true}}), words(u"w"_s, u"hold"_s)},
                     {});
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).fact(u"value"_s) == 0xffffffff; }));
        engine.send({{"type", "set-value"},
                     {"endpoint", qint64(numberOf(engine, u"s"_s))},
                     {"index", 0},
                     {"value", 2147483647}});
        QVERIFY(engine.until([&] { return engine.errors().contains(u"set-value"_s); }));
        QCOMPARE(engine.last(u"error"_s)[u"parameters"_s][u"errno"_s].toString(), u"ERANGE"_s);
        QByteArray after(4096, '\0');
        QCOMPARE(::pread(memory, after.data(), 4096, 0), 4096);
        QCOMPARE(after, ones);
        ::close(memory);
        QCOMPARE(::shm_unlink("/byteyard-test-bytes"), 0);
    }

    void whatCannotLieThereIsRefused_data()
    {
        QTest::addColumn<QJsonObject>("made");
        QTest::addColumn<QString>("says");
        QTest::newRow("no such memory") << semaphore({{"memory", "none"}}) << u"no shared memory"_s;
        QTest::newRow("no memory") << semaphore({{"memory", "q"}}) << u"no shared memory"_s;
        QTest::newRow("not aligned") << semaphore({{"offset", 4}}) << u"multiple of 8"_s;
        QTest::newRow("over the end") << semaphore({{"offset", 4072}}) << u"outside"_s;
        QTest::newRow("far away") << semaphore({{"offset", qint64{9007199254740984}}}) << u"outside"_s;
    }
    void whatCannotLieThereIsRefused()
    {
        QFETCH(QJsonObject, made);
        QFETCH(QString, says);
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"m"_s, u"posix-shm"_s), node(u"q"_s, u"posix-queue"_s), made}, {});
        QVERIFY(engine.until([&] { return !engine.errors().isEmpty(); }));
        const QByteArray error = QJsonDocument(engine.last(u"error"_s)).toJson();
        QVERIFY2(error.contains(says.toUtf8()), error.constData());
    }

    void existingMemoryThatIsTooSmallFailsTheSemaphoreAlone()
    {
        const int memory = ::shm_open("/byteyard-test-small", O_CREAT | O_EXCL | O_RDWR, 0600);
        QVERIFY(memory >= 0 && ::ftruncate(memory, 80) == 0);
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"m"_s, u"posix-shm"_s, {{"path", "/byteyard-test-small"}, {"existing", true}}),
                      semaphore(), words(u"w"_s, u"hold"_s)},
                     {});
        QVERIFY(engine.until([&] { return engine.endpointOf(u"s"_s)[u"state"_s] == u"failed"_s; }));
        QCOMPARE(engine.endpointOf(u"s"_s)[u"error"_s][u"parameters"_s][u"errno"_s].toString(), u"EFAULT"_s);
        QVERIFY(engine.untilState(u"w"_s, u"running"_s));
        QCOMPARE(engine.endpointOf(u"m"_s)[u"state"_s].toString(), u"live"_s);
        ::close(memory);
        ::shm_unlink("/byteyard-test-small");
    }
};

QTEST_GUILESS_MAIN(TestEngineSemaphores)
#include "tst_engine_semaphores.moc"
