#include "ipc/capture/tracer_private.h"

#include <algorithm>
#include <cerrno>
#include <sys/syscall.h>

// Rules change a call by its registers alone, at its entry, and give back at its return what the program
// asked for: its memory is never written to.

namespace byteyard::ipc {

namespace {

constexpr std::size_t mostSearched = 65536;

bool closes(const PendingCall& call)
{
    return call.row->effect == Effect::Close || call.row->effect == Effect::CloseRange;
}

/// Whether the call can be made with fewer bytes: its size is an argument, or its first buffer can be moved
/// alone.
bool canBeShort(const CallRow& row)
{
    return row.payload == Payload::Flat || row.call == Call::Readv || row.call == Call::Writev;
}

/// What cannot be done to this call is not done.
bool applies(const PendingCall& call, const CallRule& rule)
{
    switch (rule.action) {
    case RuleAction::Short:
        return canBeShort(*call.row) && call.requested > static_cast<std::uint64_t>(rule.value);
    case RuleAction::Close:
        // A close before one, or before what ends the descriptors anyway, would be another program.
        return !closes(call) && call.row->effect != Effect::DupTo && call.row->effect != Effect::Exec;
    default:
        return true;
    }
}

bool contains(const TraceeMemory& memory, const PendingCall& call, std::uint64_t size,
              const std::vector<std::byte>& wanted)
{
    std::vector<std::byte> bytes;
    copyPieces(memory, call.pieces, static_cast<std::size_t>(std::min<std::uint64_t>(size, mostSearched)),
               bytes);
    return std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end()) != bytes.end();
}

std::string actionText(const CallRule& rule)
{
    switch (rule.action) {
    case RuleAction::Error:
        return "error:" + std::string(errnoName(static_cast<int>(rule.value)));
    case RuleAction::Delay:
        return "delay:" + std::to_string(rule.value) + "ns";
    case RuleAction::Short:
        return "short:" + std::to_string(rule.value);
    case RuleAction::Signal:
        return "signal:" + std::string(signalName(static_cast<int>(rule.value)));
    case RuleAction::Close:
        return "close:" + std::to_string(rule.value);
    case RuleAction::Break:
        break;
    }
    return {};
}

void mark(PendingCall& call, const CallRule& rule)
{
    call.how = How::Injected;
    call.detail += (call.detail.empty() ? "inject=" : " inject=") + encodeWord(actionText(rule)) +
                   " rule=" + std::to_string(rule.rule);
}

} // namespace

bool isStep(const PendingCall& call)
{
    return call.endpoint != 0 || call.endpoint2 != 0 || call.row->effect != Effect::Open;
}

/// `result` is null at a call's entry.
bool Tracer::Private::meets(const TracedThread& thread, const CallRule& rule, const TraceeMemory& memory,
                            const std::int64_t* result) const
{
    const PendingCall& call = thread.call;
    const std::vector<std::uint32_t>& ancestors = thread.process->ancestors;
    if (rule.process != 0 && rule.process != thread.process->number &&
        std::find(ancestors.begin(), ancestors.end(), rule.process) == ancestors.end())
        return false;
    if (rule.endpoint != 0 && rule.endpoint != call.endpoint && rule.endpoint != call.endpoint2)
        return false;
    if (!rule.calls.empty() &&
        std::find(rule.calls.begin(), rule.calls.end(), call.row->call) == rule.calls.end())
        return false;
    if (rule.fd >= 0 && rule.fd != call.fd && rule.fd != call.fd2)
        return false;
    const Flow flow = callInfo(call.row->call).flow;
    // What comes out of an endpoint is known, and whether the call fails, when it returns.
    const bool after = rule.action == RuleAction::Break &&
                       (rule.after || rule.error || (!rule.data.empty() && flow == Flow::Out));
    if (after != (result != nullptr) || !applies(call, rule))
        return false;
    if (rule.error && (*result >= 0 || (*rule.error != 0 && *rule.error != -*result)))
        return false;
    const auto moved = result == nullptr
                           ? call.requested
                           : static_cast<std::uint64_t>(std::max<std::int64_t>(movedBytes(call, *result), 0));
    return moved >= rule.atLeast && (rule.data.empty() || contains(memory, call, moved, rule.data));
}

