#pragma once

#include "ipc/capture/tracer.h"
#include "ipc/endpoint/look.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace byteyard::ipc {

/// What the kinds of memory that processes share can do for an object that lies in such memory.
class SharedMemory
{
public:
    enum class Seen : std::uint8_t { Bytes, NoWay, Gone };
    /// The bytes there, seen without being in the way, where somebody gives a way to them.
    virtual Seen lookAt(std::span<const TableHolder> holders, std::uint64_t offset,
                        std::span<std::byte> into) = 0;

    /// Works on mapped bytes: 0, or an errno.
    using Action = std::function<int(std::byte* bytes)>;
    /// Maps or attaches it for as long as `action` works on `size` bytes from `offset` on, which others can
    /// see: for calls that a person, or the topology, asks for. Returns what `action` does; EFAULT when they
    /// do not lie in it, or why there is no way to it.
    virtual int change(std::span<const TableHolder> holders, std::uint64_t offset, std::size_t size,
                       const Action& action) = 0;

    /// Where processes have this byte of it.
    virtual std::vector<MappedAt> placesOf(std::uint64_t offset) const = 0;

protected:
    ~SharedMemory() = default;
};

} // namespace byteyard::ipc
