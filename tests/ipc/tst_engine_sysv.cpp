#include "witness.h"

#include <QTest>

#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

QJsonObject queue(const QJsonObject& properties = {})
{
    return EngineClient::endpoint(u"q"_s, u"sysv-queue"_s, properties);
}
QJsonObject shm(const QJsonObject& properties = {})
{
    return EngineClient::endpoint(u"m"_s, u"sysv-shm"_s, properties);
}
QJsonObject semaphores(const QJsonObject& properties = {})
{
    return EngineClient::endpoint(u"s"_s, u"sysv-semaphore"_s, properties);
}
QByteArray head(const QJsonValue& tile)
{
    return QByteArray::fromBase64(tile[u"head"_s].toString().toLatin1());
}

/// Objects that were there before, and must be after.
struct Neighbours
{
    int queue = ::msgget(IPC_PRIVATE, 0600);
    int memory = ::shmget(IPC_PRIVATE, 100, 0600);
    int semaphore = ::semget(IPC_PRIVATE, 2, 0600);
    ~Neighbours()
    {
        ::msgctl(queue, IPC_RMID, nullptr);
        ::shmctl(memory, IPC_RMID, nullptr);
        ::semctl(semaphore, 0, IPC_RMID);
    }
    bool areThere() const
    {
        return !sysvipc(u"msg"_s, queue).isEmpty() && !sysvipc(u"shm"_s, memory).isEmpty() &&
               !sysvipc(u"sem"_s, semaphore).isEmpty();
    }
};

} // namespace

