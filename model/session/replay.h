#pragma once

#include "model/log/event_store.h"
#include "model/session/live_state.h"

#include <QHash>

#include <memory>
#include <vector>

namespace byteyard::model {

/// A run's log played again: who and what was there at a moment, as far as the log tells. What was looked at
/// between the calls (how much is in a socket, what stands in memory) is in no log and not shown. Forward it
/// adds the events that come, backward it begins anew.
class Replay
{
public:
    /// `end`: when the run ended, in ns since it began.
    Replay(std::shared_ptr<const EventStore> store, Catalog catalog, Topology topology, quint64 end);

    /// Goes to a moment: everything that had returned by then. True when parts have come, gone or changed
    /// their state.
    bool seek(quint64 time);
    /// The same to the return of the call after the next `count` - 1 ones; back for a negative count.
    bool step(qint64 count);

    quint64 time() const { return m_time; }
    quint64 end() const { return m_end; }
    /// In the store, of the first event that has not come.
    quint64 position() const { return m_position; }
    const LiveState& live() const { return m_live; }

private:
    /// A call that took so long that it was shown as blocked.
    struct Long
    {
        quint64 from = 0;
        quint64 to = 0;
        PendingCall call;
        ipc::Flow flow = ipc::Flow::None;
    };

    void begin();
    void advance(quint64 time, quint64 position);
    void take(const ipc::EventView& event);
    void processBegins(quint32 number, quint64 time);
    void processEnds(quint32 number, quint64 time);
    void endpointBegins(quint32 number);
    void hold(quint32 process, quint32 endpoint, int fd, const QString& access, bool open);
    void showBlocked();
    void showFill(const Statistics::Snapshot& totals);
    bool mayHaveHeldMore(const EndpointEntry& endpoint) const;

    std::shared_ptr<const EventStore> m_store;
    const Catalog m_catalog;
    const Topology m_topology;
    const quint64 m_end;
    std::vector<Long> m_longCalls;
    bool m_hasAttached = false;              ///< processes that ran before
    using Fork = std::pair<quint32, qint64>; ///< the parent, and the pid that it was told
    QHash<Fork, QList<quint32>> m_children;  ///< in the order of forks: a pid may come again

    std::unique_ptr<Statistics> m_statistics;
    LiveState m_live;
    QHash<quint32, QSet<std::pair<quint32, int>>> m_held; ///< by process: endpoint and fd
    QList<qint64> m_blocked;                              ///< tids
    quint64 m_time = 0;
    quint64 m_position = 0;
    QHash<Fork, qsizetype> m_forks; ///< how many of m_children have come
    bool m_changed = false;
};

} // namespace byteyard::model
