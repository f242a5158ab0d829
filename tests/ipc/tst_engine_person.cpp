#include "witness.h"

#include "ipc/capture/event.h"

#include <QTest>

#include <fcntl.h>
#include <mqueue.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

using namespace byteyard::tests;
using namespace Qt::StringLiterals;
namespace ipc = byteyard::ipc;

namespace {

QJsonObject node(const QString& kind, const QJsonObject& properties = {})
{
    return EngineClient::endpoint(u"thing"_s, kind, properties);
}
/// The newest call of ours.
const EngineClient::OwnedEvent* ours(const EngineClient& engine)
{
    for (auto event = engine.events.crbegin(); event != engine.events.crend(); ++event)
        if (event->how == ipc::How::Injected)
            return &*event;
    return nullptr;
}
bool untilOurs(EngineClient& engine, ipc::Call call)
{
    return engine.until([&] { return ours(engine) != nullptr && ours(engine)->call == call; });
}
qint64 number(const EngineClient& engine)
{
    return qint64(numberOf(engine, u"thing"_s));
}

} // namespace

/// What a person does to an endpoint from its menu: each is the real call, and stands in the log as ours.
class TestEnginePerson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bytesOfAPersonAreWritten_data()
    {
        QTest::addColumn<QJsonObject>("made");
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::addColumn<int>("call");
        const auto row = [](const char* kind, const char* in, const char* out, ipc::Call call) {
            QTest::newRow(kind) << node(QString::fromLatin1(kind)) << QString::fromLatin1(in)
                                << QString::fromLatin1(out) << static_cast<int>(call);
        };
        row("pipe", "write", "read", ipc::Call::Write);
        row("fifo", "write", "read", ipc::Call::Write);
        row("file", "write", "read", ipc::Call::Write);
        row("socketpair", "a", "b", ipc::Call::Sendto);
        row("pty", "master", "slave", ipc::Call::Write);
        row("unix-datagram", "send", "receive", ipc::Call::Sendto);
        row("udp", "send", "receive", ipc::Call::Sendto);
        // 253 is for experiments (RFC 3692): nobody else's packets come.
        QTest::newRow("raw") << node(u"raw"_s, QJsonObject{{"protocol", "253"}}) << u"send"_s << u"receive"_s
                             << static_cast<int>(ipc::Call::Sendto);
    }

    void bytesOfAPersonAreWritten()
    {
        QFETCH(QJsonObject, made);
        if (made[u"kind"_s] == u"raw"_s && ::geteuid() != 0)
            QSKIP("a raw socket needs CAP_NET_RAW");
        QFETCH(QString, in);
        QFETCH(QString, out);
        QFETCH(int, call);
        EngineClient engine;
        QVERIFY(engine.greet());
        // Somebody holds each end and does nothing with it.
        engine.begin({made, words(u"in"_s, u"hold"_s), words(u"out"_s, u"hold"_s)},
                     {EngineClient::edge(u"in"_s, 7, u"thing"_s, in),
                      EngineClient::edge(u"out"_s, 7, u"thing"_s, out)});
        QVERIFY(engine.untilState(u"in"_s, u"running"_s) && engine.untilState(u"out"_s, u"running"_s));
        QVERIFY(engine.until([&] { return engine.endpointOf(u"thing"_s)[u"state"_s] == u"live"_s; }));
        engine.send({{"type", "write"},
                     {"endpoint", number(engine)},
                     {"data", QString::fromLatin1(QByteArray("hello\n").toBase64())}});
        QVERIFY(engine.until([&] { return ours(engine) != nullptr; }));
        QCOMPARE(ours(engine)->result, 6);
        QCOMPARE(static_cast<int>(ours(engine)->call), call);
        QCOMPARE(std::cmp_equal(ours(engine)->endpoint, number(engine)), true);
        QCOMPARE(ours(engine)->bytes, QByteArray("hello\n"));
        QCOMPARE(ours(engine)->process, 0u);
        if (made[u"kind"_s] == u"pty"_s) // what waits for the slave's reader
            QVERIFY(engine.until([&] {
                return std::max(seen(engine, u"thing"_s).fact(u"a_q"_s),
                                seen(engine, u"thing"_s).fact(u"b_q"_s)) >= 6;
            }));
        else
            QVERIFY(engine.until([&] {
                const auto peeked = peekAt(engine, numberOf(engine, u"thing"_s));
                // A raw socket's reader gets the IP header too (raw(7)).
                return peeked && peeked->bytes.mid(made[u"kind"_s] == u"raw"_s ? 20 : 0).startsWith("hello");
            }));
        QCOMPARE(engine.errors(), QStringList());
    }

    void bytesOfAPersonAreStoredInMemory_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"sysv-shm", "posix-shm", "memfd"})
            QTest::newRow(kind) << QString::fromLatin1(kind);
    }

    void bytesOfAPersonAreStoredInMemory()
    {
        QFETCH(QString, kind);
        EngineClient engine;
        QVERIFY(engine.greet());
        const bool isSysv = kind == u"sysv-shm"_s;
        engine.begin({node(kind), words(u"w"_s, isSysv ? u"id {thing.id} attach store 0 began hold"_s
                                                       : u"fd 7 map 4096 store 0 began hold"_s)},
                     {isSysv ? EngineClient::edge(u"w"_s, u"m"_s, u"thing"_s, u"attach"_s)
                             : EngineClient::edge(u"w"_s, 7, u"thing"_s, u"attach"_s)});
        QVERIFY(engine.until([&] {
            const auto peeked = peekAt(engine, numberOf(engine, u"thing"_s), 1, 0, 5);
            return peeked && peeked->bytes == "began";
        }));
        engine.send({{"type", "write"},
                     {"endpoint", number(engine)},
                     {"offset", 100},
                     {"data", QString::fromLatin1(QByteArray("ours").toBase64())}});
        QVERIFY(engine.until([&] { return ours(engine) != nullptr; }));
        QCOMPARE(ours(engine)->error, 0);
        QVERIFY2(ours(engine)->detailText.contains("offset=100"), ours(engine)->detailText.constData());
        QVERIFY(engine.until([&] {
            const auto peeked = peekAt(engine, numberOf(engine, u"thing"_s), 1, 100, 4);
            return peeked && peeked->bytes == "ours";
        }));
        // Past its end: refused, and nothing is written.
        engine.send({{"type", "write"},
                     {"endpoint", number(engine)},
                     {"offset", 1 << 20},
                     {"data", QString::fromLatin1(QByteArray("ours").toBase64())}});
        QVERIFY(engine.until([&] { return engine.errors().contains(u"write"_s); }));
    }

    void limitsAreChanged_data()
    {
        QTest::addColumn<QJsonObject>("made");
        QTest::addColumn<QString>("port");
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("value");
        QTest::addColumn<int>("call");
        QTest::addColumn<QString>("fact");
        QTest::addColumn<int>("becomes");
        const auto row = [](const char* kind, const char* port, const char* name, int value, ipc::Call call,
                            const char* fact, int becomes = 0) {
            QTest::addRow("%s %s", kind, name)
                << node(QString::fromLatin1(kind)) << QString::fromLatin1(port) << QString::fromLatin1(name)
                << value << static_cast<int>(call) << QString::fromLatin1(fact)
                << (becomes == 0 ? value : becomes);
        };
        row("sysv-queue", "", "msg_qbytes", 1000, ipc::Call::Msgctl, "msg_qbytes");
        row("tcp", "listen", "backlog", 3, ipc::Call::Listen, "backlog");
        row("unix-stream", "listen", "backlog", 4, ipc::Call::Listen, "backlog");
        row("udp", "receive", "SO_RCVBUF", 10000, ipc::Call::Setsockopt, "");
        row("unix-datagram", "receive", "SO_SNDBUF", 10000, ipc::Call::Setsockopt, "");
        row("socketpair", "a", "SO_SNDBUF", 10000, ipc::Call::Setsockopt, "SO_SNDBUF", 20000);
        row("socketpair", "b", "SO_RCVBUF", 10000, ipc::Call::Setsockopt, "SO_RCVBUF", 20000);
        row("pty", "master", "rows", 50, ipc::Call::Ioctl, "rows");
        row("pty", "master", "columns", 132, ipc::Call::Ioctl, "columns");
        row("posix-shm", "attach", "size", 12288, ipc::Call::Ftruncate, "size");
        row("memfd", "attach", "size", 8192, ipc::Call::Ftruncate, "size");
    }

    void limitsAreChanged()
    {
        QFETCH(QJsonObject, made);
        QFETCH(QString, port);
        QFETCH(QString, name);
        QFETCH(int, value);
        QFETCH(int, call);
        QFETCH(QString, fact);
        QFETCH(int, becomes);
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({made, words(u"w"_s, u"hold"_s)},
                     {port.isEmpty() ? EngineClient::edge(u"w"_s, u"q"_s, u"thing"_s, u"send"_s)
                                     : EngineClient::edge(u"w"_s, 7, u"thing"_s, port)});
        QVERIFY(engine.untilState(u"w"_s, u"running"_s));
        engine.send({{"type", "set-limit"}, {"endpoint", number(engine)}, {"name", name}, {"value", value}});
        QVERIFY(untilOurs(engine, static_cast<ipc::Call>(call)));
        QCOMPARE(ours(engine)->error, 0);
        QVERIFY2(ours(engine)->detailText.contains(name.toUtf8()) || name == u"size"_s,
                 ours(engine)->detailText.constData());
        if (!fact.isEmpty())
            QVERIFY(engine.until([&] { return seen(engine, u"thing"_s).fact(fact) == becomes; }));
        // A name that it does not know is said, and nothing happens.
        engine.send({{"type", "set-limit"}, {"endpoint", number(engine)}, {"name", "nothing"}, {"value", 1}});
        QVERIFY(engine.until([&] { return engine.errors().contains(u"set-limit"_s); }));
        QCOMPARE(engine.last(u"error"_s)[u"parameters"_s][u"errno"_s].toString(), u"EOPNOTSUPP"_s);
    }

    void whatIsRemovedIsGone_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("call");
        const auto row = [](const char* kind, ipc::Call call) {
            QTest::newRow(kind) << QString::fromLatin1(kind) << static_cast<int>(call);
        };
        row("fifo", ipc::Call::Unlink);
        row("file", ipc::Call::Unlink);
        row("unix-stream", ipc::Call::Unlink);
        row("unix-datagram", ipc::Call::Unlink);
        row("sysv-queue", ipc::Call::Msgctl);
        row("sysv-shm", ipc::Call::Shmctl);
        row("sysv-semaphore", ipc::Call::Semctl);
        row("posix-queue", ipc::Call::MqUnlink);
        row("posix-shm", ipc::Call::Unlink);
        row("posix-semaphore", ipc::Call::Unlink);
    }

    void whatIsRemovedIsGone()
    {
        QFETCH(QString, kind);
        QFETCH(int, call);
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(kind), words(u"w"_s, u"hold"_s)}, {});
        QVERIFY(engine.untilState(u"w"_s, u"running"_s));
        const QJsonObject endpoint = engine.endpointOf(u"thing"_s);
        const QString path = endpoint[u"path"_s].toString();
        const int id = endpoint[u"id"_s].toInt(-1);
        const auto exists = [&] {
            if (kind == u"sysv-queue"_s)
                return !sysvipc(u"msg"_s, id).isEmpty();
            if (kind == u"sysv-shm"_s)
                return !sysvipc(u"shm"_s, id).isEmpty();
            if (kind == u"sysv-semaphore"_s)
                return !sysvipc(u"sem"_s, id).isEmpty();
            if (kind == u"posix-queue"_s) {
                const mqd_t queue = ::mq_open(path.toUtf8().constData(), O_RDONLY);
                if (queue >= 0)
                    ::mq_close(queue);
                return queue >= 0;
            }
            struct stat status;
            const QString file = kind == u"posix-shm"_s         ? u"/dev/shm"_s + path
                                 : kind == u"posix-semaphore"_s ? u"/dev/shm/sem."_s + path.mid(1)
                                                                : path;
            return ::lstat(QFile::encodeName(file).constData(), &status) == 0;
        };
        QVERIFY(exists());
        engine.send({{"type", "remove"}, {"endpoint", number(engine)}});
        QVERIFY(engine.until([&] { return ours(engine) != nullptr; }));
        QCOMPARE(static_cast<int>(ours(engine)->call), call);
        QCOMPARE(ours(engine)->error, 0);
        QVERIFY(!exists());
        // It was we: no fault.
        QVERIFY(engine.endpointOf(u"thing"_s)[u"error"_s].toObject().isEmpty());
        QCOMPARE(engine.errors(), QStringList());
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.errors(), QStringList());
    }

    void whatCannotBeRemovedIsSaid()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"pipe"_s), words(u"w"_s, u"hold"_s)},
                     {EngineClient::edge(u"w"_s, 7, u"thing"_s, u"read"_s)});
        QVERIFY(engine.untilState(u"w"_s, u"running"_s));
        engine.send({{"type", "remove"}, {"endpoint", number(engine)}});
        QVERIFY(engine.until([&] { return engine.errors().contains(u"remove"_s); }));
    }
};

QTEST_GUILESS_MAIN(TestEnginePerson)
#include "tst_engine_person.moc"
