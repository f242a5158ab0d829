#pragma once

#include "ipc/endpoint/look.h"

#include <cstdint>
#include <deque>
#include <span>

namespace byteyard::ipc {

/// What waits in a queue that nobody can look into, kept from the sends and receives that were seen: the
/// highest rank first, and within a rank the oldest (mq_overview(7)). The kernel's own count rules: what it
/// counts and nobody saw is an unknown tile.
class MessageLedger
{
public:
    void sent(std::int64_t rank, std::uint64_t size, std::span<const std::byte> bytes);
    void received(std::int64_t rank, std::uint64_t size);

    /// To be asked at each look, with the kernel's count of that moment and, where it tells, of their bytes.
    /// A difference that stays while nothing is sent or received means that somebody was not seen.
    void settle(std::uint64_t count, std::optional<std::uint64_t> bytes);
    /// In order, as many as the kernel counts.
    std::vector<Tile> tiles(std::uint64_t count) const;
    /// The bytes of the messages one after another, as far as they are known from the first on.
    std::vector<std::byte> bytes() const;

private:
    struct Message
    {
        std::int64_t rank = 0;
        std::uint64_t size = 0;
        std::vector<std::byte> bytes;
        bool known = true;
    };

    bool fitsIn(std::optional<std::uint64_t> bytes) const;

    std::deque<Message> m_messages;
    std::uint64_t m_changes = 0;
    std::uint64_t m_changesBefore = 0;
    unsigned m_differs = 0; ///< looks in a row
};

} // namespace byteyard::ipc
