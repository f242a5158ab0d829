#pragma once

#include "model/log/log_model.h"
#include "model/session/session.h"

#include <QWidget>

class QLabel;
class QToolButton;

namespace byteyard::gui {

class DataTable;
class LogFilterBar;

/// The session log: what the processes did, call by call, while it happens. Follows the tail until one
/// scrolls up.
class LogPanel : public QWidget
{
    Q_OBJECT

public:
    explicit LogPanel(model::Session& session, QWidget* parent = nullptr);
    LogFilterBar* filterBar() const { return m_filterBar; }
    model::LogModel* model() const { return m_model; }
    DataTable* view() const { return m_view; }
    bool isFollowing() const { return m_following; }
    void setFollowing(bool following);

Q_SIGNALS:
    /// A row was chosen; `position` is the event's in the store.
    void eventChosen(quint64 position);
    void revealWanted(const QString& process, const QString& endpoint);

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void showReplayed();
    void refresh();
    void fitColumns();
    void takeCatalog();
    void followOnScroll();
    void chosen(const QModelIndex& index);
    void contextMenu(const QPoint& position);
    QString keyAt(const QModelIndex& index, int nodeRole, int numberRole, const QString& prefix) const;

    model::Session& m_session;
    model::LogModel* m_model;
    LogFilterBar* m_filterBar;
    DataTable* m_view;
    QLabel* m_notice;
    QToolButton* m_live;
    bool m_following = true;
    bool m_refreshing = false;
    bool m_columnsChosen = false; ///< by a person
    bool m_fittingColumns = false;
};

} // namespace byteyard::gui
