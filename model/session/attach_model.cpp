#include "model/session/attach_model.h"

#include "model/topology/pipeline_text.h"

#include <algorithm>

namespace byteyard::model {

void AttachModel::refresh(QList<AttachableProcess> processes)
{
    std::sort(processes.begin(), processes.end(),
              [](const AttachableProcess& a, const AttachableProcess& b) { return a.pid < b.pid; });
    // Both lists are in the same order: what is in one alone comes or goes.
    qsizetype at = 0;
    for (const AttachableProcess& process : std::as_const(processes)) {
        while (at < m_rows.size() && m_rows.at(at).pid < process.pid) {
            beginRemoveRows({}, static_cast<int>(at), static_cast<int>(at));
            m_rows.removeAt(at);
            endRemoveRows();
        }
        if (at == m_rows.size() || m_rows.at(at).pid != process.pid) {
            beginInsertRows({}, static_cast<int>(at), static_cast<int>(at));
            m_rows.insert(at, process);
            endInsertRows();
        } else if (m_rows.at(at) != process) {
            m_rows[at] = process;
            Q_EMIT dataChanged(index(static_cast<int>(at), 0),
                               index(static_cast<int>(at), columnCount() - 1));
        }
        ++at;
    }
    if (at < m_rows.size()) {
        beginRemoveRows({}, static_cast<int>(at), static_cast<int>(m_rows.size()) - 1);
        m_rows.remove(at, m_rows.size() - at);
        endRemoveRows();
    }
}

int AttachModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
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
    const AttachableProcess& row = m_rows.at(index.row());
    const auto column = static_cast<Column>(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text(row, column);
    case Qt::ToolTipRole:
        return row.whyNot.isEmpty() ? text(row, Column::CommandLine) : row.whyNot;
    case PidRole:
        return row.pid;
    case WhyNotRole:
        return row.whyNot;
    case SortRole:
        return column == Column::Pid ? QVariant(row.pid) : QVariant(text(row, column));
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
