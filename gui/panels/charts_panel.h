#pragma once

#include "gui/panels/history.h"

#include <QWidget>

#include <optional>

namespace byteyard::gui {

class SectionLabel;
class TrendView;

/// How full the endpoints are and what passes through them, over the last half minute.
class ChartsPanel : public QWidget
{
    Q_OBJECT

public:
    ChartsPanel(model::Session& session, History& history, QWidget* parent = nullptr);
    /// Shows these seconds of the run instead of the last ones; nothing: the last ones.
    void setRange(const std::optional<std::pair<double, double>>& seconds);
    TrendView* fill() const { return m_fill; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();

    model::Session& m_session;
    History& m_history;
    TrendView* m_fill;
    TrendView* m_rate;
    SectionLabel* m_fillTitle;
    SectionLabel* m_rateTitle;
    std::optional<std::pair<double, double>> m_range;
};

} // namespace byteyard::gui
