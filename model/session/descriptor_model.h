#pragma once

#include "model/session/session.h"

#include <QAbstractTableModel>

namespace byteyard::model {

/// The descriptors of a run: process -> fd -> open file description -> object. Rows keep their place while
/// others come and go.
class DescriptorModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum class Column { Process, Fd, Access, Description, Object, Kind, Identity, Count_ };
    enum Role {
        ProcessRole = Qt::UserRole, ///< the process's number
        ProcessNodeRole,            ///< its node's id; empty: a program forked it
        EndpointRole,
        EndpointNodeRole,
        DescriptionRole, ///< 0: it has none
        SharedRole,      ///< how many descriptors have this row's open file description
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// Takes over what is open now.
    void refresh(const Session& session);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Row
    {
        LiveDescriptor descriptor;
        QString process;
        QString processNode;
        qint64 pid = 0;
        QString object;
        QString endpointNode;
        QString kind;
        QString identity;
        int shared = 1;
        bool operator==(const Row&) const = default;
    };

    static QList<Row> rowsOf(const Session& session);
    QString text(const Row& row, Column column) const;

    QList<Row> m_rows;
};

} // namespace byteyard::model
