#include "gui/canvas/line_sheet.h"

#include <QPaintEngine>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

namespace byteyard::gui {

namespace {

/// Finer than can be seen: places that differ by less are the same.
double inParts(double value)
{
    return std::round(value * 256) / 256;
}

/// What a pixel's breadth shares with a band around a line that is `away` from its middle.
float shareOfBand(float away, float half)
{
    return std::max(0.0F, std::min(away + 0.5F, half) - std::max(away - 0.5F, -half));
}

/// Of the pixels of a row those for which low <= base + x * slope <= high.
class Between
{
public:
    Between(double slope, double low, double high)
        : m_level(std::abs(slope) < 1e-9), m_low(low), m_high(high), m_per(m_level ? 0 : 1 / slope)
    {
    }
    void narrow(double base, double& left, double& right) const
    {
        if (m_level) {
            if (base < m_low || base > m_high)
                right = left - 1;
            return;
        }
        const double a = (m_low - base) * m_per;
        const double b = (m_high - base) * m_per;
        left = std::max(left, std::min(a, b));
        right = std::min(right, std::max(a, b));
    }

private:
    bool m_level;
    double m_low;
    double m_high;
    double m_per;
};

/// All four channels times `share` of 255.
QRgb scaled(QRgb color, uint share)
{
    constexpr uint odd = 0xff00ff;
    constexpr uint half = 0x800080;
    const auto rounded = [](uint two) { return two + ((two >> 8U) & odd) + half; };
    return ((rounded((color & odd) * share) >> 8U) & odd) | (rounded(((color >> 8U) & odd) * share) & ~odd);
}

} // namespace

/// In pixels.
struct LineSheet::Dashes
{
    float on = 0;
    float period = 0; ///< 0: none
    float perPeriod = 0;

