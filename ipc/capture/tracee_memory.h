#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace byteyard::ipc {

/// What was copied of another process's memory while it was in a call.
struct MemoryCopy
{
    std::uint64_t address = 0;
    std::span<const std::byte> bytes;
};

/// Another process's memory: as it is now (process_vm_readv(2)), for one that stands still, or as it was
/// copied during a call. One of these is for one stop: what stands around a small read is read with it, since
/// a call's structures lie side by side. Every address comes from the traced program and may be wrong: what
/// cannot be read is an empty answer, never an error.
class TraceeMemory
{
public:
    explicit TraceeMemory(pid_t tid) noexcept : m_tid(tid) {}
    /// Only what these hold can be read.
    explicit TraceeMemory(std::span<const MemoryCopy> copies) noexcept : m_copies(copies) {}

    /// Whether it is as it was, not as it is now.
    bool isCopied() const noexcept { return m_tid == 0; }

    /// Copies up to `into.size()` bytes; how many could be read (a fault in the middle gives what stands
    /// before it).
    std::size_t read(std::uint64_t address, std::span<std::byte> into) const noexcept;

    /// Up to `most` bytes of what was copied, where they stand; none of memory as it is now.
    std::span<const std::byte> copied(std::uint64_t address, std::size_t most) const noexcept;

    /// The object at `address`, if all of it can be read.
    template <typename T>
    std::optional<T> object(std::uint64_t address) const noexcept
    {
        T value;
        if (address == 0 || read(address, std::as_writable_bytes(std::span(&value, 1))) != sizeof(T))
            return std::nullopt;
        return value;
    }

    /// Up to `count` objects; fewer when the memory ends.
    template <typename T>
    std::vector<T> objects(std::uint64_t address, std::size_t count) const
    {
        std::vector<T> values(count);
        values.resize(read(address, std::as_writable_bytes(std::span(values))) / sizeof(T));
        return values;
    }

    /// A zero-terminated string of at most 4096 bytes (PATH_MAX); nothing when it cannot be read.
    std::optional<std::string> string(std::uint64_t address) const;

private:
    std::size_t readNow(std::uint64_t address, std::span<std::byte> into) const noexcept;

    static constexpr std::size_t aroundBytes = 256;

    pid_t m_tid = 0; ///< 0: copies
    std::span<const MemoryCopy> m_copies;
    mutable std::size_t m_last = 0; ///< the copy that was read last: they are read in their order
    mutable std::uint64_t m_aroundAt = 0;
    mutable std::size_t m_aroundSize = 0;
    mutable std::array<std::byte, aroundBytes> m_around; ///< what was read at m_aroundAt
};

/// Where the bytes of a call lie: one piece, or the pieces of a vector.
struct RemotePiece
{
    std::uint64_t address = 0;
    std::uint64_t size = 0;
};

} // namespace byteyard::ipc
