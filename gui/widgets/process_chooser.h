#pragma once

#include "model/session/attach_model.h"

#include <QTimer>
#include <QWidget>

class QLineEdit;
class QSortFilterProxyModel;

namespace byteyard::gui {

class DataTable;

/// A list of the machine's processes that stays true while it is there, with a line to filter it by. One is
/// always chosen, unless nothing fits.
class ProcessChooser : public QWidget
{
    Q_OBJECT

public:
    enum class Choice {
        OneToAttach, ///< those that one cannot attach to are dimmed
        Several,
    };

    ProcessChooser(model::Session& session, Choice choice, QWidget* parent = nullptr);

    QList<qint64> pids() const; ///< of the chosen rows
    /// Why the current one cannot be attached to; empty when it can.
    QString whyNot() const;
    bool isEmpty() const; ///< the machine's processes have not come yet
    DataTable* table() const { return m_table; }

Q_SIGNALS:
    void chosen();    ///< another one, or others, or none
    void activated(); ///< by a double click

private:
    void chooseTyped();
    void keepCurrent();
    bool eventFilter(QObject* watched, QEvent* event) override;

    model::Session& m_session;
    model::AttachModel m_model;
    QSortFilterProxyModel* m_sorted;
    QLineEdit* m_filter;
    DataTable* m_table;
    QTimer m_refresh;
};

} // namespace byteyard::gui
