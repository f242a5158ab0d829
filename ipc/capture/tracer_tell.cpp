#include "ipc/capture/tracer_private.h"

#include <algorithm>
#include <utility>

// A call that is over, or is cut off by its thread's end, becomes an event.

namespace byteyard::ipc {

DataState dataStateOf(std::size_t held, std::uint64_t moved)
{
    if (held == 0)
        return DataState::Unreadable;
    return held == moved ? DataState::Complete : DataState::Truncated;
}

EventView Tracer::Private::eventOf(const TracedThread& thread) const
{
    const PendingCall& call = thread.call;
    EventView event;
    event.time = call.completed;
    event.duration = call.completed > call.since ? call.completed - call.since : 0;
    event.process = thread.process->number;
    event.pid = thread.process->pid;
    event.tid = thread.tid;
    event.call = call.row->call;
    event.fd = call.fd;
    event.fd2 = call.fd2;
    event.endpoint = call.endpoint;
    event.endpoint2 = call.endpoint2;
    event.requested = call.requested;
    event.detail = call.detail;
    return event;
}

void Tracer::Private::tell(TracedThread& thread, std::int64_t result, How how)
{
    const PendingCall& call = thread.call;
    EventView event = eventOf(thread);
    event.how = how;
    event.result = result < 0 ? -1 : result;
    event.error = result < 0 ? static_cast<std::int32_t>(-result) : 0;
    event.data = call.data;
    const std::int64_t moved = movedBytes(call, result);
    if (moved > 0 && dataBytes > 0 && !call.pieces.empty() && callInfo(call.row->call).flow != Flow::None)
        event.dataState = dataStateOf(call.data.size(), static_cast<std::uint64_t>(moved));
    sink.event(event);
}

/// sendmmsg and recvmmsg move several messages: each is an event, with its own bytes.
void Tracer::Private::tellMessages(TracedThread& thread, const CallContext& context, std::int64_t result)
{
    PendingCall& call = thread.call;
    const std::string shared = call.detail;
    std::vector<RemoteMessage> messages = payloadMessages(context, static_cast<std::size_t>(result));
    for (std::size_t i = 0; i < messages.size(); ++i) {
        RemoteMessage& message = messages[i];
        call.pieces = std::move(message.pieces);
        call.requested = message.requested;
        call.dataWhole = copyPieces(
            context.memory, call.pieces,
            static_cast<std::size_t>(std::min<std::uint64_t>(message.moved, dataBytes)), call.data);
        call.detail = shared;
        call.detail += shared.empty() ? "message=" : " message=";
        call.detail += std::to_string(i + 1);
        call.detail += '/';
        call.detail += std::to_string(messages.size());
        tell(thread, static_cast<std::int64_t>(message.moved), call.how);
    }
}

/// Its thread dies in the call.
void Tracer::Private::cut(TracedThread& thread)
{
    if (!thread.inCall)
        return;
    thread.inCall = false;
    PendingCall& call = thread.call;
    call.completed = now();
    const Effect effect = call.row->effect;
    if (call.endpoint == 0 && call.endpoint2 == 0 && effect != Effect::Fork && effect != Effect::Exec)
        return;
    EventView event = eventOf(thread);
    event.how = How::Unfinished;
    sink.event(event);
}

} // namespace byteyard::ipc
