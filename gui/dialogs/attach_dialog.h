#pragma once

#include "model/session/attach_model.h"

#include <QDialog>
#include <QTimer>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;

namespace byteyard::gui {

class DataTable;

/// Chooses a running process to attach to, from a list that stays true while it is open. Those that one
/// cannot attach to are dimmed, and say why.
class AttachDialog : public QDialog
{
    Q_OBJECT

public:
    /// `consequence` is a sentence on what attaching does besides; may be empty.
    AttachDialog(model::Session& session, const QString& consequence, QWidget* parent = nullptr);

    qint64 pid() const;        ///< of the current row; 0: none
    bool withChildren() const; ///< those that it has already are followed too

private:
    void showCurrent();
    void keepCurrent();
    bool eventFilter(QObject* watched, QEvent* event) override;

    model::Session& m_session;
    model::AttachModel m_model;
    QSortFilterProxyModel* m_sorted;
    QLineEdit* m_filter;
    DataTable* m_table;
    QLabel* m_why;
    QCheckBox* m_children;
    QPushButton* m_attach;
    QTimer m_refresh;
};

} // namespace byteyard::gui
