#include "gui/canvas/edge_layer.h"

#include "gui/canvas/line_sheet.h"
#include "gui/canvas/paint.h"
#include "gui/theme/theme.h"

#include <QMap>
#include <QPixmapCache>
#include <QStyleOptionGraphicsItem>

#include <cmath>
#include <numbers>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr double arrowLength = 9;
constexpr double dotSpacing = 14;
constexpr int dotsMost = 3000; ///< a frame; more would only be a solid line
constexpr double zoomForLabels = 0.6;
constexpr double dimmedOpacity = 0.3;

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
    const double zoom = painter->worldTransform().m11();
    paintLines(*painter, option->exposedRect, zoom);
    paintDots(*painter, option->exposedRect, zoom);
    paintLabels(*painter, option->exposedRect, zoom);
}

void EdgeLayer::paintLines(QPainter& painter, const QRectF& exposed, double zoom) const
{
    if (zoom < zoomForText)
        return paintFar(painter, exposed);
    LineSheet sheet(painter, exposed);
    for (const qsizetype at : near(exposed))
        if (const Line& each = m_lines.at(at); each.bounds.intersects(exposed))
            drawLine(sheet, each);
    sheet.put();
}

void EdgeLayer::paintLabels(QPainter& painter, const QRectF& exposed, double zoom) const
{
    if (zoom < zoomForLabels)
        return;
    painter.setRenderHint(QPainter::Antialiasing);
    for (const qsizetype at : near(exposed)) {
        const Line& each = m_lines.at(at);
        if (!each.label.intersects(exposed))
            continue;
        painter.setOpacity(each.marks.dimmed ? dimmedOpacity : 1);
        paintLabel(painter, each);
    }
    painter.setOpacity(1);
}

void EdgeLayer::paintFar(QPainter& painter, const QRectF& exposed) const
{
    // Straight, thin and not antialiased, one call a hue: long smooth lines are what a frame's time goes to.
    QMap<model::Kind, QList<QLineF>> lines;
    QList<QLineF> selected;
    for (const Line& each : m_lines) {
        if (!each.bounds.intersects(exposed))
            continue;
        const QLineF straight(each.process.position, each.endpoint.position);
        (each.marks.selected ? selected : lines[each.look.kind]).append(straight);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (auto it = lines.cbegin(); it != lines.cend(); ++it) {
        painter.setPen(QPen(Theme::instance().kindOutline(it.key()), 0));
        painter.drawLines(it.value());
    }
    if (!selected.isEmpty()) {
        QPen pen(Theme::instance().colors().ink, 2);
        pen.setCosmetic(true);
        painter.setPen(pen);
        painter.drawLines(selected);
    }
}

/// With what stands on it: arrowheads, and the bars of one that is blocked.
void EdgeLayer::drawLine(LineSheet& sheet, const Line& line)
{
    const Colors& colors = Theme::instance().colors();
    const auto draw = [&](LineStyle style) {
        if (line.marks.dimmed)
            style.color.setAlphaF(static_cast<float>(dimmedOpacity));
        sheet.draw(line.points, line.distances, style);
    };
    if (line.marks.selected) {
        draw({colors.ink, 8});
        draw({colors.canvas, 5.4});
    }
    const bool planned = line.look.state == EdgeLook::State::Planned;
    LineStyle style{Theme::instance().kindOutline(line.look.kind), line.marks.hovered ? 3.0 : 2.0};
    if (planned || line.look.state == EdgeLook::State::Ended)
        style.width = line.marks.hovered ? 2.6 : 1.5;
    if (line.look.held && !line.marks.hovered)
        style.width = 1;
    const auto dashed = [&style](double dash, double gap) {
        style.dash = dash * style.width;
        style.gap = gap * style.width;
    };
    if (line.look.state == EdgeLook::State::Blocked)
        dashed(4, 1);
    else if (line.look.held)
        dashed(2, 3);
    else if (line.look.discovered)
        dashed(2, 1);
    else if (planned)
        dashed(4, 1.5);
    draw(style);
    QColor hue = style.color;
    if (line.marks.dimmed)
        hue.setAlphaF(static_cast<float>(dimmedOpacity));
    if (line.look.writes)
        drawArrow(sheet, line, true, hue);
    if (line.look.reads)
        drawArrow(sheet, line, false, hue);
    if (line.look.state == EdgeLook::State::Blocked && !line.points.isEmpty()) {
        double angle = 0;
        const QPointF centre = line.pointAt(line.length() / 2, &angle);
        const QPointF along(std::cos(angle), std::sin(angle));
        const QPointF across(-along.y(), along.x());
        for (const double offset : {-3.0, 3.0}) {
            const QPointF middle = centre + along * offset;
            sheet.fill({middle - along * 1.5 - across * 8, middle + along * 1.5 - across * 8,
                        middle + along * 1.5 + across * 8, middle - along * 1.5 + across * 8},
                       hue);
        }
    }
}

void EdgeLayer::drawArrow(LineSheet& sheet, const Line& line, bool atEndpoint, const QColor& color)
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
    sheet.fill({end, end - along * arrowLength + across * 4.6, end - along * arrowLength - across * 4.6},
               color);
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
    for (const qsizetype number : near(exposed)) {
        const Line& line = m_lines.at(number);
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
        painter.setOpacity(line.marks.dimmed ? dimmedOpacity : 1);
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