void Tracer::Private::tellHit(const TracedThread& thread, const ActiveRule& active,
                              const std::int64_t* result)
{
    const PendingCall& call = thread.call;
    RuleHit hit;
    hit.rule = active.rule.rule;
    hit.hits = active.hits;
    hit.gone = active.rule.once;
    hit.held = active.rule.action == RuleAction::Break;
    hit.after = result != nullptr;
    hit.process = thread.process->number;
    hit.pid = thread.process->pid;
    hit.tid = thread.tid;
    hit.call = call.row->call;
    hit.fd = call.fd;
    hit.endpoint = call.endpoint != 0 ? call.endpoint : call.endpoint2;
    hit.requested = call.requested;
    hit.detail = call.detail;
    if (result != nullptr) {
        hit.result = *result < 0 ? -1 : *result;
        hit.error = *result < 0 ? static_cast<int>(-*result) : 0;
    }
    sink.ruleHit(hit);
}

/// At a call's entry, when all that is known of it stands in `thread.call`.
void Tracer::Private::ruleEntry(TracedThread& thread, const TraceeMemory& memory)
{
    PendingCall& call = thread.call;
    if (call.ruled)
        return change(thread, memory); // it was interrupted, and goes on
    if (rules.empty() || thread.process->state == ProcessState::Starting || !isStep(call))
        return;
    call.ruled = true;
    const std::uint32_t acted = thread.interposed ? thread.interposed->rule : 0;
    thread.interposed.reset();
    for (auto at = rules.begin(); at != rules.end();) {
        if (at->rule.rule == acted || !meets(thread, at->rule, memory, nullptr) ||
            ++at->met % at->rule.every != 0) {
            ++at;
            continue;
        }
        ++at->hits;
        const ActiveRule active = *at;
        at = active.rule.once ? rules.erase(at) : std::next(at);
        tellHit(thread, active, nullptr);
        act(thread, active.rule, memory);
        if (active.rule.action == RuleAction::Close)
            return; // the others come when the call itself is made
    }
    change(thread, memory);
}

void Tracer::Private::act(TracedThread& thread, const CallRule& rule, const TraceeMemory& memory)
{
    PendingCall& call = thread.call;
    switch (rule.action) {
    case RuleAction::Break:
        thread.process->paused = true;
        thread.process->stepping = false;
        return;
    case RuleAction::Error:
        call.failure = static_cast<int>(rule.value);
        break;
    case RuleAction::Delay:
        thread.heldUntil = std::max(thread.heldUntil, now() + static_cast<std::uint64_t>(rule.value));
        thread.delayed = true;
        break;
    case RuleAction::Short:
        call.most = static_cast<std::uint64_t>(rule.value);
        break;
    case RuleAction::Signal:
        syscall(SYS_tgkill, thread.process->pid, thread.tid, static_cast<int>(rule.value));
        break;
    case RuleAction::Close:
        interpose(thread, rule, memory);
        return;
    }
    mark(call, rule);
}

/// Gives the call other arguments, or none at all.
void Tracer::Private::change(TracedThread& thread, const TraceeMemory& memory)
{
    PendingCall& call = thread.call;
    const bool isSkipped = call.failure != 0 && !closes(call);
    if (!isSkipped && call.most == 0)
        return;
    auto registers = CallRegisters::of(thread.tid);
    if (!registers)
        return;
    call.asked = registers;
    if (isSkipped) {
        registers->setNumber(-1);
        registers->setResult(-call.failure);
    } else if (call.row->payload == Payload::Flat) {
        registers->setArgument(call.row->size, std::min(call.most, registers->argument(call.row->size)));
    } else {
        // Of a vector the first piece that is not empty: a plain read or write.
        std::vector<RemotePiece> pieces;
        payloadPieces({*call.row, call.arguments, memory}, pieces);
        const auto piece =
            std::find_if(pieces.begin(), pieces.end(), [](const RemotePiece& each) { return each.size > 0; });
        if (piece == pieces.end())
            return;
        registers->setNumber(call.row->call == Call::Readv ? SYS_read : SYS_write);
        registers->setArgument(1, piece->address);
        registers->setArgument(2, std::min(call.most, piece->size));
    }
    registers->write(thread.tid);
}

