#pragma once

#include "ipc/wire/event_record.h"

#include <QtGlobal>

#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <span>

namespace byteyard::model {

/// Events of a session in memory: the wire's records in chunks. When there are more than the limit the oldest
/// go: exactly the newest `limit` can be read, and their chunks are what is kept. When those take more memory
/// than `mostBytes` (events with much data), whole chunks of the oldest go. One thread appends, any thread
/// reads. A row's position never changes: it counts from the session's first event.
class EventStore
{
public:
    static constexpr quint64 defaultLimit = 1'000'000;

    static constexpr quint64 defaultBytes = 512u << 20;

    explicit EventStore(quint64 limit = defaultLimit, quint64 mostBytes = defaultBytes);
    ~EventStore();
    EventStore(const EventStore&) = delete;
    EventStore& operator=(const EventStore&) = delete;

    /// An event and what keeps its bytes alive.
    class Row
    {
    public:
        const ipc::EventView& operator*() const { return m_view; }
        const ipc::EventView* operator->() const { return &m_view; }
        explicit operator bool() const { return m_keep != nullptr; }

    private:
        friend class EventStore;
        ipc::EventView m_view;
        std::shared_ptr<const void> m_keep;
    };

    /// Checks and takes the records of an Events frame; false when a record is broken (those before it are
    /// kept). `each(const EventView&)` sees every event as it is taken, for the statistics. Readers see the
    /// batch when it is whole.
    template <typename Each>
    bool append(std::span<const std::byte> records, Each&& each);
    bool append(std::span<const std::byte> records);
    void append(const ipc::EventView& event);

    quint64 first() const;                      ///< position of the oldest that is kept
    quint64 end() const;                        ///< one past the newest
    quint64 dropped() const { return first(); } ///< how many went because of a limit
    quint64 bytesUsed() const;                  ///< memory that the chunks take
    quint64 bytesFrom(quint64 position) const;  ///< of those with this event or later ones
    /// The event at a position; empty when it has gone or is not there yet.
    Row at(quint64 position) const;
    /// Calls `each(position, view)` for the positions of [from, to) that are kept, faster than at(). It holds
    /// no lock while it calls. Stops when `each` returns false. Returns the position after the last one
    /// visited.
    template <typename Each>
    quint64 forEach(quint64 from, quint64 to, Each&& each) const;
    /// Forgets everything; positions begin at 0 again, so nothing may be showing the store.
    void clear();
    void setLimit(quint64 limit);

private:
    /// One huge page: with small ones, the first touch of its memory costs more than all else that is done
    /// for an event.
    static constexpr std::size_t chunkBytes = 2u << 20;
    static constexpr std::size_t chunkRecords = chunkBytes / ipc::wire::recordHeaderSize;
    static_assert(chunkBytes >= ipc::wire::maxRecordSize);

    struct Free
    {
        void operator()(std::byte* bytes) const { std::free(bytes); } // NOLINT: of aligned_alloc
    };

    struct Memory
    {
        std::unique_ptr<std::byte, Free> bytes;
        std::unique_ptr<quint32[]> offsets;
    };
    /// What the last chunk that went has left, for the next one: the kernel clears fresh memory first.
    class Spare
    {
    public:
        Memory take();
        void leave(Memory memory);

    private:
        std::mutex m_mutex;
        Memory m_memory;
    };

    /// Only the appending thread writes, and only past what has been published; what is published never
    /// changes.
    struct Chunk
    {
        Chunk(quint64 firstPosition, std::shared_ptr<Spare> from);
        ~Chunk();
        Chunk(const Chunk&) = delete;
        Chunk& operator=(const Chunk&) = delete;
        const std::byte* record(quint64 position) const
        {
            return memory.bytes.get() + memory.offsets[position - first];
        }
        const quint64 first;
        const std::shared_ptr<Spare> spare;
        Memory memory;
    };

    /// A chunk as a reader may use it: [from, to) of its positions.
    struct Piece
    {
        std::shared_ptr<const Chunk> chunk;
        quint64 from = 0;
        quint64 to = 0;
    };

    /// Copies a record behind the others, in a new chunk when it has no room. Needs m_appendMutex.
    void take(std::span<const std::byte> record);
    /// Shows readers what was taken, and drops what is over the limit.
    void publish();
    void dropOld();
    static constexpr quint64 memoryOf(std::size_t chunks)
    {
        return chunks * (chunkBytes + chunkRecords * sizeof(quint32) + sizeof(Chunk));
    }
    /// What is kept from `from` on, up to the end of its chunk.
    Piece pieceFrom(quint64 from) const;

    const std::shared_ptr<Spare> m_spare = std::make_shared<Spare>();
    std::mutex m_appendMutex; ///< held for a whole batch; readers never take it
    std::shared_ptr<Chunk> m_open;
    std::size_t m_openBytes = 0;
    quint64 m_taken = 0;
    std::deque<std::shared_ptr<Chunk>> m_unpublished;

    mutable std::mutex m_mutex; ///< for what follows; never held for long
    std::deque<std::shared_ptr<const Chunk>> m_chunks;
    quint64 m_first = 0;
    quint64 m_end = 0;
    quint64 m_limit;
    const quint64 m_mostBytes;
};

template <typename Each>
bool EventStore::append(std::span<const std::byte> records, Each&& each)
{
    const std::scoped_lock lock(m_appendMutex);
    bool sound = true;
    while (!records.empty()) {
        std::size_t size = 0;
        const auto event = ipc::wire::readRecord(records, size);
        if (!event) {
            sound = false;
            break;
        }
        take(records.first(size));
        each(*event);
        records = records.subspan(size);
    }
    publish();
    return sound;
}

template <typename Each>
quint64 EventStore::forEach(quint64 from, quint64 to, Each&& each) const
{
    while (from < to) {
        const Piece piece = pieceFrom(from);
        if (!piece.chunk)
            break;
        const quint64 stop = std::min(piece.to, to);
        for (from = piece.from; from < stop; ++from)
            if (!each(from, ipc::wire::trustedRecord(piece.chunk->record(from))))
                return from + 1;
    }
    return from;
}

} // namespace byteyard::model
