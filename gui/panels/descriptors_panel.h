#pragma once

#include "model/session/session.h"

#include <QTimer>
#include <QWidget>

namespace byteyard::model {
class DescriptorModel;
}

namespace byteyard::gui {

class DataTable;
class MutedLabel;

/// Who has what open: process -> fd -> open file description -> object. A place in a row chooses on the
/// canvas what stands there; rows with the chosen row's description are marked.
class DescriptorsPanel : public QWidget
{
    Q_OBJECT

public:
    explicit DescriptorsPanel(model::Session& session, QWidget* parent = nullptr);
    model::DescriptorModel* model() const { return m_model; }
    DataTable* view() const { return m_view; }

Q_SIGNALS:
    /// Keys as in live_lookup.h.
    void revealWanted(const QStringList& keys);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();
    void chosen(const QModelIndex& index);

    model::Session& m_session;
    model::DescriptorModel* m_model;
    DataTable* m_view;
    MutedLabel* m_notice;
    QTimer m_soon;
    bool m_refreshing = false;
};

} // namespace byteyard::gui
