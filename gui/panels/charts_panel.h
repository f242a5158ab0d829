#pragma once

#include "gui/panels/history.h"

#include <QWidget>

namespace byteyard::gui {

class TrendView;

/// How full the endpoints are and what passes through them, over the last half minute.
class ChartsPanel : public QWidget
{
    Q_OBJECT

public:
    ChartsPanel(model::Session& session, History& history, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();

    model::Session& m_session;
    History& m_history;
    TrendView* m_fill;
    TrendView* m_rate;
};

} // namespace byteyard::gui
