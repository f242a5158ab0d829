#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace byteyard::ipc {

/// One value a system call, and a few for what is no call but part of a process's life.
/// The order is that of `callTable` in call.cpp; the numbers cross the wire, so a change of order needs a new
/// protocol version. Files hold names, never numbers.
enum class Call : std::uint16_t {
    // Life events.
    Start,  ///< a process of the topology was let go (after exec succeeded)
    Exit,   ///< a process ended: result is the exit code, or -1 and detail `signal=SIGX`
    Signal, ///< a signal was delivered: detail `signal=SIGX`
    Fork,
    Vfork,
    Clone,
    Clone3, ///< result: the child's pid
    Execve,
    Execveat,
    // Bytes.
    Read,
    Write,
    Readv,
    Writev,
    Pread64,
    Pwrite64,
    Preadv,
    Pwritev,
    Preadv2,
    Pwritev2,
    Splice,
    Tee,
    Vmsplice,
    Sendfile,
    CopyFileRange,
    Sendto,
    Recvfrom,
    Sendmsg,
    Recvmsg,
    Sendmmsg,
    Recvmmsg,
    // Messages: what moved is what was asked for when the call succeeds (msgsnd, mq_timedsend return 0).
    Msgsnd,
    Msgrcv,
    MqTimedsend,
    MqTimedreceive,
    // What an actor does to mapped memory: no system calls, told by itself.
    Load,
    Store,
    AtomicAdd,
    // Sockets.
    Socket,
    Bind,
    Listen,
    Accept,
    Accept4,
    Connect,
    Getsockopt,
    Setsockopt,
    Getsockname,
    Getpeername,
    Shutdown,
    // Objects that have an id.
    Msgget,
    Msgctl,
    Shmget,
    Shmat,
    Shmdt,
    Shmctl,
    Semget,
    Semop,
    Semtimedop,
    Semctl,
    // Queues, memory and counters behind descriptors.
    MqOpen,
    MqUnlink,
    MqNotify,
    MqGetsetattr,
    MemfdCreate,
    Mmap,
    Munmap,
    Mremap,
    Msync,
    Eventfd,
    Eventfd2,
    // Descriptors and names.
    Open,
    Openat,
    Openat2,
    Creat,
    Close,
    CloseRange,
    Dup,
    Dup2,
    Dup3,
    Pipe,
    Pipe2,
    Socketpair,
    Fcntl,
    Lseek,
    Ioctl,
    Ftruncate,
    Truncate,
    Fallocate,
    Fsync,
    Fdatasync,
    SyncFileRange,
    Flock,
    Mkfifo,
    Mknod,
    Mknodat,
    Link,
    Linkat,
    Unlink,
    Unlinkat,
    Rename,
    Renameat,
    Renameat2,
    // Signals that are sent.
    Kill,
    Tkill,
    Tgkill,
    RtSigqueueinfo,
    RtTgsigqueueinfo,
    PidfdSendSignal,
    // What a thread waits on.
    Poll,
    Ppoll,
    Select,
    Pselect6,
    EpollWait,
    EpollPwait,
    EpollPwait2,
    EpollCtl,
    Futex, ///< on followed shared memory, as the next
    FutexWaitv,
    FutexWake,
    FutexWait,
    FutexRequeue,
    // What is no endpoint itself, but carries, wakes or reaches others.
    Signalfd,
    Signalfd4,
    TimerfdCreate,
    TimerfdSettime,
    InotifyInit,
    InotifyInit1,
    InotifyAddWatch,
    InotifyRmWatch,
    PidfdOpen,
    PidfdGetfd,
    Unshare,
    Setns,
    IoUringSetup, ///< what its rings move no tracer of calls sees: `unobserved=io_uring` in the detail
    IoUringEnter,
    IoUringRegister,
    ProcessVmReadv,  ///< another's memory: no endpoint, but bytes from process to process
    ProcessVmWritev, ///< the same; also how the engine stores into System V memory by hand
    // Seen by looking (/proc), not by tracing: a thread sleeps in a call that touches no endpoint.
    Other,
    Gap, ///< no call: time in which calls were not followed, or were lost. Its detail says what is known of
         ///< them
    Count_
};

/// Where the bytes of a call go.
enum class Flow : std::uint8_t {
    None,
    In,      ///< from the process into `endpoint`
    Out,     ///< out of `endpoint` into the process
    Through, ///< out of `endpoint`, into `endpoint2` (splice, sendfile, copy_file_range)
    Copy,    ///< into `endpoint2`, `endpoint` keeps its bytes (tee)
};

struct CallInfo
{
    Call call;
    std::string_view name; ///< as in its man page: "write", "pread64"
    Flow flow;
};

/// The row of a call. `call` must be below Call::Count_.
const CallInfo& callInfo(Call call) noexcept;

/// The call with this name, if there is one.
std::optional<Call> callFromName(std::string_view name) noexcept;

/// "EAGAIN" for 11; "errno 4095" when the number has no name. Stays valid for the thread's next call.
std::string_view errnoName(int number) noexcept;

/// "SIGPIPE" for 13; "SIGRTMIN+3", or "signal 99" when the number has no name.
std::string_view signalName(int number) noexcept;

} // namespace byteyard::ipc
