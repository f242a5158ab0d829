#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace byteyard::ipc {

/// Whether a path is one that every program opens: of the system's own directories (hier(7)), or a shared
/// library or one of an interpreter's elsewhere.
bool isSystemFile(std::string_view path) noexcept;

/// Which regular files that programs open become endpoints of a run. Counts those that do not. May be asked
/// from any thread.
class FoundFiles
{
public:
    /// So many at most: a build opens thousands.
    static constexpr std::uint64_t most = 1000;

    struct Left
    {
        std::uint64_t system = 0; ///< files of the system that were opened, each time
        std::uint64_t over = 0;   ///< other files beyond `most`, each time
        bool operator==(const Left&) const = default;
    };

    /// True when the file behind this path (/proc/PID/fd) is to be followed: it counts as one of `most` then.
    bool take(std::string_view path) noexcept;
    /// The system's files too, from now on.
    void takeSystem(bool too) noexcept { m_system = too; }
    Left left() const noexcept { return {m_leftSystem, m_leftOver}; }

private:
    std::atomic<bool> m_system = false;
    std::atomic<std::uint64_t> m_taken = 0;
    std::atomic<std::uint64_t> m_leftSystem = 0;
    std::atomic<std::uint64_t> m_leftOver = 0;
};

} // namespace byteyard::ipc
