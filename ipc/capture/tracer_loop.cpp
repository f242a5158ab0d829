#include "ipc/capture/stop_wait.h"
#include "ipc/capture/tracer_private.h"

#include <array>
#include <cerrno>
#include <linux/audit.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <utility>

namespace byteyard::ipc {

namespace {

/// Ends the tracer's wait. Its default is to be ignored, so that a late one does no harm.
constexpr int kick = SIGURG;

constexpr std::uint64_t secondNs = 1'000'000'000;
constexpr std::uint64_t deferNs = secondNs / 1000;

timespec timespecOf(std::uint64_t ns)
{
    return {static_cast<time_t>(ns / secondNs), static_cast<long>(ns % secondNs)};
}

#if defined(__x86_64__)
constexpr std::uint32_t ownArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t ownArchitecture = AUDIT_ARCH_AARCH64;
#endif

/// Whether a call's entry is looked at as such, and not when a filter stops it.
bool isDataEntry(bool hasFilter, FilterKind filter, const __ptrace_syscall_info& info)
{
    const CallRow* row = info.arch == ownArchitecture ? callRow(info.entry.nr) : nullptr;
    if (row == nullptr || hasFilter)
        return row != nullptr && passesFilter(filter, *row);
    // What no filter stops: private memory, and none of a file.
    constexpr std::size_t flags = 3;
    return row->call != Call::Mmap || (info.entry.args[flags] & (MAP_SHARED | MAP_ANONYMOUS)) == MAP_SHARED;
}

/// Then a pause holds it at those calls alone that a person knows of.
bool isBeforeExec(const TracedThread& thread)
{
    return thread.process->state == ProcessState::Starting;
}

void prepareSignals()
{
    struct sigaction action
    {
    };
    action.sa_handler = [](int) {};
    sigaction(kick, &action, nullptr); // no SA_RESTART: it is there to end the wait
    // Each stop of a child would be a signal of its own to the whole program.
    struct sigaction child
    {
    };
    if (sigaction(SIGCHLD, nullptr, &child) == 0 && child.sa_handler == SIG_DFL) {
        child.sa_flags |= SA_NOCLDSTOP;
        sigaction(SIGCHLD, &child, nullptr);
    }
}

} // namespace

/// Does `function` in the tracer's thread and waits for it. The signal is sent until it is taken: one that
/// comes just before the wait would be lost.
void Tracer::Private::run(const std::function<void()>& function)
{
    if (!runner.joinable())
        return; // nobody is followed any more
    Work item{&function, nullptr, false};
    std::unique_lock lock(workMutex);
    work.push_back(&item);
    hasWork = true;
    workCame.notify_all();
    while (!item.done) {
        syscall(SYS_tgkill, getpid(), threadId.load(), kick);
        workDone.wait_for(lock, std::chrono::milliseconds(1), [&item] { return item.done; });
    }
    if (item.error)
        std::rethrow_exception(item.error);
}

void Tracer::Private::takeWork()
{
    std::unique_lock lock(workMutex);
    while (!work.empty()) {
        Work* item = work.front();
        work.pop_front();
        lock.unlock();
        try {
            (*item->function)();
        } catch (...) {
            item->error = std::current_exception();
        }
        lock.lock();
        item->done = true;
        workDone.notify_all();
    }
    hasWork = false;
}

void Tracer::Private::loop()
{
    sigset_t mask;
    sigfillset(&mask);
    sigdelset(&mask, kick);
    pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    prepareSignals();
    threadId = static_cast<pid_t>(syscall(SYS_gettid));
    sigevent wake{};
    wake.sigev_notify = SIGEV_THREAD_ID;
    wake.sigev_signo = kick;
    wake._sigev_un._tid = threadId;
    StopWait stops;
    bool isEntry = false;
    const bool hasTimer = timer_create(CLOCK_MONOTONIC, &wake, &timer) == 0;

    for (;;) {
        if (hasWork)
            takeWork();
        if (timerDue != 0)
            resumeDue();
        if (quit && isAllAttached()) {
            letRestGo();
            break;
        }
        int status = 0;
        const pid_t tid = stops.next(status, {threads.size(), isEntry}, hasWork);
        if (tid > 0) {
            const std::lock_guard lock(table);
            takeRecords(); // what it has done until now comes first
            handleStatus(tid, status);
            const auto at = threads.find(tid);
            isEntry = at != threads.end() && at->second.inCall;
        } else if (tid < 0 && errno == ECHILD) {
            if (quit)
                break;
            std::unique_lock lock(workMutex);
            workCame.wait(lock, [this] { return hasWork.load(); });
        }
    }
    if (hasTimer)
        timer_delete(timer);
}

void Tracer::Private::handleStatus(pid_t tid, int status)
{
    const auto at = threads.find(tid);
    if (at == threads.end()) {
        handleOrphan(tid, status);
        return;
    }
    TracedThread& thread = at->second;
    if (WIFSTOPPED(status))
        handleStop(thread, status);
    else
        handleEnd(thread, status);
    takeOffGone();
}

void Tracer::Private::handleStop(TracedThread& stopped, int status)
{
    stopped.held = stopped.atEntry = false;
    const OwnDescriptors shown(*this, stopped);
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    // Any stop takes the place of the one that was asked for; a call that it ends stops at its return.
    if (event != PTRACE_EVENT_STOP && isCaught(*stopped.process))
        stopped.interrupted = false;
    if (signal != (SIGTRAP | 0x80) && event != PTRACE_EVENT_SECCOMP)
        stopped.goesBackIn = false;
    if (event == PTRACE_EVENT_SECCOMP)
        handleSystemCall(stopped, true);
    else if (signal == (SIGTRAP | 0x80))
        handleSystemCall(stopped, false);
    else if (event != 0)
        handleEvent(stopped, event, signal);
    else
        handleSignal(stopped, signal);
}

void Tracer::Private::handleSystemCall(TracedThread& stopped, bool entry)
{
    __ptrace_syscall_info info{};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, stopped.tid, sizeof info, &info) <= 0)
        return; // killed meanwhile: its end will be reported
    stopped.process->witness = stopped.tid;
    stopped.afterStop = false;
    stopped.atEntry = info.op != PTRACE_SYSCALL_INFO_EXIT;
    // A call that the filter lets pass, of a thread that is to stop there nevertheless.
    const bool isData =
        info.op == PTRACE_SYSCALL_INFO_ENTRY && isDataEntry(hasFilter(*stopped.process), filterKind, info);
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY && !isData)
        return passEntry(stopped, info.entry.nr);
    if (!entry && !isData) {
        const bool isUnheld = !stopped.inCall && isBeforeExec(stopped);
        if (info.op == PTRACE_SYSCALL_INFO_EXIT && stopped.inCall) {
            const TraceeMemory memory(stopped.tid);
            if (!leaveRuled(stopped, memory, info.exit.rval))
                leave(stopped, memory, info.exit.rval, now());
            if (stopped.inCall && stopped.call.restart == EINTR && goOnUnlessSignalled(stopped))
                stopped.call.restart = restartNoIntr;
        } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && info.exit.rval == -EINTR &&
                   stopped.process->stopSignal == 0 && !hasNews(stopped)) {
            // An ignored signal has woken it. While a pause holds it here another thread may take that
            // signal, and with it the reason to go on. After rt_sigreturn(2), whose result is that of what a
            // handler interrupted, there is no number.
            if (auto registers = CallRegisters::of(stopped.tid); registers && registers->number() >= 0) {
                registers->callAgain();
                registers->write(stopped.tid);
            }
        }
        resumeUnheld(stopped, PTRACE_CONT, isUnheld);
        stopped.goesBackIn = false;
        return;
    }
    const CallRow* row = info.op == PTRACE_SYSCALL_INFO_SECCOMP ? callRow(info.seccomp.nr)
                         : isData                               ? callRow(info.entry.nr)
                                                                : nullptr;
    // How a child waits to be let go: a pause must not hold it there.
    if (row != nullptr && row->effect == Effect::Futex && stopped.process->state == ProcessState::Starting) {
        stopped.goesBackIn = isData;
        ptrace(isData ? PTRACE_SYSCALL : PTRACE_CONT, stopped.tid, nullptr, nullptr);
        return;
    }
    CallArguments arguments{};
    std::copy_n(isData ? info.entry.args : info.seccomp.args, arguments.size(), arguments.begin());
    if (const auto from = std::exchange(stopped.wokenFrom, std::nullopt);
        from && row != nullptr && row->effect == Effect::Restart && !stopped.inCall)
        if (const CallRow* own = callRow(static_cast<std::uint64_t>(from->number))) {
            row = own;
            arguments = from->arguments;
        }
    // The call that takes another's place meets the filter on its own.
    if (mayPass() && stopped.interposed && !stopped.interposed->done && !isData)
        return resume(stopped, PTRACE_SYSCALL);
    ++stopped.process->stops;
    const TraceeMemory memory(stopped.tid);
    const bool wanted = row != nullptr && enterAfterInterposed(stopped, {*row, arguments, memory}, now());
    if (wanted)
        ruleEntry(stopped, memory);
    if (wanted && stopped.process->stepping && isStep(stopped.call) && !stopped.goesBackIn)
        stopped.process->stepping = false; // held here, as all that is paused
    resume(stopped, wanted ? PTRACE_SYSCALL : PTRACE_CONT);
    stopped.goesBackIn = false;
}

