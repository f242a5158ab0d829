#include "witness.h"

#include "ipc/endpoint/message_ledger.h"

#include <QTest>

#include <mqueue.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>

using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

long messagesIn(const QString& name)
{
    const mqd_t queue = ::mq_open(name.toUtf8().constData(), O_RDONLY);
    mq_attr attributes{};
    const bool good = queue >= 0 && ::mq_getattr(queue, &attributes) == 0;
    if (queue >= 0)
        ::mq_close(queue);
    return good ? attributes.mq_curmsgs : -1;
}

std::span<const std::byte> bytes(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

QList<int> ranks(const std::vector<byteyard::ipc::Tile>& tiles)
{
    QList<int> list;
    for (const auto& tile : tiles)
        list.append(tile.known ? static_cast<int>(tile.rank) : -1);
    return list;
}

} // namespace

class TestEnginePosix : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void messagesStandByPriorityAndAgeAndTheKernelsCountRules()
    {
        byteyard::ipc::MessageLedger ledger;
        ledger.sent(1, 3, bytes("one"));
        ledger.sent(9, 4, bytes("nine"));
        ledger.sent(1, 5, bytes("later"));
        QCOMPARE(ranks(ledger.tiles(3)), (QList<int>{9, 1, 1}));
        QCOMPARE(ranks(ledger.tiles(4)), (QList<int>{9, 1, 1, -1})); // one that nobody saw yet
        QCOMPARE(ranks(ledger.tiles(2)), (QList<int>{1, 1}));        // one is taken, and not told yet
        ledger.received(9, 4);
        QCOMPARE(ranks(ledger.tiles(2)), (QList<int>{1, 1}));
        QCOMPARE(ledger.tiles(2)[0].size, 3u);
        QCOMPARE(ledger.bytes().size(), std::size_t{8});
        for (int i = 0; i < 10; ++i)
            ledger.settle(1, 5); // an unseen process took one: the kernel gives the first
        QCOMPARE(ledger.tiles(1)[0].size, 5u);
        for (int i = 0; i < 10; ++i)
            ledger.settle(2, 5 + 6);
        QCOMPARE(ranks(ledger.tiles(2)), (QList<int>{1, -1}));
        ledger.received(7, 7); // the unknown one
        QCOMPARE(ranks(ledger.tiles(1)), (QList<int>{1}));
        for (int i = 0; i < 10; ++i)
            ledger.settle(1, 9); // one was taken and another put in, both unseen: the bytes are not these
        QCOMPARE(ranks(ledger.tiles(1)), (QList<int>{-1}));
    }

    void aQueueShowsWhatTheKernelSaysOfIt()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"q"_s, u"posix-queue"_s, {{"maxmsg", 5}, {"msgsize", 100}}),
                      words(u"w"_s, u"mq {q.path} notify put 3 low put 9 high hold"_s)},
                     {uses(u"w"_s, u"q"_s, u"send"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).fact(u"mq_curmsgs"_s) == 2; }));
        const Seen live = seen(engine, u"q"_s);
        const QString name = pathOf(engine, u"q"_s);
        QVERIFY(name.startsWith(u"/byteyard-"_s) && name.endsWith(u"-q"_s));
        QCOMPARE(messagesIn(name), 2);
        QCOMPARE(live.fact(u"mq_maxmsg"_s), 5);
        QCOMPARE(live.fact(u"mq_msgsize"_s), 100);
        QCOMPARE(live.fact(u"qsize"_s), 7);
        QCOMPARE(live.entry[u"tilesTotal"_s].toInt(), 2);
        QCOMPARE(live.entry[u"capacity"_s].toInt(), 5);
        const qint64 number = numberOf(engine, u"q"_s);
        // The first message has used the notification up (mq_notify(3)).
        QCOMPARE(live.fact(u"notify_pid"_s), 0);
        QVERIFY(peekAt(engine, numberOf(engine, u"q"_s), 1000));
        QCOMPARE(messagesIn(name), 2);
        engine.send({{"type", "write"},
                     {"endpoint", number},
                     {"data", QString::fromLatin1(QByteArray("mine").toBase64())},
                     {"priority", 5}});
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).fact(u"mq_curmsgs"_s) == 3; }));
        engine.send({{"type", "write"},
                     {"endpoint", number},
                     {"data", QString::fromLatin1(QByteArray(101, 'x').toBase64())}});
        QVERIFY(engine.until([&] { return engine.errors().contains(u"write"_s); }));
        QCOMPARE(engine.last(u"error"_s)[u"parameters"_s][u"errno"_s].toString(), u"EMSGSIZE"_s);
        engine.send({{"type", "remove"}, {"endpoint", number}});
        QVERIFY(engine.until([&] { return messagesIn(name) < 0; }));
    }

    void whatWasSeenToBeSentStandsByPriority()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {node(u"q"_s, u"posix-queue"_s), words(u"w"_s, u"mq {q.path} put 3 low put 9 high hold"_s)},
            {uses(u"w"_s, u"q"_s, u"send"_s)});
        QVERIFY(engine.until([&] {
            const QJsonArray tiles = seen(engine, u"q"_s).tiles();
            return tiles.size() == 2 && tiles[0][u"known"_s].toBool() && tiles[1][u"known"_s].toBool();
        }));
        const QJsonArray tiles = seen(engine, u"q"_s).tiles();
        QCOMPARE(tiles[0][u"priority"_s].toInt(), 9);
        QCOMPARE(QByteArray::fromBase64(tiles[0][u"head"_s].toString().toLatin1()), QByteArray("high"));
        QCOMPARE(tiles[1][u"size"_s].toInt(), 3);
        QCOMPARE(peekAt(engine, numberOf(engine, u"q"_s))->bytes, QByteArray("highlow"));
    }

    void whatNobodySawIsAnUnknownTileAndTheKernelCounts()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {node(u"q"_s, u"posix-queue"_s), words(u"w"_s, u"mq {q.path} put 3 low put 9 high hold"_s)},
            {uses(u"w"_s, u"q"_s, u"send"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).fact(u"mq_curmsgs"_s) == 2; }));
        const byteyard::ipc::Fd own(
            ::mq_open(pathOf(engine, u"q"_s).toUtf8().constData(), O_RDWR | O_CLOEXEC));
        QVERIFY(own);
        const auto prioritiesShown = [&] {
            QList<int> list;
            for (const QJsonValue& tile : seen(engine, u"q"_s).tiles())
                list.append(tile[u"known"_s].toBool() ? tile[u"priority"_s].toInt() : -1);
            return list;
        };
        const auto kernelsCount = [&] {
            mq_attr attributes{};
            ::mq_getattr(own.get(), &attributes);
            return attributes.mq_curmsgs;
        };
        QCOMPARE(::mq_send(own.get(), "unseen", 6, 5), 0);
        QVERIFY(engine.until([&] { return prioritiesShown() == QList<int>{9, 3, -1}; }));
        QCOMPARE(seen(engine, u"q"_s).fact(u"mq_curmsgs"_s), kernelsCount());
        // As mq_overview(7) shows it, where it may be mounted for a moment.
        const QString shown =
            sayingOf(u"unshare"_s, {u"-m"_s, u"sh"_s, u"-c"_s,
                                    u"mount -t mqueue none /mnt && cat /mnt"_s + pathOf(engine, u"q"_s)});
        if (shown.contains(u"QSIZE"_s))
            QVERIFY2(shown.startsWith(u"QSIZE:13 "_s), qPrintable(shown));
        QCOMPARE(seen(engine, u"q"_s).fact(u"qsize"_s), 13);
        // Taken by somebody who is not followed: the kernel gives the first.
        QByteArray taken(8192, 0);
        unsigned priority = 0;
        QCOMPARE(::mq_receive(own.get(), taken.data(), static_cast<std::size_t>(taken.size()), &priority), 4);
        QCOMPARE(priority, 9u);
        // Which one it was is known when the unseen one had its place already; else only the bytes tell that
        // these two are not those that were seen.
        QVERIFY(engine.until([&] {
            return prioritiesShown() == QList<int>{3, -1} || prioritiesShown() == QList<int>{-1, -1};
        }));
        QCOMPARE(seen(engine, u"q"_s).fact(u"mq_curmsgs"_s), kernelsCount());
    }

    void anEventfdLivesWhileSomebodyHoldsIt()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"e"_s, u"eventfd"_s, {{"value", 4}}), words(u"w"_s, u"fd 5 count 3 hold"_s)},
                     {EngineClient::edge(u"w"_s, 5, u"e"_s, u"write"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"e"_s).fact(u"count"_s) == 7; }));
        QCOMPARE(engine.endpointOf(u"e"_s)[u"state"_s].toString(), u"live"_s);
        engine.send({{"type", "set-value"},
                     {"endpoint", qint64(numberOf(engine, u"e"_s))},
                     {"index", 0},
                     {"value", 5}});
        QVERIFY(engine.until([&] { return seen(engine, u"e"_s).fact(u"count"_s) == 12; }));
    }

    void aPtyLivesWhileSomebodyHoldsIt()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"p"_s, u"pty"_s, {{"rows", 33}}), words(u"m"_s, u"fd 5 write typed hold"_s),
                      words(u"s"_s, u"fd 6 hold"_s)},
                     {EngineClient::edge(u"m"_s, 5, u"p"_s, u"master"_s),
                      EngineClient::edge(u"s"_s, 6, u"p"_s, u"slave"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"p"_s).fact(u"a_q"_s) == 5; })); // the echo
        QCOMPARE(seen(engine, u"p"_s).fact(u"rows"_s), 33);
        QCOMPARE(engine.endpointOf(u"p"_s)[u"state"_s].toString(), u"live"_s);
    }

    void aWaitingNotificationNamesItsProcess()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"q"_s, u"posix-queue"_s), words(u"w"_s, u"mq {q.path} notify hold"_s)},
                     {uses(u"w"_s, u"q"_s, u"receive"_s)});
        QVERIFY(engine.until([&] {
            const qint64 pid = seen(engine, u"q"_s).fact(u"notify_pid"_s);
            return pid > 0 && pid == engine.process(u"w"_s)[u"pid"_s].toInt();
        }));
    }

    void aQueueAsADescriptorSendsAndReceives()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({node(u"q"_s, u"posix-queue"_s), words(u"w"_s, u"fd 5 put 2 hello"_s),
                            words(u"r"_s, u"fd 6 take"_s)},
                           {EngineClient::edge(u"w"_s, 5, u"q"_s, u"send"_s),
                            EngineClient::edge(u"r"_s, 6, u"q"_s, u"receive"_s)}));
        QCOMPARE(engine.errors(), QStringList());
        QCOMPARE(engine.outputOf(u"r"_s).trimmed(), QByteArray("2 hello"));
    }

    void sharedMemoryIsReadAsAFile_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::newRow("by name") << u"posix-shm"_s;
        QTest::newRow("anonymous") << u"memfd"_s;
    }

    void sharedMemoryIsReadAsAFile()
    {
        QFETCH(QString, kind);
        EngineClient engine;
        QVERIFY(engine.greet());
        QJsonObject properties{{"size", 10000}};
        if (kind == u"memfd"_s)
            properties[u"seals"_s] = QJsonArray{u"F_SEAL_SHRINK"_s};
        engine.begin({node(u"m"_s, kind, properties),
                      words(u"w"_s, u"fd 7 map 10000 store 5000 hello store 9990 end hold"_s)},
                     {EngineClient::edge(u"w"_s, 7, u"m"_s, u"attach"_s)});
        QVERIFY(isLive(engine, u"m"_s));
        const quint32 number = numberOf(engine, u"m"_s);
        QVERIFY(engine.until([&] {
            const auto peeked = peekAt(engine, number, 1, 9990);
            return peeked && peeked->bytes.startsWith("end");
        }));
        QVERIFY(engine.until([&] { return seen(engine, u"m"_s).attached().size() == 1; }));
        QVERIFY(engine.until([&] { return seen(engine, u"m"_s).fact(u"resident"_s) >= 0; }));
        const qint64 resident = seen(engine, u"m"_s).fact(u"resident"_s);
        QCOMPARE(resident, 8192); // the two pages that were written
        const auto peeked = peekAt(engine, number, 1000, 0, 65536);
        QVERIFY(peeked && peeked->available);
        QCOMPARE(peeked->total, 10000u);
        QCOMPARE(peeked->bytes.mid(5000, 5), QByteArray("hello"));
        QCOMPARE(seen(engine, u"m"_s).fact(u"resident"_s), 8192);
        if (kind == u"posix-shm"_s) {
            QFile file(u"/dev/shm"_s + pathOf(engine, u"m"_s));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QCOMPARE(file.readAll(), peeked->bytes);
        } else {
            QCOMPARE(seen(engine, u"m"_s).facts()[u"seals"_s].toString(), u"F_SEAL_SHRINK"_s);
            engine.send(
                {{"type", "set-limit"}, {"endpoint", qint64(number)}, {"name", "size"}, {"value", 5}});
            QVERIFY(engine.until([&] { return engine.errors().contains(u"set-limit"_s); }));
            QCOMPARE(engine.last(u"error"_s)[u"parameters"_s][u"errno"_s].toString(), u"EPERM"_s);
        }
        engine.send({{"type", "write"},
                     {"endpoint", qint64(number)},
                     {"offset", 5002},
                     {"data", QString::fromLatin1(QByteArray("LL").toBase64())}});
        QVERIFY(engine.until([&] { return peekAt(engine, number, 1, 5000, 5)->bytes == "heLLo"; }));
        const QString path = u"/dev/shm"_s + pathOf(engine, u"m"_s);
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QVERIFY(kind != u"posix-shm"_s || !QFileInfo::exists(path));
    }

    void aHugeSegmentCostsNoMoreThanASmallOne()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"m"_s, u"posix-shm"_s, {{"size", 1 << 30}}),
                      words(u"w"_s, u"open {m.path} map 1073741824 store 1073741000 last hold"_s)},
                     {uses(u"w"_s, u"m"_s, u"attach"_s)});
        QVERIFY(isLive(engine, u"m"_s));
        QVERIFY(engine.until(
            [&] { return peekAt(engine, numberOf(engine, u"m"_s), 1, 1073741000, 4)->bytes == "last"; }));
        QVERIFY(peekAt(engine, numberOf(engine, u"m"_s), 100, 1 << 29, 4096)->available);
        QVERIFY(engine.until([&] { return seen(engine, u"m"_s).fact(u"resident"_s) >= 0; }));
        QCOMPARE(seen(engine, u"m"_s).fact(u"resident"_s), 4096);
    }

    void aSemaphoreShowsItsValueAndWhoWaits()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"s"_s, u"posix-semaphore"_s, {{"value", 1}}),
                      words(u"a"_s, u"semaphore {s.path} wait hold"_s)},
                     {uses(u"a"_s, u"s"_s, u"use"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).fact(u"value"_s) == 0; }));
        // sem_open closes its descriptor: who has it open has it mapped.
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).attached().size() == 1; }));
        const QString name = pathOf(engine, u"s"_s);
        sem_t* witness = ::sem_open(name.toUtf8().constData(), 0);
        QVERIFY(witness);
        int value = -1;
        QCOMPARE(::sem_getvalue(witness, &value), 0);
        QCOMPARE(value, 0);
        engine.send({{"type", "add"},
                     {"topology",
                      QJsonObject{{"nodes", QJsonArray{words(u"b"_s, u"semaphore {s.path} wait say got"_s)}},
                                  {"edges", QJsonArray{uses(u"b"_s, u"s"_s, u"use"_s)}}}}});
        QVERIFY(engine.until([&] { return seen(engine, u"s"_s).fact(u"waiters"_s) == 1; }));
        engine.send({{"type", "set-value"},
                     {"endpoint", qint64(numberOf(engine, u"s"_s))},
                     {"index", 0},
                     {"value", 1}});
        QVERIFY(engine.untilState(u"b"_s, u"exited"_s));
        ::sem_close(witness);
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QVERIFY(!::sem_open(name.toUtf8().constData(), 0));
    }

    void whatCannotBeMadeIsSaidInWords_data()
    {
        QTest::addColumn<QJsonObject>("made");
        QTest::addColumn<QString>("call");
        QTest::addColumn<QString>("error");
        QTest::newRow("a name of 256 characters")
            << node(u"x"_s, u"posix-queue"_s, {{"path", u"/"_s + QString(256, u'n')}}) << u"mq_open"_s
            << u"ENAMETOOLONG"_s;
        QTest::newRow("memory's name of 256 characters")
            << node(u"x"_s, u"posix-shm"_s, {{"path", u"/"_s + QString(256, u'n')}}) << u"shm_open"_s
            << u"ENAMETOOLONG"_s;
        QTest::newRow("a name with two slashes")
            << node(u"x"_s, u"posix-queue"_s, {{"path", "/a/b"}}) << u"mq_open"_s << u"EACCES"_s;
        QTest::newRow("no slash") << node(u"x"_s, u"posix-semaphore"_s, {{"path", "name/with"}})
                                  << u"sem_open"_s << u"EINVAL"_s;
        QTest::newRow("a queue of no messages")
            << node(u"x"_s, u"posix-queue"_s, {{"maxmsg", 0}}) << u"mq_open"_s << u"EINVAL"_s;
        QTest::newRow("no such queue")
            << node(u"x"_s, u"posix-queue"_s, {{"path", "/byteyard-none"}, {"existing", true}})
            << u"mq_open"_s << u"ENOENT"_s;
        QTest::newRow("no such memory")
            << node(u"x"_s, u"posix-shm"_s, {{"path", "/byteyard-none"}, {"existing", true}}) << u"shm_open"_s
            << u"ENOENT"_s;
        QTest::newRow("a name that is taken")
            << node(u"x"_s, u"posix-shm"_s, {{"path", "/byteyard-test-taken"}}) << u"shm_open"_s
            << u"EEXIST"_s;
    }

    void whatCannotBeMadeIsSaidInWords()
    {
        QFETCH(QJsonObject, made);
        QFETCH(QString, call);
        QFETCH(QString, error);
        const int taken = ::shm_open("/byteyard-test-taken", O_CREAT | O_RDWR, 0600);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({made, words(u"other"_s, u"say hello"_s)}, {}));
        const QJsonValue parameters = engine.endpointOf(u"x"_s)[u"error"_s][u"parameters"_s];
        QCOMPARE(parameters[u"call"_s].toString(), call);
        QCOMPARE(parameters[u"errno"_s].toString(), error);
        QCOMPARE(engine.outputOf(u"other"_s).trimmed(), QByteArray("hello"));
        struct stat status;
        QCOMPARE(::fstat(taken, &status), 0);
        QCOMPARE(status.st_nlink, 1u);
        ::close(taken);
        ::shm_unlink("/byteyard-test-taken");
    }

    void aNameOf255CharactersIsOne()
    {
        const QString name = u"/byteyard-"_s + QString(246, u'n');
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"q"_s, u"posix-queue"_s, {{"path", name}}),
                      node(u"m"_s, u"posix-shm"_s, {{"path", name}}), words(u"w"_s, u"hold"_s)},
                     {});
        QVERIFY(isLive(engine, u"q"_s) && isLive(engine, u"m"_s));
        QCOMPARE(messagesIn(name), 0);
        QVERIFY(QFileInfo::exists(u"/dev/shm"_s + name));
    }

    void aUserWithoutRightsIsToldWhichLimitWasHit()
    {
        QTemporaryDir runtime(QDir::tempPath() + u"/byteyard-nobody-XXXXXX"_s);
        EngineClient engine(runtime.path(), EngineClient::As::Nobody);
        QVERIFY(engine.greet());
        const QJsonObject limits = engine.last(u"hello"_s)[u"limits"_s].toObject();
        const int most = limits[u"mqueue/msg_max"_s].toInt();
        QVERIFY(most > 0 && limits[u"msgmni"_s].toInt() > 0 && limits[u"sem"_s].isString());
        QVERIFY(engine.run({node(u"x"_s, u"posix-queue"_s, {{"maxmsg", most + 1}}),
                            node(u"y"_s, u"posix-queue"_s, {{"msgsize", 1 << 20}})},
                           {}));
        const QJsonValue parameters = engine.endpointOf(u"x"_s)[u"error"_s][u"parameters"_s];
        QCOMPARE(parameters[u"limit"_s].toString(), u"mqueue/msg_max"_s);
        QCOMPARE(parameters[u"limitValue"_s].toString().toInt(), most);
        QCOMPARE(engine.endpointOf(u"y"_s)[u"error"_s][u"parameters"_s][u"limit"_s].toString(),
                 u"mqueue/msgsize_max"_s);
    }

    void nothingIsLeftAndNeighboursStay_data()
    {
        QTest::addColumn<QString>("end");
        for (const char* end : {"stop", "worker", "keeper"})
            QTest::newRow(end) << QString::fromLatin1(end);
    }

    void nothingIsLeftAndNeighboursStay()
    {
        QFETCH(QString, end);
        mq_attr attributes{0, 2, 8, 0, {}};
        const mqd_t queue = ::mq_open("/byteyard-neighbour", O_CREAT | O_RDWR, 0600, &attributes);
        QVERIFY(queue >= 0);
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"q"_s, u"posix-queue"_s), node(u"m"_s, u"posix-shm"_s),
                      node(u"s"_s, u"posix-semaphore"_s),
                      node(u"old"_s, u"posix-queue"_s, {{"path", "/byteyard-neighbour"}, {"existing", true}}),
                      node(u"replaced"_s, u"posix-shm"_s, {{"path", "/byteyard-test-replaced"}}),
                      words(u"w"_s, u"hold"_s)},
                     {});
        QVERIFY(engine.untilState(u"w"_s, u"running"_s));
        const QString q = pathOf(engine, u"q"_s);
        const QString m = u"/dev/shm"_s + pathOf(engine, u"m"_s);
        const QString s = u"/dev/shm/sem."_s + pathOf(engine, u"s"_s).mid(1);
        QVERIFY(messagesIn(q) == 0 && QFileInfo::exists(m) && QFileInfo::exists(s));
        // Somebody puts another in its place: that one is not the session's.
        QCOMPARE(::shm_unlink("/byteyard-test-replaced"), 0);
        const int other = ::shm_open("/byteyard-test-replaced", O_CREAT | O_EXCL | O_RDWR, 0600);
        QVERIFY(other >= 0);
        QVERIFY(engine.until([&] { return engine.endpointOf(u"replaced"_s)[u"state"_s] == u"closed"_s; }));
        QCOMPARE(engine.endpointOf(u"replaced"_s)[u"error"_s][u"code"_s].toString(), u"removed"_s);
        if (end == u"stop"_s) {
            engine.send({{"type", "stop"}});
            QVERIFY(engine.untilRunEnds());
        } else {
            ::kill(end == u"worker"_s ? engine.worker() : engine.keeper(), SIGKILL);
        }
        QTRY_COMPARE(messagesIn(q), -1);
        QTRY_VERIFY(!QFileInfo::exists(m));
        QTRY_VERIFY(!QFileInfo::exists(s));
        QVERIFY(QFileInfo::exists(u"/dev/shm/byteyard-test-replaced"_s));
        QCOMPARE(messagesIn(u"/byteyard-neighbour"_s), 0);
        ::mq_unlink("/byteyard-neighbour");
        ::mq_close(queue);
        ::shm_unlink("/byteyard-test-replaced");
        ::close(other);
    }
};

QTEST_GUILESS_MAIN(TestEnginePosix)
#include "tst_engine_posix.moc"
