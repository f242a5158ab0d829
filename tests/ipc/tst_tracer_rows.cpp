#include "tests/ipc/recording_sink.h"

#include "ipc/capture/kernel_calls.h"

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

namespace {

constexpr int patience = 60000;
constexpr std::int64_t anyResult = -2;

/// What the last event of a call says, made once by peers/rows.c.
struct Expected
{
    const char* call;
    std::int64_t result = anyResult;
    const char* kind = "";
    const char* kind2 = "";
    const char* detail = ""; ///< words that stand in it
    const char* data = "";
    std::uint64_t requested = 0;
};

constexpr Expected table[] = {
    {"read", 5, "pipe", "", "", "hello", 8},
    {"write", 5, "pipe", "", "", "hello", 5},
    {"readv", 5, "pipe", "", "", "hello", 62},
    {"writev", 5, "pipe", "", "", "hello", 5},
    {"pread64", 4, "file", "", "offset=2", "2345", 4},
    {"pwrite64", 5, "file", "", "offset=7", "hello", 5},
    {"preadv", 5, "file", "", "offset=3", "34567", 5},
    {"pwritev", 5, "file", "", "offset=3", "hello", 5},
    {"preadv2", 5, "file", "", "offset=3", "34567", 5},
    {"pwritev2", 5, "file", "", "offset=3", "hello", 5},
    {"splice", 5, "pipe", "pipe", "flags=SPLICE_F_MOVE", "", 9},
    {"tee", 3, "pipe", "pipe", "", "", 3},
    {"vmsplice", 5, "pipe", "", "", "hello", 5},
    {"sendfile", 6, "file", "pipe", "", "", 6},
    {"copy_file_range", 7, "file", "file", "", "", 7},
    {"lseek", 4, "file", "", "offset=4 whence=SEEK_SET"},
    {"ftruncate", 0, "file", "", "length=3"},
    {"truncate", 0, "file", "", "path=data length=3"},
    {"fallocate", 0, "file", "", "mode=FALLOC_FL_KEEP_SIZE offset=4096 length=100"},
    {"fsync", 0, "file"},
    {"fdatasync", 0, "file"},
    {"sync_file_range", 0, "file", "", "offset=2 length=5"},
    {"flock", 0, "file", "", "operation=LOCK_NB|LOCK_EX"},
    {"sendto", 5, "socketpair", "", "flags=MSG_NOSIGNAL", "hello", 5},
    {"recvfrom", 5, "socketpair", "", "", "hello", 8},
    {"sendmsg", 5, "socketpair", "", "", "hello", 5},
    {"recvmsg", 5, "socketpair", "", "", "hello", 62},
    {"sendmmsg", 3, "socketpair", "", "message=2/2", "llo", 3},
    {"recvmmsg", 5, "socketpair", "", "message=1/1", "hello", 60},
    {"shutdown", 0, "socketpair", "", "how=SHUT_WR"},
    {"socket", anyResult, "", "", "domain=AF_UNIX type=SOCK_DGRAM flags=SOCK_CLOEXEC"},
    {"bind", 0, "unix-stream", "", "peer=listener"},
    {"listen", 0, "unix-stream", "", "backlog=3"},
    {"accept", anyResult, "unix-stream", "unix-stream"},
    {"accept4", anyResult, "unix-stream", "unix-stream", "flags=SOCK_CLOEXEC"},
    {"connect", 0, "unix-stream", "unix-stream", "peer=listener"},
    {"getsockopt", 0, "socketpair", "", "option=SO_TYPE"},
    {"getsockname", 0, "unix-stream", "", "name=listener"},
    {"getpeername", 0, "unix-stream", "", "peer=listener"},
    {"setsockopt", 0, "socketpair", "", "option=SO_PASSCRED"},
    {"socketpair", 0, "socketpair", "", "type=SOCK_STREAM"},
    {"msgget", anyResult, "sysv-queue", "", "key=IPC_PRIVATE flags=IPC_CREAT mode=0600"},
    {"msgsnd", 0, "sysv-queue", "", "type=7", "hello", 5},
    {"msgrcv", 5, "sysv-queue", "", "type=-9 got=7", "hello", 8},
    {"msgctl", 0, "sysv-queue", "", "cmd=IPC_RMID"},
    {"shmget", anyResult, "sysv-shm", "", "size=8192"},
    {"shmat", anyResult, "sysv-shm", "", "address="},
    {"shmdt", 0, "sysv-shm", "", "address="},
    {"shmctl", 0, "sysv-shm", "", "cmd=IPC_RMID"},
    {"semget", anyResult, "sysv-semaphore", "", "nsems=2"},
    {"semop", 0, "sysv-semaphore", "", "ops=1:2:SEM_UNDO"},
    {"semtimedop", 0, "sysv-semaphore", "", "ops=1:2:SEM_UNDO timeout=1000ms"},
    {"semctl", 0, "sysv-semaphore", "", "cmd=IPC_RMID"},
    {"mq_open", anyResult, "posix-queue", "", "name=byteyard-rows-"},
    {"mq_unlink", 0, "posix-queue", "", "name=byteyard-rows-"},
    {"mq_timedsend", 0, "posix-queue", "", "priority=3", "hello", 5},
    {"mq_timedreceive", 5, "posix-queue", "", "priority=3", "hello", 32},
    {"mq_notify", 0, "posix-queue"},
    {"mq_getsetattr", 0, "posix-queue"},
    {"memfd_create", anyResult, "memfd", "", "name=byteyard-rows flags=MFD_CLOEXEC"},
    {"mmap", anyResult, "memfd", "", "length=8192 protection=PROT_READ|PROT_WRITE offset=0"},
    {"munmap", 0, "memfd", "", "length=8192"},
    {"mremap", anyResult, "memfd", "", "length=4096"},
    {"msync", 0, "memfd", "", "length=4096 flags=MS_SYNC"},
    {"futex", 0, "memfd", "", "op=FUTEX_WAKE offset=64"},
    {"futex_wake", anyResult, "memfd", "", "count=1 offset=64"},
    {"futex_wait", anyResult, "memfd", "", "value=1 offset=64"},
    {"futex_waitv", anyResult, "memfd", "memfd", "count=3 offset=64"},
    {"futex_requeue", anyResult, "memfd", "memfd", "wake=1 requeue=2 offset=64"},
    {"eventfd", anyResult, "eventfd", "", "value=3"},
    {"eventfd2", anyResult, "eventfd", "", "value=3 flags=EFD_SEMAPHORE"},
    {"signalfd"},
    {"signalfd4"},
    {"timerfd_create"},
    {"timerfd_settime", 0},
    {"inotify_init"},
    {"inotify_init1"},
    {"inotify_add_watch", anyResult, "", "", "path=."},
    {"inotify_rm_watch", 0},
    {"pidfd_open", anyResult, "", "", "target="},
    {"pidfd_getfd", anyResult, "pipe", "", "from="},
    {"pidfd_send_signal", 0, "", "", "signal=SIGUSR1"},
    {"unshare", 0, "", "", "flags=CLONE_FILES"},
    {"setns", anyResult, "", "", "flags="},
    {"io_uring_setup", anyResult, "", "", "unobserved=io_uring"},
    {"io_uring_enter", anyResult, "", "", "unobserved=io_uring"},
    {"io_uring_register", anyResult, "", "", "unobserved=io_uring"},
    {"process_vm_readv", 5, "", "", "target="},
    {"process_vm_writev", 5, "", "", "target="},
    {"open", anyResult, "file", "", "flags=O_RDONLY path=data"},
    {"creat", anyResult, "file", "", "flags=O_WRONLY|O_CREAT|O_TRUNC path=data"},
    {"openat", anyResult, "file", "", "flags=O_RDONLY path=data"},
    {"openat2", anyResult, "file", "", "flags=O_RDWR path=data"},
    {"mknod", 0, "fifo", "", "path=fifo mode=0600"},
    {"mknodat", 0, "fifo", "", "path=fifo mode=0600"},
    {"link", 0, "file", "", "path=data to=second"},
    {"linkat", 0, "file", "", "path=data to=second"},
    {"unlink", 0, "file", "", "path=data"},
    {"unlinkat", 0, "file", "", "path=data"},
    {"rename", 0, "file", "", "path=data to=second"},
    {"renameat", 0, "file", "", "path=data to=second"},
    {"renameat2", 0, "file", "", "path=data to=second"},
    {"close", 0, "pipe"},
    {"close_range", 0, "pipe", "", "first="},
    {"dup", anyResult, "pipe", "pipe"},
    {"dup2", 40, "pipe", "pipe"},
    {"dup3", 40, "pipe", "pipe", "flags=O_CLOEXEC"},
    {"pipe", 0, "pipe"},
    {"pipe2", 0, "pipe", "", "flags=O_CLOEXEC"},
    {"fcntl", 40, "pipe", "pipe", "cmd=F_DUPFD least=40"},
    {"ioctl", 0, "pipe", "", "cmd=FIONREAD value=5"},
    {"poll", 1, "pipe", "", ":in timeout=1000ms"},
    {"ppoll", 1, "pipe", "", ":in timeout=1000ms"},
    {"select", 1, "pipe", "", ":in timeout=1000ms"},
    {"pselect6", 1, "pipe", "", ":in timeout=1000ms"},
    {"epoll_wait", 1, "pipe", "", "timeout=1000ms"},
    {"epoll_pwait", 1, "pipe", "", "timeout=1000ms"},
    {"epoll_pwait2", 1, "pipe", "", "timeout=1000ms"},
    {"epoll_ctl", 0, "", "pipe", "op=EPOLL_CTL_ADD events=in"},
    {"kill", 0, "", "", "signal=SIGUSR1"},
    {"tkill", 0, "", "", "signal=SIGUSR1"},
    {"tgkill", 0, "", "", "signal=SIGUSR1"},
    {"rt_sigqueueinfo", 0, "", "", "signal=SIGUSR1"},
    {"rt_tgsigqueueinfo", 0, "", "", "signal=SIGUSR1"},
    {"fork", anyResult, "", "", "child="},
    {"vfork", anyResult, "", "", "child="},
    {"clone", anyResult, "", "", "child="},
    {"clone3", anyResult, "", "", "child="},
    {"execve", 0, "", "", "path=/bin/true"},
    {"execveat", 0, "", "", "path=/bin/true"},
};

/// Made by peers/rows_memory.c.
bool isOnMapped(std::string_view call)
{
    return call == "mmap" || call == "munmap" || call == "mremap" || call == "msync" ||
           call.starts_with("futex");
}

/// A kernel may not have them or not allow them; a word of memory is not what futex_wait was told.
bool mayFail(std::string_view call)
{
    return call == "setns" || call.starts_with("io_uring_") || call.starts_with("futex_");
}

} // namespace

