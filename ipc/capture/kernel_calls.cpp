#include "ipc/capture/kernel_calls.h"

#include <linux/futex.h>
#include <poll.h>
#include <sys/epoll.h>
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
    call.always = row.effect == Effect::Receive;
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
        call.stops = MSG_PEEK;
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
        call.stops = MSG_PEEK; // a look at waiting datagrams (SO_PEEK_OFF) must not meet such a call
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
        call.on = BYTEYARD_ON_FD;
        break;
    case Call::Ioctl:
        call.on = BYTEYARD_ON_FD;
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
        call.on = BYTEYARD_ON_SEVERAL;
        call.flags = 1;
        call.skips = FUTEX_PRIVATE_FLAG;
        call.kept[0] = keptBytes(0, mutexHead);
        call.extras[0] = fixed(3, sizeof(timespec));
        break;
    default:
        break;
    }
    call.keeps = call.kept[0].address >= 0;
    return call;
}

} // namespace byteyard::ipc
