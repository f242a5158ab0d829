#pragma once

#include "model/session/merged_rows.h"
#include "model/session/session.h"

namespace byteyard::model {

/// The processes that one may attach to, and those that one may not, with the reason.
class AttachModel : public MergedRows<AttachableProcess>
{
    Q_OBJECT

public:
    enum class Column { Pid, Name, User, CommandLine, Count_ };
    enum Role {
        PidRole = Qt::UserRole,
        WhyNotRole, ///< a sentence; empty when one may attach to it
        SortRole,   ///< numbers as numbers
    };

    using MergedRows::MergedRows;

    /// Takes over the processes of now (Session::processesListed).
    void refresh(QList<AttachableProcess> processes);

    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    static QString text(const AttachableProcess& process, Column column);
};

} // namespace byteyard::model
