#include "gui/canvas/edge_layer.h"

#include "gui/canvas/paint.h"
#include "gui/theme/theme.h"

#include <QPixmapCache>
#include <QStyleOptionGraphicsItem>

#include <array>
#include <cmath>
#include <numbers>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr double arrowLength = 9;
constexpr double dotSpacing = 14;
constexpr int dotsMost = 3000; ///< a frame; more would only be a solid line
constexpr double zoomForLabels = 0.6;

/// A dot as a picture: blitting it costs a fifth of filling a circle.
QPixmap dotSprite(const QColor& color, double size, double ratio)
{
    const QString key = u"dot:%1:%2:%3"_s.arg(color.name()).arg(size, 0, 'f', 1).arg(ratio);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    const double pixels = size * ratio;
    const int side = static_cast<int>(std::ceil(pixels)) + 2;
    pixmap = QPixmap(side, side);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawEllipse(QPointF(side / 2.0, side / 2.0), pixels / 2, pixels / 2);
    painter.end();
    pixmap.setDevicePixelRatio(ratio);
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

/// How many dots a direction gets: none without a rate, all at a mebibyte a second.
double gapOf(double rate)
{
    const double share = std::clamp(std::log10(1 + rate) / 6, 0.12, 1.0);
    return dotSpacing / share;
}

} // namespace

void EdgeLayer::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*)
{
    const double zoom = option->levelOfDetailFromTransform(painter->worldTransform());
    paintLines(*painter, option->exposedRect, option->exposedRect, zoom);
    paintDots(*painter, option->exposedRect, zoom);
    paintLabels(*painter, option->exposedRect, zoom);
}

void EdgeLayer::paintLines(QPainter& painter, const QRectF& exposed, const QRectF& sight, double zoom) const
{
    if (zoom < zoomForText)
        return paintFar(painter, exposed);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const Line& each : m_lines)
        if (each.bounds.intersects(exposed))
            paintLine(painter, each, sight);
    painter.setOpacity(1);
}

void EdgeLayer::paintLabels(QPainter& painter, const QRectF& exposed, double zoom) const
{
    if (zoom < zoomForLabels)
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    for (const Line& each : m_lines) {
        if (!each.label.intersects(exposed))
            continue;
        painter.setOpacity(each.marks.dimmed ? 0.3 : 1);
        paintLabel(painter, each);
    }
    painter.setOpacity(1);
}

