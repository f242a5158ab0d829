#include "ipc/capture/call_table.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <seccomp.h>
#include <sys/syscall.h>

namespace byteyard::ipc {

namespace {

using enum Effect;

// These are younger than Debian 12's headers; they have the same numbers on all architectures.
#ifndef SYS_futex_wake
constexpr long SYS_futex_wake = 454;
constexpr long SYS_futex_wait = 455;
constexpr long SYS_futex_requeue = 456;
#endif

// arm64 lacks the calls that have an -at or a numbered successor.
constexpr CallRow rows[] = {
    {SYS_read, Call::Read, Use, 0, -1, Payload::Flat, 1, 2},
    {SYS_write, Call::Write, Use, 0, -1, Payload::Flat, 1, 2},
    {SYS_readv, Call::Readv, Use, 0, -1, Payload::Vector, 1, 2},
    {SYS_writev, Call::Writev, Use, 0, -1, Payload::Vector, 1, 2},
    {SYS_pread64, Call::Pread64, Use, 0, -1, Payload::Flat, 1, 2},
    {SYS_pwrite64, Call::Pwrite64, Use, 0, -1, Payload::Flat, 1, 2},
    {SYS_preadv, Call::Preadv, Use, 0, -1, Payload::Vector, 1, 2},
    {SYS_pwritev, Call::Pwritev, Use, 0, -1, Payload::Vector, 1, 2},
    {SYS_preadv2, Call::Preadv2, Use, 0, -1, Payload::Vector, 1, 2},
    {SYS_pwritev2, Call::Pwritev2, Use, 0, -1, Payload::Vector, 1, 2},
    {SYS_splice, Call::Splice, Use, 0, 2, Payload::None, -1, 4},
    {SYS_tee, Call::Tee, Use, 0, 1, Payload::None, -1, 2},
    {SYS_vmsplice, Call::Vmsplice, Use, 0, -1, Payload::Vector, 1, 2},
    {SYS_sendfile, Call::Sendfile, Use, 1, 0, Payload::None, -1, 3},
    {SYS_copy_file_range, Call::CopyFileRange, Use, 0, 2, Payload::None, -1, 4},
    {SYS_sendto, Call::Sendto, Use, 0, -1, Payload::Flat, 1, 2},
    {SYS_recvfrom, Call::Recvfrom, Use, 0, -1, Payload::Flat, 1, 2},
    {SYS_sendmsg, Call::Sendmsg, Use, 0, -1, Payload::Message, 1, -1},
    {SYS_recvmsg, Call::Recvmsg, Receive, 0, -1, Payload::Message, 1, -1},
    {SYS_sendmmsg, Call::Sendmmsg, Use, 0, -1, Payload::Messages, 1, 2},
    {SYS_recvmmsg, Call::Recvmmsg, Receive, 0, -1, Payload::Messages, 1, 2},
    {SYS_shutdown, Call::Shutdown, Use, 0},
    {SYS_socket, Call::Socket, Socket},
    {SYS_bind, Call::Bind, Socket, 0},
    {SYS_listen, Call::Listen, Socket, 0},
    {SYS_accept, Call::Accept, Socket, 0},
    {SYS_accept4, Call::Accept4, Socket, 0},
    {SYS_connect, Call::Connect, Socket, 0},
    {SYS_getsockopt, Call::Getsockopt, Use, 0},
    {SYS_setsockopt, Call::Setsockopt, Use, 0},
    {SYS_getsockname, Call::Getsockname, Use, 0},
    {SYS_getpeername, Call::Getpeername, Use, 0},
    {SYS_msgget, Call::Msgget, Sysv},
    {SYS_msgsnd, Call::Msgsnd, Sysv, -1, -1, Payload::Typed, 1, 2},
    {SYS_msgrcv, Call::Msgrcv, Sysv, -1, -1, Payload::Typed, 1, 2},
    {SYS_msgctl, Call::Msgctl, Sysv},
    {SYS_shmget, Call::Shmget, Sysv},
    {SYS_shmat, Call::Shmat, Sysv},
    {SYS_shmdt, Call::Shmdt, Sysv},
    {SYS_shmctl, Call::Shmctl, Sysv},
    {SYS_semget, Call::Semget, Sysv},
    {SYS_semop, Call::Semop, Sysv},
    {SYS_semtimedop, Call::Semtimedop, Sysv},
    {SYS_semctl, Call::Semctl, Sysv},
    {SYS_mq_open, Call::MqOpen, OpenQueue, -1, -1, Payload::None, 0},
    {SYS_mq_unlink, Call::MqUnlink, Name, -1, -1, Payload::None, 0},
    {SYS_mq_timedsend, Call::MqTimedsend, Use, 0, -1, Payload::Flat, 1, 2},
    {SYS_mq_timedreceive, Call::MqTimedreceive, Use, 0, -1, Payload::Flat, 1, 2},
    {SYS_mq_notify, Call::MqNotify, Use, 0},
    {SYS_mq_getsetattr, Call::MqGetsetattr, Use, 0},
    {SYS_memfd_create, Call::MemfdCreate, MakeObject},
    {SYS_mmap, Call::Mmap, Map, 4},
    {SYS_munmap, Call::Munmap, Map},
    {SYS_mremap, Call::Mremap, Map},
    {SYS_msync, Call::Msync, Map},
#ifdef SYS_eventfd
    {SYS_eventfd, Call::Eventfd, MakeObject},
#endif
    {SYS_eventfd2, Call::Eventfd2, MakeObject},
    {SYS_flock, Call::Flock, Use, 0},
#ifdef SYS_signalfd
    {SYS_signalfd, Call::Signalfd, MakeOther},
#endif
    {SYS_signalfd4, Call::Signalfd4, MakeOther},
    {SYS_timerfd_create, Call::TimerfdCreate, MakeOther},
    {SYS_timerfd_settime, Call::TimerfdSettime, Tell, 0},
#ifdef SYS_inotify_init
    {SYS_inotify_init, Call::InotifyInit, MakeOther},
#endif
    {SYS_inotify_init1, Call::InotifyInit1, MakeOther},
    {SYS_inotify_add_watch, Call::InotifyAddWatch, Tell, 0, -1, Payload::None, 1},
    {SYS_inotify_rm_watch, Call::InotifyRmWatch, Tell, 0},
    {SYS_pidfd_open, Call::PidfdOpen, MakeOther},
    {SYS_pidfd_getfd, Call::PidfdGetfd, Fetch, 0},
    {SYS_unshare, Call::Unshare, Unshare},
    {SYS_setns, Call::Setns, Tell, 0},
    {SYS_io_uring_setup, Call::IoUringSetup, MakeOther},
    {SYS_io_uring_enter, Call::IoUringEnter, Tell, 0},
    {SYS_io_uring_register, Call::IoUringRegister, Tell, 0},
    {SYS_process_vm_readv, Call::ProcessVmReadv, Tell},
    {SYS_process_vm_writev, Call::ProcessVmWritev, Tell},
#ifdef SYS_mknod
    {SYS_mknod, Call::Mknod, Name, -1, -1, Payload::None, 0},
    {SYS_link, Call::Link, Name, -1, -1, Payload::None, 0},
    {SYS_unlink, Call::Unlink, Name, -1, -1, Payload::None, 0},
    {SYS_rename, Call::Rename, Name, -1, -1, Payload::None, 0},
#endif
    {SYS_mknodat, Call::Mknodat, Name, -1, -1, Payload::None, 1},
    {SYS_linkat, Call::Linkat, Name, -1, -1, Payload::None, 1},
    {SYS_unlinkat, Call::Unlinkat, Name, -1, -1, Payload::None, 1},
#ifdef SYS_renameat
    {SYS_renameat, Call::Renameat, Name, -1, -1, Payload::None, 1},
#endif
    {SYS_renameat2, Call::Renameat2, Name, -1, -1, Payload::None, 1},
    {SYS_kill, Call::Kill, SendSignal},
    {SYS_tkill, Call::Tkill, SendSignal},
    {SYS_tgkill, Call::Tgkill, SendSignal},
    {SYS_rt_sigqueueinfo, Call::RtSigqueueinfo, SendSignal},
    {SYS_rt_tgsigqueueinfo, Call::RtTgsigqueueinfo, SendSignal},
    {SYS_pidfd_send_signal, Call::PidfdSendSignal, SendSignal},
#ifdef SYS_open
    {SYS_open, Call::Open, Open, -1, -1, Payload::None, 0},
    {SYS_creat, Call::Creat, Open, -1, -1, Payload::None, 0},
#endif
    {SYS_openat, Call::Openat, Open, -1, -1, Payload::None, 1},
    {SYS_openat2, Call::Openat2, Open, -1, -1, Payload::None, 1},
    {SYS_close, Call::Close, Close, 0},
    {SYS_close_range, Call::CloseRange, CloseRange},
    {SYS_dup, Call::Dup, Dup, 0},
#ifdef SYS_dup2
    {SYS_dup2, Call::Dup2, DupTo, 0, 1},
#endif
    {SYS_dup3, Call::Dup3, DupTo, 0, 1},
#ifdef SYS_pipe
    {SYS_pipe, Call::Pipe, MakePair, -1, -1, Payload::None, 0},
#endif
    {SYS_pipe2, Call::Pipe2, MakePair, -1, -1, Payload::None, 0},
    {SYS_socketpair, Call::Socketpair, MakePair, -1, -1, Payload::None, 3},
    {SYS_fcntl, Call::Fcntl, Fcntl, 0},
    {SYS_lseek, Call::Lseek, Use, 0},
    {SYS_ioctl, Call::Ioctl, Use, 0},
    {SYS_ftruncate, Call::Ftruncate, Use, 0},
    {SYS_truncate, Call::Truncate, Name, -1, -1, Payload::None, 0},
    {SYS_fallocate, Call::Fallocate, Use, 0},
    {SYS_fsync, Call::Fsync, Use, 0},
    {SYS_fdatasync, Call::Fdatasync, Use, 0},
    {SYS_sync_file_range, Call::SyncFileRange, Use, 0},
#ifdef SYS_poll
    {SYS_poll, Call::Poll, Wait, -1, -1, Payload::None, 0, 1},
#endif
    {SYS_ppoll, Call::Ppoll, Wait, -1, -1, Payload::None, 0, 1},
#ifdef SYS_select
    {SYS_select, Call::Select, Wait},
#endif
    {SYS_pselect6, Call::Pselect6, Wait},
#ifdef SYS_epoll_wait
    {SYS_epoll_wait, Call::EpollWait, Wait, 0},
#endif
    {SYS_epoll_pwait, Call::EpollPwait, Wait, 0},
    {SYS_epoll_pwait2, Call::EpollPwait2, Wait, 0},
    {SYS_epoll_ctl, Call::EpollCtl, EpollControl, 0, 2},
    {SYS_futex, Call::Futex, Futex},
    {SYS_futex_waitv, Call::FutexWaitv, Futex},
    {SYS_futex_wake, Call::FutexWake, Futex},
    {SYS_futex_wait, Call::FutexWait, Futex},
    {SYS_futex_requeue, Call::FutexRequeue, Futex},
#ifdef SYS_fork
    {SYS_fork, Call::Fork, Fork},
    {SYS_vfork, Call::Vfork, Fork},
#endif
    {SYS_clone, Call::Clone, Fork},
    {SYS_clone3, Call::Clone3, Fork},
    {SYS_execve, Call::Execve, Exec, -1, -1, Payload::None, 0},
    {SYS_execveat, Call::Execveat, Exec, -1, -1, Payload::None, 1},
    {SYS_rt_sigaction, Call::Other, SigAction},
    {SYS_restart_syscall, Call::Other, Restart},
};

constexpr std::size_t numberCount = 512;

constexpr auto rowIndex = [] {
    std::array<std::uint8_t, numberCount> index{}; // 0: no row
    std::uint8_t next = 0;
    for (const CallRow& row : rows)
        index.at(static_cast<std::size_t>(row.number)) = ++next;
    return index;
}();

} // namespace

std::span<const CallRow> callRows() noexcept
{
    return rows;
}

const CallRow* callRow(std::uint64_t number) noexcept
{
    if (number >= numberCount || rowIndex[number] == 0)
        return nullptr;
    return &rows[rowIndex[number] - 1];
}

std::optional<std::uint8_t> futexFlags(Call call) noexcept
{
    switch (call) {
    case Call::Futex:
        return 1;
    case Call::FutexWake:
    case Call::FutexWait:
        return 3;
    default:
        return std::nullopt;
    }
}

std::string systemCallName(long number)
{
    if (const CallRow* row = callRow(static_cast<std::uint64_t>(number));
        row != nullptr && row->call != Call::Other)
        return std::string(callInfo(row->call).name);
    const std::unique_ptr<char, decltype(&std::free)> name(
        seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, static_cast<int>(number)), &std::free);
    return name ? std::string(name.get()) : "syscall_" + std::to_string(number);
}

} // namespace byteyard::ipc