/// A call of a thread that stops at all: not one of those that the kernel's side tells of. What matters of it
/// comes by the filter.
void Tracer::Private::passEntry(TracedThread& stopped, std::uint64_t number)
{
    if (isCaught(*stopped.process))
        ++stopped.process->stops;
    if (stopped.inCall && stopped.call.restart != 0 && callRow(number) == nullptr) {
        if (stopped.call.restart == EINTR)
            finish(stopped, TraceeMemory(stopped.tid), -EINTR);
        stopped.inCall = false;
    }
    resumeUnheld(stopped, PTRACE_SYSCALL, isBeforeExec(stopped));
}

/// As resume(), but for a pause, if it `isUnheld`.
void Tracer::Private::resumeUnheld(TracedThread& stopped, int request, bool isUnheld)
{
    const bool goesBackIn = stopped.goesBackIn;
    stopped.goesBackIn = goesBackIn || isUnheld;
    resume(stopped, request);
    stopped.goesBackIn = goesBackIn;
}

void Tracer::Private::handleEvent(TracedThread& stopped, int event, int signal)
{
    switch (event) {
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
        handleFork(stopped, event);
        break;
    case PTRACE_EVENT_EXEC:
        handleExec(stopped);
        break;
    case PTRACE_EVENT_EXIT:
        handleDying(stopped);
        break;
    case PTRACE_EVENT_STOP:
        firstStop(stopped);
        if (stopsByDefault(signal)) {
            stopped.stopped = stopped.afterStop = true;
            stopped.interrupted = false; // this was its stop
            stopped.process->stopSignal = signal;
            if (stopped.process->state == ProcessState::Running) {
                stopped.process->state = ProcessState::Stopped;
                tellProcess(*stopped.process, false);
            }
            if (mayLetGo(stopped))
                letGo(stopped, 0);
            else
                ptrace(PTRACE_LISTEN, stopped.tid, nullptr, nullptr);
            break;
        }
        stopped.stopped = false;
        stopped.process->stopSignal = 0;
        if (std::exchange(stopped.interrupted, false)) {
            goOnUnseen(stopped);
            stopped.goesBackIn = startsAgain(stopped);
        }
        if (stopped.process->state == ProcessState::Stopped) {
            stopped.process->state = ProcessState::Running;
            tellProcess(*stopped.process, false);
        }
        resumeUnheld(stopped, PTRACE_CONT, isBeforeExec(stopped));
        break;
    default:
        resume(stopped, PTRACE_CONT);
    }
}

