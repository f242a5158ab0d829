// How large a node is: stable while its values change, so that nothing on the canvas jumps.
#include "gui/canvas/metrics.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/paint.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

int rowsOf(const NodeLook& look, Side side)
{
    int rows = 0;
    for (const PortLook& port : look.ports)
        rows = port.side == side ? std::max(rows, port.row + 1) : rows;
    return rows;
}

double portLabelsWidth(const NodeLook& look, Side side)
{
    double width = 0;
    for (const PortLook& port : look.ports)
        if (port.side == side)
            width = std::max(width, textWidth(Text::SmallData, port.name));
    return width;
}

QRectF cardBody(const NodeLook& look)
{
    const double titleRow = 14 + textWidth(Text::Data, look.title) + 14 +
                            (look.corner.isEmpty() ? 0 : textWidth(Text::Small, look.corner) + 14);
    const double labels = portLabelsWidth(look, Side::Left) + portLabelsWidth(look, Side::Right) + 2 * 22;
    // A script's line changes at every step: its room does not.
    const double detailRow = look.kind == model::Kind::Actor ? 220
                             : look.detail.isEmpty()         ? 0
                                                     : textWidth(Text::SmallData, look.detail) + labels;
    const double pillRow =
        12 + pillWidth(look.stateText) +
        (look.nextRun ? pillWidth(QCoreApplication::translate("byteyard::gui::NodeItem", "next run")) + 4
                      : 0) +
        portLabelsWidth(look, Side::Right) + 26;
    const double width = std::clamp(std::max({titleRow, std::min(detailRow, 220.0), pillRow}), cardWidth,
                                    std::max(cardWidthMost, pillRow));
    const int rows = std::max({rowsOf(look, Side::Left) + 1, rowsOf(look, Side::Right), 2});
    return {0, 0, std::ceil(width / 10) * 10, cardLine + rowHeight * rows};
}

double endpointTitleWidth(const NodeLook& look)
{
    const QString kindWord =
        look.kind == model::Kind::Fifo ? model::kindInfo(look.kind).id.toUpper() + u"  "_s : QString();
    return std::max(textWidth(Text::Title, kindWord + look.title), textWidth(Text::SmallData, look.detail));
}

/// The widest that a line of values gets, so that a capsule keeps its size.
QString widestDetail(const NodeLook& look)
{
    if (look.connection || namesItsEnds(look.kind))
        return u"→ 1023.9 KiB   ← 1023.9 KiB"_s;
    if (isListener(look.kind))
        return u"backlog 128 of 4096"_s;
    if (isDatagramSocket(look.kind) || look.kind == model::Kind::Raw)
        return u"1023.9 KiB queued"_s;
    return {};
}

QSizeF capsuleSize(const NodeLook& look)
{
    const double margins = namesItsEnds(look.kind) ? 84 : 48;
    const double least = std::max(capsuleWidth, textWidth(Text::SmallData, widestDetail(look)) + 32);
    return {std::clamp(endpointTitleWidth(look) + margins, least, cardWidthMost), capsuleHeight};
}

QSizeF pageSize(const NodeLook& look)
{
    return {std::clamp(endpointTitleWidth(look) + 44, 120.0, cardWidthMost), pageHeight};
}

/// A card has room for its title beside what stands in its corner; `least` is what is inside.
double cardWidthFor(const NodeLook& look, double least)
{
    const double title =
        14 + textWidth(Text::Title, look.title) + 16 + textWidth(Text::Small, look.corner) + 14;
    return std::clamp(title, least, std::max(least, cardWidthMost + 60));
}

} // namespace

QRectF NodeItem::bodyFor(const NodeLook& look)
{
    QSizeF size;
    switch (shapeOf(look.kind)) {
    case Shape::Card:
        return cardBody(look);
    case Shape::Capsule:
        size = capsuleSize(look);
        break;
    case Shape::Page:
        size = pageSize(look);
        break;
    case Shape::Queue:
        size = {cardWidthFor(look, queueWidth), queueHeight};
        break;
    case Shape::Memory:
        size = {cardWidthFor(look, memoryWidth()), memoryHeight};
        break;
    case Shape::Semaphore: {
        const auto rows =
            static_cast<double>(std::clamp<qsizetype>(look.semaphores.size(), 1, semaphoreRowsMost));
        const bool more = look.semaphores.size() > semaphoreRowsMost;
        size = {cardWidthFor(look, semaphoreWidth), 44 + semaphoreRow * (rows + (more ? 1 : 0))};
        break;
    }
    case Shape::Counter:
        size = {std::clamp(textWidth(Text::Title, look.title) + 48, 150.0, cardWidthMost), counterHeight};
        break;
    }
    const double width = std::ceil(size.width() / 10) * 10;
    return {0, endpointLine - size.height() / 2, width, size.height()};
}

} // namespace byteyard::gui
