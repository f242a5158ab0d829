#pragma once

#include "model/log/catalog.h"
#include "model/log/event_store.h"
#include "model/log/statistics.h"

#include <atomic>
#include <limits>
#include <memory>
#include <mutex>

namespace byteyard::model {

/// The log of one run (or of an opened file). The connection's thread writes events while the run lasts,
/// everybody reads; jobs in other threads keep it alive beyond the next run.
struct RunLog
{
    RunLog() : store(std::make_unique<EventStore>()) {}
    explicit RunLog(std::unique_ptr<EventStore> read) : store(std::move(read)) {}

    std::unique_ptr<EventStore> store;
    Statistics statistics;
    /// Events before this position are done with; when too many after it wait, the engine has to.
    std::atomic<quint64> consumed = std::numeric_limits<quint64>::max();

    /// Events before this position find in the catalog all that the engine told before them: the names of
    /// their processes and endpoints among it.
    std::atomic<quint64> named = 0;

    /// True when the store may soon have to drop events that somebody still wants.
    bool isBehind() const
    {
        const quint64 done = consumed.load(std::memory_order_relaxed);
        const quint64 end = store->end();
        return done < end && (end - done > EventStore::defaultLimit / 2 ||
                              store->bytesFrom(done) > EventStore::defaultBytes / 2);
    }

    Catalog catalog() const
    {
        const std::lock_guard lock(m_mutex);
        return m_catalog;
    }
    template <typename Change>
    void changeCatalog(Change&& change)
    {
        const std::lock_guard lock(m_mutex);
        change(m_catalog);
    }

private:
    mutable std::mutex m_mutex;
    Catalog m_catalog;
};

} // namespace byteyard::model