/// Lets a thread go on, unless pause or pace holds it. ESRCH means that it was killed at its stop: its end
/// comes by the wait.
void Tracer::Private::resume(TracedThread& stopped, int request, int signal)
{
    if (mayLetGo(stopped))
        return letGo(stopped, signal);
    const bool held = !stopped.goesBackIn &&
                      ((stopped.process->paused && !stopped.process->stepping) || stopped.heldUntil != 0);
    if (stopped.dying || ending || !held) {
        if (mustStopAtData(stopped) && (request == PTRACE_CONT || request == PTRACE_SYSCALL)) {
            request = PTRACE_SYSCALL;
            stopped.stopsAtData = true;
            endGap(stopped);
            updateTelling(stopped);
        } else if (request == PTRACE_CONT) {
            stopped.stopsAtData = false;
            if (isToldByKernel(*stopped.process))
                endGap(stopped);
            else
                beginGap(stopped);
            updateTelling(stopped);
        }
        stopped.atEntry = false;
        ptrace(static_cast<__ptrace_request>(request), stopped.tid, nullptr, signal);
        return;
    }
    stopped.held = true;
    stopped.heldRequest = request;
    stopped.heldSignal = signal;
    if (stopped.heldUntil != 0)
        setTimer(stopped.heldUntil);
}

/// Lets go who is held for no reason any more: its turn has come, or the pause is over.
void Tracer::Private::resumeDue()
{
    const std::lock_guard lock(table);
    const std::uint64_t time = now();
    timerDue = 0;
    std::uint64_t next = 0;
    for (auto& [tid, each] : threads) {
        if (!each.held)
            continue;
        if (each.heldUntil > time && (each.process->turnNs != 0 || each.delayed) && !ending) {
            next = next == 0 ? each.heldUntil : std::min(next, each.heldUntil);
            continue;
        }
        if (each.heldUntil != 0) {
            each.heldUntil = 0;
            if (!std::exchange(each.delayed, false))
                each.call.since = time; // the wait for its turn is not the call's
        }
        if (each.process->paused && !each.process->stepping && !ending)
            continue;
        if (wouldTakeSignal(each)) {
            next = time + deferNs;
            continue;
        }
        each.held = false;
        resume(each, each.heldRequest, each.heldSignal);
    }
    takeOffGone();
    if (catchRunning(time))
        next = next == 0 ? nextCatch : std::min(next, nextCatch);
    const itimerspec never{};
    if (next != 0)
        setTimer(next);
    else if (timerDue == 0)
        timer_settime(timer, 0, &never, nullptr);
}

/// Somebody wants it otherwise: who must be stopped for that is, at once.
void Tracer::Private::resumeNow()
{
    nextCatch = 0;
    resumeDue();
}

void Tracer::Private::setTimer(std::uint64_t due)
{
    if (timerDue != 0 && timerDue <= due)
        return;
    timerDue = due;
    // It comes again each millisecond, for one that comes just before the wait is lost.
    const itimerspec times{timespecOf(secondNs / 1000), timespecOf(runStart + due)};
    timer_settime(timer, TIMER_ABSTIME, &times, nullptr);
}

} // namespace byteyard::ipc
