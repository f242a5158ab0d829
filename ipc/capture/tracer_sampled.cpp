#include "ipc/capture/tracer_private.h"

#include <algorithm>
#include <cstddef>
#include <linux/futex.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <utility>

// Calls that are not followed, and what the kernel tells of them nevertheless: of each thread what it read
// and wrote in all, of TCP's sockets their counts, of what can be looked at how full it was.

namespace byteyard::ipc {

namespace {

// States of TCP as the kernel counts them: the C library's header does not go with linux/tcp.h.
constexpr unsigned timeWait = 6;
constexpr unsigned closeWait = 8;
constexpr unsigned lastAck = 9;
constexpr unsigned listening = 10;
constexpr unsigned closing = 11;

/// A copy of another process's descriptor; empty when that may not be had.
Fd copyOfDescriptor(pid_t pid, int fd)
{
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    return process ? Fd(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), fd, 0))) : Fd();
}

/// tcp(7), TCP_INFO. Nothing when it is no connected TCP socket.
std::optional<TcpCounts> tcpCounts(pid_t pid, int fd)
{
    const Fd socket = copyOfDescriptor(pid, fd);
    tcp_info info{};
    socklen_t size = sizeof info;
    if (!socket || getsockopt(socket.get(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        size < offsetof(tcp_info, tcpi_bytes_retrans) + sizeof info.tcpi_bytes_retrans ||
        info.tcpi_state == listening)
        return std::nullopt;
    int waiting = 0;
    ioctl(socket.get(), SIOCINQ, &waiting);
    // A FIN takes a number in the sequence as a byte does.
    const bool hasFin = info.tcpi_state == closeWait || info.tcpi_state == lastAck ||
                        info.tcpi_state == closing || info.tcpi_state == timeWait;
    const std::uint64_t unread = static_cast<std::uint64_t>(waiting) + (hasFin ? 1 : 0);
    return TcpCounts{info.tcpi_bytes_sent - info.tcpi_bytes_retrans + info.tcpi_notsent_bytes,
                     info.tcpi_bytes_received - std::min<std::uint64_t>(info.tcpi_bytes_received, unread)};
}

bool has(Access access, Access wanted)
{
    return (static_cast<unsigned>(access) & static_cast<unsigned>(wanted)) != 0;
}

std::uint64_t rise(std::uint64_t from, std::uint64_t to)
{
    return to > from ? to - from : 0;
}

} // namespace

/// A sleep that an interrupt does not shorten, and that does not begin anew with its whole time (signal(7)).
bool canBeWoken(pid_t tid, const proc::SleepingCall& sleeping)
{
    const auto& a = sleeping.arguments;
    const int timeout = static_cast<int>(a[3]);
    switch (sleeping.number) {
    case SYS_read:
    case SYS_readv:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_accept:
    case SYS_accept4: {
        // One that waits for all of its bytes (MSG_WAITALL) would end with a part of them.
        const std::uint64_t flags = sleeping.number == SYS_recvfrom  ? a[3]
                                    : sleeping.number == SYS_recvmsg ? a[2]
                                                                     : 0;
        if ((flags & MSG_WAITALL) != 0)
            return false;
        // A socket's own limit of time (SO_RCVTIMEO) would begin again.
        const Fd socket =
            copyOfDescriptor(proc::kinship(tid).value_or(proc::Kinship{tid, 0}).tgid, static_cast<int>(a[0]));
        timeval limit{};
        socklen_t size = sizeof limit;
        return !socket || getsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, &size) != 0 ||
               (limit.tv_sec == 0 && limit.tv_usec == 0);
    }
    case SYS_msgsnd:
    case SYS_msgrcv:
    case SYS_wait4:
    case SYS_waitid:
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
    case SYS_restart_syscall:
#ifdef SYS_pause
    case SYS_pause:
    case SYS_poll: // goes on with what is left of its time (restart_syscall(2))
    case SYS_select:
#endif
    case SYS_ppoll: // these write down what is left of it
    case SYS_pselect6:
    case SYS_semop:
        return true;
    case SYS_futex: {
        const auto operation = static_cast<int>(a[1]) & FUTEX_CMD_MASK;
        return a[3] == 0 || operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET; // as poll
    }
    case SYS_futex_waitv:
    case SYS_semtimedop:
    case SYS_epoll_pwait2:
    case SYS_mq_timedreceive:
        return (sleeping.number == SYS_mq_timedreceive ? a[4] : a[3]) == 0;
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
    case SYS_epoll_pwait:
        return timeout < 0;
    case SYS_rt_sigtimedwait:
        return a[2] == 0;
    default:
        return false; // a write that has moved a part would end with it
    }
}

