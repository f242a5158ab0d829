#include "ipc/capture/tracer_private.h"

#include "ipc/capture/kernel_calls.h"

#include <cstring>
#include <poll.h>
#include <set>

namespace byteyard::ipc {

namespace {

constexpr long drainPauseNs = 500'000; // what is taken soon is still in the processor's cache
constexpr unsigned pausesBeforeSleep = 10;
constexpr std::uint64_t catchEveryNs = 2'000'000;
constexpr std::uint64_t lossesEveryNs = 100'000'000;

} // namespace

ObjectKey objectOf(const byteyard_key& key)
{
    ObjectKey object(static_cast<ObjectKey::Kind>(key.kind), key.number);
    object.id.device = key.device;
    return object;
}

/// What stands in the kernel's ring, at most `most` records. With the table locked.
std::size_t Tracer::Private::takeRecords(std::size_t most)
{
    if (!kernel)
        return 0;
    sink.beginRow();
    const std::size_t taken = kernel->take([this](const KernelRecord& record) { takeRecord(record); }, most);
    sink.endRow();
    return taken;
}

/// Of most calls the entry and the return are seen at once.
void Tracer::Private::takeRecord(const KernelRecord& record)
{
    const auto at = threads.find(static_cast<pid_t>(record.call.tid));
    const CallRow* row = callRow(record.call.call);
    if (at == threads.end() || row == nullptr)
        return;
    TracedThread& thread = at->second;
    if (thread.stopsAtData)
        return;                           // it was seen at its stops
    thread.process->witness = thread.tid; // whoever was it before may have ended
    thread.isHalted = record.call.halts != 0;
    CallArguments arguments{};
    std::copy_n(record.call.arguments, arguments.size(), arguments.begin());
    const TraceeMemory memory(record.memory);
    if (tellPlain(thread, {*row, arguments, memory}, record.call))
        return;
    const OwnDescriptors shown(*this, thread);
    const byteyard_key& key = record.call.key;
    if (key.kind != BYTEYARD_KEY_DESCRIPTOR && key.kind != BYTEYARD_KEY_NOTHING)
        thread.object = objectOf(key);
    if (record.call.phase != BYTEYARD_RETURNED || thread.told != record.call.since)
        enterTold(thread, {*row, arguments, memory}, record.call.since);
    if (record.call.phase != BYTEYARD_ENTERED && thread.inCall) {
        // Where it is halted, or on its way there, its memory is what it was at the call's return.
        const TraceeMemory now(thread.tid);
        const bool isNow = thread.isHalted && record.call.phase == BYTEYARD_RETURNED;
        leave(thread, isNow ? now : memory, record.call.result, record.call.time - runStart);
    }
    thread.object.reset();
}

void Tracer::Private::enterTold(TracedThread& thread, const CallContext& context, std::uint64_t since)
{
    thread.told = since;
    enter(thread, context, since - runStart);
}

/// The kernel's side is told what to tell of a thread. False when it has no room for that.
bool Tracer::Private::updateTelling(TracedThread& thread)
{
    const Telling telling = thread.stopsAtData ? Telling::None
                            : thread.gap       ? Telling::Control
                                               : Telling::Every;
    if (!kernel || thread.telling == telling)
        return true;
    if (!kernel->setTelling(thread.tid, telling))
        return false;
    thread.telling = telling;
    return true;
}

/// Behind a call of which the kernel's side could not tell: it may have changed who has what.
void Tracer::Private::lookUpLost(TracedThread& thread)
{
    thread.inCall = false;
    TracedProcess& process = *thread.process;
    if (process.state == ProcessState::Starting)
        process.isUnsure = true; // it still has what is the engine's
    else if (!process.closed)
        lookUpDescriptors(process);
}

/// Whether it stands here because the kernel's side has halted it.
bool Tracer::Private::isHalted(const TracedThread& thread, int signal) const
{
    siginfo_t info{};
    return kernel && (signal == SIGCHLD || signal == SIGSTOP) &&
           ptrace(PTRACE_GETSIGINFO, thread.tid, nullptr, &info) == 0 && KernelCapture::isHalt(info);
}

/// What the kernel says that a thread's call was on; 0 when it says nothing, or nothing that is followed.
std::uint32_t Tracer::Private::endpointOfKey(const TracedThread& thread) const
{
    if (!thread.object)
        return 0;
    const auto at = objects.find(*thread.object);
    return at == objects.end() ? 0 : at->second;
}

/// Whether the kernel's side tells of what it does, while nothing makes it stop at its data calls.
bool Tracer::Private::isToldByKernel(const TracedProcess& process) const
{
    return kernel && process.sampled == SampledWhy::No;
}

/// Pause, step, pace and rules need a thread to stop at its data calls too.
bool Tracer::Private::mustStopAtData(const TracedThread& thread) const
{
    const TracedProcess& process = *thread.process;
    if (isCaught(process) && process.sampled == SampledWhy::No)
        return true; // nothing else stops it
    return (mayPass() || process.attached) &&
           (process.state != ProcessState::Starting || (kernel && process.released)) &&
           (isFollowed(process) || process.paused || process.stepping || process.turnNs != 0 ||
            !rules.empty() || thread.interposed);
}

/// Stops those that must stop at their data calls and do not yet. Who sleeps for as long as it takes goes
/// back into its call at once (goOnUnseen), and stops when it returns; who sleeps for a time is caught when
/// it runs. True when such are left.
bool Tracer::Private::catchRunning(std::uint64_t time)
{
    if (ending || time < nextCatch)
        return nextCatch > time && !ending;
    nextCatch = time;
    for (auto& [tid, thread] : threads) {
        if (isCaught(*thread.process) || thread.process->leaving) {
            catchAttached(thread, time);
            continue;
        }
        const bool isInStop = hasFilter(*thread.process) && thread.inCall && thread.call.restart == 0;
        const bool stopsAnyway = thread.stopsAtData || thread.held || thread.stopped || thread.dying ||
                                 thread.interrupted || isInStop;
        const bool mustStop = mustStopAtData(thread);
        const bool isSwitched = kernel && !mustStop && thread.process->state != ProcessState::Starting &&
                                thread.gap.has_value() == isToldByKernel(*thread.process);
        if (stopsAnyway || !(mustStop || isSwitched))
            continue;
        nextCatch = time + catchEveryNs;
        if (mayInterrupt(thread))
            thread.interrupted = ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr) == 0;
    }
    lookAgain(time);
    return nextCatch > time;
}