class TestEngineSysv : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aQueueShowsWhatIpcsShowsAndItsMessagesInOrder()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {queue(),
             words(u"w"_s,
                   u"queue {q.key} send 7 seven send 2 two-bytes send 9223372036854775807 max hold"_s)},
            {uses(u"w"_s, u"q"_s, u"send"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).fact(u"msg_qnum"_s) == 3; }));
        const int id = idOf(engine, u"q"_s);
        const auto row = sysvipc(u"msg"_s, id);
        const Seen live = seen(engine, u"q"_s);
        QCOMPARE(live.fact(u"msg_cbytes"_s), row[u"cbytes"_s].toLongLong());
        QCOMPARE(live.fact(u"msg_qnum"_s), row[u"qnum"_s].toLongLong());
        QCOMPARE(live.fact(u"msg_lspid"_s), row[u"lspid"_s].toLongLong());
        QCOMPARE(live.fact(u"msg_lrpid"_s), row[u"lrpid"_s].toLongLong());
        QCOMPARE(live.fact(u"msg_stime"_s), row[u"stime"_s].toLongLong());
        QCOMPARE(live.fact(u"msg_ctime"_s), row[u"ctime"_s].toLongLong());
        QCOMPARE(live.fact(u"msg_lspid"_s), engine.process(u"w"_s)[u"pid"_s].toInt());
        QVERIFY(sayingOf(u"ipcs"_s, {u"-q"_s, u"-i"_s, QString::number(id)})
                    .contains(u"qbytes=%1"_s.arg(live.fact(u"msg_qbytes"_s))));
        QCOMPARE(engine.endpointOf(u"q"_s)[u"key"_s].toString().toUInt(nullptr, 16),
                 static_cast<uint>(row[u"key"_s].toInt()));
        const QJsonArray tiles = live.tiles();
        QCOMPARE(tiles.size(), 3);
        QCOMPARE(tiles[0][u"type"_s].toInteger(), 7);
        QCOMPARE(head(tiles[0]), QByteArray("seven"));
        QCOMPARE(tiles[1][u"type"_s].toInteger(), 2);
        QCOMPARE(tiles[1][u"size"_s].toInteger(), 9);
        QCOMPARE(tiles[2][u"type"_s].toInteger(), LONG_MAX);
        QCOMPARE(live.entry[u"tilesTotal"_s].toInt(), 3);

        const auto peeked = peekAt(engine, numberOf(engine, u"q"_s), 1000);
        QVERIFY(peeked && peeked->available);
        QCOMPARE(peeked->bytes, QByteArray("seventwo-bytesmax"));
        QCOMPARE(sysvipc(u"msg"_s, id), row); // not one number has moved
        QCOMPARE(peekAt(engine, numberOf(engine, u"q"_s), 1, 3, 5)->bytes, QByteArray("entwo"));
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QVERIFY(sysvipc(u"msg"_s, id).isEmpty());
    }

    void aPersonsMessageLimitAndRemovalAreRealAndStandInTheLog()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({queue({{"qbytes", 64}}), words(u"w"_s, u"hold"_s)}, {});
        QVERIFY(isLive(engine, u"q"_s));
        const qint64 number = numberOf(engine, u"q"_s);
        const int id = idOf(engine, u"q"_s);
        QCOMPARE(sysvipc(u"msg"_s, id)[u"cbytes"_s].toInt(), 0);
        const auto write = [&](const QByteArray& text, qint64 type) {
            engine.send({{"type", "write"},
                         {"endpoint", number},
                         {"data", QString::fromLatin1(text.toBase64())},
                         {"messageType", type}});
        };
        write("hello", 42);
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).tiles().size() == 1; }));
        QCOMPARE(seen(engine, u"q"_s).tiles()[0][u"type"_s].toInt(), 42);
        write(QByteArray(60, 'x'), 1); // 65 of 64
        QVERIFY(engine.until([&] { return engine.errors().contains(u"write"_s); }));
        QCOMPARE(engine.last(u"error"_s)[u"parameters"_s][u"errno"_s].toString(), u"EAGAIN"_s);
        write(QByteArray(9000, 'x'), 1);
        QVERIFY(engine.until(
            [&] { return engine.last(u"error"_s)[u"parameters"_s][u"limit"_s].toString() == u"msgmax"_s; }));
        engine.send({{"type", "set-limit"}, {"endpoint", number}, {"name", "msg_qbytes"}, {"value", 1000}});
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).fact(u"msg_qbytes"_s) == 1000; }));
        engine.send({{"type", "set-capacity"}, {"endpoint", number}, {"bytes", 2000}});
        QVERIFY(engine.until([&] { return engine.endpointOf(u"q"_s)[u"capacity"_s].toInt() == 2000; }));
        engine.send({{"type", "remove"}, {"endpoint", number}});
        QVERIFY(engine.until([&] { return engine.endpointOf(u"q"_s)[u"state"_s] == u"closed"_s; }));
        QVERIFY(!engine.endpointOf(u"q"_s).contains(u"error"_s));
        QVERIFY(sysvipc(u"msg"_s, id).isEmpty());
        const auto injected =
            std::count_if(engine.events.begin(), engine.events.end(), [](const auto& event) {
                return event.how == byteyard::ipc::How::Injected && event.process == 0;
            });
        QCOMPARE(injected, 6);
        QCOMPARE(engine.events.back().detailText, QByteArray("cmd=IPC_RMID"));
    }

    void sharedMemoryIsReadWithoutAttachingIt()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({shm({{"size", 10000}}),
                      words(u"w"_s, u"shm {m.key} attach store 5000 hello store 9990 end hold"_s)},
                     {uses(u"w"_s, u"m"_s, u"attach"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"m"_s).fact(u"shm_nattch"_s) == 1; }));
        const quint32 number = numberOf(engine, u"m"_s);
        QVERIFY(engine.until([&] {
            const auto peeked = peekAt(engine, number, 1, 9990);
            return peeked && peeked->bytes.startsWith("end");
        }));
        const int id = idOf(engine, u"m"_s);
        const auto row = sysvipc(u"shm"_s, id);
        const Seen live = seen(engine, u"m"_s);
        QCOMPARE(live.fact(u"shm_segsz"_s), row[u"size"_s].toLongLong());
        QCOMPARE(live.fact(u"shm_cpid"_s), row[u"cpid"_s].toLongLong());
        QCOMPARE(live.fact(u"shm_lpid"_s), row[u"lpid"_s].toLongLong());
        QCOMPARE(live.fact(u"shm_nattch"_s), row[u"nattch"_s].toLongLong());
        QVERIFY(engine.until([&] { return seen(engine, u"m"_s).attached().size() == 1; }));
        const QJsonValue attached = seen(engine, u"m"_s).attached()[0];
        QCOMPARE(attached[u"pid"_s].toInt(), engine.process(u"w"_s)[u"pid"_s].toInt());
        const auto peeked = peekAt(engine, number, 1000, 4096, 2000);
        QVERIFY(peeked && peeked->available);
        QCOMPARE(peeked->total, 10000u);
        QCOMPARE(peeked->bytes.mid(904, 5), QByteArray("hello"));
        QCOMPARE(peeked->bytes.left(904), QByteArray(904, '\0'));
        QCOMPARE(sysvipc(u"shm"_s, id), row); // nattch, lpid, times, and not one page more
        engine.send({{"type", "write"},
                     {"endpoint", qint64(number)},
                     {"offset", 5002},
                     {"data", QString::fromLatin1(QByteArray("LL").toBase64())}});
        QVERIFY(engine.until([&] { return peekAt(engine, number, 1, 5000, 5)->bytes == "heLLo"; }));
        engine.send({{"type", "remove"}, {"endpoint", qint64(number)}});
        QVERIFY(engine.until([&] { return seen(engine, u"m"_s).fact(u"shm_dest"_s) == 1; }));
        QCOMPARE(engine.endpointOf(u"m"_s)[u"state"_s].toString(), u"live"_s); // its user has it still
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QVERIFY(sysvipc(u"shm"_s, id).isEmpty());
    }

    void memoryThatNobodyHasAttachedShowsWhatItsLastUsersHad()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({shm({{"size", 10000}}),
                      words(u"first"_s, u"shm {m.key} attach store 5000 hello detach say done hold"_s),
                      words(u"last"_s, u"shm {m.key} attach store 100 world hold"_s)},
                     {uses(u"first"_s, u"m"_s, u"attach"_s), uses(u"last"_s, u"m"_s, u"attach"_s)});
        QVERIFY(engine.until([&] { return engine.outputOf(u"first"_s).contains("done"); }));
        QVERIFY(engine.until([&] { return seen(engine, u"m"_s).fact(u"shm_nattch"_s) == 1; }));
        const quint32 number = numberOf(engine, u"m"_s);
        QVERIFY(engine.until([&] {
            const auto peeked = peekAt(engine, number, 1, 100, 5);
            return peeked && peeked->bytes == "world";
        }));
        // The last user dies without detaching, and has never touched what the first one stored.
        QVERIFY(::kill(engine.process(u"last"_s)[u"pid"_s].toInt(), SIGKILL) == 0);
        QVERIFY(engine.until([&] { return seen(engine, u"m"_s).fact(u"shm_nattch"_s) == 0; }));
        const int id = idOf(engine, u"m"_s);
        const auto row = sysvipc(u"shm"_s, id);
        QVERIFY(engine.until([&] {
            const auto peeked = peekAt(engine, number, 1000, 0, 10000);
            return peeked && peeked->available && peeked->total == 10000 &&
                   peeked->bytes.mid(100, 5) == "world" && peeked->bytes.mid(5000, 5) == "hello" &&
                   peeked->bytes.right(100) == QByteArray(100, '\0');
        }));
        QCOMPARE(sysvipc(u"shm"_s, id), row);
        // Whoever attaches now finds it so.
        const auto* bytes = static_cast<const char*>(::shmat(id, nullptr, SHM_RDONLY));
        QCOMPARE(QByteArray(bytes + 5000, 5), QByteArray("hello"));
        QCOMPARE(QByteArray(bytes + 100, 5), QByteArray("world"));
        QCOMPARE(::shmdt(bytes), 0);
    }

    void aSemaphoreSetShowsValuesWaitersAndWhoWasLast()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({semaphores({{"values", QJsonArray{0, 3, 1}}}), words(u"up"_s, u"sem {s.key} op 0 -1"_s),
                      words(u"zero"_s, u"id {s.id} op 1 0"_s),
                      words(u"last"_s, u"sem {s.key} op 2 -1 hold"_s)},
                     {uses(u"up"_s, u"s"_s, u"use"_s)});
        const auto live = [&] { return seen(engine, u"s"_s); };
        QVERIFY(engine.until([&] {
            return live().list(u"ncnt"_s) == QList<int>{1, 0, 0} &&
                   live().list(u"zcnt"_s) == QList<int>{0, 1, 0} &&
                   live().list(u"values"_s) == QList<int>{0, 3, 0};
        }));
        QCOMPARE(live().list(u"pid"_s)[2], engine.process(u"last"_s)[u"pid"_s].toInt());
        const int id = idOf(engine, u"s"_s);
        const QStringList witness = sayingOf(u"ipcs"_s, {u"-s"_s, u"-i"_s, QString::number(id)}).split(u'\n');
        for (int i = 0; i < 3; ++i) {
            const QString line = u"%1 %2 %3 %4 %5"_s.arg(i)
                                     .arg(live().list(u"values"_s)[i])
                                     .arg(live().list(u"ncnt"_s)[i])
                                     .arg(live().list(u"zcnt"_s)[i])
                                     .arg(live().list(u"pid"_s)[i]);
            QVERIFY2(std::any_of(witness.begin(), witness.end(),
                                 [&](const QString& each) { return each.simplified() == line; }),
                     qPrintable(line + u" is not in\n"_s + witness.join(u'\n')));
        }
        QCOMPARE(live().fact(u"sem_otime"_s), sysvipc(u"sem"_s, id)[u"otime"_s].toLongLong());
        engine.send({{"type", "set-value"},
                     {"endpoint", qint64(numberOf(engine, u"s"_s))},
                     {"index", 0},
                     {"value", 1}});
        QVERIFY(engine.untilState(u"up"_s, u"exited"_s));
        engine.send({{"type", "set-value"},
                     {"endpoint", qint64(numberOf(engine, u"s"_s))},
                     {"index", 1},
                     {"value", 40000}});
        QVERIFY(engine.until([&] { return engine.errors().contains(u"set-value"_s); }));
        QCOMPARE(engine.last(u"error"_s)[u"parameters"_s][u"errno"_s].toString(), u"ERANGE"_s);
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QVERIFY(sysvipc(u"sem"_s, id).isEmpty());
    }

    void whatIsToBeUndoneIsCountedUntilItsProcessEnds()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({semaphores({{"values", QJsonArray{5, 5}}}),
                      words(u"u"_s, u"sem {s.key} undo 0 -2 undo 1 1 hold"_s)},
                     {uses(u"u"_s, u"s"_s, u"use"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).list(u"undo"_s) == QList<int>{2, -1}; }));
        QCOMPARE(seen(engine, u"s"_s).list(u"values"_s), (QList<int>{3, 6}));
        const int id = idOf(engine, u"s"_s);
        QVERIFY(::kill(engine.process(u"u"_s)[u"pid"_s].toInt(), SIGKILL) == 0);
        QVERIFY(engine.untilRunEnds());
        QVERIFY(sysvipc(u"sem"_s, id).isEmpty());
    }

    void anObjectThatExistsIsUsedAndKept()
    {
        const Neighbours there;
        msqid_ds state{};
        ::msgctl(there.queue, IPC_STAT, &state);
        EngineClient engine;
        QVERIFY(engine.greet());
        const auto byId = [](int id) { return QJsonObject{{"existing", true}, {"key", u"id:%1"_s.arg(id)}}; };
        engine.begin({queue(byId(there.queue)), shm(byId(there.memory)), semaphores(byId(there.semaphore)),
                      words(u"w"_s, u"id {q.id} send 1 x"_s)},
                     {uses(u"w"_s, u"q"_s, u"send"_s)});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.errors(), QStringList());
        QVERIFY(there.areThere());
        QCOMPARE(sysvipc(u"msg"_s, there.queue)[u"qnum"_s].toInt(), 1);
    }

    void whatCannotBeMadeIsSaidInWords_data()
    {
        QTest::addColumn<QJsonObject>("node");
        QTest::addColumn<QString>("call");
        QTest::addColumn<QString>("error");
        QTest::addColumn<QString>("limit");
        QTest::newRow("no such key") << queue({{"existing", true}, {"key", "0x7fedcba1"}}) << u"msgget"_s
                                     << u"ENOENT"_s << QString();
        QTest::newRow("no such id") << shm({{"existing", true}, {"key", "id:2147483647"}})
                                    << u"shmctl(IPC_STAT)"_s << u"EINVAL"_s << QString();
        QTest::newRow("memory of no size") << shm({{"size", 0}}) << u"shmget"_s << u"EINVAL"_s << QString();
        QTest::newRow("memory above all bounds")
            << shm({{"size", qint64(INT64_MAX)}}) << u"shmget"_s << u"ENOMEM"_s << u"shmall"_s;
        QJsonArray many;
        for (int i = 0; i < 32000; ++i)
            many.append(1);
        many.removeLast();
        QTest::newRow("a key that is taken")
            << queue({{"key", "0x7fedcba2"}}) << u"msgget"_s << u"EEXIST"_s << QString();
    }

    void whatCannotBeMadeIsSaidInWords()
    {
        QFETCH(QJsonObject, node);
        QFETCH(QString, call);
        QFETCH(QString, error);
        QFETCH(QString, limit);
        const int taken = ::msgget(0x7fedcba2, IPC_CREAT | 0600);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({node, words(u"other"_s, u"say hello"_s)}, {}));
        const QString id = node[u"id"_s].toString();
        QCOMPARE(engine.endpointOf(id)[u"state"_s].toString(), u"failed"_s);
        const QJsonValue parameters = engine.endpointOf(id)[u"error"_s][u"parameters"_s];
        QCOMPARE(parameters[u"call"_s].toString(), call);
        QCOMPARE(parameters[u"errno"_s].toString(), error);
        QCOMPARE(parameters[u"limit"_s].toString(), limit);
        QCOMPARE(engine.outputOf(u"other"_s).trimmed(), QByteArray("hello")); // the rest keeps running
        QVERIFY(!sysvipc(u"msg"_s, taken).isEmpty());
        ::msgctl(taken, IPC_RMID, nullptr);
    }

    void anObjectThatSomebodyRemovesIsToldAsRemoved()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({queue(), shm(), semaphores(), words(u"w"_s, u"hold"_s)}, {});
        QVERIFY(isLive(engine, u"q"_s) && isLive(engine, u"m"_s) && isLive(engine, u"s"_s));
        sayingOf(u"ipcrm"_s,
                 {u"-q"_s, QString::number(idOf(engine, u"q"_s)), u"-m"_s,
                  QString::number(idOf(engine, u"m"_s)), u"-s"_s, QString::number(idOf(engine, u"s"_s))});
        for (const QString& node : {u"q"_s, u"m"_s, u"s"_s}) {
            QVERIFY(engine.until([&] { return engine.endpointOf(node)[u"state"_s] == u"closed"_s; }));
            QCOMPARE(engine.endpointOf(node)[u"error"_s][u"code"_s].toString(), u"removed"_s);
        }
    }

    void nothingIsLeftAndNeighboursStay_data()
    {
        QTest::addColumn<QString>("end");
        for (const char* end : {"stop", "model", "worker", "keeper", "both"})
            QTest::newRow(end) << QString::fromLatin1(end);
    }

    void nothingIsLeftAndNeighboursStay()
    {
        QFETCH(QString, end);
        const Neighbours there;
        QTemporaryDir runtime(QDir::tempPath() + u"/byteyard-sysv-XXXXXX"_s);
        EngineClient engine(runtime.path());
        QVERIFY(engine.greet());
        engine.begin({queue(), shm(), semaphores(), words(u"w"_s, u"shm {m.key} attach hold"_s)}, {});
        QVERIFY(engine.until([&] { return seen(engine, u"m"_s).fact(u"shm_nattch"_s) == 1; }));
        const int q = idOf(engine, u"q"_s);
        const int m = idOf(engine, u"m"_s);
        const int s = idOf(engine, u"s"_s);
        QVERIFY(q >= 0 && m >= 0 && s >= 0);
        const pid_t child = engine.process(u"w"_s)[u"pid"_s].toInt();
        if (end == u"stop"_s) {
            engine.send({{"type", "stop"}});
            QVERIFY(engine.untilRunEnds());
        } else if (end == u"model"_s) {
            engine.hangUp();
        } else if (end == u"worker"_s) {
            ::kill(engine.worker(), SIGKILL);
        } else if (end == u"keeper"_s) {
            ::kill(engine.keeper(), SIGKILL);
        } else {
            const pid_t worker = engine.worker();
            engine.killBoth();
            QTRY_VERIFY(!isRunning(worker)); // what lives is not cleaned up
            QTRY_VERIFY(!isRunning(child));
            QVERIFY(!sysvipc(u"msg"_s, q).isEmpty()); // left behind, until somebody cleans up
            QProcess program;
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.insert(u"XDG_RUNTIME_DIR"_s, runtime.path());
            program.setProcessEnvironment(environment);
            program.start(QStringLiteral(BYTEYARD_BIN "/byteyard-engine"), {u"--clean"_s});
            QVERIFY(program.waitForFinished());
            QCOMPARE(program.exitCode(), 0);
        }
        QTRY_VERIFY(sysvipc(u"msg"_s, q).isEmpty());
        QTRY_VERIFY(sysvipc(u"sem"_s, s).isEmpty());
        QTRY_VERIFY(sysvipc(u"shm"_s, m).isEmpty());
        QVERIFY(there.areThere());
    }
};

QTEST_GUILESS_MAIN(TestEngineSysv)
#include "tst_engine_sysv.moc"
