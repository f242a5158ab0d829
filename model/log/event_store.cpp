#include "model/log/event_store.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <sys/mman.h>
#include <utility>

namespace byteyard::model {

EventStore::Memory EventStore::Spare::take()
{
    {
        const std::scoped_lock lock(m_mutex);
        if (m_memory.bytes)
            return std::exchange(m_memory, {});
    }
    Memory memory{
        std::unique_ptr<std::byte, Free>(static_cast<std::byte*>(std::aligned_alloc(chunkBytes, chunkBytes))),
        std::make_unique_for_overwrite<quint32[]>(chunkRecords)};
    if (!memory.bytes)
        throw std::bad_alloc();
    ::madvise(memory.bytes.get(), chunkBytes, MADV_HUGEPAGE); // a wish: small pages do too
    return memory;
}

void EventStore::Spare::leave(Memory memory)
{
    const std::scoped_lock lock(m_mutex);
    std::swap(m_memory, memory);
}

EventStore::Chunk::Chunk(quint64 firstPosition, std::shared_ptr<Spare> from)
    : first(firstPosition), spare(std::move(from)), memory(spare->take())
{
}

EventStore::Chunk::~Chunk()
{
    spare->leave(std::move(memory));
}

EventStore::EventStore(quint64 limit, quint64 mostBytes)
    : m_limit(std::max<quint64>(limit, 1)), m_mostBytes(mostBytes)
{
}

EventStore::~EventStore() = default;

bool EventStore::append(std::span<const std::byte> records)
{
    return append(records, [](const ipc::EventView&) {});
}

void EventStore::append(const ipc::EventView& event)
{
    std::vector<std::byte> record;
    ipc::wire::appendRecord(event, record);
    const std::scoped_lock lock(m_appendMutex);
    take(record);
    publish();
}

void EventStore::take(std::span<const std::byte> record)
{
    if (!m_open || chunkBytes - m_openBytes < record.size()) {
        m_open = std::make_shared<Chunk>(m_taken, m_spare);
        m_openBytes = 0;
        m_unpublished.push_back(m_open);
    }
    std::memcpy(m_open->memory.bytes.get() + m_openBytes, record.data(), record.size());
    m_open->memory.offsets[m_taken - m_open->first] = static_cast<quint32>(m_openBytes);
    m_openBytes += record.size();
    ++m_taken;
}

void EventStore::publish()
{
    const std::scoped_lock lock(m_mutex);
    m_chunks.insert(m_chunks.end(), m_unpublished.begin(), m_unpublished.end());
    m_unpublished.clear();
    m_end = m_taken;
    dropOld();
}

void EventStore::dropOld()
{
    if (m_end - m_first > m_limit)
        m_first = m_end - m_limit;
    while (m_chunks.size() > 1 && m_chunks[1]->first <= m_first)
        m_chunks.pop_front();
    while (m_chunks.size() > 1 && memoryOf(m_chunks.size()) > m_mostBytes) {
        m_chunks.pop_front();
        m_first = std::max(m_first, m_chunks.front()->first);
    }
}

quint64 EventStore::first() const
{
    const std::scoped_lock lock(m_mutex);
    return m_first;
}

quint64 EventStore::end() const
{
    const std::scoped_lock lock(m_mutex);
    return m_end;
}

quint64 EventStore::bytesUsed() const
{
    const std::scoped_lock lock(m_mutex);
    return memoryOf(m_chunks.size());
}

quint64 EventStore::bytesFrom(quint64 position) const
{
    const std::scoped_lock lock(m_mutex);
    const auto after = std::upper_bound(m_chunks.begin(), m_chunks.end(), position,
                                        [](quint64 at, const auto& chunk) { return at < chunk->first; });
    return memoryOf(static_cast<std::size_t>(m_chunks.end() - after) + (after == m_chunks.begin() ? 0 : 1));
}

EventStore::Piece EventStore::pieceFrom(quint64 from) const
{
    const std::scoped_lock lock(m_mutex);
    from = std::max(from, m_first);
    if (from >= m_end)
        return {};
    const auto after =
        std::upper_bound(m_chunks.begin(), m_chunks.end(), from,
                         [](quint64 position, const auto& chunk) { return position < chunk->first; });
    return {*(after - 1), from, after == m_chunks.end() ? m_end : (*after)->first};
}

EventStore::Row EventStore::at(quint64 position) const
{
    Piece piece = pieceFrom(position);
    Row row;
    if (piece.chunk && piece.from == position) {
        row.m_view = ipc::wire::trustedRecord(piece.chunk->record(position));
        row.m_keep = std::move(piece.chunk);
    }
    return row;
}

void EventStore::clear()
{
    const std::scoped_lock lock(m_appendMutex, m_mutex);
    m_open.reset();
    m_openBytes = 0;
    m_taken = 0;
    m_unpublished.clear();
    m_chunks.clear();
    m_first = m_end = 0;
}

void EventStore::setLimit(quint64 limit)
{
    const std::scoped_lock lock(m_mutex);
    m_limit = std::max<quint64>(limit, 1);
    dropOld();
}

} // namespace byteyard::model