/// Each row of the decoder, made once by a program by its number.
class TracerRows : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void noRowIsLeftOut();
    void eachCallIsToldAsItWas_data();
    void eachCallIsToldAsItWas();
};

void TracerRows::noRowIsLeftOut()
{
    for (const CallRow& row : callRows()) {
        // Neither is told: what a signal does, and what follows it.
        if (row.effect == Effect::SigAction || row.effect == Effect::Restart)
            continue;
        QVERIFY2(std::any_of(std::begin(table), std::end(table),
                             [&](const Expected& each) { return callInfo(row.call).name == each.call; }),
                 callInfo(row.call).name.data());
    }
}

void TracerRows::eachCallIsToldAsItWas_data()
{
    QTest::addColumn<int>("index");
    for (int i = 0; i < static_cast<int>(std::size(table)); ++i) {
        const Expected& each = table[i];
        const bool isHere = std::any_of(callRows().begin(), callRows().end(), [&](const CallRow& row) {
            return callInfo(row.call).name == each.call;
        });
        if (isHere) // arm64 has only the newer of two
            QTest::newRow(each.call) << i;
    }
}

void TracerRows::eachCallIsToldAsItWas()
{
    QFETCH(int, index);
    const Expected& expected = table[index];
    const std::string_view call = expected.call;
    Bench b;
    for (const char* file : {"data", "data2"})
        b.tracer.followPath(b.sink.newEndpoint(), (b.directory / file).string());
    const auto id = b.start(b.plan({Bench::peer(isOnMapped(call) ? "rows_memory" : "rows"), expected.call}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto made =
        b.sink.select([&](const Event& e) { return callInfo(e.call).name == call && e.how == How::Exact; });
    QVERIFY(!made.empty());
    const Event& event = made.back();
    const auto kindOf = [&](std::uint32_t endpoint) {
        return endpoint == 0 ? std::string() : endpoint <= 2 ? std::string("file") : b.sink.kind(endpoint);
    };
    if (expected.result != anyResult)
        QCOMPARE(event.result, expected.result);
    if (!mayFail(call))
        QCOMPARE(event.error, 0);
    QCOMPARE(kindOf(event.endpoint), std::string(expected.kind));
    QCOMPARE(kindOf(event.endpoint2), std::string(expected.kind2));
    QVERIFY2(event.detailText.find(expected.detail) != std::string::npos, event.detailText.c_str());
    QCOMPARE(std::string(reinterpret_cast<const char*>(event.bytes.data()), event.bytes.size()),
             std::string(expected.data));
    if (expected.requested != 0)
        QCOMPARE(event.requested, expected.requested);
    QVERIFY(event.time > 0);
}

QTEST_GUILESS_MAIN(TracerRows)
#include "tst_tracer_rows.moc"
