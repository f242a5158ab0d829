#pragma once

#include "ipc/endpoint/mapped_users.h"
#include "ipc/endpoint/shared_memory.h"
#include "ipc/endpoint/sysv_state.h"

namespace byteyard::ipc {

struct SysvShmOptions : SysvOptions
{
    std::uint64_t size = 4096;
};

/// A System V shared memory segment (shmget(2)). Port: attach. It is never attached to look at it: that would
/// count in shm_nattch and stand in shm_lpid. change() attaches it.
class SysvShmEndpoint final : public SysvEndpoint, public SharedMemory
{
public:
    /// Makes it, or takes one that exists. Throws EndpointError.
    explicit SysvShmEndpoint(const SysvShmOptions& options);
    /// One that a program made.
    explicit SysvShmEndpoint(int id);

    std::string_view kind() const noexcept override { return "sysv-shm"; }
    std::optional<Look> look(const LookContext& context) override;
    void keep(const LastPicture& picture) override;
    /// Through those who have it attached. While nobody has, it cannot change: what the last ones had when
    /// they detached, else what was seen last, or zeros when nobody ever had it.
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;
    /// shmctl(2), IPC_RMID: marks it, and it goes with its last user.
    MadeCall remove() override;

    SharedMemory* memory() noexcept override { return this; }
    Seen lookAt(std::span<const TableHolder> holders, std::uint64_t offset,
                std::span<std::byte> into) override;
    int change(std::span<const TableHolder> holders, std::uint64_t offset, std::size_t size,
               const Action& action) override;
    std::vector<MappedAt> placesOf(std::uint64_t offset) const override { return m_users.placesOf(offset); }

private:
    void take(const shmid_ds& state);
    bool isKept(const shmid_ds& state) const;
    bool readKept(const shmid_ds& state, std::uint64_t offset, std::span<std::byte> into) const;
    bool refresh(const shmid_ds& state, std::span<const TableHolder> holders);

    MappedUsers m_users;
    shmid_ds m_last{};
    /// The bytes that were peeked last, from its offset on.
    std::uint64_t m_seenOffset = 0;
    std::vector<std::byte> m_seen;
    /// What those who detached had, put together.
    std::vector<std::byte> m_kept;
    pid_t m_keptOf = 0; ///< the last of them
};

} // namespace byteyard::ipc
