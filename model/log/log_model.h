#pragma once

#include "model/log/catalog.h"
#include "model/log/event_store.h"
#include "model/log/log_filter.h"

#include <QAbstractTableModel>

namespace byteyard::model {

/// The session log as a table: the store's events that pass the filter, then the pending calls. Texts are made in data() alone.
class LogModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum class Column { Number, Time, Process, Call, Endpoint, Result, Bytes, Took, Data, Count_ };
    enum Role {
        PositionRole = Qt::UserRole, ///< quint64 position in the store; invalid for a pending row
        PendingRole,  ///< bool
        ErrorRole,    ///< bool: the call failed
        HowRole,      ///< "exact", "setup", "injected", "unfinished"
        ProcessRole,  ///< quint32
        EndpointRole, ///< quint32
        NodeRole,     ///< id of the process's node
        EndpointNodeRole,
        SortRole,     ///< the raw number behind a text
    };

    explicit LogModel(QObject* parent = nullptr);

    /// The store to show (it must outlive the model or be replaced); null shows nothing.
    void setStore(const EventStore* store);
    /// Names as of now. Cheap: the catalog is implicitly shared.
    void setCatalog(const Catalog& catalog);
    void setPending(const QList<PendingCall>& pending, quint64 now);
    /// Filters in the background (a cancellable job); rows come as they are found. `filtering()` tells that it goes on.
    void setFilter(const LogFilter& filter);
    const LogFilter& filter() const { return m_filter; }
    bool filtering() const;
    /// Takes the events that came since the last call, and drops what the store dropped. Call at most once a frame.
    void refresh();
    EventStore::Row event(int row) const;
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
    LogFilter m_filter;
    // (other members: helper's choice)
};

} // namespace byteyard::model
