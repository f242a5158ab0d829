#pragma once

#include "gui/widgets/trend_series.h"

#include <QGraphicsItem>

namespace byteyard::gui {

/// The lines of a chart, drawn in one go: each pixel column gets the least and the most of what was seen in
/// it, so that thousands of points cost what the columns cost and no peak is lost.
class TrendItem final : public QGraphicsItem
{
public:
    explicit TrendItem(QGraphicsItem* parent) : QGraphicsItem(parent) {}

    /// Where the axes are, in the parent's coordinates.
    void setArea(const QRectF& area);
    /// What the area shows: seconds from `end` - `span` to `end`, values from 0 to `top`.
    void setRange(double end, double span, double top);
    void setSeries(const QList<TrendSeries>& series);
    const QList<TrendSeries>& series() const { return m_series; }
    /// A dashed line that cannot be passed, such as a capacity; 0: none.
    void setLimit(double limit, const QString& text);

    /// The line of one series in an area that is `columns` wide and as high as `height`, in pixels from its
    /// upper left corner.
    static QPolygonF lineOf(const QList<QPointF>& points, double end, double span, double top, int columns,
                            double height);

    QRectF boundingRect() const override { return m_area; }
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    QList<TrendSeries> m_series;
    QRectF m_area;
    double m_end = 0;
    double m_span = 30;
    double m_top = 1;
    double m_limit = 0;
    QString m_limitText;
};

} // namespace byteyard::gui
