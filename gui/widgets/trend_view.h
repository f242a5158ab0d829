#pragma once

#include <QColor>
#include <QList>
#include <QPointF>
#include <QWidget>

#include <functional>

namespace byteyard::gui {

/// Values over the last seconds, as lines. One series is filled; more have a legend.
class TrendView : public QWidget
{
    Q_OBJECT

public:
    struct Series
    {
        QString name;
        QColor color;
        QList<QPointF> points; ///< x: seconds since the run began, rising
    };

    explicit TrendView(QWidget* parent = nullptr);
    /// Draws the seconds from `end` - `span` to `end`.
    void setSpan(double end, double span);
    void setSeries(const QList<Series>& series);
    /// A dashed line that cannot be passed, such as a capacity; 0: none.
    void setLimit(double limit, const QString& text);
    void setFormat(const std::function<QString(double)>& format) { m_format = format; }

    QSize sizeHint() const override { return {240, 110}; }
    QSize minimumSizeHint() const override { return {120, 80}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    double top() const;

    QList<Series> m_series;
    double m_end = 0;
    double m_span = 30;
    double m_limit = 0;
    QString m_limitText;
    std::function<QString(double)> m_format;
};

} // namespace byteyard::gui
