#include "ipc/capture/tracer_private.h"

#include <algorithm>

// Most records are of one kind: a call, seen whole, that moved bytes which stand in one place, and did
// nothing else. It needs nothing of what enter() prepares and finish() settles for the others.

namespace byteyard::ipc {

/// What such a call was on, when nothing new is to be learned from it; else 0.
std::uint32_t Tracer::Private::plainEndpoint(const TracedProcess& process, const CallContext& context,
                                             const ObjectKey& object) const
{
    if (context.row.payload == Payload::Typed) {
        const auto known = objects.find(object);
        if (known == objects.end())
            return 0;
        const auto use = process.uses.find(known->second);
        const auto needed = static_cast<unsigned>(sysvAccess(context.row));
        const bool isTold =
            use != process.uses.end() && (static_cast<unsigned>(use->second) & needed) == needed;
        return isTold ? known->second : 0;
    }
    const DescriptorTable::Entry* entry = process.table->find(context.descriptor(context.row.fd));
    // A socket that is no connection may lead elsewhere with each call.
    return entry != nullptr && entry->file->object == object && entry->file->socket.domain == 0
               ? entry->file->endpoint
               : 0;
}

/// False when it is none of these: nothing has been done then.
bool Tracer::Private::tellPlain(const TracedThread& thread, const CallContext& context,
                                const byteyard_record& record)
{
    const CallRow& row = context.row;
    const TracedProcess& process = *thread.process;
    const bool movesOnly =
        (row.payload == Payload::Flat && row.effect == Effect::Use) || row.payload == Payload::Typed;
    if (!movesOnly || record.phase != BYTEYARD_WHOLE || thread.inCall || thread.gap || thread.own ||
        process.state == ProcessState::Starting || !rules.empty() || mayGoOn(-record.result) ||
        looksOnly(context))
        return false;
    EventView event;
    event.endpoint = plainEndpoint(process, context, objectOf(record.key));
    if (event.endpoint == 0)
        return false;
    event.time = record.time - runStart;
    event.duration = record.time - record.since;
    event.process = process.number;
    event.pid = process.pid;
    event.tid = thread.tid;
    event.call = row.call;
    event.fd = context.descriptor(row.fd);
    event.result = record.result < 0 ? -1 : record.result;
    event.error = record.result < 0 ? static_cast<std::int32_t>(-record.result) : 0;
    event.requested = context.argument(row.size);
    if (const std::int64_t moved = movedBytes(row.call, event.requested, record.result);
        moved > 0 && dataBytes > 0) {
        const std::uint64_t type = row.payload == Payload::Typed ? sizeof(long) : 0;
        event.data = context.memory.copied(context.argument(row.buffer) + type,
                                           std::min<std::size_t>(static_cast<std::size_t>(moved), dataBytes));
        event.dataState = dataStateOf(event.data.size(), static_cast<std::uint64_t>(moved));
    }
    std::string detail;
    if (row.call != Call::Read && row.call != Call::Write) { // of those there is nothing more to say
        detail = describeArguments(context);
        if (const std::string more = describeResult(context, record.result); !more.empty())
            detail += (detail.empty() ? "" : " ") + more;
    }
    event.detail = detail;
    sink.event(event);
    return true;
}

} // namespace byteyard::ipc
