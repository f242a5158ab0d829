#include "ipc/capture/kernel_calls.h"

#include "ipc/capture/call_filter.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

namespace byteyard::ipc {

namespace {

constexpr unsigned char mutexHead = 16; ///< of a pthread_mutex_t: who holds it (tracer_futex.cpp)

constexpr byteyard_extra none{-1, -1, BYTEYARD_SIZE_FIXED, 0};

constexpr byteyard_extra fixed(signed char address, unsigned char size)
{
    return {address, -1, BYTEYARD_SIZE_FIXED, size};
}

constexpr byteyard_extra counted(signed char address, signed char count, unsigned char unit)
{
    return {address, count, BYTEYARD_SIZE_COUNT, unit};
}

constexpr byteyard_kept keptBytes(signed char address, unsigned char size)
{
    return {address, -1, size};
}

constexpr byteyard_kept keptBits(signed char address, signed char bits)
{
    return {address, bits, 0};
}

constexpr byteyard_extra stringAt(signed char address)
{
    return {address, -1, BYTEYARD_SIZE_STRING, 0};
}

constexpr unsigned char flowOf(Flow flow)
{
    switch (flow) {
    case Flow::In:
        return BYTEYARD_FLOW_IN;
    case Flow::Out:
        return BYTEYARD_FLOW_OUT;
    case Flow::Through:
        return BYTEYARD_FLOW_THROUGH;
    case Flow::Copy:
        return BYTEYARD_FLOW_COPY;
    case Flow::None:
        break;
    }
    return BYTEYARD_FLOW_NONE;
}

/// What a name stands in, and in what the second one of link(2) and rename(2) does.
void copyNames(const CallRow& row, byteyard_call& call)
{
    call.extras[0] = stringAt(static_cast<signed char>(row.buffer));
    const bool hasDirectory = row.buffer > 0;
    switch (row.call) {
    case Call::Link:
    case Call::Rename:
    case Call::Linkat:
    case Call::Renameat:
    case Call::Renameat2:
        call.extras[1] = stringAt(hasDirectory ? 3 : 1);
        break;
    default:
        break;
    }
}

/// Calls that do more than move bytes or wait. What the engine must look at before the program uses it, or
/// lets go of it, halts the thread.
void tellTwice(const CallRow& row, byteyard_call& call)
{
    call.twice = call.changes = 1;
    call.on = row.fd >= 0 ? BYTEYARD_ON_FD : BYTEYARD_ON_SEVERAL;
    switch (row.effect) {
    case Effect::Open:
        call.halts = BYTEYARD_HALTS_FILE;
        call.extras[0] = stringAt(static_cast<signed char>(row.buffer));
        if (row.call == Call::Openat2)
            call.extras[1] = fixed(2, sizeof(open_how));
        break;
    case Effect::OpenQueue:
    case Effect::MakeObject:
        call.halts = BYTEYARD_HALTS_DONE;
        if (row.call == Call::MqOpen || row.call == Call::MemfdCreate)
            call.extras[0] = stringAt(0);
        break;
    case Effect::Fetch:
        call.on = BYTEYARD_ON_SEVERAL; // a descriptor of a process leads to nothing that is followed
        call.halts = BYTEYARD_HALTS_DONE;
        break;
    case Effect::MakePair:
        call.halts = BYTEYARD_HALTS_DONE;
        call.extras[0] = fixed(static_cast<signed char>(row.buffer), 2 * sizeof(int));
        break;
    case Effect::Socket:
        call.halts = BYTEYARD_HALTS_DONE;
        if (row.call == Call::Bind || row.call == Call::Connect)
            call.extras[0] = counted(1, 2, 1);
        else if (row.call == Call::Accept || row.call == Call::Accept4)
            call.extras[0] = {1, 2, BYTEYARD_SIZE_POINTER, 1};
        break;
    case Effect::Sysv:
        if (row.call == Call::Msgget || row.call == Call::Shmget || row.call == Call::Semget ||
            row.call == Call::Shmat)
            call.halts = BYTEYARD_HALTS_DONE;
        if (row.call == Call::Shmdt) // what it holds, before nobody is left to read it through
            call.extras[0] = {0, -1, BYTEYARD_SIZE_PAGES, 0};
        break;
    case Effect::Map:
        if (row.call != Call::Mmap)
            break;
        call.flags = 3;
        call.needs = MAP_SHARED; // programs map a lot, and little of it is IPC
        call.skips = MAP_ANONYMOUS;
        break;
    case Effect::Name:
        copyNames(row, call);
        if (row.call == Call::Mknod || row.call == Call::Mknodat || row.call == Call::Link ||
            row.call == Call::Linkat)
            call.halts = BYTEYARD_HALTS_DONE;
        break;
    case Effect::Exec:
        call.replaces = 1;
        call.extras[0] = stringAt(static_cast<signed char>(row.buffer));
        break;
    case Effect::Fork:
        call.forks = 1;
        if (row.call == Call::Clone3)
            call.extras[0] = fixed(0, sizeof(std::uint64_t)); // clone_args begins with the flags
        break;
    case Effect::Fcntl:
        call.extras[0] = fixed(2, sizeof(struct flock)); // of locks; of others it may be no address
        break;
    case Effect::SigAction:
        call.extras[0] = fixed(1, 2 * sizeof(std::uint64_t)); // handler and flags
        break;
    case Effect::Tell:
        call.on = BYTEYARD_ON_SEVERAL;
        if (row.call == Call::InotifyAddWatch)
            call.extras[0] = stringAt(1);
        break;
    case Effect::Restart:
        call.twice = 0;
        call.on = BYTEYARD_ON_NOTHING; // told as the call that goes on
        break;
    default:
        break;
    }
}

} // namespace

byteyard_call kernelCall(const CallRow& row) noexcept
{
    byteyard_call call{};
    call.on = BYTEYARD_ON_NOTHING;
    call.fd = static_cast<signed char>(row.fd);
    call.fd2 = static_cast<signed char>(row.fd2);
    call.buffer = static_cast<signed char>(row.buffer);
    call.size = static_cast<signed char>(row.size);
    call.flow = flowOf(callInfo(row.call).flow);
    call.flags = -1;
    call.always = !isDataCall(row);
    call.changes = row.effect == Effect::Receive || row.effect == Effect::EpollControl;
    for (byteyard_extra& extra : call.extras)
        extra = none;
    for (byteyard_kept& kept : call.kept)
        kept = keptBytes(-1, 0);

    switch (row.call) {
    case Call::Read:
    case Call::Write:
    case Call::Pread64:
    case Call::Pwrite64:
        call.on = BYTEYARD_ON_FD;
        call.payload = BYTEYARD_FLAT;
        break;
    case Call::Readv:
    case Call::Writev:
    case Call::Preadv:
    case Call::Pwritev:
    case Call::Preadv2:
    case Call::Pwritev2:
    case Call::Vmsplice:
        call.on = BYTEYARD_ON_FD;
        call.payload = BYTEYARD_VECTOR;
        break;
    case Call::Splice:
    case Call::Tee:
    case Call::Sendfile:
    case Call::CopyFileRange:
        call.on = BYTEYARD_ON_FD;
        break;
    case Call::Sendmsg:
        call.on = BYTEYARD_ON_FD;
        call.payload = BYTEYARD_MESSAGE;
        break;
    case Call::Sendmmsg:
        call.on = BYTEYARD_ON_FD;
        call.payload = BYTEYARD_MESSAGES;
        break;
    case Call::Recvmsg:
    case Call::Recvmmsg:
        call.on = BYTEYARD_ON_FD;
        call.payload = row.call == Call::Recvmsg ? BYTEYARD_MESSAGE : BYTEYARD_MESSAGES;
        call.flags = row.call == Call::Recvmsg ? 2 : 3;
        call.peeks = MSG_PEEK | MSG_ERRQUEUE;
        call.halts = row.call == Call::Recvmsg ? BYTEYARD_HALTS_RECEIVED : BYTEYARD_HALTS_NEVER;
        break;
    case Call::Sendto:
        call.on = BYTEYARD_ON_FD;
        call.payload = BYTEYARD_FLAT;
        call.extras[0] = counted(4, 5, 1);
        break;
    case Call::Recvfrom:
        call.on = BYTEYARD_ON_FD;
        call.payload = BYTEYARD_FLAT;
        call.flags = 3;
        call.peeks = MSG_PEEK | MSG_ERRQUEUE;
        call.extras[0] = {4, 5, BYTEYARD_SIZE_POINTER, 1};
        break;
    case Call::MqTimedsend:
        call.on = BYTEYARD_ON_FD;
        call.payload = BYTEYARD_FLAT;
        call.returnsZero = 1;
        call.extras[0] = fixed(4, sizeof(timespec));
        break;
    case Call::MqTimedreceive:
        call.on = BYTEYARD_ON_FD;
        call.payload = BYTEYARD_FLAT;
        call.emptyCounts = 1;
        call.extras[0] = fixed(3, sizeof(unsigned));
        call.extras[1] = fixed(4, sizeof(timespec));
        break;
    case Call::Msgsnd:
        call.on = BYTEYARD_ON_QUEUE;
        call.payload = BYTEYARD_FLAT;
        call.prefix = sizeof(long);
        call.returnsZero = 1;
        break;
    case Call::Msgrcv:
        call.on = BYTEYARD_ON_QUEUE;
        call.payload = BYTEYARD_FLAT;
        call.prefix = sizeof(long);
        call.emptyCounts = 1;
        call.flags = 4;
        call.peeks = MSG_COPY;
        break;
    case Call::Semop:
        call.on = BYTEYARD_ON_SEMAPHORE;
        call.extras[0] = counted(1, 2, sizeof(sembuf));
        break;
    case Call::Semtimedop:
        call.on = BYTEYARD_ON_SEMAPHORE;
        call.extras[0] = counted(1, 2, sizeof(sembuf));
        call.extras[1] = fixed(3, sizeof(timespec));
        break;
    case Call::Lseek:
    case Call::Fsync:
    case Call::Fdatasync:
    case Call::SyncFileRange:
        call.on = BYTEYARD_ON_FD;
        break;
    case Call::Getsockname:
    case Call::Getpeername:
        call.on = BYTEYARD_ON_FD;
        call.extras[0] = {1, 2, BYTEYARD_SIZE_POINTER, 1};
        break;
    case Call::Msync:
        call.on = BYTEYARD_ON_SEVERAL;
        break;
    case Call::Ioctl:
        call.on = BYTEYARD_ON_FD;
        call.halts = BYTEYARD_HALTS_PEER;
        call.extras[0] = fixed(2, sizeof(int)); // of FIONREAD; of others it may be no address
        break;
    case Call::EpollWait:
    case Call::EpollPwait:
        call.on = BYTEYARD_ON_FD;
        break;
    case Call::EpollPwait2:
        call.on = BYTEYARD_ON_FD;
        call.extras[0] = fixed(3, sizeof(timespec));
        break;
    case Call::EpollCtl:
        call.on = BYTEYARD_ON_FD;
        call.fd2 = -1;
        call.extras[0] = fixed(3, sizeof(epoll_event));
        break;
    case Call::Poll:
        call.on = BYTEYARD_ON_SEVERAL;
        call.extras[0] = counted(0, 1, sizeof(pollfd));
        break;
    case Call::Ppoll:
        call.on = BYTEYARD_ON_SEVERAL;
        call.extras[0] = counted(0, 1, sizeof(pollfd));
        call.kept[0] = keptBytes(2, sizeof(timespec));
        break;
    case Call::Select:
    case Call::Pselect6:
        call.on = BYTEYARD_ON_SEVERAL;
        for (signed char set = 0; set < 3; ++set)
            call.kept[set] = keptBits(static_cast<signed char>(set + 1), 0);
        call.kept[3] = keptBytes(4, row.call == Call::Select ? sizeof(timeval) : sizeof(timespec));
        break;
    case Call::Futex:
    case Call::FutexWake:
    case Call::FutexWait:
        call.on = BYTEYARD_ON_SEVERAL;
        call.flags = static_cast<signed char>(*futexFlags(row.call));
        call.skips = FUTEX_PRIVATE_FLAG;
        call.kept[0] = keptBytes(0, mutexHead);
        if (row.call == Call::Futex)
            call.extras[0] = fixed(3, sizeof(timespec));
        break;
    case Call::FutexWaitv:
        call.on = BYTEYARD_ON_SEVERAL;
        call.extras[0] = counted(0, 1, sizeof(futex_waitv));
        break;
    case Call::FutexRequeue:
        call.on = BYTEYARD_ON_SEVERAL;
        call.extras[0] = fixed(0, 2 * sizeof(futex_waitv));
        break;
    default:
        tellTwice(row, call);
        break;
    }
    call.keeps = call.kept[0].address >= 0;
    return call;
}

} // namespace byteyard::ipc
