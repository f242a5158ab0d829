#include "ipc/capture/tracer_private.h"

#include <algorithm>
#include <linux/futex.h>

namespace byteyard::ipc {

namespace {

/// The process that holds the C library's mutex whose futex is waited on; 0 when it is none, or nobody tells.
/// One that has died is named by its thread.
pid_t mutexOwner(const TraceeMemory& memory, std::uint64_t futex)
{
    struct Mutex // pthread_mutex_t begins so (glibc)
    {
        std::uint32_t lock;
        std::uint32_t count;
        std::uint32_t owner;
        std::uint32_t users;
    };
    constexpr std::uint32_t lockedWithWaiters = 2; // of a mutex that is not robust
    const Mutex mutex = memory.object<Mutex>(futex).value_or(Mutex{});
    const bool isPlain = mutex.lock == lockedWithWaiters && mutex.count == 0 && mutex.users == 1;
    const bool isRobust = (mutex.lock & FUTEX_WAITERS) != 0 && (mutex.lock & FUTEX_TID_MASK) == mutex.owner;
    if ((!isPlain && !isRobust) || mutex.owner == 0)
        return 0;
    const auto tid = static_cast<pid_t>(mutex.owner);
    return proc::kinship(tid).value_or(proc::Kinship{tid, 0}).tgid;
}

} // namespace

/// What a word of followed memory belongs to: the semaphore that lies there, else the memory.
std::uint32_t Tracer::Private::wordsEndpoint(const Mapping& mapping, std::uint64_t address) const
{
    const std::uint64_t offset = address - mapping.address + mapping.offset;
    const auto part = std::find_if(parts.begin(), parts.end(), [&](const MemoryPart& each) {
        return each.memory == mapping.endpoint && offset >= each.offset && offset - each.offset < each.size;
    });
    return part == parts.end() ? mapping.endpoint : part->endpoint;
}

/// Where in its object the word of a futex lies, and who holds the mutex that it belongs to.
std::string Tracer::Private::futexWords(const TraceeMemory& memory, const Mapping& mapping,
                                        std::uint64_t address) const
{
    std::string text = "offset=" + std::to_string(address - mapping.address + mapping.offset);
    if (wordsEndpoint(mapping, address) != mapping.endpoint)
        return text; // nobody holds a semaphore
    if (const pid_t owner = mutexOwner(memory, address); owner > 0)
        text += " owner=" + std::to_string(owner);
    return text;
}

/// A call on words of followed memory. What a requeue moves sleepers to may lie in another object, as may the
/// words that futex_waitv(2) waits on.
bool Tracer::Private::enterFutex(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    for (const std::uint64_t address : sharedFutexes(context)) {
        const Mapping* mapping = mappingAt(*thread.process, address);
        if (mapping == nullptr)
            continue;
        const std::uint32_t endpoint = wordsEndpoint(*mapping, address);
        if (call.endpoint == 0) {
            call.endpoint = endpoint;
            call.detail = describeArguments(context) + " " + futexWords(context.memory, *mapping, address);
        } else if (call.endpoint2 == 0) {
            call.endpoint2 = endpoint;
        }
    }
    return call.endpoint != 0;
}

} // namespace byteyard::ipc
