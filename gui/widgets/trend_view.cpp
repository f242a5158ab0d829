#include "gui/widgets/trend_view.h"

#include "gui/theme/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace byteyard::gui {

TrendView::TrendView(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void TrendView::setSpan(double end, double span)
{
    m_end = end;
    m_span = std::max(span, 0.1);
    update();
}

void TrendView::setSeries(const QList<Series>& series)
{
    m_series = series;
    update();
}

void TrendView::setLimit(double limit, const QString& text)
{
    m_limit = limit;
    m_limitText = text;
    update();
}

double TrendView::top() const
{
    double most = m_limit;
    for (const Series& series : m_series)
        for (const QPointF& point : series.points)
            if (point.x() >= m_end - m_span)
                most = std::max(most, point.y());
    // Some room above, so that a full pipe is not drawn on the frame.
    return most > 0 ? most * 1.12 : 1;
}

void TrendView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Colors& colors = Theme::instance().colors();
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(colors.border);
    painter.setBrush(colors.window);
    painter.drawRoundedRect(frame, 6, 6);

    const double most = top();
    QRectF area = frame.adjusted(2, 4, -2, -2);
    const bool legend = m_series.size() > 1;
    if (legend)
        area.setTop(area.top() + fontMetrics().height() + 6);
    const double start = m_end - m_span;
    const auto place = [&](const QPointF& point) {
        return QPointF(area.left() + (point.x() - start) / m_span * area.width(),
                       area.bottom() - point.y() / most * area.height());
    };

    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.82);
    painter.setFont(small);
    if (m_limit > 0) {
        const double y = place({m_end, m_limit}).y();
        painter.setPen(QPen(colors.inkMuted, 1, Qt::DashLine));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.drawText(QRectF(area.left() + 4, y + 1, area.width() - 8, 18), Qt::AlignRight | Qt::AlignTop,
                         m_limitText);
    }

    painter.setClipRect(area);
    double key = area.left() + 4;
    for (const Series& series : m_series) {
        QPainterPath line;
        QPointF last;
        for (const QPointF& point : series.points) {
            if (point.x() < start - m_span / 10)
                continue;
            const QPointF at = place(point);
            // Values hold until the next look: a step, not a slope, is what was seen.
            if (line.elementCount() == 0)
                line.moveTo(at);
            else {
                line.lineTo(at.x(), last.y());
                line.lineTo(at);
            }
            last = at;
        }
        if (line.elementCount() == 0)
            continue;
        line.lineTo(place({m_end, 0}).x(), last.y());
        if (!legend) {
            QPainterPath under = line;
            under.lineTo(line.currentPosition().x(), area.bottom());
            under.lineTo(line.elementAt(0).x, area.bottom());
            under.closeSubpath();
            QColor tint = series.color;
            tint.setAlphaF(0.18f);
            painter.fillPath(under, tint);
        }
        painter.setPen(QPen(series.color, 1.6));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(line);
    }
    painter.setClipping(false);
    painter.setPen(colors.inkMuted);
    if (legend) {
        const double y = frame.top() + 4;
        const double height = painter.fontMetrics().height();
        for (const Series& series : m_series) {
            painter.fillRect(QRectF(key, y + height / 2 - 4, 8, 8), series.color);
            painter.drawText(QPointF(key + 12, y + painter.fontMetrics().ascent()), series.name);
            key += 28 + painter.fontMetrics().horizontalAdvance(series.name);
        }
    }
    if (m_format && m_limit <= 0)
        painter.drawText(area.adjusted(4, 0, -4, 0), Qt::AlignTop | Qt::AlignRight, m_format(most / 1.12));
}

} // namespace byteyard::gui
