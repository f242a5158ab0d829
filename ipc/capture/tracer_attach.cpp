#include "ipc/capture/tracer_private.h"
#include "ipc/host/process_scan.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <elf.h>
#include <sys/wait.h>
#include <system_error>

// Processes that ran before somebody attached to them. They have no filter of ours: each of their threads
// stops at every call. Nothing here ends them, or a call of theirs.

namespace byteyard::ipc {

namespace {

/// How often those are looked at who sleep where they must not be disturbed: 60 times a second.
constexpr std::uint64_t lookEveryNs = 16'000'000;
/// What they have open meanwhile, and their new threads.
constexpr std::uint64_t lookUpEveryNs = 100'000'000;
/// With many threads, not for each of them.
constexpr std::uint64_t lookUpAgainNs = 20'000'000;
constexpr int settlePauses = 500;
constexpr timespec settlePause{0, 1'000'000};

/// A program of 32 bits: its calls have other numbers, and are not known here.
bool is32Bit(pid_t pid)
{
    const Fd file(open(("/proc/" + std::to_string(pid) + "/exe").c_str(), O_RDONLY | O_CLOEXEC));
    std::array<unsigned char, EI_NIDENT> head{};
    return file && pread(file.get(), head.data(), head.size(), 0) == static_cast<ssize_t>(head.size()) &&
           head[EI_CLASS] == ELFCLASS32;
}

/// In a call, and at no stop: of that /proc tells a call, too.
bool isAsleep(pid_t tid)
{
    const auto stat = host::processStat("/proc", tid);
    return stat && (stat->state == 'S' || stat->state == 'D') && proc::sleepingCall(tid);
}

} // namespace

TracedProcess& Tracer::Private::attach(pid_t pid, std::uint32_t number)
{
    for (const auto& [other, process] : processes)
        if (process->pid == pid)
            throw std::system_error(EALREADY, std::generic_category(), "ptrace");
    if (ptrace(PTRACE_SEIZE, pid, nullptr, traceOptions) != 0)
        throw std::system_error(errno, std::generic_category(), "ptrace");
    auto created = std::make_unique<TracedProcess>();
    TracedProcess& process = *created;
    process.number = number;
    process.pid = pid;
    process.attached = true;
    if (const auto kin = proc::kinship(pid))
        for (const auto& [other, parent] : processes)
            if (parent->pid == kin->parent && !parent->closed) {
                process.parent = other;
                process.ancestors = parent->ancestors;
                process.ancestors.push_back(other);
            }
    process.sampled = sampledAtFirst;
    process.isUnobserved = is32Bit(pid);
    process.state = ProcessState::Running;
    process.name = proc::commandName(pid);
    process.argv = proc::commandLine(pid);
    process.table = std::make_shared<DescriptorTable>();
    process.actions = std::make_shared<SignalActions>();
    processes[number] = std::move(created);
    addThread(pid, process);
    if (kernel)
        kernel->attachTask(pid); // what its threads make is followed, too
    seizeThreads(process);
    if (kernel)
        kernel->attachTask(pid); // those that were made meanwhile
    noteActions(process);
    tellProcess(process, true);
    tellLife(threads.at(pid), Call::Start, 0, "name=" + encodeWord(process.name) + " attached=yes");
    lookUpDescriptors(process);
    adoptOwn(process);
    adoptMappings(process);
    if (kernel)
        adoptSlept(process);
    return process;
}

/// System V objects that its threads sleep on: nobody holds those open, and only its return tells of a call
/// that began before.
void Tracer::Private::adoptSlept(TracedProcess& process)
{
    for (const auto& [tid, thread] : threads) {
        const auto sleeping =
            thread.process == &process ? proc::sleepingCall(tid) : std::optional<proc::SleepingCall>();
        const CallRow* row = sleeping ? callRow(static_cast<std::uint64_t>(sleeping->number)) : nullptr;
        const std::optional<ObjectKey> key =
            row != nullptr ? sysvKey(*row, sleeping->arguments) : std::optional<ObjectKey>();
        if (!key)
            continue;
        if (const std::uint32_t endpoint = sysvEndpoint(process, *key); endpoint != 0)
            addUse(process, endpoint, sysvAccess(*row));
    }
}

/// Its other threads, until there is no new one: each may make some before it is followed.
void Tracer::Private::seizeThreads(TracedProcess& process)
{
    const std::string place = std::to_string(process.pid) + "/task";
    constexpr int quietRounds = 2;
    for (int quiet = 0; quiet < quietRounds; ++quiet)
        for (const pid_t tid : host::processes("/proc/" + place)) {
            // What a followed thread has made comes by itself: it is refused here.
            if (threads.contains(tid) || ptrace(PTRACE_SEIZE, tid, nullptr, traceOptions) != 0)
                continue;
            addThread(tid, process);
            quiet = -1;
        }
    process.witness = sharingTask(process);
}

/// What its signals do. Whether a handler lets a call start again is not told: most do (signal(2)).
void Tracer::Private::noteActions(TracedProcess& process)
{
    const proc::SignalSets sets = proc::signalSets(process.pid);
    for (std::size_t signal = 1; signal < process.actions->size(); ++signal) {
        SignalAction& action = process.actions->at(signal);
        const std::uint64_t bit = std::uint64_t{1} << (signal - 1);
        if ((sets.ignored & bit) != 0)
            action.kind = SignalAction::Kind::Ignore;
        else if ((sets.caught & bit) != 0)
            action = {SignalAction::Kind::Handler, true};
    }
}

/// Stops a thread that is not followed yet, or that is to be let go, where that does no harm.
void Tracer::Private::catchAttached(TracedThread& thread, std::uint64_t time)
{
    const bool leaving = thread.process->leaving;
    if (!leaving && !mustStopAtData(thread)) { // it is sampled: only what it has open is looked up
        if (!thread.stopsAtData)
            beginGap(thread);
        nextCatch = nextCatch > time ? std::min(nextCatch, time + lookUpEveryNs) : time + lookUpEveryNs;
        return;
    }
    if (thread.held || thread.dying || thread.interrupted || thread.gone || (leaving && !mayLetGo(thread)) ||
        (!leaving && (thread.stopsAtData || thread.stopped)))
        return;
    nextCatch = nextCatch > time ? std::min(nextCatch, time + lookEveryNs) : time + lookEveryNs;
    const auto sleeping = proc::sleepingCall(thread.tid);
    const std::uint64_t slices = proc::timeslices(thread.tid);
    if (sleeping && !thread.stopped && !canBeWoken(thread.tid, *sleeping)) {
        thread.sleptAt = slices;
        if (!leaving)
            beginGap(thread);
        return;
    }
    // It has been woken, but waits for the processor within that call still: its time would begin anew.
    if (!sleeping && !thread.stopped && slices != 0 && slices == thread.sleptAt)
        return;
    if (!thread.stopsAtData)
        thread.wokenFrom = sleeping;
    thread.interrupted = ptrace(PTRACE_INTERRUPT, thread.tid, nullptr, nullptr) == 0;
}

/// Threads that are not followed may open and close, and make others.
void Tracer::Private::lookAgain(std::uint64_t time)
{
    for (const auto& [number, process] : processes)
        if (process->attached && !process->leaving && process->gaps > 0 && !process->closed &&
            process->lookedAt != 0 && time >= process->lookedAt + lookUpEveryNs) {
            seizeThreads(*process);
            lookUpDescriptors(*process);
        }
}

/// The first stop of a thread that ran unfollowed: what it has opened since the last look is looked up.
void Tracer::Private::firstStop(const TracedThread& thread)
{
    TracedProcess& process = *thread.process;
    if (!isCaught(process) || process.leaving || !thread.interrupted || thread.stopsAtData || process.closed)
        return;
    const bool isLast = std::none_of(threads.begin(), threads.end(), [&](const auto& each) {
        const TracedThread& other = each.second;
        return &other != &thread && other.process == &process && !other.stopsAtData && !other.dying;
    });
    if (isLast || now() >= process.lookedAt + lookUpAgainNs)
        lookUpDescriptors(process);
}

/// From now on each of its threads is let go at its next stop; nothing holds it any more.
void Tracer::Private::release(TracedProcess& process)
{
    process.leaving = true;
    if (kernel)
        kernel->leaveTask(process.pid);
    process.paused = process.stepping = false;
    process.turnNs = 0;
    for (auto& [tid, thread] : threads)
        if (thread.process == &process)
            thread.heldUntil = 0;
    tellProcess(process, false);
}

/// Not at a call's entry: the kernel wakes a thread that it is detached from as by a signal, and the call
/// would find that and end with EINTR. Nor with registers that a rule has changed: those are given back at
/// its return.
bool Tracer::Private::mayLetGo(const TracedThread& thread) const
{
    return thread.process->leaving && !thread.dying && !thread.gone && !thread.atEntry &&
           !thread.call.asked && !(thread.interposed && !thread.interposed->done);
}

/// At a stop. One that was killed there is left: its end comes by the wait.
void Tracer::Private::letGo(TracedThread& thread, int signal)
{
    if (ptrace(PTRACE_DETACH, thread.tid, nullptr, signal) != 0)
        return;
    cut(thread);
    endGap(thread);
    thread.gone = hasGone = true;
}

/// A thread has made an exec(3) and taken the number of its leader, which was let go before.
void Tracer::Private::letExecGo(pid_t tid)
{
    unsigned long former = 0;
    if (ptrace(PTRACE_GETEVENTMSG, tid, nullptr, &former) == 0)
        if (const auto at = threads.find(static_cast<pid_t>(former)); at != threads.end()) {
            cut(at->second);
            endGap(at->second);
            at->second.gone = hasGone = true;
        }
    ptrace(PTRACE_DETACH, tid, nullptr, nullptr);
    takeOffGone();
}

void Tracer::Private::takeOffGone()
{
    if (!std::exchange(hasGone, false))
        return;
    std::erase_if(threads, [this](const auto& each) {
        if (each.second.gone) {
            --each.second.process->threads;
            forget(each.second);
        }
        return each.second.gone;
    });
    for (auto at = processes.begin(); at != processes.end();) {
        TracedProcess& process = *(at++)->second;
        if (process.leaving && process.threads == 0)
            endDetached(process);
    }
}

/// It goes on, and nobody looks any more.
void Tracer::Private::endDetached(TracedProcess& process)
{
    if (!process.closed) {
        eachEntry(process, [&](int fd, const auto& entry) { tellEdge(process.number, fd, entry, false); });
        dropUses(process);
    }
    if (kernel)
        kernel->leaveTask(process.pid); // a child that was forked just before
    process.state = ProcessState::Detached;
    process.leaving = false;
    tellProcess(process, false);
    processes.erase(process.number);
}

/// At the end of the thread that traces. The kernel detaches from all that it still traces then, and wakes
/// none that sleeps (ptrace(2)). The others are let go at a stop before, and whose sleep was interrupted goes
/// back to it.
void Tracer::Private::letRestGo()
{
    const std::lock_guard lock(table);
    for (const auto& [number, process] : processes)
        if (kernel)
            kernel->leaveTask(process->pid);
    for (int pauses = 0; pauses < settlePauses; ++pauses) {
        int status = 0;
        pid_t tid = 0;
        while ((tid = waitpid(-1, &status, __WALL | __WNOTHREAD | WNOHANG)) > 0)
            handleStatus(tid, status);
        bool isQuiet = true;
        for (auto& [each, thread] : threads) {
            const bool stays = thread.stopped || thread.dying || (!thread.interrupted && isAsleep(each));
            isQuiet = isQuiet && stays;
            if (!stays && !thread.interrupted)
                thread.interrupted = ptrace(PTRACE_INTERRUPT, each, nullptr, nullptr) == 0;
        }
        if (isQuiet)
            break;
        nanosleep(&settlePause, nullptr);
    }
    for (auto& [tid, thread] : threads) {
        cut(thread);
        endGap(thread);
    }
    threads.clear();
    while (!processes.empty())
        endDetached(*processes.begin()->second);
}

/// Whether there are processes, and none of them was launched.
bool Tracer::Private::isAllAttached() const
{
    const std::lock_guard lock(table);
    return !processes.empty() && std::all_of(processes.begin(), processes.end(),
                                             [](const auto& each) { return each.second->attached; });
}

/// Whether a task that no fork has told of yet descends from what was launched.
bool Tracer::Private::mayKill(const proc::Kinship& kin) const
{
    bool hasAttached = false;
    for (const auto& [number, process] : processes) {
        if (!process->attached && (process->pid == kin.parent || process->pid == kin.tgid))
            return true;
        hasAttached = hasAttached || process->attached;
    }
    return !hasAttached; // an attached one's may have any parent (CLONE_PARENT)
}

void Tracer::detach(std::uint32_t process)
{
    d->run([=, this] {
        {
            const std::lock_guard lock(d->table);
            for (const auto& [number, each] : d->processes)
                if (each->attached && !each->leaving && (process == 0 || number == process))
                    d->release(*each);
        }
        d->resumeNow();
    });
}

void Tracer::close()
{
    d->end();
}

} // namespace byteyard::ipc
