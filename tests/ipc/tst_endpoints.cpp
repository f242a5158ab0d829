#include "ipc/endpoint/fifo.h"
#include "ipc/endpoint/file.h"
#include "ipc/endpoint/pipe.h"
#include "ipc/endpoint/socketpair.h"
#include "ipc/host/process_scan.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

using namespace byteyard::ipc;
using namespace Qt::StringLiterals;

namespace {

TableHolder holderOf(const Fd& fd, Access access)
{
    return {1, ::getpid(), fd.get(), access};
}

WriteRequest put(std::string_view text)
{
    return {Way::AToB, std::as_bytes(std::span(text)), 0, 0};
}

std::string text(const Contents& contents)
{
    return {reinterpret_cast<const char*>(contents.bytes.data()), contents.bytes.size()};
}

/// A pipe whose ends this test holds, as a program would.
struct HeldPipe
{
    explicit HeldPipe(const PipeOptions& options = {})
        : pipe(options), read(pipe.end("read", {})), write(pipe.end("write", {}))
    {
        pipe.closeEnds();
        holders = {holderOf(read, Access::Read), holderOf(write, Access::Write)};
    }
    void put(std::string_view data)
    {
        QCOMPARE(::write(write.get(), data.data(), data.size()), static_cast<ssize_t>(data.size()));
    }

    PipeEndpoint pipe;
    Fd read;
    Fd write;
    std::vector<TableHolder> holders;
};

int descriptors()
{
    return static_cast<int>(
        QDir(u"/proc/self/fd"_s).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot).size());
}

} // namespace