bool Tracer::Private::isFollowed(const TracedProcess& process) const
{
    return !kernel && process.sampled == SampledWhy::No;
}

bool Tracer::Private::mayInterrupt(const TracedThread& thread) const
{
    const auto sleeping = proc::sleepingCall(thread.tid);
    return !sleeping || canBeWoken(thread.tid, *sleeping);
}

/// From this stop on the thread's calls that move bytes are not followed.
void Tracer::Private::beginGap(TracedThread& thread)
{
    TracedProcess& process = *thread.process;
    const bool isSwitched = kernel ? process.sampled != SampledWhy::No : filterKind == FilterKind::Control;
    if ((!isSwitched && !isCaught(process)) || thread.gap || thread.dying || ending || process.closed ||
        process.state == ProcessState::Starting)
        return;
    const bool isCatching = isCaught(process) && process.sampled == SampledWhy::No;
    const SampledWhy why = isCatching ? SampledWhy::Attached : process.sampled;
    thread.gap = ThreadGap{now(), why, proc::ioCounts(process.pid, thread.tid)};
    if (!updateTelling(thread)) {
        thread.gap.reset();
        return;
    }
    if (process.gaps++ > 0 && (isCatching || process.isLookedAt))
        return;
    sink.sampled(process.number, why);
    if (!isCatching) // else other threads are followed: what is seen to come and go may be in their events
        beginLooking(process);
}

/// A thread changes at its next stop.
void Tracer::Private::setSampled(TracedProcess& process, SampledWhy why)
{
    process.sampled = why;
    if (!isCaught(process) || process.gaps == 0)
        return;
    sink.sampled(process.number, why == SampledWhy::No ? SampledWhy::Attached : why);
    if (why != SampledWhy::No && !process.isLookedAt)
        beginLooking(process);
}

/// Its endpoints are looked at, since its calls are not followed.
void Tracer::Private::beginLooking(TracedProcess& process)
{
    process.isLookedAt = true;
    eachEntry(process, [&](int fd, const auto& entry) {
        if (entry.announced && entry.file->endpoint != 0)
            enterSampled(process, entry.file->endpoint, entry.file.get(), fd, entry.file->access);
    });
    for (const auto& [endpoint, access] : process.uses)
        enterSampled(process, endpoint, nullptr, -1, access);
}

void Tracer::Private::endLooking(TracedProcess& process)
{
    if (!std::exchange(process.isLookedAt, false) || process.closed)
        return;
    eachEntry(process, [&](int fd, const auto& entry) {
        if (entry.announced && entry.file->endpoint != 0)
            leaveSampled(process, entry.file->endpoint, entry.file.get(), fd);
    });
    for (const auto& [endpoint, access] : process.uses)
        leaveSampled(process, endpoint, nullptr, -1);
    watchAgain(process);
}

