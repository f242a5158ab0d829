#include "gui/canvas/paint.h"

#include "gui/canvas/family_paint.h"
#include "gui/theme/icons.h"
#include "gui/theme/theme.h"

#include <QPainterPath>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

// In pixels of the screen.
constexpr double farNamePixels = 11;
constexpr double farNamePixelsLeast = 9;
constexpr double farNameLeast = 26; ///< width: some three letters

struct PillStyle
{
    QColor back;
    QColor mark;
    QString icon;
};

PillStyle pillStyle(NodeState state)
{
    const Colors& c = Theme::instance().colors();
    switch (state) {
    case NodeState::Running:
        return {c.pillRunning, c.markRunning, u"state-running"_s};
    case NodeState::Blocked:
        return {c.pillBlocked, c.markBlocked, u"state-blocked"_s};
    case NodeState::Stopped:
        return {c.pillStopped, c.markStopped, u"state-stopped"_s};
    case NodeState::Exited:
        return {c.pillPlain, c.markPlain, u"state-exited"_s};
    case NodeState::Killed:
        return {c.pillFailed, c.markFailed, u"state-killed"_s};
    case NodeState::Failed:
        return {c.pillFailed, c.markFailed, u"state-failed"_s};
    case NodeState::Starting:
    case NodeState::Waiting:
        return {c.pillPlain, c.markPlain, u"state-starting"_s};
    case NodeState::None:
    case NodeState::Planned:
        break;
    }
    return {c.pillPlain, c.markPlain, u"state-planned"_s};
}

} // namespace

void paintText(QPainter& painter, const QRectF& rect, Text text, const QString& string, const QColor& color,
               Qt::Alignment alignment)
{
    const QFont& font = canvasFont(text);
    const QFontMetricsF metrics(font);
    painter.setFont(font);
    painter.setPen(color);
    const bool fits = metrics.horizontalAdvance(string) <= rect.width() + 0.5;
    painter.drawText(rect, static_cast<int>(alignment) | Qt::TextSingleLine | Qt::TextDontClip,
                     fits ? string : metrics.elidedText(string, Qt::ElideRight, rect.width()));
}

void paintFarName(QPainter& painter, const QRectF& body, const QString& name, double zoom)
{
    const QRectF room = body.adjusted(3 / zoom, 0, -3 / zoom, 0);
    if (room.width() * zoom < farNameLeast || room.height() * zoom < farNamePixels)
        return;
    QFont font = canvasFont(Text::Title);
    font.setPixelSize(static_cast<int>(farNamePixels / zoom));
    if (const double width = QFontMetricsF(font).horizontalAdvance(name); width > room.width())
        font.setPixelSize(
            static_cast<int>(std::max(farNamePixelsLeast, farNamePixels * room.width() / width) / zoom));
    painter.setFont(font);
    painter.setPen(Theme::instance().colors().ink);
    painter.drawText(room, Qt::AlignCenter | Qt::TextSingleLine,
                     QFontMetricsF(font).elidedText(name, Qt::ElideRight, room.width()));
}

void paintSampledLine(QPainter& painter, const QRectF& rect, double width, const QColor& color)
{
    QPen pen(color, 1);
    pen.setDashPattern({2, 2});
    painter.setPen(pen);
    const double y = rect.bottom();
    painter.drawLine(QPointF(rect.center().x() - width / 2, y), QPointF(rect.center().x() + width / 2, y));
}

void paintCardHead(QPainter& painter, const NodeLook& look, const QRectF& body)
{
    const Theme& theme = Theme::instance();
    QPainterPath stripe;
    stripe.addRoundedRect(body.adjusted(0.9, 0.9, -0.9, -0.9), 8, 8);
    QPainterPath part;
    part.addRect(QRectF(body.topLeft(), QSizeF(6, body.height())));
    painter.fillPath(stripe.intersected(part), theme.kindColor(look.kind));
    const double right = body.right() - 14;
    const double corner = look.corner.isEmpty() ? 0 : textWidth(Text::Small, look.corner);
    paintText(
        painter,
        {body.left() + 14, body.top() + 9, right - body.left() - 14 - (corner > 0 ? corner + 10 : 0), 20},
        Text::Title, look.title, theme.colors().ink);
    if (corner > 0)
        paintText(painter, {right - corner, body.top() + 9, corner, 20}, Text::Small, look.corner,
                  theme.colors().inkMuted, Qt::AlignRight | Qt::AlignVCenter);
}

double pillWidth(const QString& word)
{
    return textWidth(Text::Pill, word) + 28;
}

void paintPill(QPainter& painter, const QRectF& rect, NodeState state, const QString& word)
{
    const PillStyle style = pillStyle(state);
    painter.setPen(Qt::NoPen);
    painter.setBrush(style.back);
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2);
    const double side = 8;
    paintIcon(painter, style.icon, {rect.left() + 8, rect.center().y() - side / 2, side, side}, style.mark);
    paintText(painter, rect.adjusted(20, 0, -8, 0), Text::Pill, word, Theme::instance().colors().ink);
}

} // namespace byteyard::gui
