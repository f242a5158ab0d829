#pragma once

#include "model/session/session.h"

#include <QAbstractTableModel>

namespace byteyard::gui {

/// What is wrong: the run's problems and the faults of the document as it stands.
class ProblemsModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum class Column { Severity, Node, What, Remedy, Count_ };
    enum Role { NodeRole = Qt::UserRole };

    using QAbstractTableModel::QAbstractTableModel;
    /// `names`: what a node is called, by its id. Rows that stay keep their place and selection.
    void setProblems(const QList<model::Problem>& problems, const QHash<QString, QString>& names);
    const QList<model::Problem>& problems() const { return m_problems; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QList<model::Problem> m_problems;
    QHash<QString, QString> m_names;
};

} // namespace byteyard::gui
