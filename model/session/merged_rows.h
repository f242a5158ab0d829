#pragma once

#include <QAbstractTableModel>
#include <QList>

namespace byteyard::model {

/// A table whose rows keep their place, and what is selected, while others come and go: never a reset. Row
/// has an operator==.
template <typename Row>
class MergedRows : public QAbstractTableModel
{
public:
    using QAbstractTableModel::QAbstractTableModel;

    int rowCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }

protected:
    const Row& rowAt(int at) const { return m_rows.at(at); }

    /// Makes these the rows. Both lists are in the order of `orderOf(row)`: what is in one alone comes or
    /// goes.
    template <typename OrderOf>
    void merge(const QList<Row>& rows, OrderOf&& orderOf)
    {
        int at = 0;
        for (const Row& row : rows) {
            while (at < m_rows.size() && orderOf(m_rows.at(at)) < orderOf(row))
                remove(at, at);
            if (at == m_rows.size() || orderOf(m_rows.at(at)) != orderOf(row)) {
                beginInsertRows({}, at, at);
                m_rows.insert(at, row);
                endInsertRows();
            } else if (m_rows.at(at) != row) {
                m_rows[at] = row;
                Q_EMIT dataChanged(index(at, 0), index(at, columnCount() - 1));
            }
            ++at;
        }
        if (at < m_rows.size())
            remove(at, static_cast<int>(m_rows.size()) - 1);
    }

private:
    void remove(int first, int last)
    {
        beginRemoveRows({}, first, last);
        m_rows.remove(first, last - first + 1);
        endRemoveRows();
    }

    QList<Row> m_rows;
};

} // namespace byteyard::model