void Tracer::Private::endGap(TracedThread& thread)
{
    if (!thread.gap)
        return;
    const ThreadGap gap = *std::exchange(thread.gap, std::nullopt);
    TracedProcess& process = *thread.process;
    updateTelling(thread);
    Gap told;
    told.process = process.number;
    told.pid = process.pid;
    told.tid = thread.tid;
    told.why = gap.why;
    told.how = How::Unobserved;
    told.from = gap.from;
    told.to = now();
    if (const auto io = proc::ioCounts(process.pid, thread.tid); io && gap.io) {
        told.how = How::Exact;
        told.io = proc::IoCounts{rise(gap.io->rchar, io->rchar), rise(gap.io->wchar, io->wchar),
                                 rise(gap.io->syscr, io->syscr), rise(gap.io->syscw, io->syscw)};
    }
    sink.gap(told);
    --process.gaps;
    // Of an attached one that is followed again some threads may sleep on unseen, for long.
    const bool isFollowedAgain = process.isLookedAt && isCaught(process) && process.sampled == SampledWhy::No;
    if (process.gaps > 0 && !isFollowedAgain)
        return;
    endLooking(process);
    if ((process.attached || !process.closed) && !process.leaving) // who is let go is not followed again
        sink.sampled(process.number, process.gaps > 0 ? SampledWhy::Attached : SampledWhy::No);
}

/// A descriptor, or a use, of a process whose calls are not followed came to be, or goes.
void Tracer::Private::edgeSampled(std::uint32_t process, std::uint32_t endpoint, const OpenFile* file, int fd,
                                  Access access, bool open)
{
    const TracedProcess* holder = sampled.empty() && !open ? nullptr : byNumber(process);
    if (holder == nullptr || !holder->isLookedAt)
        return;
    if (open)
        return enterSampled(*holder, endpoint, file, fd, access);
    bool another = false;
    eachEntry(*holder, [&](int other, const auto& entry) {
        another = another || (other != fd && entry.announced && entry.file->endpoint == endpoint);
    });
    if (another) {
        const auto at = sampled.find(endpoint);
        if (at != sampled.end())
            readTcp(*holder, file, fd, at->second);
        return;
    }
    leaveSampled(*holder, endpoint, file, fd);
}

void Tracer::Private::enterSampled(const TracedProcess& process, std::uint32_t endpoint, const OpenFile* file,
                                   int fd, Access access)
{
    // A listener moves nothing: its connections do.
    if (file != nullptr && file->socket.domain != 0 && (file->socket.type & 0xf) != SOCK_DGRAM &&
        file->socket.target.empty())
        return;
    const auto [at, isNew] = sampled.try_emplace(endpoint);
    SampledEndpoint& entry = at->second;
    if (isNew) {
        entry.sums.gap = ++lastGap;
        entry.from = now();
        entry.why = process.sampled;
        // It is as new as the run.
        entry.wasEmpty = process.sampled == SampledWhy::Run && !process.attached;
    }
    entry.holders.insert(process.number);
    if (has(access, Access::Write))
        entry.writers.insert(process.number);
    if (has(access, Access::Read))
        entry.readers.insert(process.number);
    if (file != nullptr && fd >= 0 && !entry.sockets.contains(file) &&
        file->object.kind == ObjectKey::Kind::Inode)
        if (const auto counts = tcpCounts(holdingTask(process, file, fd), fd))
            entry.sockets[file] = {*counts, *counts, process.number};
}

void Tracer::Private::readTcp(const TracedProcess& process, const OpenFile* file, int fd,
                              SampledEndpoint& endpoint)
{
    const auto socket = endpoint.sockets.find(file);
    if (socket == endpoint.sockets.end())
        return;
    if (const auto counts = tcpCounts(holdingTask(process, file, fd), fd)) {
        socket->second.now = *counts;
        socket->second.process = process.number;
    }
}

void Tracer::Private::leaveSampled(const TracedProcess& process, std::uint32_t endpoint, const OpenFile* file,
                                   int fd)
{
    const auto at = sampled.find(endpoint);
    if (at == sampled.end())
        return;
    readTcp(process, file, fd, at->second);
    at->second.holders.erase(process.number);
    if (!at->second.holders.empty())
        return;
    tellSampled(at->second, endpoint);
    sampled.erase(at);
}

