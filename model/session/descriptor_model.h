#pragma once

#include "model/session/merged_rows.h"
#include "model/session/session.h"

namespace byteyard::model {

/// What is shown of a descriptor.
struct DescriptorRow
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
    bool operator==(const DescriptorRow&) const = default;
};

/// The descriptors of a run: process -> fd -> open file description -> object.
class DescriptorModel : public MergedRows<DescriptorRow>
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

    using MergedRows::MergedRows;

    /// Takes over what is open now.
    void refresh(const Session& session);

    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    static QList<DescriptorRow> rowsOf(const Session& session);
    QString text(const DescriptorRow& row, Column column) const;
};

} // namespace byteyard::model
