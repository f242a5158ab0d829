#include "ipc/endpoint/memory_semaphore.h"

#include "ipc/endpoint/posix_semaphore.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <semaphore.h>

namespace byteyard::ipc {

namespace {

SharedMemory& memoryOf(Endpoint& object)
{
    SharedMemory* memory = object.memory();
    if (!memory)
        throw EndpointError("sem_init", std::string(object.kind()), EINVAL);
    return *memory;
}

} // namespace

MemorySemaphoreEndpoint::MemorySemaphoreEndpoint(Endpoint& memory, const MemorySemaphoreOptions& options)
    : m_object(memory), m_memory(memoryOf(memory)), m_offset(options.offset)
{
    if (options.existing)
        return;
    const auto value = static_cast<unsigned>(std::min<std::uint64_t>(options.value, UINT_MAX));
    const int error = m_memory.change({}, m_offset, sizeof(sem_t), [value](std::byte* place) {
        return ::sem_init(reinterpret_cast<sem_t*>(place), 1, value) == 0 ? 0 : errno;
    });
    if (error != 0)
        throw EndpointError("sem_init", "offset " + std::to_string(m_offset), error);
    m_setup.push_back(
        {Call::Store, -1, -1, 0, "offset=" + std::to_string(m_offset) + " value=" + std::to_string(value)});
}

std::optional<Look> MemorySemaphoreEndpoint::look(const LookContext& context)
{
    Look look;
    std::uint64_t words = 0;
    switch (m_memory.lookAt(context.holders, m_offset, std::as_writable_bytes(std::span(&words, 1)))) {
    case SharedMemory::Seen::NoWay:
        return std::nullopt;
    case SharedMemory::Seen::Gone:
        look.isRemoved = true;
        return look;
    case SharedMemory::Seen::Bytes:
        look.facts = semaphoreFacts(words);
        look.attached = m_memory.placesOf(m_offset);
    }
    return look;
}

MadeCall MemorySemaphoreEndpoint::setValue(std::span<const TableHolder> holders, std::size_t /*index*/,
                                           std::uint64_t value)
{
    MadeCall made;
    const int error = m_memory.change(holders, m_offset, sizeof(sem_t), [&](std::byte* place) {
        made = setSemaphore(reinterpret_cast<sem_t*>(place), 0, value);
        return 0;
    });
    return error == 0 ? made : setSemaphore(nullptr, error, value);
}

} // namespace byteyard::ipc
