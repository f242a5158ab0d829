#include "ipc/capture/tracer_private.h"

#include <algorithm>
#include <cerrno>

namespace byteyard::ipc {

/// rt_sigaction: what becomes of a call that the signal interrupts.
void Tracer::Private::noteAction(TracedThread& thread, const CallContext& context)
{
    struct KernelAction // the kernel's struct, not the C library's
    {
        std::uint64_t handler;
        std::uint64_t flags;
    };
    const std::uint64_t number = context.arguments[0];
    if (context.arguments[1] == 0 || number == 0 || number >= thread.process->actions->size())
        return;
    const auto action = context.memory.object<KernelAction>(context.arguments[1]);
    if (!action)
        return;
    SignalAction& noted = (*thread.process->actions).at(number);
    using Kind = SignalAction::Kind;
    noted.kind = action->handler == 0 ? Kind::Default : action->handler == 1 ? Kind::Ignore : Kind::Handler;
    noted.restarts = (action->flags & SA_RESTART) != 0;
}

bool Tracer::Private::ignores(const TracedProcess& process, int signal) const
{
    using Kind = SignalAction::Kind;
    const Kind kind = process.actions->at(static_cast<std::size_t>(signal)).kind;
    const bool byDefault = signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH || signal == SIGCONT;
    return kind == Kind::Ignore || (kind == Kind::Default && byDefault);
}

void Tracer::Private::handleSignal(TracedThread& thread, int signal)
{
    if (isHalted(thread, signal)) {
        if (!std::exchange(thread.isHalted, false))
            lookUpLost(thread);
        return resume(thread, PTRACE_CONT);
    }
    if (thread.inCall && thread.call.restart != 0)
        settleRestart(thread, signal);
    TracedProcess& process = *thread.process;
    if (stopsByDefault(signal) &&
        process.actions->at(static_cast<std::size_t>(signal)).kind == SignalAction::Kind::Default)
        process.stopSignal = signal;
    if (ignores(process, signal)) {
        if (signal != SIGCONT || !thread.afterStop)
            goOnUntouched(thread);
    } else {
        siginfo_t info{};
        std::string detail = "signal=" + encodeWord(signalName(signal));
        if (ptrace(PTRACE_GETSIGINFO, thread.tid, nullptr, &info) == 0 && info.si_code <= 0 &&
            info.si_pid > 0)
            detail += " sender=" + std::to_string(info.si_pid);
        tellLife(thread, Call::Signal, 0, detail);
        if (CallRegisters::forgetsCalls)
            thread.handled = CallRegisters::of(thread.tid);
    }
    resume(thread, PTRACE_CONT, signal);
}

/// A signal is about to be delivered to a thread whose call was interrupted: does the call go on, as it would
/// untraced?
void Tracer::Private::settleRestart(TracedThread& thread, int signal)
{
    PendingCall& call = thread.call;
    const SignalAction action = thread.process->actions->at(static_cast<std::size_t>(signal));
    if (action.kind == SignalAction::Kind::Handler) {
        if (call.restart == EINTR || call.restart == restartNoHand || call.restart == restartBlock ||
            (call.restart == restartSys && !action.restarts))
            finish(thread, TraceeMemory(thread.tid), -EINTR);
        else
            thread.inCall = false; // it starts anew when the handler is done
    }
}

/// An ignored signal is never even sent to an untraced program. A traced one is woken by it, and some calls
/// (semop, epoll_wait, a timed recv, sigtimedwait) then end with EINTR: make the kernel start such a call
/// again.
void Tracer::Private::goOnUntouched(TracedThread& thread)
{
    auto registers = CallRegisters::of(thread.tid);
    if (!registers || registers->number() < 0 || registers->result() != -EINTR ||
        (thread.handled && registers->mayBeGivenBack(*thread.handled)))
        return;
    registers->callAgain();
    if (registers->write(thread.tid) && thread.inCall && thread.call.restart == EINTR)
        thread.call.restart = restartNoIntr;
}

/// Whether a signal waits that an untraced program would see.
bool Tracer::Private::hasNews(const TracedThread& thread) const
{
    const std::uint64_t pending = proc::pendingSignals(thread.tid);
    for (int signal = 1; signal <= 64; ++signal)
        if ((pending >> (signal - 1) & 1) != 0 && !ignores(*thread.process, signal))
            return true;
    return false;
}

/// Whether a held thread that is let go now could take an ignored signal that has just woken another one:
/// that one's call would end with EINTR, and where calls are not followed, or one like sigtimedwait(2) is of
/// no interest, it stops nowhere on its way. Who runs for other reasons is not waited for long.
bool Tracer::Private::wouldTakeSignal(TracedThread& held) const
{
    constexpr unsigned deferredMost = 100;
    const std::uint64_t pending = ending ? 0 : proc::pendingSignals(held.tid);
    bool isIgnored = false;
    for (int signal = 1; signal <= 64 && pending != 0; ++signal)
        isIgnored = isIgnored || ((pending >> (signal - 1) & 1) != 0 && ignores(*held.process, signal));
    const bool would = isIgnored && held.deferred < deferredMost &&
                       std::any_of(threads.begin(), threads.end(), [&held](const auto& each) {
                           const TracedThread& other = each.second;
                           return other.process == held.process && !other.held && !other.stopped &&
                                  !other.dying && !other.stopsAtData && !proc::sleepingCall(other.tid);
                       });
    held.deferred = would ? held.deferred + 1 : 0;
    return would;
}

/// After PTRACE_INTERRUPT: a thread that ran when it was looked at may have fallen asleep meanwhile.
void Tracer::Private::goOnUnseen(TracedThread& thread)
{
    if (!hasNews(thread))
        goOnUntouched(thread);
}

/// Whether the kernel makes the call again from which an interrupt has woken the thread.
bool Tracer::Private::startsAgain(const TracedThread& thread)
{
    if (thread.inCall && thread.call.restart != 0)
        return true;
    const auto registers = CallRegisters::of(thread.tid);
    if (!registers || registers->number() < 0)
        return false;
    const std::int64_t error = -registers->result();
    return error == restartSys || error == restartNoIntr || error == restartNoHand || error == restartBlock;
}

/// At a call's return with EINTR: when no signal waits that an untraced program would see, the one that woke
/// the thread is ignored, or another thread has taken it. Then the call is made once more, as if nothing had
/// been.
bool Tracer::Private::goOnUnlessSignalled(TracedThread& thread)
{
    PendingCall& call = thread.call;
    const Effect effect = call.row->effect;
    const bool sleeps = effect == Effect::Wait || effect == Effect::Sysv || effect == Effect::Socket ||
                        effect == Effect::Fcntl || call.row->call == Call::Flock ||
                        callInfo(call.row->call).flow != Flow::None;
    if (!sleeps || call.wasRestarted || thread.process->stopSignal != 0)
        return false;
    if (hasNews(thread))
        return false;
    auto registers = CallRegisters::of(thread.tid);
    if (!registers)
        return false;
    registers->callAgain();
    call.wasRestarted = registers->write(thread.tid);
    return call.wasRestarted;
}

} // namespace byteyard::ipc
