#include "ipc/capture/tracee_memory.h"

#include <algorithm>
#include <cstring>
#include <sys/uio.h>

namespace byteyard::ipc {

namespace {

constexpr std::size_t pageBytes = 4096; ///< no machine has smaller ones
constexpr std::size_t behindBytes = 16; ///< a message's type stands before its text

} // namespace

std::span<const std::byte> TraceeMemory::copied(std::uint64_t address, std::size_t most) const noexcept
{
    std::size_t at = m_last;
    for (std::size_t i = 0; i < m_copies.size(); ++i, ++at) {
        if (at == m_copies.size())
            at = 0;
        const MemoryCopy& copy = m_copies[at];
        if (address < copy.address || address - copy.address >= copy.bytes.size())
            continue;
        m_last = at;
        const auto found = copy.bytes.subspan(static_cast<std::size_t>(address - copy.address));
        return found.first(std::min(found.size(), most));
    }
    return {};
}

std::size_t TraceeMemory::read(std::uint64_t address, std::span<std::byte> into) const noexcept
{
    if (m_tid == 0) {
        const auto found = copied(address, into.size());
        std::copy_n(found.begin(), found.size(), into.begin());
        return found.size();
    }
    // Not across a page border: the next page may not be there, and is not asked for.
    const std::uint64_t inPage = address % pageBytes;
    const std::uint64_t begin = address - std::min<std::uint64_t>(behindBytes, inPage);
    const std::size_t around = std::min<std::size_t>(aroundBytes, pageBytes - begin % pageBytes);
    const auto holds = [&](std::uint64_t from, std::size_t size) {
        return address >= from && address - from <= size && into.size() <= size - (address - from);
    };
    if (!holds(begin, around))
        return readNow(address, into);
    if (!holds(m_aroundAt, m_aroundSize)) {
        m_aroundAt = begin;
        m_aroundSize = readNow(begin, std::span(m_around).first(around));
        if (!holds(m_aroundAt, m_aroundSize))
            return 0;
    }
    std::copy_n(m_around.begin() + static_cast<std::ptrdiff_t>(address - m_aroundAt), into.size(),
                into.begin());
    return into.size();
}

/// Of a process that stands still; a fault in the middle ends it.
std::size_t TraceeMemory::readNow(std::uint64_t address, std::span<std::byte> into) const noexcept
{
    std::size_t done = 0;
    while (done < into.size()) {
        iovec local{into.data() + done, into.size() - done};
        // An address is a number of the other process: it becomes a pointer only for the kernel.
        iovec remote{reinterpret_cast<void*>(address + done),
                     into.size() - done}; // NOLINT(performance-no-int-to-ptr)
        const ssize_t got = process_vm_readv(m_tid, &local, 1, &remote, 1, 0);
        if (got <= 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

std::optional<std::string> TraceeMemory::string(std::uint64_t address) const
{
    constexpr std::size_t longest = 4096;
    std::string text;
    std::array<char, pageBytes> chunk; // NOLINT(cppcoreguidelines-pro-type-member-init): a page for each name
    std::size_t most = aroundBytes - behindBytes; // names are short, and asked for more than once
    while (address != 0 && text.size() < longest) {
        // Never across a page border: the next page may not be there.
        const std::size_t room = std::min(
            {most, pageBytes - static_cast<std::size_t>(address % pageBytes), longest - text.size()});
        most = pageBytes;
        const std::size_t got = read(address, std::as_writable_bytes(std::span(chunk.data(), room)));
        const void* end = std::memchr(chunk.data(), 0, got);
        if (end != nullptr) {
            text.append(static_cast<const char*>(chunk.data()), static_cast<const char*>(end));
            return text;
        }
        if (got != room)
            return std::nullopt;
        text.append(chunk.data(), got);
        address += got;
    }
    return std::nullopt;
}

} // namespace byteyard::ipc