/// What the ring had no room for since this was asked last. With the table locked.
void Tracer::Private::takeLosses()
{
    if (!kernel)
        return;
    std::set<TracedProcess*> unsure;
    for (const KernelLoss& loss : kernel->losses()) {
        const ObjectKey object = objectOf(loss.from.key);
        byteyard_loss& told = toldLosses[{loss.from.process, loss.from.fd, object}];
        if (std::memcmp(&told, &loss.counts, sizeof told) == 0)
            continue;
        Gap gap;
        gap.fd = loss.from.fd;
        gap.calls = loss.counts.calls - told.calls;
        gap.bytesIn = loss.counts.bytesIn - told.bytesIn;
        gap.messagesIn = loss.counts.messagesIn - told.messagesIn;
        gap.bytesOut = loss.counts.bytesOut - told.bytesOut;
        gap.messagesOut = loss.counts.messagesOut - told.messagesOut;
        gap.from = (told.last == 0 ? loss.counts.first : told.last) - runStart;
        gap.to = loss.counts.last - runStart;
        const bool hasChanged = loss.counts.changing != told.changing;
        told = loss.counts;
        if (const auto at = objects.find(object); at != objects.end())
            gap.endpoint = at->second;
        for (const auto& [number, process] : processes) {
            if (process->pid != loss.from.process)
                continue;
            gap.process = number;
            if (hasChanged && !process->closed)
                unsure.insert(process.get());
            // Those that share an inode are known by their descriptor alone.
            const DescriptorTable::Entry* entry = process->table->find(gap.fd);
            const bool isShared = loss.from.key.kind == BYTEYARD_KEY_DESCRIPTOR;
            if (entry != nullptr && (isShared ? entry->file->object.kind != ObjectKey::Kind::Inode
                                              : gap.endpoint == 0 || entry->file->object == object))
                gap.endpoint = entry->file->endpoint;
        }
        sink.gap(gap);
    }
    // What is waited on stands in /proc. Of other changes a halt has told.
    for (TracedProcess* process : unsure)
        watchAgain(*process);
    if (const std::uint64_t uncounted = kernel->uncounted(); uncounted > toldUncounted) {
        Gap gap;
        gap.calls = uncounted - std::exchange(toldUncounted, uncounted);
        gap.from = gap.to = now();
        sink.gap(gap);
    }
}

/// A thread of its own takes what the kernel tells while nobody stops.
void Tracer::Private::drainLoop()
{
    sigset_t mask;
    sigfillset(&mask);
    pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    pollfd end{drainEnd.get(), POLLIN, 0};
    const timespec pause{0, drainPauseNs};
    unsigned pauses = 0;
    std::uint64_t lossesAt = 0;
    bool lossesTaken = true; // since the last record
    while (poll(&end, 1, 0) == 0) {
        std::size_t taken = 0;
        {
            const std::lock_guard lock(table);
            taken = takeRecords(recordsUnderOneLock);
            lossesTaken = lossesTaken && taken == 0;
            pauses = taken > 0 ? 0 : pauses + 1;
            if (const std::uint64_t time = now();
                !lossesTaken && (pauses > pausesBeforeSleep || time >= lossesAt)) {
                takeLosses();
                lossesAt = time + lossesEveryNs;
                lossesTaken = taken == 0;
            }
        }
        if (taken == recordsUnderOneLock)
            continue;
        if (pauses > pausesBeforeSleep)
            kernel->waitForRecords(drainEnd.get());
        else
            nanosleep(&pause, nullptr);
    }
}

void Tracer::Private::endDrain()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(drainEnd.get(), &one, sizeof one);
    drainer.join();
}

} // namespace byteyard::ipc