/// The sums of what was not followed on an endpoint are complete.
void Tracer::Private::tellSampled(SampledEndpoint& entry, std::uint32_t number)
{
    Gap gap;
    gap.number = entry.sums.gap;
    gap.endpoint = number;
    gap.why = entry.why;
    gap.from = entry.from;
    gap.to = now();
    if (!entry.sockets.empty()) {
        gap.how = How::Exact;
        std::map<std::uint32_t, TcpCounts> moved;
        for (const auto& [file, socket] : entry.sockets) {
            moved[socket.process].written += rise(socket.before.written, socket.now.written);
            moved[socket.process].read += rise(socket.before.read, socket.now.read);
        }
        for (const auto& [process, counts] : moved) {
            gap.process = process;
            gap.bytesIn = counts.written;
            gap.bytesOut = counts.read;
            sink.gap(gap);
        }
        return;
    }
    gap.how = entry.sums.how;
    gap.process = entry.sums.writer;
    gap.bytesIn = entry.sums.bytesIn;
    if (entry.sums.reader == gap.process || gap.how == How::Unobserved) {
        gap.bytesOut = entry.sums.bytesOut;
        return sink.gap(gap);
    }
    sink.gap(gap);
    gap.process = entry.sums.reader;
    gap.bytesIn = 0;
    gap.bytesOut = entry.sums.bytesOut;
    sink.gap(gap);
}

bool Tracer::isSwitchable() const
{
    return d->mayPass();
}

void Tracer::sample(std::uint32_t process, bool sampled)
{
    d->run([=, this] {
        {
            const std::lock_guard lock(d->table);
            const SampledWhy why = sampled ? SampledWhy::Person : SampledWhy::No;
            if (process == 0)
                d->sampledAtFirst = why;
            for (const auto& [number, each] : d->processes)
                if (process == 0 || number == process)
                    d->setSampled(*each, why);
        }
        d->resumeNow();
    });
}

std::vector<std::uint32_t> Tracer::sampledEndpoints() const
{
    std::vector<std::uint32_t> list;
    list.reserve(d->sampled.size());
    for (const auto& [endpoint, entry] : d->sampled)
        list.push_back(endpoint);
    return list;
}

SampledSums Tracer::noteFill(std::uint32_t endpoint, const std::optional<FillSeen>& seen)
{
    const auto at = d->sampled.find(endpoint);
    if (at == d->sampled.end())
        return {};
    SampledEndpoint& entry = at->second;
    SampledSums& sums = entry.sums;
    sums.writer = entry.writers.size() == 1 ? *entry.writers.begin() : 0;
    sums.reader = entry.readers.size() == 1 ? *entry.readers.begin() : 0;
    if (!entry.sockets.empty()) {
        sums.how = How::Exact;
        sums.bytesIn = sums.bytesOut = 0;
        for (const TableHolder& holder : holders(endpoint))
            if (const TracedProcess* process = d->byNumber(holder.process);
                process != nullptr && process->gaps > 0)
                d->eachEntry(*process, [&](int fd, const auto& held) {
                    if (fd == holder.fd && held.file->endpoint == endpoint)
                        d->readTcp(*process, held.file.get(), fd, entry);
                });
        for (const auto& [file, socket] : entry.sockets) {
            sums.bytesIn += rise(socket.before.written, socket.now.written);
            sums.bytesOut += rise(socket.before.read, socket.now.read);
        }
        return sums;
    }
    if (!seen)
        return sums;
    sums.how = How::Sampled;
    // What a followed process moves is in its events already.
    bool followedWriter = false;
    bool followedReader = false;
    for (const TableHolder& holder : holders(endpoint))
        if (const TracedProcess* process = d->byNumber(holder.process);
            process != nullptr && process->gaps == 0) {
            followedWriter = followedWriter || has(holder.access, Access::Write);
            followedReader = followedReader || has(holder.access, Access::Read);
        }
    if (entry.seen) {
        if (!followedWriter)
            sums.bytesIn += rise(entry.seen->bytes, seen->bytes) + rise(entry.seen->bytes2, seen->bytes2);
        if (!followedReader)
            sums.bytesOut += rise(seen->bytes, entry.seen->bytes) + rise(seen->bytes2, entry.seen->bytes2);
    } else if (!followedWriter && entry.wasEmpty) {
        sums.bytesIn += seen->bytes + seen->bytes2;
    }
    entry.seen = seen;
    return sums;
}

} // namespace byteyard::ipc
