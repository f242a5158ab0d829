#include "gui/canvas/family_paint.h"
#include "gui/canvas/metrics.h"
#include "gui/canvas/node_text.h"
#include "gui/canvas/paint.h"
#include "gui/theme/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr double tileWidth = 28;
constexpr double tileHeight = 32;
constexpr double tileGap = 4;

/// How many tiles have a place; where there are more messages, the last place says how many.
qsizetype placesIn(const QRectF& body)
{
    return static_cast<qsizetype>((body.width() - 2 * bodyInset + tileGap) / (tileWidth + tileGap));
}

qsizetype tilesShown(const NodeLook& look, const QRectF& body)
{
    const qsizetype places = placesIn(body);
    return look.tilesTotal > static_cast<quint64>(places) ? std::min(places - 1, look.tiles.size())
                                                          : std::min(places, look.tiles.size());
}

QRectF tileRect(const QRectF& body, qsizetype at)
{
    return {body.left() + bodyInset + static_cast<double>(at) * (tileWidth + tileGap), body.top() + 36,
            tileWidth, tileHeight};
}

void paintTile(QPainter& painter, const QRectF& rect, const TileLook& tile, model::Kind kind)
{
    const Theme& theme = Theme::instance();
    painter.setPen(QPen(theme.kindOutline(kind), 1.2));
    painter.setBrush(theme.kindFill(kind));
    painter.drawRoundedRect(rect, 4, 4);
    if (!tile.known) {
        painter.setBrush(QBrush(theme.kindOutline(kind), Qt::BDiagPattern));
        painter.drawRoundedRect(rect, 4, 4);
    }
    const QColor ink = theme.colors().ink;
    paintText(painter, rect.adjusted(1, 2, -1, -15), Text::Title, tile.top, ink, Qt::AlignCenter);
    paintText(painter, rect.adjusted(1, 16, -1, -1), Text::Tiny, tile.size, ink, Qt::AlignCenter);
}

void paintBar(QPainter& painter, const QRectF& rect, double share, model::Kind kind)
{
    const Theme& theme = Theme::instance();
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.kindFill(kind));
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2);
    if (share <= 0)
        return;
    const double width = std::max(rect.height(), rect.width() * share);
    painter.setBrush(theme.kindColor(kind));
    painter.drawRoundedRect(QRectF(rect.topLeft(), QSizeF(width, rect.height())), rect.height() / 2,
                            rect.height() / 2);
}

} // namespace

void paintQueue(QPainter& painter, const NodeLook& look, const QRectF& body)
{
    const Colors& colors = Theme::instance().colors();
    paintCardHead(painter, look, body);
    const qsizetype shown = tilesShown(look, body);
    for (qsizetype i = 0; i < shown; ++i)
        paintTile(painter, tileRect(body, i), look.tiles.at(i), look.kind);
    if (look.tilesTotal > static_cast<quint64>(shown))
        paintText(painter, tileRect(body, shown), Text::Small,
                  u"+%1"_s.arg(look.tilesTotal - static_cast<quint64>(shown)), colors.inkMuted,
                  Qt::AlignCenter);
    if (look.tilesTotal == 0) {
        // The place of the first message, so that an empty queue still looks like one.
        QPen pen(colors.outline, 1);
        pen.setDashPattern({3, 3});
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(tileRect(body, 0), 4, 4);
    }
    const double left = body.left() + bodyInset;
    const double width = body.width() - 2 * bodyInset;
    if (!look.detail.isEmpty()) {
        const double words = std::min(width, textWidth(Text::SmallData, look.detail));
        const QRectF row(left, body.top() + 73, words, 16);
        paintText(painter, row, Text::SmallData, look.detail, look.sampled ? colors.ink : colors.inkMuted);
        if (look.sampled)
            paintSampledLine(painter, row, words, colors.inkMuted);
    }
    paintBar(painter, {left, body.top() + 95, width, 6}, look.fill, look.kind);
    const QRectF foot(left, body.top() + 105, width, 16);
    if (!look.warning.isEmpty()) {
        paintText(painter, foot, Text::Small, look.warning, colors.ink);
        return;
    }
    paintText(painter, foot, Text::Small, look.foot, colors.inkMuted);
    if (look.sampled)
        paintText(painter, foot, Text::Small,
                  look.kind == model::Kind::PosixQueue ? NodeText::tr("from the calls")
                                                       : NodeText::tr("peeked, sampled"),
                  colors.inkMuted, Qt::AlignRight | Qt::AlignVCenter);
}

QString queueTip(const NodeLook& look, const QRectF& body, const QPointF& at)
{
    for (qsizetype i = 0; i < tilesShown(look, body); ++i)
        if (tileRect(body, i).contains(at))
            return look.tiles.at(i).tip;
    return {};
}

} // namespace byteyard::gui