    float shareAt(float distance) const
    {
        // The first piece begins a little before the line.
        const float periods = distance * perPeriod + 1;
        const float into = (periods - static_cast<float>(static_cast<int>(periods))) * period;
        const float inside = into < on ? std::min(into, on - into) : -std::min(into - on, period - into);
        return std::clamp(inside + 0.5F, 0.0F, 1.0F);
    }
};

LineSheet::LineSheet(QPainter& painter, const QRectF& exposed)
    : m_painter(painter), m_hasPixels(painter.paintEngine()->type() == QPaintEngine::Raster)
{
    if (!m_hasPixels)
        return;
    const QTransform toDevice = painter.deviceTransform();
    const QPaintDevice* device = painter.device();
    const double ratio = device->devicePixelRatioF();
    const QRect whole(0, 0, static_cast<int>(std::ceil(device->width() * ratio)),
                      static_cast<int>(std::ceil(device->height() * ratio)));
    const QRect rect = toDevice.mapRect(exposed).toAlignedRect() & whole;
    const QPointF moved(std::floor(toDevice.dx()), std::floor(toDevice.dy()));
    m_scale = toDevice.m11();
    m_fraction = {inParts(toDevice.dx() - moved.x()), inParts(toDevice.dy() - moved.y())};
    m_place = rect.topLeft();
    m_origin = m_place - moved.toPoint();
    if (rect.isEmpty())
        return;
    m_sheet = QImage(rect.size(), QImage::Format_ARGB32_Premultiplied);
    m_sheet.fill(Qt::transparent);
    m_cover.resize(static_cast<std::size_t>(rect.width()) * static_cast<std::size_t>(rect.height()));
}

void LineSheet::draw(const QPolygonF& points, const QList<double>& distances, const LineStyle& style)
{
    if (!m_hasPixels) {
        QPen pen(style.color, style.width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
        if (style.dash > 0)
            pen.setDashPattern({style.dash / style.width, style.gap / style.width});
        m_painter.setPen(pen);
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawPolyline(points);
    }
    if (m_sheet.isNull())
        return;
    const double half = style.width / 2 * m_scale;
    Dashes dashes;
    if (style.dash > 0)
        dashes = {static_cast<float>(style.dash * m_scale),
                  static_cast<float>((style.dash + style.gap) * m_scale),
                  static_cast<float>(1 / ((style.dash + style.gap) * m_scale))};
    QPointF before;
    for (qsizetype i = 0; i < points.size(); ++i) {
        const QPointF at = points.at(i) * m_scale + m_fraction - m_origin;
        if (i > 0)
            cover(before, at, half, dashes, distances.at(i - 1) * m_scale);
        before = at;
    }
    colour(style.color);
}

/// One straight piece; `from` is how far along the line it begins.
void LineSheet::cover(const QPointF& a, const QPointF& b, double halfWidth, const Dashes& dashes, double from)
{
    const double reach = halfWidth + 0.5;
    const QRectF around =
        QRectF(a, b).normalized().adjusted(-reach, -reach, reach, reach) & QRectF(m_sheet.rect());
    const double length = std::hypot(b.x() - a.x(), b.y() - a.y());
    if (around.isEmpty() || length <= 0)
        return;
    const QPointF along = (b - a) / length;
    const QPointF across(-along.y(), along.x());
    // Pieces reach a little into each other: no crack on the outer side of a bend.
    const double overlap = halfWidth / 2;
    const Between beside(across.x(), -reach, reach);
    const Between before(along.x(), -overlap, length + overlap);
    const int width = m_sheet.width();
    const int bottom = std::min(m_sheet.height() - 1, static_cast<int>(around.bottom()));
    for (int y = static_cast<int>(around.top()); y <= bottom; ++y) {
        const double down = y + 0.5 - a.y();
        // Of a pixel's middle: away from the line, and along the piece, as a + x * b.
        const double away = (0.5 - a.x()) * across.x() + down * across.y();
        const double gone = (0.5 - a.x()) * along.x() + down * along.y();
        double left = std::floor(around.left());
        double right = around.right();
        beside.narrow(away, left, right);
        before.narrow(gone, left, right);
        const int first = std::max(0, static_cast<int>(std::ceil(left)));
        const int last = std::min(width - 1, static_cast<int>(std::floor(right)));
        for (int x = first; x <= last; ++x) {
            float share =
                shareOfBand(static_cast<float>(away + x * across.x()), static_cast<float>(halfWidth));
            if (dashes.period > 0)
                share *= dashes.shareAt(static_cast<float>(from + gone + x * along.x()));
            add(x, y, share);
        }
    }
    m_used |= around.toAlignedRect() & m_sheet.rect();
}

void LineSheet::fill(const QPolygonF& convex, const QColor& color)
{
    if (!m_hasPixels) {
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(color);
        m_painter.drawConvexPolygon(convex);
    }
    if (m_sheet.isNull())
        return;
    QPolygonF corners;
    for (const QPointF& corner : convex)
        corners << corner * m_scale + m_fraction - m_origin;
    // Of each side the way out, so that all share the pixels on their inner side.
    struct Border
    {
        QPointF at;
        QPointF out;
    };
    QList<Border> borders;
    QPointF middle;
    for (const QPointF& corner : std::as_const(corners))
        middle += corner / static_cast<double>(corners.size());
    for (qsizetype i = 0; i < corners.size(); ++i) {
        const QPointF at = corners.at(i);
        const QPointF side = corners.at((i + 1) % corners.size()) - at;
        QPointF out = QPointF(side.y(), -side.x()) / std::hypot(side.x(), side.y());
        if (QPointF::dotProduct(middle - at, out) > 0)
            out = -out;
        borders.append({at, out});
    }
    const QRect around = corners.boundingRect().adjusted(-1, -1, 1, 1).toAlignedRect() & m_sheet.rect();
    for (int y = around.top(); y <= around.bottom(); ++y)
        for (int x = around.left(); x <= around.right(); ++x) {
            double share = 1;
            for (const Border& border : std::as_const(borders))
                share = std::min(
                    share, 0.5 - QPointF::dotProduct(QPointF(x + 0.5, y + 0.5) - border.at, border.out));
            if (share > 0)
                add(x, y, static_cast<float>(share));
        }
    m_used |= around;
    colour(color);
}

void LineSheet::add(int x, int y, float share)
{
    const int at = y * m_sheet.width() + x;
    // NOLINTNEXTLINE(bugprone-incorrect-roundings): it is never negative
    const auto value = static_cast<uchar>(std::min(1.0F, share) * 255 + 0.5F);
    uchar& known = m_cover[static_cast<std::size_t>(at)];
    if (value <= known)
        return;
    if (known == 0)
        m_touched.push_back(at);
    known = value;
}

void LineSheet::colour(const QColor& color)
{
    const QRgb ink = qPremultiply(color.rgba());
    auto* pixels =
        reinterpret_cast<QRgb*>(m_sheet.bits()); // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
    for (const int at : m_touched) {
        const QRgb over = scaled(ink, std::exchange(m_cover[static_cast<std::size_t>(at)], uchar(0)));
        QRgb& pixel = pixels[at]; // NOLINT(cppcoreguidelines-pro-bounds-pointer-arithmetic)
        pixel = pixel == 0 ? over : over + scaled(pixel, 255U - static_cast<uint>(qAlpha(over)));
    }
    m_touched.clear();
}

void LineSheet::put()
{
    if (m_used.isEmpty())
        return;
    m_painter.save();
    // Its pixels are the device's.
    m_painter.resetTransform();
    m_sheet.setDevicePixelRatio(m_painter.device()->devicePixelRatioF());
    const QPointF place = m_painter.deviceTransform().inverted().map(QPointF(m_place + m_used.topLeft()));
    m_painter.drawImage(place, m_sheet, QRectF(m_used));
    m_painter.restore();
}

} // namespace byteyard::gui
