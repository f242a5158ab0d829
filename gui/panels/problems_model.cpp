#include "gui/panels/problems_model.h"

#include "gui/theme/theme.h"

namespace byteyard::gui {

namespace {

bool same(const model::Problem& a, const model::Problem& b)
{
    return a.severity == b.severity && a.node == b.node && a.what == b.what && a.remedy == b.remedy;
}

} // namespace

void ProblemsModel::setProblems(const QList<model::Problem>& problems, const QHash<QString, QString>& names)
{
    // What is alike at both ends stays; the rows between are taken out and put in.
    qsizetype head = 0;
    while (head < problems.size() && head < m_problems.size() && same(problems.at(head), m_problems.at(head)))
        ++head;
    qsizetype tail = 0;
    while (tail < problems.size() - head && tail < m_problems.size() - head &&
           same(problems.at(problems.size() - 1 - tail), m_problems.at(m_problems.size() - 1 - tail)))
        ++tail;
    if (const qsizetype gone = m_problems.size() - head - tail; gone > 0) {
        beginRemoveRows({}, static_cast<int>(head), static_cast<int>(head + gone - 1));
        m_problems.remove(head, gone);
        endRemoveRows();
    }
    if (const qsizetype come = problems.size() - head - tail; come > 0) {
        beginInsertRows({}, static_cast<int>(head), static_cast<int>(head + come - 1));
        for (qsizetype i = 0; i < come; ++i)
            m_problems.insert(head + i, problems.at(head + i));
        endInsertRows();
    }
    if (names != m_names) {
        m_names = names;
        if (!m_problems.isEmpty())
            Q_EMIT dataChanged(index(0, static_cast<int>(Column::Node)),
                               index(rowCount() - 1, static_cast<int>(Column::Node)));
    }
}

int ProblemsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_problems.size());
}

int ProblemsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(Column::Count_);
}

QVariant ProblemsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const model::Problem& problem = m_problems.at(index.row());
    const bool error = problem.severity == model::Fault::Severity::Error;
    if (role == NodeRole)
        return problem.node;
    const auto column = static_cast<Column>(index.column());
    if (role == Qt::DecorationRole && column == Column::Severity) {
        const Colors& colors = Theme::instance().colors();
        return error ? colors.markFailed : colors.markBlocked;
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (column) {
    case Column::Severity:
        return error ? tr("Error") : tr("Warning");
    case Column::Node:
        return m_names.value(problem.node, problem.node);
    case Column::What:
        return problem.what;
    case Column::Remedy:
        return problem.remedy;
    case Column::Count_:
        break;
    }
    return {};
}

QVariant ProblemsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    switch (static_cast<Column>(section)) {
    case Column::Severity:
        return tr("Severity");
    case Column::Node:
        return tr("Node");
    case Column::What:
        return tr("What happened");
    case Column::Remedy:
        return tr("What to do");
    case Column::Count_:
        break;
    }
    return {};
}

} // namespace byteyard::gui
