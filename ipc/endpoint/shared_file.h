#pragma once

#include "ipc/endpoint/mapped_users.h"
#include "ipc/endpoint/shared_memory.h"

namespace byteyard::ipc {

/// Memory that is a file: what shm_open(3) and memfd_create(2) make has a descriptor, can be mapped, and is
/// read with pread(2), which makes no page.
class SharedFileEndpoint : public Endpoint, public SharedMemory
{
public:
    std::optional<Look> look(const LookContext& context) override;
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;
    /// "size": ftruncate(2)
    MadeCall setLimit(std::span<const TableHolder> holders, const std::string& name,
                      std::uint64_t value) override;

    SharedMemory* memory() noexcept override { return this; }
    Seen lookAt(std::span<const TableHolder> holders, std::uint64_t offset,
                std::span<std::byte> into) override;
    int change(std::span<const TableHolder> holders, std::uint64_t offset, std::size_t size,
               const Action& action) override;
    std::vector<MappedAt> placesOf(std::uint64_t offset) const override { return m_users.placesOf(offset); }

protected:
    void take(int fd) { takeId(objectOf(fd)); }
    void takeId(ObjectId id);
    /// The object, opened with these flags; none when nobody gives a way to it.
    virtual Fd reach(std::span<const TableHolder> holders, int flags) const = 0;
    virtual bool isGone(std::span<const TableHolder> holders) const = 0;

private:
    Contents peekMapped(std::span<const TableHolder> holders, std::uint64_t offset, std::size_t size);

    MappedUsers m_users;
    std::uint64_t m_size = 0; ///< when it was looked at last
};

} // namespace byteyard::ipc
