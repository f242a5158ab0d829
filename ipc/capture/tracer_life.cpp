#include "ipc/capture/privileges.h"
#include "ipc/capture/tracer_private.h"

#include <cerrno>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>

namespace byteyard::ipc {

TracedThread& Tracer::Private::addThread(pid_t tid, TracedProcess& process)
{
    TracedThread& thread = threads[tid];
    thread.tid = tid;
    thread.process = &process;
    ++process.threads;
    process.witness = tid;
    return thread;
}

void Tracer::Private::tellLife(const TracedThread& thread, Call call, std::int64_t result,
                               std::string_view detail)
{
    EventView event;
    event.time = now();
    event.process = thread.process->number;
    event.pid = thread.process->pid;
    event.tid = thread.tid;
    event.call = call;
    event.result = result;
    event.detail = detail;
    sink.event(event);
}

void Tracer::Private::tellProcess(const TracedProcess& process, bool names, std::string_view refused)
{
    ProcessChange change;
    change.process = process.number;
    change.parent = process.parent;
    change.pid = process.pid;
    change.state = process.state;
    change.time = now();
    change.attached = process.attached;
    change.leaving = process.leaving;
    change.isUnobserved = process.isUnobserved;
    if (process.state == ProcessState::Stopped)
        change.signal = process.stopSignal;
    if (names) {
        change.name = process.name;
        change.argv = process.argv;
    }
    change.refused = refused;
    sink.process(change);
}

/// PTRACE_EVENT_FORK, VFORK, CLONE: the child is there. The event is told now, before anything that the child
/// does.
void Tracer::Private::handleFork(TracedThread& thread, int event)
{
    unsigned long message = 0;
    if (ptrace(PTRACE_GETEVENTMSG, thread.tid, nullptr, &message) != 0)
        return;
    const auto tid = static_cast<pid_t>(message);
    std::uint64_t flags = event == PTRACE_EVENT_VFORK ? CLONE_VFORK : 0;
    PendingCall& call = thread.call;
    const bool known = thread.inCall && call.row->effect == Effect::Fork;
    if (known) {
        const TraceeMemory memory(thread.tid);
        flags = cloneFlags({*call.row, call.arguments, memory});
        thread.inCall = false;
        call.completed = now();
    }
    TracedProcess& parent = *thread.process;
    // Of one that is attached the call may have begun before.
    if (!known && event == PTRACE_EVENT_CLONE &&
        proc::kinship(tid).value_or(proc::Kinship{}).tgid == parent.pid)
        flags |= CLONE_THREAD | (hasOwnOf(thread.tid, tid) ? 0 : CLONE_FILES);
    if (known && (flags & CLONE_THREAD) != 0)
        tell(thread, tid, How::Exact);
    adopt(tid, parent, flags);
    if (known && (flags & CLONE_THREAD) == 0) {
        const auto child = threads.find(tid);
        if (child != threads.end())
            call.detail +=
                (call.detail.empty() ? "child=" : " child=") + std::to_string(child->second.process->number);
        tell(thread, tid, How::Exact);
    }
    const auto orphan = orphans.find(tid);
    if (orphan != orphans.end()) {
        const int status = orphan->second.status;
        orphans.erase(orphan);
        handleStatus(tid, status);
    }
    resume(thread, PTRACE_CONT);
}

/// A new task of a process that is followed: a thread, or a process with a copy of the descriptors.
void Tracer::Private::adopt(pid_t tid, TracedProcess& parent, std::uint64_t flags)
{
    if ((flags & CLONE_THREAD) != 0) {
        TracedThread& thread = addThread(tid, parent);
        if ((flags & CLONE_FILES) == 0)
            giveOwn(thread, std::make_shared<DescriptorTable>(*parent.table));
        else if (parent.shown != 0)
            giveOwn(thread, parent.table);
        return;
    }
    auto created = std::make_unique<TracedProcess>();
    TracedProcess& process = *created;
    process.number = sink.newProcess();
    process.parent = parent.number;
    process.ancestors = parent.ancestors;
    process.ancestors.push_back(parent.number);
    process.pid = tid;
    process.state = ProcessState::Running;
    process.name = parent.name;
    process.argv = parent.argv;
    process.paused = parent.paused;
    process.turnNs = parent.turnNs;
    process.sampled = parent.sampled;
    process.attached = parent.attached;
    process.leaving = parent.leaving;
    process.lookedAt = parent.lookedAt;
    process.isUnobserved = parent.isUnobserved;
    process.table =
        (flags & CLONE_FILES) != 0 ? parent.table : std::make_shared<DescriptorTable>(*parent.table);
    process.actions =
        (flags & CLONE_SIGHAND) != 0 ? parent.actions : std::make_shared<SignalActions>(*parent.actions);
    processes[process.number] = std::move(created);
    addThread(tid, process);
    tellProcess(process, true);
    for (const auto& [fd, entry] : process.table->entries())
        tellEdge(process.number, fd, entry, true);
    inheritMemory(parent, process, flags);
    if (ending && !process.attached)
        kill(tid, SIGKILL);
}

/// A stop or end of a task that no fork has told of yet. It waits for its parent's report; if the parent dies
/// before, it is adopted by what /proc said.
void Tracer::Private::handleOrphan(pid_t tid, int status)
{
    if (!WIFSTOPPED(status)) {
        const auto at = orphans.find(tid);
        if (at != orphans.end())
            at->second.status = status;
        else
            orphans[tid] = {status, {}};
        return;
    }
    const proc::Kinship kin = proc::kinship(tid).value_or(proc::Kinship{});
    if (ending && mayKill(kin))
        kill(tid, SIGKILL);
    if (status >> 16 == PTRACE_EVENT_EXEC) { // it takes the number of a leader that was let go
        letExecGo(tid);
        return;
    }
    if (status >> 16 == PTRACE_EVENT_EXIT) { // killed at its first stop
        ptrace(PTRACE_CONT, tid, nullptr, nullptr);
        return;
    }
    orphans[tid] = {status, kin};
}

/// PTRACE_EVENT_EXEC: the call has succeeded, the other threads are gone, and whoever made it has the
/// leader's number now.
void Tracer::Private::handleExec(TracedThread& thread)
{
    unsigned long message = 0;
    if (ptrace(PTRACE_GETEVENTMSG, thread.tid, nullptr, &message) == 0 &&
        static_cast<pid_t>(message) != thread.tid) {
        const auto former = threads.find(static_cast<pid_t>(message));
        if (former != threads.end()) {
            cut(thread);
            keepExecuting(thread, &former->second);
            thread.inCall = former->second.inCall;
            thread.call = std::move(former->second.call);
            thread.dying = false;
            endGap(thread);
            thread.gap = std::exchange(former->second.gap, std::nullopt);
            thread.told = former->second.told;
            updateTelling(thread);
            forget(former->second);
            threads.erase(former);
            --thread.process->threads;
        }
    }
    TracedProcess& process = *thread.process;
    keepExecuting(thread, nullptr);
    process.witness = thread.tid;
    dropClosed(process);
    dropUses(process);
    if (std::exchange(process.isUnsure, false))
        lookUpDescriptors(process);
    process.actions = std::make_shared<SignalActions>(*process.actions);
    for (SignalAction& action : *process.actions)
        if (action.kind == SignalAction::Kind::Handler)
            action = {};
    const bool starts = process.state == ProcessState::Starting;
    if (starts) {
        process.name = process.child->plan().name;
        process.argv = process.child->plan().argv;
    } else {
        process.name = proc::commandName(process.pid);
        process.argv = proc::commandLine(process.pid);
    }
    if (thread.inCall && thread.call.row->effect == Effect::Exec) {
        thread.call.completed = now();
        thread.call.releasing.clear();
        thread.inCall = false;
        tell(thread, 0, starts ? How::Setup : How::Exact);
    }
    if (starts) {
        process.child.reset();
        tellLife(thread, Call::Start, 0, "name=" + encodeWord(process.name));
    }
    if (process.state != ProcessState::Stopped)
        process.state = ProcessState::Running;
    tellProcess(process, true, refusedPrivileges(process.pid));
    resume(thread, PTRACE_CONT);
}

/// PTRACE_EVENT_EXIT: on its way out, its descriptors still open.
void Tracer::Private::handleDying(TracedThread& thread)
{
    cut(thread);
    endGap(thread);
    thread.dying = true;
    TracedProcess& process = *thread.process;
    bool last = true;
    for (const auto& [tid, other] : threads)
        if (&other != &thread && other.process == &process && !other.dying)
            last = false;
    releaseDescriptors(thread);
    if (last && !process.closed) {
        for (const auto& [fd, entry] : process.table->entries()) {
            if (process.table.use_count() == 1 && entry.file->endpoint != 0)
                thread.call.releasing.push_back(entry.file->endpoint);
            tellEdge(process.number, fd, entry, false);
        }
        if (process.memory.use_count() == 1)
            keepPictures(process);
        dropUses(process);
        process.closed = true;
        process.table = std::make_shared<DescriptorTable>();
    }
    resume(thread, PTRACE_CONT);
}

/// Its end has been waited for.
void Tracer::Private::handleEnd(TracedThread& thread, int status)
{
    TracedProcess& process = *thread.process;
    const pid_t tid = thread.tid;
    cut(thread);
    endGap(thread);
    thread.call.releasing.clear();
    if (tid == process.pid) {
        takeLosses(); // while it is known whose they are
        endProcess(process, status);
        return;
    }
    dropOwn(thread);
    --process.threads;
    forget(thread);
    threads.erase(tid);
    hasGone = hasGone || process.leaving;
}

/// Its number may be another's soon.
void Tracer::Private::forget(const TracedThread& thread)
{
    if (kernel && thread.telling != Telling::Every)
        kernel->setTelling(thread.tid, Telling::Every);
}

void Tracer::Private::endProcess(TracedProcess& process, int status)
{
    if (!process.closed) {
        eachEntry(process, [&](int fd, const auto& entry) { tellEdge(process.number, fd, entry, false); });
        dropUses(process);
    }
    process.closed = true;

    TracedThread leader;
    leader.tid = process.pid;
    leader.process = &process;
    const bool killed = WIFSIGNALED(status);
    const ChildFailure failure = process.child ? process.child->failure() : ChildFailure{};
    if (failure.error == 0)
        tellLife(leader, Call::Exit, killed ? -1 : WEXITSTATUS(status),
                 killed ? "signal=" + encodeWord(signalName(WTERMSIG(status))) : std::string());
    ProcessChange change;
    change.process = process.number;
    change.parent = process.parent;
    change.pid = process.pid;
    change.time = now();
    change.state = killed ? ProcessState::Killed : ProcessState::Exited;
    change.signal = killed ? WTERMSIG(status) : 0;
    change.exitCode = killed ? 0 : WEXITSTATUS(status);
    change.attached = process.attached;
    change.isUnobserved = process.isUnobserved;
    if (failure.error != 0) {
        change.state = ProcessState::Failed;
        change.error = failure.error;
        change.failedCall = failure.call;
        change.failedPath = failure.path;
    }
    sink.process(change);

    const pid_t pid = process.pid;
    for (auto& [tid, each] : threads)
        if (each.process == &process) {
            endGap(each);
            forget(each);
        }
    std::erase_if(threads, [&process](const auto& each) { return each.second.process == &process; });
    // Whom it forked just before it was killed: nobody else will tell of them.
    std::erase_if(orphans, [pid](const auto& each) { return each.second.kin.tgid == pid; });
    for (auto at = orphans.begin(); at != orphans.end();) {
        if (at->second.kin.parent != pid || at->second.kin.tgid != at->first) {
            ++at;
            continue;
        }
        const auto [child, orphan] = *at;
        at = orphans.erase(at);
        adopt(child, process, 0);
        handleStatus(child, orphan.status);
        at = orphans.begin();
    }
    processes.erase(process.number);
}

pid_t Tracer::Private::fork(const LaunchPlan& plan)
{
    auto created = std::make_unique<TracedProcess>();
    TracedProcess& process = *created;
    process.number = plan.process;
    process.name = plan.name;
    process.argv = plan.argv;
    process.table = std::make_shared<DescriptorTable>();
    process.actions = std::make_shared<SignalActions>();
    process.sampled = sampledAtFirst;
    process.isUnsure = plan.hasUnknown;
    process.turnNs = plan.pace > 0 ? 1'000'000'000U / static_cast<unsigned>(plan.pace) : 0;
    process.child = std::make_shared<Child>(plan, inheritedEnds(plan, *process.table), filter);

    const std::uint64_t begin = now();
    const pid_t pid = ::fork();
    if (pid < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (pid == 0)
        process.child->run();
    setpgid(pid, plan.group); // here and in the child: whoever comes first
    constexpr unsigned long options = traceOptions | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, pid, nullptr, options) != 0) {
        const int error = errno;
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, __WALL);
        throw std::system_error(error, std::generic_category(), "ptrace");
    }
    if (kernel) {
        try {
            kernel->followTask(pid);
        } catch (const std::system_error&) {
            kill(pid, SIGKILL);
            waitpid(pid, nullptr, __WALL);
            throw;
        }
    }
    const std::lock_guard lock(table);
    process.pid = pid;
    processes[process.number] = std::move(created);
    addThread(pid, process);
    tellProcess(process, true);
    EventView event;
    event.time = now();
    event.duration = event.time - begin;
    event.pid = getpid();
    event.tid = static_cast<pid_t>(syscall(SYS_gettid));
    event.call = Call::Fork;
    event.how = How::Setup;
    event.result = pid;
    const std::string detail = "child=" + std::to_string(process.number);
    event.detail = detail;
    sink.event(event);
    process.child->goOn();
    return pid;
}

void Tracer::Private::killAll()
{
    const std::lock_guard lock(table);
    ending = true;
    for (const auto& [number, process] : processes)
        if (process->attached)
            release(*process);
        else
            kill(process->pid, SIGKILL);
    for (const auto& [tid, orphan] : orphans)
        if (mayKill(orphan.kin))
            kill(tid, SIGKILL);
}

} // namespace byteyard::ipc
