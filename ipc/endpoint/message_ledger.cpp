#include "ipc/endpoint/message_ledger.h"

#include <algorithm>

namespace byteyard::ipc {

namespace {

/// An event may come a look later than what it did.
constexpr unsigned patience = 5;

} // namespace

void MessageLedger::sent(std::int64_t rank, std::uint64_t size, std::span<const std::byte> bytes)
{
    ++m_changes;
    const auto place = std::find_if(m_messages.begin(), m_messages.end(),
                                    [&](const Message& each) { return each.known && each.rank < rank; });
    m_messages.insert(place, {rank, size, {bytes.begin(), bytes.end()}, true});
}

void MessageLedger::received(std::int64_t rank, std::uint64_t size)
{
    ++m_changes;
    auto taken = std::find_if(m_messages.begin(), m_messages.end(), [&](const Message& each) {
        return each.known && each.rank == rank && each.size == size;
    });
    if (taken == m_messages.end())
        taken = std::find_if(m_messages.begin(), m_messages.end(),
                             [](const Message& each) { return !each.known; });
    if (taken != m_messages.end())
        m_messages.erase(taken);
}

bool MessageLedger::fitsIn(std::optional<std::uint64_t> bytes) const
{
    std::uint64_t known = 0;
    bool all = true;
    for (const Message& each : m_messages) {
        known += each.known ? each.size : 0;
        all = all && each.known;
    }
    return !bytes || (all ? known == *bytes : known <= *bytes);
}

void MessageLedger::settle(std::uint64_t count, std::optional<std::uint64_t> bytes)
{
    const bool quiet = m_changes == m_changesBefore;
    m_changesBefore = m_changes;
    m_differs = quiet && (m_messages.size() != count || !fitsIn(bytes)) ? m_differs + 1 : 0;
    if (m_differs < patience)
        return;
    m_differs = 0;
    // Somebody else took from the head, or put in something: where that stands nobody knows.
    while (m_messages.size() > count)
        m_messages.pop_front();
    while (m_messages.size() < count)
        m_messages.push_back({0, 0, {}, false});
    // As many as there are, but not these.
    if (!fitsIn(bytes))
        std::fill(m_messages.begin(), m_messages.end(), Message{0, 0, {}, false});
}

std::vector<Tile> MessageLedger::tiles(std::uint64_t count) const
{
    std::vector<Tile> tiles;
    // More than there are: the first were taken, and their receives are not told yet.
    std::size_t at = m_messages.size() > count ? m_messages.size() - count : 0;
    for (; at < m_messages.size() && tiles.size() < Look::maxTiles; ++at) {
        const Message& each = m_messages[at];
        const std::size_t head = std::min(each.bytes.size(), Tile::headBytes);
        tiles.push_back({each.rank,
                         each.size,
                         {each.bytes.begin(), each.bytes.begin() + static_cast<std::ptrdiff_t>(head)},
                         each.known});
    }
    while (tiles.size() < std::min<std::uint64_t>(count, Look::maxTiles))
        tiles.push_back({0, 0, {}, false});
    return tiles;
}

std::vector<std::byte> MessageLedger::bytes() const
{
    std::vector<std::byte> all;
    for (const Message& each : m_messages) {
        if (!each.known)
            break;
        all.insert(all.end(), each.bytes.begin(), each.bytes.end());
        if (each.bytes.size() < each.size)
            break;
    }
    return all;
}

} // namespace byteyard::ipc
