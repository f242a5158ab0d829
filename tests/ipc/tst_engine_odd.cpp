#include "witness.h"

#include <QTest>

#include <climits>
#include <cstddef>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>

using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

QString errnoOf(const EngineClient& engine, const QString& id)
{
    return engine.endpointOf(id)[u"error"_s][u"parameters"_s][u"errno"_s].toString();
}
QJsonObject data(const QByteArray& bytes)
{
    return {{"data", QString::fromLatin1(bytes.toBase64())}};
}
void write(EngineClient& engine, const QString& id, const QByteArray& bytes, QJsonObject more = {})
{
    more[u"type"_s] = u"write"_s;
    more[u"endpoint"_s] = qint64(numberOf(engine, id));
    more[u"data"_s] = data(bytes)[u"data"_s];
    engine.send(more);
}

/// From here on this call fails with this error when bits of its argument are set as given (seccomp(2)): a
/// kernel without the feature.
void refuse(long call, unsigned argument, quint32 bits, quint32 value, int error)
{
    const std::array<sock_filter, 7> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<quint32>(call), 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 static_cast<quint32>(offsetof(seccomp_data, args) + argument * sizeof(quint64))),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<quint32>(error)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog filter{program.size(), const_cast<sock_filter*>(program.data())};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        ::_exit(125);
}

const QJsonObject talks = words(u"other"_s, u"say hello"_s);

/// The rest keeps running.
bool theRestRan(const EngineClient& engine)
{
    return engine.outputOf(u"other"_s).trimmed() == "hello";
}

} // namespace

