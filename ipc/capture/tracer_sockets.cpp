#include "ipc/capture/tracer_private.h"

namespace byteyard::ipc {

bool Tracer::Private::enterSocket(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    call.fd = context.descriptor(context.row.fd);
    if (const DescriptorTable::Entry* entry = thread.process->table->find(call.fd))
        call.endpoint = entry->file->endpoint;
    return call.endpoint != 0;
}

void Tracer::Private::leaveSocket(TracedThread&, const CallContext&, std::int64_t) {}

} // namespace byteyard::ipc
