#include "model/session/attach_model.h"

#include "model/topology/pipeline_text.h"

#include <algorithm>

namespace byteyard::model {

void AttachModel::refresh(QList<AttachableProcess> processes)
{
    std::sort(processes.begin(), processes.end(),
              [](const AttachableProcess& a, const AttachableProcess& b) { return a.pid < b.pid; });
    merge(processes, [](const AttachableProcess& process) { return process.pid; });
}

int AttachModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(Column::Count_);
}

QString AttachModel::text(const AttachableProcess& process, Column column)
{
    switch (column) {
    case Column::Pid:
        return QString::number(process.pid);
    case Column::Name:
        return process.name;
    case Column::User:
        return process.user;
    case Column::CommandLine:
        return joinWords(process.argv);
    case Column::Count_:
        break;
    }
    return {};
}

QVariant AttachModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const AttachableProcess& process = rowAt(index.row());
    const auto column = static_cast<Column>(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text(process, column);
    case Qt::ToolTipRole:
        return process.whyNot.isEmpty() ? text(process, Column::CommandLine) : process.whyNot;
    case PidRole:
        return process.pid;
    case WhyNotRole:
        return process.whyNot;
    case SortRole:
        return column == Column::Pid ? QVariant(process.pid) : QVariant(text(process, column));
    default:
        return {};
    }
}

QVariant AttachModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    switch (static_cast<Column>(section)) {
    case Column::Pid:
        return tr("Pid");
    case Column::Name:
        return tr("Name");
    case Column::User:
        return tr("User");
    case Column::CommandLine:
        return tr("Command line");
    case Column::Count_:
        break;
    }
    return {};
}

} // namespace byteyard::model