/// Hostile and odd: each is told, and the rest goes on.
class TestEngineOdd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aKernelWithoutMsgCopyShowsEverythingButTheMessages()
    {
        constexpr quint32 copy = 040000; // MSG_COPY
        EngineClient engine({}, EngineClient::As::Self, [] { refuse(SYS_msgrcv, 4, copy, copy, ENOSYS); });
        QVERIFY(engine.greet());
        engine.begin({node(u"q"_s, u"sysv-queue"_s), talks, words(u"w"_s, u"id {q.id} send 7 hello hold"_s)},
                     {uses(u"w"_s, u"q"_s, u"send"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).fact(u"msg_qnum"_s) == 1; }));
        QVERIFY(engine.until(
            [&] { return seen(engine, u"q"_s).facts()[u"peek"_s].toString() == u"unsupported"_s; }));
        QCOMPARE(seen(engine, u"q"_s).fact(u"msg_cbytes"_s), 5);
        QCOMPARE(seen(engine, u"q"_s).tiles().size(), 0);
        const auto peeked = peekAt(engine, numberOf(engine, u"q"_s));
        QVERIFY(peeked && !peeked->available);
        QCOMPARE(peeked->bytes, QByteArray("unsupported"));
        QVERIFY(engine.until([&] { return theRestRan(engine); }));
    }

    void withoutIpv6TheRestRuns()
    {
        EngineClient engine({}, EngineClient::As::Self,
                            [] { refuse(SYS_socket, 0, 0xffffffff, AF_INET6, EAFNOSUPPORT); });
        QVERIFY(engine.greet());
        QVERIFY(engine.run({node(u"six"_s, u"tcp"_s, {{"address", "::1"}}), node(u"four"_s, u"tcp"_s), talks,
                            words(u"needs"_s, u"say never"_s)},
                           {EngineClient::edge(u"needs"_s, 3, u"six"_s, u"listen"_s)}));
        QCOMPARE(engine.endpointOf(u"six"_s)[u"error"_s][u"parameters"_s][u"call"_s].toString(), u"socket"_s);
        QCOMPARE(errnoOf(engine, u"six"_s), u"EAFNOSUPPORT"_s);
        QCOMPARE(errnoOf(engine, u"four"_s), QString());
        QCOMPARE(engine.process(u"needs"_s)[u"error"_s][u"code"_s].toString(), u"endpoint-failed"_s);
        QVERIFY(theRestRan(engine));
    }

    void aKernelThatTellsNothingOfSocketsIsSaidOnce()
    {
        EngineClient engine({}, EngineClient::As::Self,
                            [] { refuse(SYS_socket, 2, 0xffffffff, NETLINK_SOCK_DIAG, EPROTONOSUPPORT); });
        QVERIFY(engine.greet());
        engine.begin({node(u"u"_s, u"unix-stream"_s), node(u"t"_s, u"tcp"_s), talks,
                      EngineClient::command(u"w"_s, {u"sleep"_s, u"1000"_s})},
                     {EngineClient::edge(u"w"_s, 3, u"u"_s, u"listen"_s),
                      EngineClient::edge(u"w"_s, 4, u"t"_s, u"listen"_s)});
        QVERIFY(engine.until([&] { return engine.errors().contains(u"no-socket-diag"_s); }));
        QCOMPARE(engine.last(u"error"_s)[u"parameters"_s][u"module"_s].toString(), u"sock_diag"_s);
        QVERIFY(engine.until([&] { return theRestRan(engine); }));
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.errors(), QStringList{u"no-socket-diag"_s});
    }

    void aQueueIsSeenWhereDevMqueueIsNotMounted()
    {
        if (::geteuid() != 0)
            QSKIP("needs root, for a mount namespace of its own");
        EngineClient engine({}, EngineClient::As::Self, [] {
            if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
                ::_exit(125);
            while (::umount2("/dev/mqueue", MNT_DETACH) == 0) {
            }
        });
        QVERIFY(engine.greet());
        engine.begin({node(u"q"_s, u"posix-queue"_s), talks,
                      words(u"w"_s, u"mq {q.path} notify put 3 low put 9 high hold"_s)},
                     {uses(u"w"_s, u"q"_s, u"send"_s)});
        QVERIFY(engine.until([&] {
            return seen(engine, u"q"_s).fact(u"mq_curmsgs"_s) == 2 &&
                   seen(engine, u"q"_s).tiles().size() == 2;
        }));
        QCOMPARE(seen(engine, u"q"_s).fact(u"qsize"_s), 7);
        QVERIFY(engine.until([&] { return theRestRan(engine); }));
    }

    void withoutPosixQueuesTheRestRuns()
    {
        EngineClient engine({}, EngineClient::As::Self, [] { refuse(SYS_mq_open, 0, 0, 0, ENOSYS); });
        QVERIFY(engine.greet());
        QVERIFY(engine.run({node(u"q"_s, u"posix-queue"_s), talks}, {}));
        QCOMPARE(errnoOf(engine, u"q"_s), u"ENOSYS"_s);
        QVERIFY(theRestRan(engine));
    }

    void aQueueOfOneByteIsFullAfterOne()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"q"_s, u"sysv-queue"_s, {{"qbytes", 1}}),
                      node(u"p"_s, u"posix-queue"_s, {{"maxmsg", 1}, {"msgsize", 1}}), talks,
                      words(u"a"_s, u"id {q.id} send 1 x send 1 y"_s),
                      words(u"b"_s, u"mq {p.path} put 1 x put 1 y"_s)},
                     {uses(u"a"_s, u"q"_s, u"send"_s), uses(u"b"_s, u"p"_s, u"send"_s)});
        for (const auto& [process, call] :
             {std::pair(u"a"_s, u"msgsnd"_s), std::pair(u"b"_s, u"mq_timedsend"_s)})
            QVERIFY(engine.until([&] {
                return engine.lastWith([&](const QJsonObject& m) {
                    return m[u"type"_s] == u"blocked"_s &&
                           m[u"process"_s] == engine.process(process)[u"process"_s];
                })[u"call"_s] == call;
            }));
        for (const QString& id : {u"q"_s, u"p"_s}) {
            QVERIFY(engine.until([&] { return seen(engine, id).entry[u"writeBlocks"_s].toBool(); }));
            QCOMPARE(seen(engine, id).entry[u"fill"_s].toInt(), 1);
            QCOMPARE(seen(engine, id).entry[u"capacity"_s].toInt(), 1);
        }
        QCOMPARE(sysvipc(u"msg"_s, idOf(engine, u"q"_s))[u"cbytes"_s].toInt(), 1);
        // Ours does not wait: it is told.
        write(engine, u"q"_s, "z");
        QVERIFY(engine.until([&] { return engine.errors().contains(u"write"_s); }));
        QCOMPARE(engine.last(u"error"_s)[u"parameters"_s][u"errno"_s].toString(), u"EAGAIN"_s);
        QVERIFY(engine.until([&] { return theRestRan(engine); }));
    }

    void aMessageOfTheLargestSizeIsSentAndOneByteMoreIsRefused()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        const QJsonObject limits = engine.last(u"hello"_s)[u"limits"_s].toObject();
        const int most = limits[u"msgmax"_s].toInt();
        const int mostQueued = limits[u"mqueue/msgsize_max"_s].toInt();
        QVERIFY(most > 0 && mostQueued > 0);
        engine.begin({node(u"q"_s, u"sysv-queue"_s), talks, words(u"w"_s, u"hold"_s),
                      node(u"p"_s, u"posix-queue"_s, {{"maxmsg", 1}, {"msgsize", mostQueued}})},
                     {});
        QVERIFY(engine.untilState(u"w"_s, u"running"_s));
        QVERIFY(isLive(engine, u"q"_s) && isLive(engine, u"p"_s));
        write(engine, u"q"_s, QByteArray(most, 'm'));
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).fact(u"msg_cbytes"_s) == most; }));
        QCOMPARE(seen(engine, u"q"_s).tiles()[0][u"size"_s].toInt(), most);
        write(engine, u"p"_s, QByteArray(mostQueued, 'm'));
        QVERIFY(engine.until([&] { return seen(engine, u"p"_s).fact(u"qsize"_s) == mostQueued; }));
        write(engine, u"q"_s, QByteArray(most + 1, 'm'));
        QVERIFY(engine.until([&] { return engine.errors().contains(u"write"_s); }));
        const QJsonValue refused = engine.last(u"error"_s)[u"parameters"_s];
        QCOMPARE(refused[u"errno"_s].toString(), u"EINVAL"_s);
        QCOMPARE(refused[u"limit"_s].toString(), u"msgmax"_s);
        QCOMPARE(refused[u"limitValue"_s].toString().toInt(), most);
        QCOMPARE(seen(engine, u"q"_s).fact(u"msg_qnum"_s), 1);
    }

    void typesOfAnySizeAreShownAndThoseBelowOneRefused()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"q"_s, u"sysv-queue"_s), talks,
                      words(u"w"_s, u"id {q.id} send %1 most send 1 least"_s.arg(LONG_MAX)),
                      words(u"bad"_s, u"id {q.id} send -1 never"_s),
                      words(u"r"_s, u"id {q.id} receive %1"_s.arg(LONG_MIN),
                            {{"start", QJsonObject{{"when", "by-hand"}}}})},
                     {uses(u"w"_s, u"q"_s, u"send"_s), uses(u"bad"_s, u"q"_s, u"send"_s),
                      uses(u"r"_s, u"q"_s, u"receive"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).tiles().size() == 2; }));
        QCOMPARE(seen(engine, u"q"_s).tiles()[0][u"type"_s].toInteger(), qint64(LONG_MAX));
        QVERIFY(engine.untilState(u"bad"_s, u"exited"_s));
        QVERIFY(engine.until([&] { return engine.outputOf(u"bad"_s).contains("EINVAL"); }));
        write(engine, u"q"_s, "ours", {{"messageType", qint64(LONG_MAX)}});
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).fact(u"msg_qnum"_s) == 3; }));
        // The lowest type up to |LONG_MIN|: there is none above.
        engine.send({{"type", "start"}, {"node", "r"}});
        QVERIFY(engine.until([&] { return engine.outputOf(u"r"_s).trimmed() == "1 least"; }));
        QVERIFY(theRestRan(engine));
    }

    void whatSomebodyTakesAwayIsTold()
    {
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-odd-XXXXXX"_s);
        EngineClient engine;
        QVERIFY(engine.greet());
        const QString fifo = dir.filePath(u"fifo"_s);
        const QString file = dir.filePath(u"file"_s);
        const QString path = dir.filePath(u"socket"_s);
        engine.begin({node(u"q"_s, u"posix-queue"_s), node(u"m"_s, u"posix-shm"_s),
                      node(u"s"_s, u"posix-semaphore"_s), node(u"f"_s, u"fifo"_s, {{"path", fifo}}),
                      node(u"d"_s, u"file"_s, {{"path", file}}),
                      node(u"u"_s, u"unix-stream"_s, {{"path", path}}), words(u"w"_s, u"hold"_s), talks},
                     {EngineClient::edge(u"w"_s, 5, u"u"_s, u"listen"_s)});
        const QStringList all{u"q"_s, u"m"_s, u"s"_s, u"f"_s, u"d"_s};
        for (const QString& id : all)
            QVERIFY(isLive(engine, id));
        QVERIFY(engine.untilState(u"w"_s, u"running"_s));
        const auto name = [&](const QString& id) {
            return engine.endpointOf(id)[u"path"_s].toString().toUtf8();
        };
        QCOMPARE(::mq_unlink(name(u"q"_s).constData()), 0);
        QCOMPARE(::shm_unlink(name(u"m"_s).constData()), 0);
        QCOMPARE(::unlink(("/dev/shm/sem." + name(u"s"_s).mid(1)).constData()), 0);
        QVERIFY(QFile::remove(fifo) && QFile::remove(file) && QFile::remove(path));
        for (const QString& id : all) {
            QVERIFY2(engine.until([&] { return engine.endpointOf(id)[u"state"_s] == u"closed"_s; }),
                     qPrintable(id));
            QCOMPARE(engine.endpointOf(id)[u"error"_s][u"code"_s].toString(), u"removed"_s);
        }
        QCOMPARE(engine.stateOf(u"w"_s), u"running"_s);
        QVERIFY(engine.until([&] { return theRestRan(engine); }));
    }

    void whatMayNotBeReadAnyMoreIsToldAndStays()
    {
        if (::geteuid() != 0)
            QSKIP("needs root, to take another user's rights away");
        QTemporaryDir runtime(QDir::tempPath() + u"/byteyard-nobody-XXXXXX"_s);
        EngineClient engine(runtime.path(), EngineClient::As::Nobody);
        QVERIFY(engine.greet());
        engine.begin({node(u"q"_s, u"sysv-queue"_s), node(u"m"_s, u"sysv-shm"_s),
                      node(u"s"_s, u"sysv-semaphore"_s), node(u"p"_s, u"posix-queue"_s),
                      node(u"n"_s, u"posix-shm"_s),
                      EngineClient::command(u"other"_s, {u"sleep"_s, u"1000"_s})},
                     {});
        for (const char* id : {"q", "m", "s", "p", "n"})
            QVERIFY(isLive(engine, QString::fromLatin1(id)));
        write(engine, u"q"_s, "inside");
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).tiles().size() == 1; }));
        msqid_ds queue{};
        QCOMPARE(::msgctl(idOf(engine, u"q"_s), IPC_STAT, &queue), 0);
        const msqid_ds owned = queue;
        queue.msg_perm.uid = queue.msg_perm.gid = 0;
        queue.msg_perm.mode = 0;
        QCOMPARE(::msgctl(idOf(engine, u"q"_s), IPC_SET, &queue), 0);
        const QByteArray name = engine.endpointOf(u"p"_s)[u"path"_s].toString().toUtf8();
        const mqd_t mine = ::mq_open(name.constData(), O_RDWR);
        QVERIFY(::fchown(mine, 0, 0) == 0 && ::fchmod(mine, 0) == 0);
        // The messages cannot be copied any more; the numbers are told to everybody (MSG_STAT_ANY).
        msgsnd(idOf(engine, u"q"_s), "\1\0\0\0\0\0\0\0more", 4, 0);
        QVERIFY(
            engine.until([&] { return seen(engine, u"q"_s).facts()[u"peek"_s].toString() == u"refused"_s; }));
        QVERIFY(engine.until([&] { return seen(engine, u"q"_s).fact(u"msg_qnum"_s) == 2; }));
        QCOMPARE(peekAt(engine, numberOf(engine, u"q"_s))->bytes, QByteArray("refused"));
        QVERIFY(
            engine.until([&] { return seen(engine, u"p"_s).facts()[u"peek"_s].toString() == u"refused"_s; }));
        write(engine, u"q"_s, "not any more");
        QVERIFY(engine.until([&] { return engine.errors().contains(u"write"_s); }));
        QCOMPARE(engine.last(u"error"_s)[u"parameters"_s][u"errno"_s].toString(), u"EACCES"_s);
        QCOMPARE(engine.stateOf(u"other"_s), u"running"_s);
        for (const char* id : {"q", "m", "s", "p", "n"})
            QCOMPARE(engine.endpointOf(QString::fromLatin1(id))[u"state"_s].toString(), u"live"_s);
        msqid_ds back = owned; // so that its owner can remove it
        QCOMPARE(::msgctl(idOf(engine, u"q"_s), IPC_SET, &back), 0);
        QVERIFY(::fchown(mine, 65534, 65534) == 0);
        ::mq_close(mine);
    }

    void sharedMemoryOfAUserIsReadAndWhatWasSeenLastStays()
    {
        if (::geteuid() != 0)
            QSKIP("needs root, to be another user");
        QTemporaryDir runtime(QDir::tempPath() + u"/byteyard-nobody-XXXXXX"_s);
        EngineClient engine(runtime.path(), EngineClient::As::Nobody);
        QVERIFY(engine.greet());
        engine.begin(
            {node(u"m"_s, u"sysv-shm"_s, {{"size", 1 << 20}}), node(u"q"_s, u"sysv-queue"_s),
             words(u"w"_s, u"id {m.id} attach store 5000 here id {q.id} receive 0 detach say gone hold"_s)},
            {uses(u"w"_s, u"m"_s, u"attach"_s), uses(u"w"_s, u"q"_s, u"receive"_s)});
        const auto isSeen = [&] {
            const auto peeked = peekAt(engine, numberOf(engine, u"m"_s), 1, 4096, 4096);
            return peeked && peeked->available && peeked->bytes.mid(5000 - 4096, 4) == "here";
        };
        QVERIFY(engine.until(isSeen));
        write(engine, u"q"_s, "go");
        QVERIFY(engine.until([&] { return engine.outputOf(u"w"_s).contains("gone"); }));
        // Nobody has it attached any more: it cannot change, and what was seen last is shown.
        QVERIFY(engine.until([&] { return seen(engine, u"m"_s).fact(u"shm_nattch"_s) == 0; }));
        QVERIFY(isSeen());
        const auto row = sysvipc(u"shm"_s, idOf(engine, u"m"_s));
        QCOMPARE(row[u"nattch"_s].toInt(), 0);
        QCOMPARE(row[u"lpid"_s].toInt(), engine.process(u"w"_s)[u"pid"_s].toInt()); // we did not attach it
    }

    void aNodeMayHaveANameOf255Characters()
    {
        const QString name(255, u'n');
        EngineClient engine;
        QVERIFY(engine.greet());
        QJsonObject fifo = node(u"f"_s, u"fifo"_s);
        fifo[u"name"_s] = name;
        QJsonObject queue = node(u"q"_s, u"posix-queue"_s);
        queue[u"name"_s] = name;
        engine.begin({fifo, queue, talks, EngineClient::command(u"r"_s, {u"cat"_s}),
                      EngineClient::command(u"w"_s, {u"echo"_s, u"through"_s})},
                     {EngineClient::edge(u"r"_s, 0, u"f"_s, u"read"_s),
                      EngineClient::edge(u"w"_s, 1, u"f"_s, u"write"_s)});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.outputOf(u"r"_s).trimmed(), QByteArray("through"));
        // With the session's word before it, it is too long for a queue: that is said, and nothing more.
        QCOMPARE(errnoOf(engine, u"q"_s), u"ENAMETOOLONG"_s);
        QVERIFY(theRestRan(engine));
    }

    void aPipeBeyondWhatAUserMayHaveNamesTheLimit()
    {
        if (::geteuid() != 0)
            QSKIP("needs root, to be another user");
        QTemporaryDir runtime(QDir::tempPath() + u"/byteyard-nobody-XXXXXX"_s);
        EngineClient engine(runtime.path(), EngineClient::As::Nobody);
        QVERIFY(engine.greet());
        const int pages = engine.last(u"hello"_s)[u"limits"_s][u"pipe-user-pages-soft"_s].toInt();
        if (pages == 0 || pages > 100000)
            QSKIP("this machine sets no such limit, or a high one");
        constexpr int pagesEach = 256; // of 1 MiB
        QJsonArray nodes{words(u"w"_s, u"hold"_s)};
        const int count = pages / pagesEach + 2;
        for (int i = 0; i < count; ++i)
            nodes.append(node(u"p%1"_s.arg(i), u"pipe"_s, {{"capacity", 1 << 20}}));
        engine.begin(nodes, {});
        QVERIFY(engine.untilState(u"w"_s, u"running"_s));
        QVERIFY(engine.endpointOf(u"p0"_s)[u"error"_s].isNull() ||
                engine.endpointOf(u"p0"_s)[u"error"_s].isUndefined());
        const QJsonObject last = engine.endpointOf(u"p%1"_s.arg(count - 1));
        QCOMPARE(last[u"state"_s].toString(), u"failed"_s);
        QCOMPARE(last[u"error"_s][u"parameters"_s][u"errno"_s].toString(), u"EPERM"_s);
        QCOMPARE(last[u"error"_s][u"parameters"_s][u"limit"_s].toString(), u"pipe-user-pages-soft"_s);
    }
};

QTEST_GUILESS_MAIN(TestEngineOdd)
#include "tst_engine_odd.moc"
