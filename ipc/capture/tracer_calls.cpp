#include "ipc/capture/tracer_private.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

namespace byteyard::ipc {

namespace {

/// The other side of a terminal (ioctl_tty(2)).
bool opensPeer(const CallContext& context)
{
    return context.row.call == Call::Ioctl && static_cast<std::uint32_t>(context.arguments[1]) == TIOCGPTPEER;
}

bool duplicates(const CallContext& context)
{
    const int command = static_cast<int>(context.arguments[1]);
    return context.row.effect == Effect::Dup ||
           (context.row.effect == Effect::Fcntl && (command == F_DUPFD || command == F_DUPFD_CLOEXEC));
}

} // namespace

bool mayGoOn(std::int64_t error)
{
    return error == restartSys || error == restartNoIntr || error == restartNoHand || error == restartBlock ||
           error == EINTR;
}

std::int64_t movedBytes(Call call, std::uint64_t requested, std::int64_t result)
{
    const bool returnsZero = call == Call::Msgsnd || call == Call::MqTimedsend;
    return result == 0 && returnsZero ? static_cast<std::int64_t>(requested) : result;
}

/// At a call's entry: whether its return is of interest. If not, the thread runs on without another stop.
bool Tracer::Private::enter(TracedThread& thread, const CallContext& context, std::uint64_t time)
{
    const CallRow& row = context.row;
    const CallArguments& arguments = context.arguments;
    if (thread.inCall && thread.call.restart != 0) {
        PendingCall& call = thread.call;
        const bool goesOn =
            row.effect == Effect::Restart || (call.row == &row && call.arguments == arguments);
        if (call.restart == EINTR)
            finish(thread, context.memory, -EINTR);
        else if (goesOn) {
            call.restart = 0;
            return true;
        }
    }
    thread.inCall = false;
    PendingCall& call = thread.call;
    call.row = &row;
    call.arguments = arguments;
    call.since = time;
    call.fd = call.fd2 = -1;
    call.endpoint = call.endpoint2 = 0;
    call.requested = 0;
    call.detail.clear();
    call.path.clear();
    call.pieces.clear();
    call.data.clear();
    call.dataWhole = true;
    call.carried = {};
    call.releasing.clear();
    call.restart = 0;
    call.wasRestarted = call.told = call.ruled = false;
    call.how = How::Exact;
    call.most = 0;
    call.failure = 0;
    call.asked.reset();

    bool wanted = false;
    switch (row.effect) {
    case Effect::Use:
    case Effect::Receive:
        wanted = enterUse(thread, context);
        break;
    case Effect::Open:
        wanted = enterOpen(thread, context);
        break;
    case Effect::Close:
    case Effect::CloseRange:
        wanted = enterClose(thread, context);
        break;
    case Effect::Dup:
    case Effect::DupTo:
    case Effect::Fcntl:
        wanted = enterDuplicate(thread, context);
        break;
    case Effect::MakePair:
        wanted = thread.process->state != ProcessState::Starting;
        break;
    case Effect::Wait:
        wanted = enterWait(thread, context);
        break;
    case Effect::EpollControl:
        wanted = enterEpollControl(thread, context);
        break;
    case Effect::Futex:
        wanted = enterFutex(thread, context);
        break;
    case Effect::Fork:
        wanted = true;
        break;
    case Effect::Exec:
        wanted = enterExec(thread, context);
        break;
    case Effect::OpenQueue:
        wanted = enterOpenQueue(thread, context);
        break;
    case Effect::MakeObject:
    case Effect::MakeOther:
    case Effect::Fetch:
    case Effect::Unshare:
    case Effect::Tell:
        call.fd = context.descriptor(row.fd);
        wanted = call.told = thread.process->state != ProcessState::Starting;
        break;
    case Effect::Sysv:
        wanted = enterSysv(thread, context);
        break;
    case Effect::Map:
        wanted = enterMap(thread, context);
        break;
    case Effect::Name:
        wanted = enterName(thread, context);
        break;
    case Effect::SendSignal:
        wanted = enterSendSignal(thread, context);
        break;
    case Effect::Socket:
        wanted = enterSocket(thread, context);
        break;
    case Effect::SigAction:
        noteAction(thread, context);
        break;
    case Effect::Restart:
        break;
    }
    if (!wanted)
        return false;
    thread.inCall = true;
    if (call.detail.empty())
        call.detail = describeArguments(context);
    return true;
}

bool Tracer::Private::enterUse(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    const CallRow& row = context.row;
    call.fd = context.descriptor(row.fd);
    call.fd2 = context.descriptor(row.fd2);
    const DescriptorTable& descriptors = *thread.process->table;
    const DescriptorTable::Entry* entry = descriptors.find(call.fd);
    const DescriptorTable::Entry* entry2 = row.fd2 < 0 ? nullptr : descriptors.find(call.fd2);
    // The kernel's answer overrides: another thread may have closed the number while the call went on.
    const bool agrees = entry != nullptr && thread.object && entry->file->object == *thread.object;
    const std::uint32_t told = agrees ? 0 : endpointOfKey(thread);
    if (told != 0) {
        entry = nullptr;
        call.endpoint = told;
    }
    if (entry == nullptr && entry2 == nullptr && told == 0)
        return row.effect == Effect::Receive && takesControl(context);
    if (entry != nullptr)
        call.endpoint = endpointOfUse(thread, context, *entry);
    call.endpoint2 = entry2 != nullptr ? entry2->file->endpoint : 0;
    const Flow flow = callInfo(row.call).flow;
    if (flow == Flow::None)
        return true;
    if (kernel && flow == Flow::Out && looksOnly(context))
        peekedAt.insert(call.endpoint); // no stop keeps its next look and ours apart
    call.requested = payloadPieces(context, call.pieces);
    if (flow == Flow::In && dataBytes > 0 && !call.pieces.empty())
        call.dataWhole = copyPieces(
            context.memory, call.pieces,
            static_cast<std::size_t>(std::min<std::uint64_t>(call.requested, dataBytes)), call.data);
    takeTurn(thread);
    return true;
}

/// Pace: a data call waits for its turn.
void Tracer::Private::takeTurn(TracedThread& thread)
{
    TracedProcess& process = *thread.process;
    if (process.turnNs == 0 || process.state == ProcessState::Starting || (mayPass() && !thread.stopsAtData))
        return;
    const std::uint64_t turn = std::max(thread.call.since, process.nextTurn);
    process.nextTurn = turn + process.turnNs;
    if (turn > thread.call.since)
        thread.heldUntil = turn;
}

bool Tracer::Private::enterOpen(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    call.path = context.memory.string(context.argument(context.row.buffer)).value_or(std::string());
    call.endpoint = endpointOfPath(thread, context, call.path);
    call.detail = describeArguments(context);
    return true;
}

/// A close takes effect here: the kernel may give the number again before the call is seen to return.
bool Tracer::Private::enterClose(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    TracedProcess& process = *thread.process;
    unsigned first = static_cast<unsigned>(context.arguments[0]);
    unsigned last = first;
    if (context.row.effect == Effect::CloseRange) {
        last = static_cast<unsigned>(context.arguments[1]);
        if ((context.arguments[2] & CLOSE_RANGE_CLOEXEC) != 0)
            return false;
        if ((context.arguments[2] & CLOSE_RANGE_UNSHARE) != 0)
            unshareDescriptors(thread);
    } else {
        call.fd = static_cast<int>(first);
    }
    std::vector<int> closing;
    for (const auto& [fd, entry] : process.table->entries())
        if (static_cast<unsigned>(fd) >= first && static_cast<unsigned>(fd) <= last) {
            closing.push_back(fd);
            if (entry.file->endpoint != 0)
                call.releasing.push_back(entry.file->endpoint);
        }
    if (closing.empty()) {
        process.table->erase(call.fd);
        return false;
    }
    call.endpoint = call.releasing.empty() ? 0 : call.releasing.front();
    for (const int fd : closing)
        removeDescriptor(process, fd);
    return true;
}

bool Tracer::Private::enterDuplicate(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    DescriptorTable& descriptors = *thread.process->table;
    call.fd = context.descriptor(context.row.fd);
    if (const DescriptorTable::Entry* entry = descriptors.find(call.fd)) {
        call.carried = *entry;
        call.endpoint = entry->file->endpoint;
    }
    const bool watches = !descriptors.watched(call.fd).empty();
    if (context.row.effect != Effect::DupTo) {
        if (duplicates(context))
            return call.carried.file != nullptr || watches;
        return call.endpoint != 0;
    }
    call.fd2 = context.descriptor(context.row.fd2);
    if (call.fd2 == call.fd)
        return call.endpoint != 0;
    if (const DescriptorTable::Entry* over = descriptors.find(call.fd2)) {
        call.endpoint2 = over->file->endpoint;
        call.releasing.push_back(call.endpoint2);
    }
    return call.carried.file != nullptr || call.endpoint2 != 0 || watches;
}

bool Tracer::Private::enterExec(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    call.path = context.memory.string(context.argument(context.row.buffer)).value_or(std::string());
    call.detail = describeArguments(context);
    for (const auto& [fd, entry] : thread.process->table->entries())
        call.releasing.push_back(entry.file->endpoint); // close-on-exec: which, the kernel will tell
    if (thread.process->memory.use_count() == 1 && !context.memory.isCopied())
        keepPictures(*thread.process);
    return true;
}

/// At a call's return.
void Tracer::Private::leave(TracedThread& thread, const TraceeMemory& memory, std::int64_t result,
                            std::uint64_t time)
{
    thread.call.completed = time;
    if (mayGoOn(-result)) {
        // Whether it starts again is known at the next stop: a signal's delivery, or the call once more.
        thread.call.restart = static_cast<int>(-result);
        thread.call.releasing.clear();
        return;
    }
    finish(thread, memory, result);
}

void Tracer::Private::finish(TracedThread& thread, const TraceeMemory& memory, std::int64_t result)
{
    PendingCall& call = thread.call;
    const CallContext context{*call.row, call.arguments, memory};
    thread.inCall = false;
    call.releasing.clear();
    call.restart = 0;
    takeEffect(thread, context, result);
    const bool setup = thread.process->state == ProcessState::Starting;
    if (setup) {
        // What only the launching needs is not the lesson: moving a descriptor out of the way, a name tried
        // before the right one.
        const bool tried = call.row->effect == Effect::Exec && result == -ENOENT &&
                           call.path != thread.process->child->plan().executables.back();
        if (call.row->effect == Effect::Fcntl || call.row->effect == Effect::CloseRange || tried)
            return;
    }
    const Flow flow = callInfo(call.row->call).flow;
    if (call.endpoint == 0 && flow != Flow::None && movedBytes(call, result) > 0)
        settleConnecting(thread);
    if (call.endpoint == 0 && call.endpoint2 == 0 && !call.told && call.row->effect != Effect::Fork &&
        call.row->effect != Effect::Exec)
        return;
    if (thread.gap && flow != Flow::None)
        return; // it stopped for the descriptors that it may bring: its bytes are in the gap, as all others
    if (call.row->payload == Payload::Messages && result > 0) {
        tellMessages(thread, context, result);
        ruleReturn(thread, memory, result);
        return;
    }
    if (const std::int64_t moved = movedBytes(call, result);
        moved > 0 && flow != Flow::None && !call.pieces.empty()) {
        const auto kept =
            static_cast<std::size_t>(std::min<std::uint64_t>(static_cast<std::uint64_t>(moved), dataBytes));
        if (flow == Flow::Out && kept > 0)
            call.dataWhole = copyPieces(memory, call.pieces, kept, call.data);
        if (call.data.size() > kept)
            call.data.resize(kept);
    } else {
        call.data.clear();
    }
    if (const std::string more = describeResult(context, result); !more.empty())
        call.detail += (call.detail.empty() ? "" : " ") + more;
    tell(thread, result, setup ? How::Setup : call.how);
    ruleReturn(thread, memory, result);
}

void Tracer::Private::takeEffect(TracedThread& thread, const CallContext& context, std::int64_t result)
{
    PendingCall& call = thread.call;
    if (call.row->effect == Effect::Socket)
        leaveSocket(thread, context, result); // a connect may go on after it has failed
    if (result < 0)
        return;
    TracedProcess& process = *thread.process;
    const int number = static_cast<int>(result);
    switch (call.row->effect) {
    case Effect::Open:
        call.fd = number;
        if (context.memory.isCopied()) {
            // The kernel's side has not halted it: nothing that is followed. By now the number may be
            // another's.
            removeDescriptor(process, number);
            process.table->erase(number);
            call.endpoint = 0;
            break;
        }
        adoptOpened(process, number, accessOf(openFlags(context)), call.path);
        if (const DescriptorTable::Entry* entry = process.table->find(number))
            call.endpoint = entry->file->endpoint;
        else
            call.endpoint = 0;
        break;
    case Effect::Dup:
    case Effect::DupTo:
    case Effect::Fcntl:
        if (call.row->effect == Effect::Fcntl && !duplicates(context))
            break;
        if (number == call.fd)
            break; // dup2 onto itself does nothing
        call.fd2 = number;
        if (process.table->find(number) != nullptr)
            removeDescriptor(process, number);
        process.table->erase(number);
        process.table->copyWatched(call.fd, number);
        if (call.carried.file) {
            addDescriptor(process, number, {call.carried.file, true});
            if (call.endpoint2 == 0)
                call.endpoint2 = call.endpoint;
        }
        break;
    case Effect::MakePair:
        adoptPair(process, context);
        break;
    case Effect::Receive:
        for (const int fd : receivedDescriptors(context, static_cast<std::size_t>(result)))
            adoptReceived(process, fd);
        break;
    case Effect::OpenQueue:
        adoptQueue(thread, context, number);
        break;
    case Effect::MakeObject: {
        const bool isMemory = call.row->call == Call::MemfdCreate;
        const std::string name =
            isMemory ? context.memory.string(context.arguments[0]).value_or(std::string()) : std::string();
        call.fd = number;
        makeObject(process, number, isMemory ? "memfd" : "eventfd", name, call.endpoint);
        break;
    }
    case Effect::MakeOther:
        call.fd = number;
        removeDescriptor(process, number);
        process.table->erase(number);
        break;
    case Effect::Use:
        if (!opensPeer(context))
            break;
        call.fd2 = number;
        adoptReceived(process, number);
        if (const DescriptorTable::Entry* entry = process.table->find(number))
            call.endpoint2 = entry->file->endpoint;
        break;
    case Effect::Fetch:
        call.fd = number;
        adoptReceived(process, number);
        if (const DescriptorTable::Entry* entry = process.table->find(number))
            call.endpoint = entry->file->endpoint;
        break;
    case Effect::Unshare:
        if ((context.arguments[0] & CLONE_FILES) != 0)
            unshareDescriptors(thread);
        break;
    case Effect::Sysv:
        leaveSysv(thread, context, result);
        break;
    case Effect::Map:
        leaveMap(thread, context, result);
        break;
    case Effect::Name:
        leaveName(thread, context);
        break;
    case Effect::EpollControl:
        if (static_cast<int>(call.arguments[1]) == EPOLL_CTL_ADD)
            process.table->watch(call.fd, call.fd2);
        else if (static_cast<int>(call.arguments[1]) == EPOLL_CTL_DEL)
            process.table->unwatch(call.fd, call.fd2);
        break;
    default:
        break;
    }
    // A pair's numbers are known only now.
    if (call.row->effect == Effect::MakePair)
        if (const auto pair = context.memory.object<std::array<int, 2>>(context.argument(call.row->buffer))) {
            call.fd = (*pair)[0];
            call.fd2 = (*pair)[1];
            if (const DescriptorTable::Entry* entry = process.table->find(call.fd))
                call.endpoint = entry->file->endpoint;
        }
}

} // namespace byteyard::ipc