class TestEndpoints : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPipesBytesArePeekedWithoutConsumingThem()
    {
        HeldPipe held;
        held.put("hello world");
        for (int i = 0; i < 1000; ++i)
            QCOMPARE(text(held.pipe.peek(held.holders, Way::AToB, 6, 3)), std::string("wor"));
        QCOMPARE(held.pipe.peek(held.holders, Way::AToB, 0, 100).total, 11u);
        QCOMPARE(text(held.pipe.peek(held.holders, Way::AToB, 11, 100)), std::string());
        char got[20] = {};
        QCOMPARE(::read(held.read.get(), got, sizeof got), 11);
        QCOMPARE(std::string(got), std::string("hello world"));
    }

    void packetsArePeekedAcrossTheirBounds()
    {
        HeldPipe held({0, true});
        held.put("one");
        held.put("two");
        QCOMPARE(text(held.pipe.peek(held.holders, Way::AToB, 1, 4)), std::string("netw"));
    }

    void aFullPipeIsPeekedAsAWhole()
    {
        HeldPipe held({262144, false});
        const std::string block(262144, 'x');
        held.put(block);
        const Contents contents = held.pipe.peek(held.holders, Way::AToB, 0, block.size());
        QCOMPARE(contents.total, block.size());
        QCOMPARE(contents.bytes.size(), block.size());
    }

    void fillAndCapacityAreTheKernels()
    {
        HeldPipe held({8192, false});
        held.put("abc");
        std::optional<Fill> fill = held.pipe.fill(held.holders);
        QVERIFY(fill);
        QCOMPARE(fill->bytes.value_or(0), 3u);
        QCOMPARE(fill->capacity, 8192u);
        QVERIFY(!fill->writeBlocks);
        held.put(std::string(4093, 'x') + std::string(4096, 'y'));
        fill = held.pipe.fill(held.holders);
        QCOMPARE(fill->bytes.value_or(0), 8192u);
        QVERIFY(fill->writeBlocks);
        const std::vector<TableHolder> writers{held.holders[1]};
        QVERIFY(!held.pipe.fill(writers)->writeBlocks); // it would fail
        QCOMPARE(held.pipe.setCapacity(held.holders, 10000).result, 16384);
        QVERIFY(!held.pipe.fill(held.holders)->writeBlocks);
        QCOMPARE(held.pipe.setCapacity(held.holders, 4096).result, -EBUSY);
    }

    /// One poll(2) would cost every later write a wake-up (fs/pipe.c, poll_usage).
    void lookingNeverPollsAPipe()
    {
        HeldPipe held;
        held.put("abc");
        const QTemporaryDir directory(QDir::tempPath() + u"/byteyard-test-XXXXXX"_s);
        FifoEndpoint fifo(directory.filePath(u"fifo"_s).toStdString(), 0600, false);
        const Fd both(::open(fifo.path().c_str(), O_RDWR | O_CLOEXEC));
        QVERIFY(both);
        const std::vector<TableHolder> holders{holderOf(both, Access::ReadWrite)};
        const pid_t looks = ::fork();
        if (looks == 0) {
            std::vector<sock_filter> filter{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
            for (const unsigned call : {SYS_ppoll, SYS_pselect6, SYS_epoll_ctl,
#ifdef SYS_poll
                                        SYS_poll, SYS_select
#endif
                 }) {
                filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
                filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
            }
            filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
            const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
            if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
                ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
                ::_exit(2);
            const bool seen = held.pipe.look({held.holders})->fill.bytes == 3U &&
                              held.pipe.peek(held.holders, Way::AToB, 0, 10).total == 3 &&
                              fifo.look({holders})->fill.bytes == 0U;
            ::_exit(seen ? 0 : 1);
        }
        int status = 0;
        QCOMPARE(::waitpid(looks, &status, 0), looks);
        QVERIFY2(WIFEXITED(status), qPrintable(QString::number(status)));
        QCOMPARE(WEXITSTATUS(status), 0);
    }

    void lookingKeepsSigpipeAndEndOfFile()
    {
        HeldPipe held;
        held.put("x");
        held.read.reset();
        ::signal(SIGPIPE, SIG_IGN);
        const std::vector<TableHolder> writers{held.holders[1]};
        QCOMPARE(held.pipe.peek(writers, Way::AToB, 0, 10).why, std::string("no-reader"));
        for (int i = 0; i < 100; ++i)
            QVERIFY(!held.pipe.fill(writers)->writeBlocks);
        QCOMPARE(::write(held.write.get(), "y", 1), -1);
        QCOMPARE(errno, EPIPE);

        HeldPipe other;
        other.write.reset();
        const std::vector<TableHolder> readers{other.holders[0]};
        for (int i = 0; i < 100; ++i) {
            QVERIFY(other.pipe.fill(readers));
            QVERIFY(other.pipe.peek(readers, Way::AToB, 0, 10).available);
        }
        char byte = 0;
        QCOMPARE(::read(other.read.get(), &byte, 1), 0);
    }

    void lookingLeavesNoDescriptorBehind()
    {
        HeldPipe held;
        held.put("abc");
        SocketpairEndpoint pair(SocketpairEndpoint::Type::Stream);
        const Fd a = pair.end("a", {});
        const Fd b = pair.end("b", {});
        pair.closeEnds();
        const std::vector<TableHolder> ends{holderOf(a, Access::ReadWrite), holderOf(b, Access::ReadWrite)};
        const int before = descriptors();
        for (int i = 0; i < 50; ++i) {
            held.pipe.fill(held.holders);
            held.pipe.peek(held.holders, Way::AToB, 0, 10);
            pair.fill(ends);
            pair.peek(ends, Way::BToA, 0, 10);
        }
        QCOMPARE(descriptors(), before);
    }

    void anEndIsHadAnewThroughAHolder()
    {
        HeldPipe held;
        const Fd again = held.pipe.end("write", held.holders);
        QVERIFY(again.get() >= 256);
        QCOMPARE(::fcntl(again.get(), F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_WRONLY);
        QCOMPARE(::write(again.get(), "z", 1), 1);
        char byte = 0;
        QCOMPARE(::read(held.read.get(), &byte, 1), 1);
        QVERIFY(!held.pipe.end("write", {}));
    }

    void aDescriptorThatLeadsElsewhereNowIsNotTouched()
    {
        HeldPipe held;
        HeldPipe other;
        other.put("other");
        ::dup2(other.read.get(), held.read.get()); // the number is the same, the pipe is not
        const std::vector<TableHolder> stale{held.holders[0]};
        QCOMPARE(held.pipe.peek(stale, Way::AToB, 0, 10).why, std::string("refused"));
        QVERIFY(!held.pipe.fill(stale));
    }

    void aFifoIsLeftAloneUntilBothSidesAreOpen()
    {
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-fifo-XXXXXX"_s);
        const std::string path = dir.filePath(u"fifo"_s).toStdString();
        FifoEndpoint fifo(path, 0640);
        struct stat status
        {
        };
        QCOMPARE(::stat(path.c_str(), &status), 0);
        QVERIFY(S_ISFIFO(status.st_mode));
        QCOMPARE(status.st_mode & 07777u, 0640u);
        QCOMPARE(fifo.setupCalls().front().call, Call::Mkfifo);
        const Fd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        const std::vector<TableHolder> one{holderOf(reader, Access::Read)};
        QVERIFY(!fifo.fill(one));
        QCOMPARE(fifo.peek(one, Way::AToB, 0, 10).why, std::string("one-sided"));
        QCOMPARE(fifo.write(one, put("x")).result, -ENXIO);
        const Fd writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        const std::vector<TableHolder> both{one.front(), holderOf(writer, Access::Write)};
        QCOMPARE(fifo.write(both, put("abc")).result, 3);
        QCOMPARE(fifo.fill(both)->bytes, 3u);
        QCOMPARE(text(fifo.peek(both, Way::AToB, 0, 10)), std::string("abc"));
        fifo.remove();
        QVERIFY(::lstat(path.c_str(), &status) != 0);
    }

    void aFifoThatWasThereIsUsed()
    {
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-fifo-XXXXXX"_s);
        const std::string path = dir.filePath(u"fifo"_s).toStdString();
        QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
        FifoEndpoint fifo(path, 0600);
        QVERIFY(fifo.setupCalls().empty());
        QCOMPARE(fifo.remove().result, 0);
        QVERIFY(fifo.look({})->isRemoved);
        QVERIFY_EXCEPTION_THROWN(FifoEndpoint(path, 0600, true), EndpointError); // it should have existed
        const std::string file = dir.filePath(u"file"_s).toStdString();
        const Fd made(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        QVERIFY_EXCEPTION_THROWN(FifoEndpoint(file, 0600), EndpointError);
        QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
        QVERIFY_EXCEPTION_THROWN(FileEndpoint({path, 0600, false}), EndpointError);
    }

    void aFileIsLookedAtByItsPath()
    {
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-file-XXXXXX"_s);
        const std::string path = dir.filePath(u"file"_s).toStdString();
        FileEndpoint file({path, 0600, false});
        QCOMPARE(file.write({}, put("hello")).result, 5);
        QCOMPARE(file.fill({})->bytes, 5u);
        QCOMPARE(text(file.peek({}, Way::AToB, 1, 3)), std::string("ell"));
        QCOMPARE(file.peek({}, Way::AToB, 9, 3).total, 5u);
        file.remove();
        QCOMPARE(file.peek({}, Way::AToB, 0, 3).why, std::string("gone"));
        QVERIFY_EXCEPTION_THROWN(FileEndpoint({path, 0600, true}), EndpointError);
        FileEndpoint device({"/dev/zero", 0600, true});
        QCOMPARE(device.peek({}, Way::AToB, 0, 3).why, std::string("unsupported"));
    }

    void aSocketpairIsSeenBothWays_data()
    {
        QTest::addColumn<int>("type");
        QTest::newRow("stream") << static_cast<int>(SocketpairEndpoint::Type::Stream);
        QTest::newRow("datagram") << static_cast<int>(SocketpairEndpoint::Type::Datagram);
        QTest::newRow("seqpacket") << static_cast<int>(SocketpairEndpoint::Type::Seqpacket);
    }

    void aSocketpairIsSeenBothWays()
    {
        QFETCH(int, type);
        SocketpairEndpoint pair(static_cast<SocketpairEndpoint::Type>(type));
        const Fd a = pair.end("a", {});
        const Fd b = pair.end("b", {});
        pair.closeEnds();
        const std::vector<TableHolder> holders{holderOf(a, Access::ReadWrite),
                                               holderOf(b, Access::ReadWrite)};
        QCOMPARE(pair.write(holders, put("to b")).result, 4);
        QCOMPARE(::write(a.get(), "", 0), 0);
        QCOMPARE(::write(b.get(), "to a!", 5), 5);
        const std::optional<Fill> fill = pair.fill(holders);
        QVERIFY(fill);
        QCOMPARE(fill->bytes.value_or(0), 4u);
        QCOMPARE(fill->bytes2.value_or(0), 5u);
        QCOMPARE(text(pair.peek(holders, Way::AToB, 3, 9)), std::string("b"));
        QCOMPARE(text(pair.peek(holders, Way::BToA, 0, 9)), std::string("to a!"));
        char got[10] = {};
        QCOMPARE(::read(b.get(), got, sizeof got), 4);
        const Fd again = pair.end("b", holders);
        QCOMPARE(objectOf(again.get()), objectOf(b.get()));
    }

    void theOtherEndOfAFoundSocketpairIsLearnt()
    {
        SocketpairEndpoint made(SocketpairEndpoint::Type::Stream);
        const Fd a = made.end("a", {});
        const Fd b = made.end("b", {});
        made.closeEnds();
        SocketpairEndpoint found(made.id());
        const std::vector<TableHolder> holders{holderOf(a, Access::ReadWrite),
                                               holderOf(b, Access::ReadWrite)};
        QCOMPARE(::write(a.get(), "abc", 3), 3);
        QCOMPARE(found.fill(holders)->bytes, 3u);
        QCOMPARE(found.objects().size(), std::size_t{2});
    }

    void holdersAreFoundInAPictureOfProc()
    {
        QTemporaryDir root(QDir::tempPath() + u"/byteyard-proc-XXXXXX"_s);
        const auto put = [&](const QString& name, const QByteArray& content) {
            QFile file(root.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(content);
        };
        QVERIFY(QDir(root.path()).mkpath(u"42/fd"_s) && QDir(root.path()).mkpath(u"42/fdinfo"_s));
        QVERIFY(QDir(root.path()).mkpath(u"self/fd"_s));
        put(u"42/stat"_s, "42 (a ) b) S 7 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2\n");
        put(u"42/fdinfo/3"_s, "pos:\t0\nflags:\t0100001\nmnt_id:\t15\n");
        QVERIFY(QFile::link(u"pipe:[777]"_s, root.filePath(u"42/fd/3"_s)));
        QVERIFY(QFile::link(u"pipe:[778]"_s, root.filePath(u"42/fd/4"_s)));
        QVERIFY(QFile::link(u"anon_inode:[eventfd]"_s, root.filePath(u"42/fd/5"_s)));
        const std::string path = root.path().toStdString();
        const auto holders = host::findHolders(path, {ObjectId{1, 777}});
        QCOMPARE(holders.size(), std::size_t{1});
        QCOMPARE(holders[0].pid, 42);
        QCOMPARE(holders[0].fd, 3);
        QCOMPARE(holders[0].name, std::string("a ) b"));
        QCOMPARE(holders[0].access, Access::Write);
        QCOMPARE(host::processStat(path, 42)->startTime, 987654u);
        QCOMPARE(host::childrenOf(path, 7), std::vector<pid_t>{42});
        QVERIFY(!host::processStat(path, 43));
    }
};

QTEST_GUILESS_MAIN(TestEndpoints)
#include "tst_endpoints.moc"
