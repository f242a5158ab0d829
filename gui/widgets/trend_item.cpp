#include "gui/widgets/trend_item.h"

#include "gui/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace byteyard::gui {

void TrendItem::setArea(const QRectF& area)
{
    if (area == m_area)
        return;
    prepareGeometryChange();
    m_area = area;
}

void TrendItem::setRange(double end, double span, double top)
{
    m_end = end;
    m_span = std::max(span, 0.1);
    m_top = top > 0 ? top : 1;
    update();
}

void TrendItem::setSeries(const QList<TrendSeries>& series)
{
    m_series = series;
    update();
}

void TrendItem::setLimit(double limit, const QString& text)
{
    if (limit == m_limit && text == m_limitText)
        return;
    m_limit = limit;
    m_limitText = text;
    update();
}

QPolygonF TrendItem::lineOf(const QList<QPointF>& points, double end, double span, double top, int columns,
                            double height)
{
    QPolygonF line;
    const double start = end - span;
    const auto columnOf = [&](double time) {
        return static_cast<int>(std::floor((time - start) / span * columns));
    };
    const auto rowOf = [&](double value) { return height - std::clamp(value / top, 0.0, 1.0) * height; };
    const auto add = [&line](double x, double y) {
        // A level stretch is two points, however many columns it is long.
        const qsizetype size = line.size();
        if (size >= 2 && line.at(size - 1).y() == y && line.at(size - 2).y() == y)
            line.last().setX(x);
        else if (size == 0 || line.last() != QPointF(x, y))
            line.append({x, y});
    };

    // The first point that is seen begins where the last one before it still holds.
    auto next = std::lower_bound(points.begin(), points.end(), start,
                                 [](const QPointF& point, double time) { return point.x() < time; });
    if (next != points.begin())
        add(0, rowOf(std::prev(next)->y()));
    while (next != points.end() && next->x() <= end) {
        const int column = std::min(columnOf(next->x()), columns - 1);
        double least = next->y();
        double most = least;
        double last = least;
        for (++next; next != points.end() && next->x() <= end && columnOf(next->x()) <= column; ++next) {
            last = next->y();
            least = std::min(least, last);
            most = std::max(most, last);
        }
        const double x = column + 0.5;
        if (!line.isEmpty())
            add(x, line.last().y());
        // From the end that is nearer to where the line comes from, so that it does not go over itself.
        const bool upFirst = !line.isEmpty() && line.last().y() < rowOf(most);
        for (const double value : {upFirst ? most : least, upFirst ? least : most, last})
            add(x, rowOf(value));
    }
    if (!line.isEmpty())
        add(columns, line.last().y());
    return line;
}

void TrendItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget* widget)
{
    const double ratio = painter->device()->devicePixelRatioF();
    const int columns = static_cast<int>(m_area.width() * ratio);
    if (columns < 2)
        return;
    painter->save();
    painter->setClipRect(m_area.adjusted(0, -1, 0, 1));
    // Steps are level and upright: without smoothing they are sharp, and cost a fraction.
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->translate(m_area.topLeft());
    const double height = m_area.height();
    painter->save();
    painter->scale(1 / ratio, 1);
    for (const TrendSeries& series : m_series) {
        const QPolygonF line = lineOf(series.points, m_end, m_span, m_top, columns, height);
        if (line.size() < 2)
            continue;
        if (m_series.size() == 1) {
            QPolygonF under = line;
            under << QPointF(line.last().x(), height) << QPointF(line.first().x(), height);
            QColor tint = series.color;
            tint.setAlphaF(0.18F);
            painter->setPen(Qt::NoPen);
            painter->setBrush(tint);
            painter->drawPolygon(under);
        }
        // A pen of one pixel is drawn by itself, a wider one is first made into a shape: 30 times slower.
        painter->setPen(QPen(series.color, 0));
        const int wide = std::max(2, qRound(1.6 * ratio));
        for (int offset = 0; offset < wide; ++offset)
            painter->drawPolyline(line.translated(offset, offset / ratio));
    }
    painter->restore();
    if (m_limit > 0) {
        const double y = std::round(height - m_limit / m_top * height);
        const Colors& colors = Theme::instance().colors();
        painter->setPen(QPen(colors.inkMuted, 1, Qt::DashLine));
        painter->drawLine(QPointF(0, y), QPointF(m_area.width(), y));
        QFont font = widget != nullptr ? widget->font() : painter->font();
        font.setPointSizeF(font.pointSizeF() * 0.82);
        painter->setFont(font);
        const QRectF room(0, y + 2, m_area.width() - 4, height);
        constexpr int where = Qt::AlignRight | Qt::AlignTop;
        QColor back = colors.window;
        back.setAlphaF(0.8F);
        painter->fillRect(painter->boundingRect(room, where, m_limitText).adjusted(-3, -1, 3, 1), back);
        painter->drawText(room, where, m_limitText);
    }
    painter->restore();
}

} // namespace byteyard::gui
