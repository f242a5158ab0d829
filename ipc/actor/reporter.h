#pragma once

#include "ipc/actor/channel.h"

#include <string>
#include <string_view>

namespace byteyard::ipc::actor {

/// The actor's side of its channel: where it is, what it loads and stores, what went wrong. After open()
/// nothing here makes a system call (the clock is read through the vDSO).
class Reporter
{
public:
    /// Maps the memfd that the environment names and closes it. Throws std::runtime_error when there is none,
    /// or it is not one of ours.
    void open();
    /// The JSON text.
    std::string_view text() const noexcept;
    /// A child of fork(2) reports into a lane of its own.
    void enterChild() noexcept;

    void setLine(int line) noexcept
    {
        if (m_lane)
            m_lane->line.store(static_cast<std::uint32_t>(line), std::memory_order_relaxed);
    }
    /// The number for an object's records.
    std::uint16_t mappingOf(ObjectKind kind, std::uint64_t id, std::uint64_t device) noexcept;
    void record(Access access, std::uint16_t mapping, std::uint64_t offset, std::uint32_t size,
                std::uint64_t value) noexcept;
    void error(int line, std::string_view text) noexcept;

    /// An object that has no place in the table.
    static constexpr std::uint16_t unlisted = 0xffff;

private:
    void takeLane() noexcept;

    Channel* m_channel = nullptr;
    Lane* m_lane = nullptr;
    Record* m_ring = nullptr;
};

/// The process's one reporter.
Reporter& reporter() noexcept;

} // namespace byteyard::ipc::actor
