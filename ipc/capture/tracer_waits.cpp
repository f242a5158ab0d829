#include "ipc/capture/tracer_private.h"

#include "ipc/host/process_scan.h"

#include <sys/epoll.h>
#include <sys/syscall.h>

// What a thread waits on: by its call, or by a look at one that sleeps in a call that is not followed.

namespace byteyard::ipc {

bool Tracer::Private::enterWait(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    call.fd = context.descriptor(context.row.fd);
    const Waited waited = waitedOn(*thread.process, context);
    call.endpoint = waited.endpoint;
    if (call.fd < 0)
        call.fd = waited.fd;
    call.detail = waited.detail;
    return call.endpoint != 0;
}

/// The first followed endpoint that a call waits on, and all of them in words.
Tracer::Private::Waited Tracer::Private::waitedOn(const TracedProcess& process,
                                                  const CallContext& context) const
{
    Waited found;
    std::vector<WaitedDescriptor> list = waitedDescriptors(context);
    if (const int epoll = context.descriptor(context.row.fd); epoll >= 0)
        for (const int fd : process.gaps > 0 ? host::epollTargets("/proc", tableTask(process), epoll)
                                             : process.table->watched(epoll))
            list.push_back({fd, 0});
    for (const WaitedDescriptor& each : list)
        if (const DescriptorTable::Entry* entry = process.table->find(each.fd)) {
            found.endpoint = entry->file->endpoint;
            found.fd = each.fd;
            break;
        }
    found.detail = describeWaited(list);
    if (const std::string timeout = describeTimeout(context); !timeout.empty())
        found.detail += (found.detail.empty() ? "" : " ") + timeout;
    return found;
}

bool Tracer::Private::enterEpollControl(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    call.fd = context.descriptor(context.row.fd);
    call.fd2 = context.descriptor(context.row.fd2);
    const DescriptorTable::Entry* entry = thread.process->table->find(call.fd2);
    if (entry == nullptr)
        return false;
    call.endpoint2 = entry->file->endpoint;
    return true;
}

/// A thread that is in no traced call: does it sleep in another one, and since when?
bool Tracer::Private::lookAt(const TracedThread& looked, std::uint64_t time, CallInProgress& found) const
{
    auto sleeping = proc::sleepingCall(looked.tid);
    const std::uint64_t slices = proc::timeslices(looked.tid);
    // A signal that the program ignores wakes a traced one: it goes on with the call that it was in.
    if (sleeping && sleeping->number == SYS_restart_syscall && looked.look.since != 0 &&
        sleeping->stack == looked.look.call.stack && sleeping->arguments == looked.look.call.arguments) {
        sleeping = looked.look.call;
        looked.look.timeslices = slices;
    }
    if (!sleeping || *sleeping != looked.look.call || slices != looked.look.timeslices)
        looked.look = {sleeping.value_or(proc::SleepingCall{}), slices, time};
    if (!sleeping)
        return false;
    const CallRow* row = callRow(static_cast<std::uint64_t>(sleeping->number));
    found.callName = systemCallName(sleeping->number);
    if (row != nullptr && row->fd >= 0)
        found.fd = static_cast<int>(sleeping->arguments.at(static_cast<std::size_t>(row->fd)));
    if ((mayPass() || looked.process->attached) && row != nullptr)
        describeSleep(looked, *row, sleeping->arguments, found);
    if (row != nullptr && row->effect == Effect::Futex) {
        const TraceeMemory memory(looked.tid);
        for (const std::uint64_t address : sharedFutexes({*row, sleeping->arguments, memory}))
            if (const Mapping* mapping = mappingAt(*looked.process, address)) {
                found.call = row->call;
                found.endpoint = wordsEndpoint(*mapping, address);
                found.detail = futexWords(memory, *mapping, address);
                break;
            }
    }
    found.since = looked.look.since;
    found.exact = false;
    return true;
}

/// A thread that sleeps in a call that only its return will tell of.
void Tracer::Private::describeSleep(const TracedThread& thread, const CallRow& row,
                                    const CallArguments& arguments, CallInProgress& found) const
{
    if (hasFilter(*thread.process) && !passesFilter(filterKind, row))
        return;
    found.call = row.call;
    const TraceeMemory memory(thread.tid);
    if (row.effect == Effect::Wait) {
        const Waited waited = waitedOn(*thread.process, {row, arguments, memory});
        found.endpoint = waited.endpoint;
        found.detail = waited.detail;
        return;
    }
    found.detail = describeArguments({row, arguments, memory});
    std::vector<RemotePiece> pieces;
    found.requested = payloadPieces({row, arguments, memory}, pieces);
    if (row.fd >= 0) {
        if (const DescriptorTable::Entry* entry = thread.process->table->find(found.fd))
            found.endpoint = entry->file->endpoint;
        return;
    }
    if (const auto key = sysvKey(row, arguments))
        if (const auto at = objects.find(*key); at != objects.end())
            found.endpoint = at->second;
}

} // namespace byteyard::ipc
