#include "ipc/endpoint/eventfd.h"
#include "ipc/endpoint/file.h"
#include "ipc/endpoint/posix_queue.h"
#include "ipc/endpoint/pty.h"
#include "ipc/endpoint/raw_socket.h"
#include "ipc/endpoint/socket.h"
#include "ipc/endpoint/sysv_queue.h"
#include "ipc/endpoint/sysv_shm.h"
#include "ipc/host/limits.h"
#include "ipc/host/lock_table.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <cstring>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/ip_icmp.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/stat.h>

using namespace byteyard::ipc;
using namespace Qt::StringLiterals;

namespace {

TableHolder holderOf(const Fd& fd)
{
    return {1, ::getpid(), fd.get(), Access::ReadWrite};
}

FactValue fact(const Look& look, std::string_view name)
{
    for (const auto& [key, value] : look.facts)
        if (key == name)
            return value;
    return {};
}
std::int64_t number(const Look& look, std::string_view name)
{
    return std::get<std::int64_t>(fact(look, name));
}

WriteRequest put(std::string_view text, Way way = Way::AToB)
{
    return {way, std::as_bytes(std::span(text)), 0, 0};
}

} // namespace

class TestEndpointsDetails : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFileShowsWhereEachOpenFileDescriptionStands()
    {
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-file-XXXXXX"_s);
        const std::string path = dir.filePath(u"file"_s).toStdString();
        FileEndpoint file({path, 0600, false});
        const Fd one(::open(path.c_str(), O_RDWR | O_CLOEXEC));
        const Fd same(::dup(one.get()));
        const Fd other(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        QCOMPARE(::write(one.get(), "0123456789", 10), 10);
        QCOMPARE(::lseek(other.get(), 3, SEEK_SET), 3);
        const std::vector<TableHolder> holders{holderOf(one), holderOf(same), holderOf(other)};
        const std::optional<Look> look = file.look({holders});
        QVERIFY(look);
        QCOMPARE(number(*look, "size"), 10);
        const auto offsets = std::get<std::vector<std::int64_t>>(fact(*look, "offsets"));
        QCOMPARE(offsets, (std::vector<std::int64_t>{10, 3})); // the two that share one count once
    }

    void aFileShowsItsLocksAsLslocksDoes()
    {
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-file-XXXXXX"_s);
        const std::string path = dir.filePath(u"locked"_s).toStdString();
        FileEndpoint file({path, 0600, false});
        const Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
        QCOMPARE(::flock(fd.get(), LOCK_EX), 0);
        struct flock range
        {
        };
        range.l_type = F_RDLCK;
        range.l_start = 10;
        range.l_len = 5;
        QCOMPARE(::fcntl(fd.get(), F_SETLK, &range), 0);
        host::LockTable locks;
        locks.refresh();
        const auto text = std::get<std::string>(fact(*file.look({{}, nullptr, &locks}), "locks"));
        const std::string pid = std::to_string(::getpid());
        QVERIFY(text.find("FLOCK WRITE " + pid + " 0 EOF") != std::string::npos);
        QVERIFY(text.find("POSIX READ " + pid + " 10 14") != std::string::npos);
        QProcess witness;
        witness.start(u"lslocks"_s,
                      {u"-p"_s, QString::number(::getpid()), u"-n"_s, u"-o"_s, u"TYPE,MODE,START,END"_s});
        QVERIFY(witness.waitForFinished());
        const QString said = QString::fromUtf8(witness.readAllStandardOutput()).simplified();
        QVERIFY2(said.contains(u"FLOCK WRITE 0 0"_s) && said.contains(u"POSIX READ 10 14"_s),
                 qPrintable(said));
    }

    void locksAreReadFromAPictureOfProc()
    {
        QTemporaryDir root(QDir::tempPath() + u"/byteyard-proc-XXXXXX"_s);
        QFile file(root.filePath(u"locks"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("1: POSIX  ADVISORY  WRITE 77 08:01:1234 0 EOF\n"
                   "1: -> POSIX  ADVISORY  WRITE 78 08:01:1234 0 99\n"
                   "2: OFDLCK ADVISORY  READ -1 00:2a:99 5 9\n"
                   "nonsense\n");
        file.close();
        host::LockTable table(root.path().toStdString());
        table.refresh();
        const auto locks = table.of({0x801, 1234});
        QCOMPARE(locks.size(), std::size_t{2});
        QCOMPARE(locks[0].pid, 77);
        QVERIFY(!locks[0].waits && locks[1].waits);
        QCOMPARE(locks[1].end, std::string("99"));
        QCOMPARE(table.of({0x2a, 99}).size(), std::size_t{1});
    }

    void limitsAreReadFromAPictureOfProc()
    {
        QTemporaryDir root(QDir::tempPath() + u"/byteyard-proc-XXXXXX"_s);
        QVERIFY(QDir(root.path()).mkpath(u"sys/kernel"_s));
        QFile file(root.filePath(u"sys/kernel/sem"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("32000\t1024000000\t500\t32000\n");
        file.close();
        const host::Limits limits = host::limits(root.path().toStdString());
        QCOMPARE(limits.size(), std::size_t{1});
        QCOMPARE(limits[0].second, std::string("32000 1024000000 500 32000"));
        QVERIFY(!host::limit(root.path().toStdString(), "msgmni"));
    }

    void anEventfdShowsItsCounterWithoutTakingIt()
    {
        EventfdEndpoint made({5, true});
        const Fd fd = made.end("read", {});
        made.closeEnds();
        const std::vector<TableHolder> holders{holderOf(fd)};
        for (int i = 0; i < 1000; ++i)
            QCOMPARE(number(*made.look({holders}), "count"), 5);
        QCOMPARE(number(*made.look({holders}), "semaphore"), 1);
        QCOMPARE(made.setValue(holders, 0, 3).result, 8);
        QCOMPARE(number(*made.look({holders}), "count"), 8);
        QCOMPARE(made.setValue(holders, 0, UINT64_MAX - 2).result, -EAGAIN);
        std::uint64_t value = 0;
        QCOMPARE(::read(fd.get(), &value, sizeof value), 8);
        QCOMPARE(value, 1u); // a semaphore gives one at a time
        const Fd another(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        QVERIFY(!made.look({std::vector<TableHolder>{holderOf(another)}}));
        EventfdEndpoint large({1ULL << 40, false});
        QCOMPARE(number(*large.look({}), "count"), 1LL << 40);
    }

    void aPtyShowsWhatWaitsEachWayAndItsSize()
    {
        PtyEndpoint pty({30, 100});
        const Fd master = pty.end("master", {});
        const Fd slave = pty.end("slave", {});
        pty.closeEnds();
        const std::vector<TableHolder> holders{holderOf(master), holderOf(slave)};
        QCOMPARE(number(*pty.look({holders}), "rows"), 30);
        QCOMPARE(number(*pty.look({holders}), "columns"), 100);
        QCOMPARE(pty.write(holders, put("typed\n")).result, 6);
        QTRY_COMPARE(number(*pty.look({holders}), "b_q"), 6);
        QCOMPARE(number(*pty.look({holders}), "a_q"), 7); // the echo, with its carriage return
        QCOMPARE(pty.write(holders, put("out", Way::BToA)).result, 3);
        QTRY_COMPARE(number(*pty.look({holders}), "a_q"), 10);
        QCOMPARE(pty.setLimit(holders, "rows", 50).result, 0);
        winsize size{};
        QCOMPARE(::ioctl(slave.get(), TIOCGWINSZ, &size), 0);
        QCOMPARE(size.ws_row, 50);
        QCOMPARE(size.ws_col, 100);
        std::array<char, 20> text{};
        QCOMPARE(::read(slave.get(), text.data(), text.size()), 6);
        QCOMPARE(pty.setLimit(holders, "rows", 70000).result, -EINVAL);
    }

    void aRawSocketsPacketsAreCountedAndPeeked()
    {
        if (::geteuid() != 0)
            QSKIP("raw sockets are root's");
        RawEndpoint raw({"icmp", "127.0.0.1"});
        const Fd receiver = raw.end("receive", {});
        const Fd sender = raw.end("send", {});
        icmphdr echo{};
        echo.type = ICMP_ECHO;
        echo.checksum = static_cast<std::uint16_t>(~htons(ICMP_ECHO << 8));
        QCOMPARE(::write(sender.get(), &echo, sizeof echo), static_cast<ssize_t>(sizeof echo));
        const std::vector<TableHolder> holders{holderOf(receiver), holderOf(sender)};
        QTRY_VERIFY(number(*raw.look({holders}), "rcv_q") > 0);
        QCOMPARE(number(*raw.look({holders}), "sockets"), 2);
        const Contents peeked = raw.peek(holders, Way::AToB, 0, 100);
        QVERIFY(peeked.available);
        QCOMPARE(peeked.total, 28u); // an IP header and an echo
        for (int i = 0; i < 1000; ++i)
            QCOMPARE(raw.peek(holders, Way::AToB, 0, 100).bytes, peeked.bytes);
        std::array<char, 100> text{};
        QCOMPARE(::recv(receiver.get(), text.data(), text.size(), MSG_DONTWAIT), 28);
        QVERIFY_EXCEPTION_THROWN(RawEndpoint({"no such protocol", "127.0.0.1"}), EndpointError);
    }

    void lookingAThousandTimesTakesNoMessageAndMovesNoNumber()
    {
        SysvQueueEndpoint queue({{IPC_PRIVATE, 0600, false, -1}, 0});
        const int id = queue.names().sysvId;
        for (const long type : {7L, 2L, 7L})
            QCOMPARE(::msgsnd(id, std::array<long, 2>{type, type * 11}.data(), sizeof(long), 0), 0);
        const auto witness = [id] {
            msqid_ds state{};
            ::msgctl(id, IPC_STAT, &state);
            return std::array<std::uint64_t, 7>{state.msg_qnum,
                                                state.__msg_cbytes,
                                                static_cast<std::uint64_t>(state.msg_lspid),
                                                static_cast<std::uint64_t>(state.msg_lrpid),
                                                static_cast<std::uint64_t>(state.msg_stime),
                                                static_cast<std::uint64_t>(state.msg_rtime),
                                                static_cast<std::uint64_t>(state.msg_ctime)};
        };
        const auto before = witness();
        for (int i = 0; i < 1000; ++i) {
            QCOMPARE(queue.look({})->tilesTotal, 3u);
            QCOMPARE(queue.peek({}, Way::AToB, 0, 100).bytes.size(), 3 * sizeof(long));
        }
        QCOMPARE(witness(), before);
        for (const long type : {7L, 2L, 7L}) {
            std::array<long, 2> got{};
            QCOMPARE(::msgrcv(id, got.data(), sizeof(long), 0, IPC_NOWAIT),
                     static_cast<ssize_t>(sizeof(long)));
            QCOMPARE(got[0], type);
            QCOMPARE(got[1], type * 11);
        }
        QCOMPARE(queue.remove().result, 0);
    }

    void lookingAThousandTimesAttachesToNoMemory()
    {
        SysvShmEndpoint memory({{IPC_PRIVATE, 0600, false, -1}, 8192});
        const int id = memory.names().sysvId;
        auto* base = static_cast<char*>(::shmat(id, nullptr, 0));
        QVERIFY(base != reinterpret_cast<char*>(-1));
        std::strcpy(base, "hello");
        const std::vector<TableHolder> holders{{1, ::getpid(), -1, Access::ReadWrite}};
        const auto witness = [id] {
            shmid_ds state{};
            ::shmctl(id, IPC_STAT, &state);
            return std::array<std::uint64_t, 4>{state.shm_nattch, static_cast<std::uint64_t>(state.shm_lpid),
                                                static_cast<std::uint64_t>(state.shm_atime),
                                                static_cast<std::uint64_t>(state.shm_dtime)};
        };
        const auto before = witness();
        QCOMPARE(before[0], 1u);
        for (int i = 0; i < 1000; ++i) {
            QCOMPARE(number(*memory.look({holders}), "shm_nattch"), 1);
            const Contents peeked = memory.peek(holders, Way::AToB, 0, 5);
            QVERIFY(peeked.available && std::memcmp(peeked.bytes.data(), "hello", 5) == 0);
        }
        QCOMPARE(witness(), before);
        ::shmdt(base);
        QCOMPARE(memory.remove().result, 0);
    }

    void lookingAThousandTimesTakesNothingFromAPosixQueue()
    {
        const std::string name = "/byteyard-test-" + std::to_string(::getpid());
        PosixQueueEndpoint queue({name, 0600, 4, 64, false});
        const Fd fd(::mq_open(name.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
        QCOMPARE(::mq_send(fd.get(), "low", 3, 1), 0);
        QCOMPARE(::mq_send(fd.get(), "high", 4, 9), 0);
        for (int i = 0; i < 1000; ++i) {
            QCOMPARE(number(*queue.look({}), "mq_curmsgs"), 2);
            queue.peek({}, Way::AToB, 0, 100);
        }
        mq_attr attributes{};
        QCOMPARE(::mq_getattr(fd.get(), &attributes), 0);
        QCOMPARE(attributes.mq_curmsgs, 2);
        std::array<char, 64> text{};
        unsigned priority = 0;
        QCOMPARE(::mq_receive(fd.get(), text.data(), text.size(), &priority), 4);
        QCOMPARE(priority, 9u);
        QCOMPARE(::mq_receive(fd.get(), text.data(), text.size(), &priority), 3);
        QCOMPARE(queue.remove().result, 0);
    }

    void lookingAThousandTimesTakesNoDatagram()
    {
        DatagramSocket socket({"udp", {}, "127.0.0.1"});
        const Fd receiver = socket.end("receive", {});
        socket.closeEnds();
        const std::vector<TableHolder> holders{holderOf(receiver)};
        const std::string first = "first";
        const std::string second = "the second";
        for (const std::string& each : {first, second})
            QCOMPARE(socket.write(holders, put(each)).result, static_cast<std::int64_t>(each.size()));
        host::SocketTable sockets;
        sockets.refresh({false, false, true});
        for (int i = 0; i < 1000; ++i) {
            const std::optional<Look> look = socket.look({holders, &sockets, nullptr, true});
            QVERIFY(look);
            QCOMPARE(number(*look, "queued"), 2);
            QCOMPARE(socket.peek(holders, Way::AToB, 0, 100).bytes.size(), first.size());
        }
        std::array<char, 64> text{};
        QCOMPARE(::recv(receiver.get(), text.data(), text.size(), MSG_DONTWAIT),
                 static_cast<ssize_t>(first.size()));
        QCOMPARE(::recv(receiver.get(), text.data(), text.size(), MSG_DONTWAIT),
                 static_cast<ssize_t>(second.size()));
        QCOMPARE(::recv(receiver.get(), text.data(), text.size(), MSG_DONTWAIT), -1);
    }

    void aMessageOfTheLargestSizeIsCopiedWhole()
    {
        SysvQueueEndpoint queue({{IPC_PRIVATE, 0600, false, -1}, 0});
        const std::string limit = host::limit("/proc", "msgmax").value_or("8192");
        const std::string big(std::stoul(limit), 'b');
        const std::string small = "s";
        QCOMPARE(queue.write({}, {Way::AToB, std::as_bytes(std::span(small)), LONG_MAX, 0}).result, 0);
        QCOMPARE(queue.write({}, {Way::AToB, std::as_bytes(std::span(big)), 1, 0}).result, 0);
        const std::optional<Look> look = queue.look({});
        QCOMPARE(look->tiles.size(), std::size_t{2});
        QCOMPARE(look->tiles[0].rank, LONG_MAX);
        QCOMPARE(look->tiles[1].size, big.size());
        QCOMPARE(queue.peek({}, Way::AToB, 1, 65536).bytes.size(), std::min<std::size_t>(big.size(), 65536));
        const std::string over = big + 'b';
        QCOMPARE(queue.write({}, {Way::AToB, std::as_bytes(std::span(over)), 1, 0}).limit,
                 std::string("msgmax"));
        QCOMPARE(queue.setLimit({}, "msg_qbytes", 1).result, 0);
        QCOMPARE(queue.write({}, {Way::AToB, std::as_bytes(std::span(small)), 1, 0}).result, -EAGAIN);
        QVERIFY(queue.look({})->fill.writeBlocks);
        QCOMPARE(queue.remove().result, 0);
        QVERIFY(queue.look({})->isRemoved);
    }
};

QTEST_GUILESS_MAIN(TestEndpointsDetails)
#include "tst_endpoints_details.moc"
