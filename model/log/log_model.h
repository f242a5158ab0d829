#pragma once

#include "model/log/catalog.h"
#include "model/log/event_store.h"
#include "model/log/log_filter.h"

#include <QAbstractTableModel>
#include <QThreadPool>

#include <atomic>
#include <deque>
#include <memory>
#include <vector>

namespace byteyard::model {

/// The session log as a table: the store's events that pass the filter, then the pending calls. Texts are
/// made in data() alone.
class LogModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum class Column { Number, Time, Process, Call, Endpoint, Result, Bytes, Took, Data, Count_ };
    enum Role {
        PositionRole = Qt::UserRole, ///< quint64 position in the store; invalid for a pending row
        PendingRole,                 ///< bool
        ErrorRole,                   ///< bool: the call failed
        HowRole,                     ///< "exact", "setup", "injected", "unfinished"
        ProcessRole,                 ///< quint32
        EndpointRole,                ///< quint32
        NodeRole,                    ///< id of the process's node
        EndpointNodeRole,
        SortRole, ///< the raw number behind a text
    };

    explicit LogModel(QObject* parent = nullptr);
    ~LogModel() override;

    /// The store to show (it must outlive the model or be replaced); null shows nothing.
    void setStore(const EventStore* store);
    /// Names as of now. Cheap: the catalog is implicitly shared.
    void setCatalog(const Catalog& catalog);
    void setPending(const QList<PendingCall>& pending, quint64 now);
    /// Filters in the background (a cancellable job); rows come as they are found. `filtering()` tells that
    /// it goes on.
    void setFilter(const LogFilter& filter);
    const LogFilter& filter() const { return m_filter; }
    bool filtering() const;
    /// Takes the events that came since the last call, and drops what the store dropped. Call at most once a
    /// frame.
    void refresh();
    EventStore::Row eventOf(int row) const;
    int rowOfPosition(quint64 position) const; ///< -1: not shown
    /// Events that the store's limit has removed.
    quint64 dropped() const;
    /// The row as the exporters' JSON object, for copying.
    QString rowAsText(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    void filteringChanged(bool filtering);

private:
    /// What a filter job was started for; a result of another one is out of date.
    struct Job
    {
        std::atomic<bool> cancelled = false;
        bool again =
            false; ///< names have changed: looks at everything once more, then the rows are made to fit
    };

    int eventRows() const;
    quint64 positionOfRow(int row) const;
    void dropRows(quint64 first);
    void appendRange(quint64 end);
    void startJob(bool again = false);
    void cancelJob();
    void takeFound(const std::shared_ptr<Job>& job, const std::vector<quint64>& found, quint64 scanned,
                   bool atEnd);
    void insertFound(std::size_t at, std::span<const quint64> positions);
    void replaceFound(std::span<const quint64> positions);
    void restartFilter();
    void showPending();
    void setFiltering(bool filtering);
    EventStore::Row cachedEvent(quint64 position) const;
    QString processText(quint32 process, qint64 pid) const;
    QString eventText(const ipc::EventView& event, Column column) const;
    QString eventToolTip(const ipc::EventView& event, Column column) const;
    QVariant eventData(int row, Column column, int role) const;
    QVariant pendingData(const PendingCall& pending, Column column, int role) const;

    const EventStore* m_store = nullptr;
    Catalog m_catalog;
    LogFilter m_filter;
    std::shared_ptr<const LogMatcher> m_matcher;
    bool m_everything =
        true; ///< the filter is empty: rows are the range [m_first, m_end), and m_found is not used
    quint64 m_first = 0; ///< oldest position that may be shown
    quint64 m_end = 0;   ///< positions before it have been looked at
    std::deque<quint64> m_found;
    QList<PendingCall> m_allPending;
    QList<PendingCall> m_pending; ///< those that are shown
    quint64 m_now = 0;
    bool m_filtering = false;
    std::shared_ptr<Job> m_job;
    QThreadPool m_pool; ///< one thread: jobs come one after the other
    mutable quint64 m_cachedPosition = 0;
    mutable EventStore::Row m_cached; ///< a view asks for many cells of a row
};

} // namespace byteyard::model
