#pragma once

#include "ipc/endpoint/endpoint.h"
#include "ipc/endpoint/shared_memory.h"

namespace byteyard::ipc {

struct MemorySemaphoreOptions
{
    std::uint64_t offset = 0; ///< in the memory, a multiple of alignof(sem_t)
    std::uint64_t value = 1;
    bool existing = false; ///< a program has made it there, or will
};

/// A POSIX semaphore that lies in shared memory (sem_init(3)). Port: use. It has no name: who has the memory
/// has it.
class MemorySemaphoreEndpoint final : public Endpoint
{
public:
    /// Makes it, or takes what lies there. `memory` must outlive it. Throws EndpointError.
    MemorySemaphoreEndpoint(Endpoint& memory, const MemorySemaphoreOptions& options);

    std::string_view kind() const noexcept override { return "posix-semaphore"; }
    std::vector<ObjectId> objects() const override { return m_object.objects(); }
    std::vector<ObjectKey> keys() const override { return {}; }
    bool isAnonymous() const noexcept override { return m_object.isAnonymous(); }
    bool isHeldUnnamed() const noexcept override { return m_object.isHeldUnnamed(); }
    std::optional<Look> look(const LookContext& context) override;
    /// Posts, or takes without waiting, until it is there.
    MadeCall setValue(std::span<const TableHolder> holders, std::size_t index, std::uint64_t value) override;

private:
    Endpoint& m_object;
    SharedMemory& m_memory;
    std::uint64_t m_offset;
};

} // namespace byteyard::ipc