void EdgeLayer::paintFar(QPainter& painter, const QRectF& exposed) const
{
    // Straight, thin and not antialiased, one call a hue: long smooth lines are what a frame's time goes to.
    std::array<QList<QLineF>, 8> lines;
    QList<QLineF> selected;
    for (const Line& each : m_lines) {
        if (!each.bounds.intersects(exposed))
            continue;
        const QLineF straight(each.process.position, each.endpoint.position);
        (each.marks.selected ? selected : lines.at(static_cast<std::size_t>(each.look.kind)))
            .append(straight);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (std::size_t kind = 0; kind < lines.size(); ++kind) {
        if (lines.at(kind).isEmpty())
            continue;
        painter.setPen(QPen(Theme::instance().kindOutline(static_cast<model::Kind>(kind)), 0));
        painter.drawLines(lines.at(kind));
    }
    if (!selected.isEmpty()) {
        QPen pen(Theme::instance().colors().ink, 2);
        pen.setCosmetic(true);
        painter.setPen(pen);
        painter.drawLines(selected);
    }
}

/// The part of the curve that is in sight: stroking the rest costs as much, and nobody sees it.
void EdgeLayer::paintCurve(QPainter& painter, const Line& line, QPen pen, const QRectF& exposed) const
{
    if (exposed.contains(line.bounds)) {
        painter.setPen(pen);
        painter.drawPath(line.path);
        return;
    }
    const QRectF sight = exposed.adjusted(-12, -12, 12, 12);
    qsizetype first = 1;
    qsizetype last = line.points.size() - 1;
    const auto seen = [&](qsizetype i) {
        const QRectF piece = QRectF(line.points.at(i - 1), line.points.at(i)).normalized();
        return piece.right() >= sight.left() && piece.left() <= sight.right() &&
               piece.bottom() >= sight.top() && piece.top() <= sight.bottom();
    };
    while (first <= last && !seen(first))
        ++first;
    while (last > first && !seen(last))
        --last;
    if (first > last)
        return;
    // Dashes stay where they are, whatever part is drawn.
    pen.setDashOffset(line.distances.at(first - 1) / pen.widthF());
    painter.setPen(pen);
    painter.drawPolyline(line.points.constData() + first - 1, static_cast<int>(last - first + 2));
}

void EdgeLayer::paintLine(QPainter& painter, const Line& line, const QRectF& exposed) const
{
    const Colors& colors = Theme::instance().colors();
    const QColor hue = Theme::instance().kindOutline(line.look.kind);
    painter.setOpacity(line.marks.dimmed ? 0.3 : 1);
    painter.setBrush(Qt::NoBrush);
    if (line.marks.selected) {
        paintCurve(painter, line, QPen(colors.ink, 8, Qt::SolidLine, Qt::RoundCap), exposed);
        paintCurve(painter, line, QPen(colors.canvas, 5.4, Qt::SolidLine, Qt::RoundCap), exposed);
    }
    const bool planned = line.look.state == EdgeLook::State::Planned;
    const bool blocked = line.look.state == EdgeLook::State::Blocked;
    QPen pen(hue, line.marks.hovered ? 3 : 2);
    if (blocked)
        pen.setDashPattern({3, 2});
    else if (line.look.discovered)
        pen.setDashPattern({1, 2});
    else if (planned)
        pen.setDashPattern({3, 2.5});
    if (planned || line.look.state == EdgeLook::State::Ended)
        pen.setWidthF(line.marks.hovered ? 2.6 : 1.5);
    paintCurve(painter, line, pen, exposed);
    if (line.look.writes)
        paintArrow(painter, line, true, hue);
    if (line.look.reads)
        paintArrow(painter, line, false, hue);
    if (blocked) {
        double angle = 0;
        const QPointF centre = line.pointAt(line.length() / 2, &angle);
        const QPointF along(std::cos(angle), std::sin(angle));
        const QPointF across(-along.y(), along.x());
        painter.setPen(QPen(hue, 3, Qt::SolidLine, Qt::FlatCap));
        for (const double offset : {-3.0, 3.0})
            painter.drawLine(centre + along * offset - across * 8, centre + along * offset + across * 8);
    }
}

void EdgeLayer::paintArrow(QPainter& painter, const Line& line, bool atEndpoint, const QColor& color) const
{
    // The head touches the port's ring.
    const double tip = portRadius + 1;
    if (line.length() < tip + arrowLength)
        return;
    double angle = 0;
    line.pointAt(atEndpoint ? line.length() - tip - arrowLength / 2 : tip + arrowLength / 2, &angle);
    const QPointF end = line.pointAt(atEndpoint ? line.length() - tip : tip);
    if (!atEndpoint)
        angle += std::numbers::pi;
    const QPointF along(std::cos(angle), std::sin(angle));
    const QPointF across(-along.y(), along.x());
    const QPolygonF head{end, end - along * arrowLength + across * 4.6,
                         end - along * arrowLength - across * 4.6};
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawPolygon(head);
    painter.setBrush(Qt::NoBrush);
}

void EdgeLayer::paintDots(QPainter& painter, const QRectF& exposed, double zoom) const
{
    if (zoom < zoomForText || Theme::instance().reducedMotion())
        return;
    const QTransform toDevice = painter.worldTransform();
    const double ratio = painter.device()->devicePixelRatioF();
    const double size = 6.4 * std::hypot(toDevice.m11(), toDevice.m12());
    const QRectF sight = exposed.adjusted(-4, -4, 4, 4);
    int dotsLeft = dotsMost;
    // Sprites that are only put somewhere, not scaled, are copied; it is what makes thousands of them cheap.
    painter.resetTransform();
    for (const Line& line : m_lines) {
        if (!line.flows() || !line.bounds.intersects(exposed))
            continue;
        const QPixmap sprite = dotSprite(Theme::instance().kindOutline(line.look.kind), size, ratio);
        const QPointF half(sprite.width() / ratio / 2, sprite.height() / ratio / 2);
        const double from = portRadius + 2;
        const double to = line.length() - portRadius - 2;
        const auto run = [&](double rate, double phase, bool towardsEndpoint) {
            if (rate <= 0 || to <= from)
                return;
            const double gap = gapOf(rate);
            for (double d = std::fmod(phase, gap) + from; d < to && dotsLeft > 0; d += gap) {
                const QPointF at = line.pointAt(towardsEndpoint ? d : line.length() - d);
                if (!sight.contains(at))
                    continue;
                --dotsLeft;
                painter.drawPixmap(toDevice.map(at) - half, sprite);
            }
        };
        painter.setOpacity(line.marks.dimmed ? 0.3 : 1);
        run(line.look.rateIn, line.phaseIn, true);
        run(line.look.rateOut, line.phaseOut, false);
    }
    painter.setOpacity(1);
    painter.setWorldTransform(toDevice);
}

void EdgeLayer::paintLabel(QPainter& painter, const Line& line) const
{
    const Colors& colors = Theme::instance().colors();
    const QRectF& rect = line.label;
    QColor back = colors.canvas;
    back.setAlphaF(0.85F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(back);
    painter.drawRoundedRect(rect, 4, 4);
    const bool quiet =
        line.look.state == EdgeLook::State::Ended || line.look.state == EdgeLook::State::Planned;
    paintText(painter, rect, Text::Pill, line.look.label, quiet ? colors.inkMuted : colors.ink,
              Qt::AlignCenter);
    if (line.look.sampled)
        paintSampledLine(painter, rect, textWidth(Text::Pill, line.look.label),
                         quiet ? colors.inkMuted : colors.ink);
    painter.setBrush(Qt::NoBrush);
}

} // namespace byteyard::gui
