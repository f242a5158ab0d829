#include "ipc/capture/call.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace byteyard::ipc {

namespace {

constexpr std::array callTable = {
    CallInfo{Call::Start, "start", Flow::None},
    CallInfo{Call::Exit, "exit", Flow::None},
    CallInfo{Call::Signal, "signal", Flow::None},
    CallInfo{Call::Fork, "fork", Flow::None},
    CallInfo{Call::Vfork, "vfork", Flow::None},
    CallInfo{Call::Clone, "clone", Flow::None},
    CallInfo{Call::Clone3, "clone3", Flow::None},
    CallInfo{Call::Execve, "execve", Flow::None},
    CallInfo{Call::Execveat, "execveat", Flow::None},
    CallInfo{Call::Read, "read", Flow::Out},
    CallInfo{Call::Write, "write", Flow::In},
    CallInfo{Call::Readv, "readv", Flow::Out},
    CallInfo{Call::Writev, "writev", Flow::In},
    CallInfo{Call::Pread64, "pread64", Flow::Out},
    CallInfo{Call::Pwrite64, "pwrite64", Flow::In},
    CallInfo{Call::Preadv, "preadv", Flow::Out},
    CallInfo{Call::Pwritev, "pwritev", Flow::In},
    CallInfo{Call::Preadv2, "preadv2", Flow::Out},
    CallInfo{Call::Pwritev2, "pwritev2", Flow::In},
    CallInfo{Call::Splice, "splice", Flow::Through},
    CallInfo{Call::Tee, "tee", Flow::Copy},
    CallInfo{Call::Vmsplice, "vmsplice", Flow::In},
    CallInfo{Call::Sendfile, "sendfile", Flow::Through},
    CallInfo{Call::CopyFileRange, "copy_file_range", Flow::Through},
    CallInfo{Call::Sendto, "sendto", Flow::In},
    CallInfo{Call::Recvfrom, "recvfrom", Flow::Out},
    CallInfo{Call::Sendmsg, "sendmsg", Flow::In},
    CallInfo{Call::Recvmsg, "recvmsg", Flow::Out},
    CallInfo{Call::Sendmmsg, "sendmmsg", Flow::In},
    CallInfo{Call::Recvmmsg, "recvmmsg", Flow::Out},
    CallInfo{Call::Msgsnd, "msgsnd", Flow::In},
    CallInfo{Call::Msgrcv, "msgrcv", Flow::Out},
    CallInfo{Call::MqTimedsend, "mq_timedsend", Flow::In},
    CallInfo{Call::MqTimedreceive, "mq_timedreceive", Flow::Out},
    CallInfo{Call::Load, "load", Flow::Out},
    CallInfo{Call::Store, "store", Flow::In},
    CallInfo{Call::AtomicAdd, "atomic_add", Flow::In},
    CallInfo{Call::Socket, "socket", Flow::None},
    CallInfo{Call::Bind, "bind", Flow::None},
    CallInfo{Call::Listen, "listen", Flow::None},
    CallInfo{Call::Accept, "accept", Flow::None},
    CallInfo{Call::Accept4, "accept4", Flow::None},
    CallInfo{Call::Connect, "connect", Flow::None},
    CallInfo{Call::Getsockopt, "getsockopt", Flow::None},
    CallInfo{Call::Setsockopt, "setsockopt", Flow::None},
    CallInfo{Call::Getsockname, "getsockname", Flow::None},
    CallInfo{Call::Getpeername, "getpeername", Flow::None},
    CallInfo{Call::Shutdown, "shutdown", Flow::None},
    CallInfo{Call::Msgget, "msgget", Flow::None},
    CallInfo{Call::Msgctl, "msgctl", Flow::None},
    CallInfo{Call::Shmget, "shmget", Flow::None},
    CallInfo{Call::Shmat, "shmat", Flow::None},
    CallInfo{Call::Shmdt, "shmdt", Flow::None},
    CallInfo{Call::Shmctl, "shmctl", Flow::None},
    CallInfo{Call::Semget, "semget", Flow::None},
    CallInfo{Call::Semop, "semop", Flow::None},
    CallInfo{Call::Semtimedop, "semtimedop", Flow::None},
    CallInfo{Call::Semctl, "semctl", Flow::None},
    CallInfo{Call::MqOpen, "mq_open", Flow::None},
    CallInfo{Call::MqUnlink, "mq_unlink", Flow::None},
    CallInfo{Call::MqNotify, "mq_notify", Flow::None},
    CallInfo{Call::MqGetsetattr, "mq_getsetattr", Flow::None},
    CallInfo{Call::MemfdCreate, "memfd_create", Flow::None},
    CallInfo{Call::Mmap, "mmap", Flow::None},
    CallInfo{Call::Munmap, "munmap", Flow::None},
    CallInfo{Call::Mremap, "mremap", Flow::None},
    CallInfo{Call::Msync, "msync", Flow::None},
    CallInfo{Call::Eventfd, "eventfd", Flow::None},
    CallInfo{Call::Eventfd2, "eventfd2", Flow::None},
    CallInfo{Call::Open, "open", Flow::None},
    CallInfo{Call::Openat, "openat", Flow::None},
    CallInfo{Call::Openat2, "openat2", Flow::None},
    CallInfo{Call::Creat, "creat", Flow::None},
    CallInfo{Call::Close, "close", Flow::None},
    CallInfo{Call::CloseRange, "close_range", Flow::None},
    CallInfo{Call::Dup, "dup", Flow::None},
    CallInfo{Call::Dup2, "dup2", Flow::None},
    CallInfo{Call::Dup3, "dup3", Flow::None},
    CallInfo{Call::Pipe, "pipe", Flow::None},
    CallInfo{Call::Pipe2, "pipe2", Flow::None},
    CallInfo{Call::Socketpair, "socketpair", Flow::None},
    CallInfo{Call::Fcntl, "fcntl", Flow::None},
    CallInfo{Call::Lseek, "lseek", Flow::None},
    CallInfo{Call::Ioctl, "ioctl", Flow::None},
    CallInfo{Call::Ftruncate, "ftruncate", Flow::None},
    CallInfo{Call::Truncate, "truncate", Flow::None},
    CallInfo{Call::Fallocate, "fallocate", Flow::None},
    CallInfo{Call::Fsync, "fsync", Flow::None},
    CallInfo{Call::Fdatasync, "fdatasync", Flow::None},
    CallInfo{Call::SyncFileRange, "sync_file_range", Flow::None},
    CallInfo{Call::Flock, "flock", Flow::None},
    CallInfo{Call::Mkfifo, "mkfifo", Flow::None},
    CallInfo{Call::Mknod, "mknod", Flow::None},
    CallInfo{Call::Mknodat, "mknodat", Flow::None},
    CallInfo{Call::Link, "link", Flow::None},
    CallInfo{Call::Linkat, "linkat", Flow::None},
    CallInfo{Call::Unlink, "unlink", Flow::None},
    CallInfo{Call::Unlinkat, "unlinkat", Flow::None},
    CallInfo{Call::Rename, "rename", Flow::None},
    CallInfo{Call::Renameat, "renameat", Flow::None},
    CallInfo{Call::Renameat2, "renameat2", Flow::None},
    CallInfo{Call::Kill, "kill", Flow::None},
    CallInfo{Call::Tkill, "tkill", Flow::None},
    CallInfo{Call::Tgkill, "tgkill", Flow::None},
    CallInfo{Call::RtSigqueueinfo, "rt_sigqueueinfo", Flow::None},
    CallInfo{Call::RtTgsigqueueinfo, "rt_tgsigqueueinfo", Flow::None},
    CallInfo{Call::PidfdSendSignal, "pidfd_send_signal", Flow::None},
    CallInfo{Call::Poll, "poll", Flow::None},
    CallInfo{Call::Ppoll, "ppoll", Flow::None},
    CallInfo{Call::Select, "select", Flow::None},
    CallInfo{Call::Pselect6, "pselect6", Flow::None},
    CallInfo{Call::EpollWait, "epoll_wait", Flow::None},
    CallInfo{Call::EpollPwait, "epoll_pwait", Flow::None},
    CallInfo{Call::EpollPwait2, "epoll_pwait2", Flow::None},
    CallInfo{Call::EpollCtl, "epoll_ctl", Flow::None},
    CallInfo{Call::Futex, "futex", Flow::None},
    CallInfo{Call::FutexWaitv, "futex_waitv", Flow::None},
    CallInfo{Call::FutexWake, "futex_wake", Flow::None},
    CallInfo{Call::FutexWait, "futex_wait", Flow::None},
    CallInfo{Call::FutexRequeue, "futex_requeue", Flow::None},
    CallInfo{Call::Signalfd, "signalfd", Flow::None},
    CallInfo{Call::Signalfd4, "signalfd4", Flow::None},
    CallInfo{Call::TimerfdCreate, "timerfd_create", Flow::None},
    CallInfo{Call::TimerfdSettime, "timerfd_settime", Flow::None},
    CallInfo{Call::InotifyInit, "inotify_init", Flow::None},
    CallInfo{Call::InotifyInit1, "inotify_init1", Flow::None},
    CallInfo{Call::InotifyAddWatch, "inotify_add_watch", Flow::None},
    CallInfo{Call::InotifyRmWatch, "inotify_rm_watch", Flow::None},
    CallInfo{Call::PidfdOpen, "pidfd_open", Flow::None},
    CallInfo{Call::PidfdGetfd, "pidfd_getfd", Flow::None},
    CallInfo{Call::Unshare, "unshare", Flow::None},
    CallInfo{Call::Setns, "setns", Flow::None},
    CallInfo{Call::IoUringSetup, "io_uring_setup", Flow::None},
    CallInfo{Call::IoUringEnter, "io_uring_enter", Flow::None},
    CallInfo{Call::IoUringRegister, "io_uring_register", Flow::None},
    CallInfo{Call::ProcessVmReadv, "process_vm_readv", Flow::None},
    CallInfo{Call::ProcessVmWritev, "process_vm_writev", Flow::In},
    CallInfo{Call::Other, "other", Flow::None},
    CallInfo{Call::Gap, "gap", Flow::None},
};

constexpr bool rowsStandAtTheirCall()
{
    for (std::size_t i = 0; i < callTable.size(); ++i)
        if (static_cast<std::size_t>(callTable[i].call) != i)
            return false;
    return callTable.size() == static_cast<std::size_t>(Call::Count_);
}
static_assert(rowsStandAtTheirCall());

} // namespace

const CallInfo& callInfo(Call call) noexcept
{
    return callTable[static_cast<std::size_t>(call)];
}

std::optional<Call> callFromName(std::string_view name) noexcept
{
    for (const CallInfo& row : callTable)
        if (row.name == name)
            return row.call;
    return std::nullopt;
}

std::string_view errnoName(int number) noexcept
{
    if (const char* name = strerrorname_np(number))
        return name;
    thread_local std::array<char, 24> text;
    std::snprintf(text.data(), text.size(), "errno %d", number);
    return text.data();
}

std::string_view signalName(int number) noexcept
{
    thread_local std::array<char, 24> text;
    if (const char* name = sigabbrev_np(number))
        std::snprintf(text.data(), text.size(), "SIG%s", name);
    else if (number >= SIGRTMIN && number <= SIGRTMAX)
        std::snprintf(text.data(), text.size(), "SIGRTMIN+%d", number - SIGRTMIN);
    else
        std::snprintf(text.data(), text.size(), "signal %d", number);
    return text.data();
}

} // namespace byteyard::ipc