/// At the return of a call that was changed: the program finds its registers as it left them. True when the
/// call is done with.
bool Tracer::Private::leaveRuled(TracedThread& thread, const TraceeMemory& memory, std::int64_t result)
{
    PendingCall& call = thread.call;
    if (thread.interposed && !thread.interposed->done) {
        // The close has been made; now the thread makes the call that it came for.
        InterposedCall& interposed = *thread.interposed;
        interposed.done = true;
        call.completed = now();
        finish(thread, memory, result);
        interposed.own.callAgain();
        interposed.own.write(thread.tid);
        return true;
    }
    if (!call.asked && call.failure == 0)
        return false;
    if (auto registers = CallRegisters::of(thread.tid)) {
        if (call.asked)
            registers->takeCall(*call.asked);
        call.asked.reset();
        if (call.failure != 0)
            registers->setResult(-call.failure);
        registers->write(thread.tid);
    }
    if (call.failure == 0)
        return false;
    call.completed = now();
    finish(thread, memory, -call.failure); // EINTR too: nobody makes it start again
    return true;
}

/// The thread closes a descriptor by a call of its own, before the one that it came for.
void Tracer::Private::interpose(TracedThread& thread, const CallRule& rule, const TraceeMemory& memory)
{
    const auto own = CallRegisters::of(thread.tid);
    if (!own)
        return;
    const PendingCall& call = thread.call;
    const CallArguments arguments = {static_cast<std::uint64_t>(rule.value)};
    thread.interposed =
        InterposedCall{*own, call.row, call.arguments, call.endpoint, call.endpoint2, rule.rule, false};
    CallRegisters other = *own;
    other.setNumber(SYS_close);
    other.setArgument(0, arguments[0]);
    other.write(thread.tid);
    enter(thread, {*callRow(SYS_close), arguments, memory}, now());
    thread.inCall = true; // also when nobody follows the descriptor
    thread.call.fd = static_cast<int>(rule.value);
    thread.call.told = thread.call.ruled = true;
    mark(thread.call, rule);
}

/// As enter(); a call whose descriptor was closed under it is told too.
bool Tracer::Private::enterAfterInterposed(TracedThread& thread, const CallContext& context,
                                           std::uint64_t time)
{
    const bool wanted = enter(thread, context, time);
    if (!thread.interposed || thread.interposed->row != &context.row ||
        thread.interposed->arguments != context.arguments)
        return wanted;
    PendingCall& call = thread.call;
    if (!wanted) {
        call.fd = context.descriptor(context.row.fd);
        call.endpoint = thread.interposed->endpoint;
        call.endpoint2 = thread.interposed->endpoint2;
        call.detail = describeArguments(context);
        call.requested = payloadPieces(context, call.pieces);
    }
    return thread.inCall = call.told = true;
}

/// At a call's return, when it has been told.
void Tracer::Private::ruleReturn(TracedThread& thread, const TraceeMemory& memory, std::int64_t result)
{
    if (rules.empty() || thread.process->state == ProcessState::Starting || !isStep(thread.call))
        return;
    for (auto at = rules.begin(); at != rules.end();) {
        if (!meets(thread, at->rule, memory, &result) || ++at->met % at->rule.every != 0) {
            ++at;
            continue;
        }
        ++at->hits;
        const ActiveRule active = *at;
        at = active.rule.once ? rules.erase(at) : std::next(at);
        tellHit(thread, active, &result);
        act(thread, active.rule, memory);
    }
}

} // namespace byteyard::ipc
