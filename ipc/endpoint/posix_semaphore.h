#pragma once

#include "ipc/endpoint/endpoint.h"
#include "ipc/endpoint/mapped_users.h"

#include <semaphore.h>

namespace byteyard::ipc {

struct PosixSemaphoreOptions
{
    std::string name;
    mode_t mode = 0600;
    std::uint64_t value = 1;
    bool existing = false;
};

/// A named POSIX semaphore (sem_overview(7)); one without a name lies in memory (memory_semaphore.h). Port:
/// use. Its value, and how many wait for it, are the first words of the file behind it, as the C library
/// keeps them on 64-bit machines.
class PosixSemaphoreEndpoint final : public Endpoint
{
public:
    /// Makes it, or takes one that exists. Throws EndpointError.
    explicit PosixSemaphoreEndpoint(const PosixSemaphoreOptions& options);

    std::string_view kind() const noexcept override { return "posix-semaphore"; }
    std::optional<Look> look(const LookContext& context) override;
    /// Posts, or takes without waiting, until it is there.
    MadeCall setValue(std::span<const TableHolder> holders, std::size_t index, std::uint64_t value) override;
    /// sem_unlink(3)
    MadeCall remove() override;

private:
    std::string filePath() const;

    MappedUsers m_users; ///< who has it open has it mapped: sem_open(3) closes its descriptor
};

/// What the first eight bytes of a semaphore tell: "value", "waiters".
Facts semaphoreFacts(std::uint64_t words);
/// Posts, or takes without waiting, until the semaphore has this value; those who use it meanwhile have the
/// last word. `error`: why there is none (errno).
MadeCall setSemaphore(sem_t* semaphore, int error, std::uint64_t value);

} // namespace byteyard::ipc
