#pragma once

#include "gui/widgets/trend_series.h"

#include <QChartView>

#include <functional>

class QCategoryAxis;
class QValueAxis;

namespace byteyard::gui {

class TrendItem;

/// Values over the last seconds, as lines. Axes and legend are Qt Charts'; the lines are one item of ours
/// above them, because QLineSeries takes ten times as long. One series is filled; more have a legend.
class TrendView : public QChartView
{
    Q_OBJECT

public:
    explicit TrendView(QWidget* parent = nullptr);
    ~TrendView() override;

    /// Draws the seconds from `end` - `span` to `end`.
    void setSpan(double end, double span);
    /// Draws these seconds; the time axis tells them as they are, not as before now.
    void setRange(double from, double to);
    void setSeries(const QList<TrendSeries>& series);
    const QList<TrendSeries>& series() const;
    /// A dashed line that cannot be passed, such as a capacity; 0: none.
    void setLimit(double limit, const QString& text);
    /// How a value is written at the axis and in the tool tip.
    void setFormat(const std::function<QString(double)>& format);
    /// Without the words of the time axis, for where there is little room.
    void setCompact(bool compact);
    /// What was seen at a place of the view, a line a series; empty beside the lines.
    QString textAt(const QPoint& position) const;

    QSize sizeHint() const override { return {240, 110}; }
    QSize minimumSizeHint() const override { return {120, 80}; }

protected:
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void setTimes(double end, double span, double axisEnd);
    void dress();
    void dressTime();
    void scale();
    void relabel();
    double most() const;

    QValueAxis* m_time;
    QCategoryAxis* m_values;
    TrendItem* m_lines;
    double m_end = 0;
    double m_span = 30;
    double m_axisEnd = 0; ///< what the axis says at its end: 0, or the time itself
    double m_limit = 0;
    double m_step = 0; ///< between two labels of the value axis
    int m_steps = 0;
    double m_top = 0;
    std::function<QString(double)> m_format;
};

} // namespace byteyard::gui
