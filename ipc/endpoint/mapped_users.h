#pragma once

#include "ipc/endpoint/endpoint.h"
#include "ipc/host/memory_maps.h"

#include <chrono>

namespace byteyard::ipc {

/// Who has shared memory mapped, and where. /proc is asked when something has changed, and now and then.
class MappedUsers
{
public:
    void setObject(const host::MappedObject& object) { m_object = object; }

    /// `expected`: how many the kernel counts, 0 when it does not. `changed`: a number of the object's has
    /// moved since the last look.
    void update(std::span<const TableHolder> holders, std::size_t expected, bool changed);
    const std::vector<host::Mapping>& mappings() const noexcept { return m_mappings; }
    std::vector<MappedAt> attachments() const;
    /// Where this byte of it is, for those who have it.
    std::vector<MappedAt> placesOf(std::uint64_t offset) const;

    /// The bytes there (host::readMapped); false when nobody lets himself be read.
    bool read(std::uint64_t offset, std::span<std::byte> into) const;

private:
    using Clock = std::chrono::steady_clock;

    MappedAt placeOf(const host::Mapping& mapping, std::uint64_t offset) const;

    host::MappedObject m_object;
    std::vector<std::pair<pid_t, std::uint32_t>> m_known; ///< holders: pid and process number
    std::vector<host::Mapping> m_mappings;
    Clock::time_point m_next{};
    Clock::time_point m_nextEverywhere{};
};

} // namespace byteyard::ipc
