#pragma once

#include "ipc/capture/event.h"

#include <QtGlobal>

#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace byteyard::model {

/// Events of a session in memory: the wire's records in chunks, the oldest chunk dropped when there are more than the
/// limit. One thread appends, any thread reads. A row's position never changes: it counts from the session's first event.
class EventStore
{
public:
    static constexpr quint64 defaultLimit = 1'000'000;

    explicit EventStore(quint64 limit = defaultLimit);
    ~EventStore();

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

    /// Checks and takes the records of an Events frame; false when a record is broken (those before it are kept).
    /// `each` sees every event as it is taken, for the statistics.
    template <typename Each>
    bool append(std::span<const std::byte> records, Each&& each);
    bool append(std::span<const std::byte> records);
    void append(const ipc::EventView& event);

    quint64 first() const; ///< position of the oldest that is kept
    quint64 end() const;   ///< one past the newest
    quint64 dropped() const { return first(); } ///< how many went because of the limit
    quint64 bytesUsed() const;
    /// The event at a position; empty when it has gone or is not there yet.
    Row at(quint64 position) const;
    /// Calls `each(position, view)` for the positions of [from, to) that are kept, faster than at(). It holds no lock while it calls.
    /// Stops when `each` returns false. Returns the position after the last one visited.
    template <typename Each>
    quint64 forEach(quint64 from, quint64 to, Each&& each) const;
    void clear();
    void setLimit(quint64 limit);

    // (private members: helper's choice)
};

} // namespace byteyard::model
