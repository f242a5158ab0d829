#include "gui/canvas/family_paint.h"
#include "gui/canvas/metrics.h"
#include "gui/canvas/paint.h"
#include "gui/theme/colors.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr double rowHeightInside = 16;

QChar printable(char byte)
{
    return byte >= 0x20 && byte < 0x7f ? QLatin1Char(byte) : QLatin1Char('.');
}

/// Behind a byte that changed a moment ago: the kind's colour, fading.
void paintFresh(QPainter& painter, const QRectF& rect, const NodeLook& look, int step)
{
    QColor color = Theme::instance().kindColor(look.kind);
    color.setAlphaF(0.55F * static_cast<float>(step) / memoryFadeSteps);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(rect, 3, 3);
}

} // namespace

void paintMemory(QPainter& painter, const NodeLook& look, const QRectF& body, const MemoryPicture& memory)
{
    const Colors& colors = Theme::instance().colors();
    paintCardHead(painter, look, body);
    const double glyph = textWidth(Text::SmallData, u"0"_s);
    const double bytesLeft = body.left() + bodyInset + 6 * glyph;
    const double textLeft = bytesLeft + (3 * memoryColumns - 1 + 2) * glyph;
    // Zero is what memory is full of: dimmed, what matters stands out.
    const QColor dim = mixed(colors.inkMuted, colors.surface, 0.55);
    for (int row = 0; row < memoryRows; ++row) {
        const double top = body.top() + bodyFirstRow + row * rowHeightInside;
        const int first = row * memoryColumns;
        const auto have = std::clamp(static_cast<int>(memory.bytes.size()) - first, 0, memoryColumns);
        if (have == 0)
            break; // nothing of it has been seen yet
        paintText(painter, {body.left() + bodyInset, top, 4 * glyph, rowHeightInside}, Text::SmallData,
                  u"%1"_s.arg(first, 4, 16, QLatin1Char('0')), colors.inkMuted);
        // Bytes alike in colour go out as one text: one call a byte costs more than all the rest.
        QString bright(3 * memoryColumns, u' ');
        QString zeros(3 * memoryColumns, u' ');
        QString words;
        for (int column = 0; column < have; ++column) {
            const int at = first + column;
            const char byte = memory.bytes.at(at);
            if (const int step = memory.fresh.at(static_cast<std::size_t>(at)); step > 0)
                paintFresh(painter,
                           {bytesLeft + 3 * column * glyph - 2, top + 1, 2 * glyph + 4, rowHeightInside - 2},
                           look, step);
            const QString hex = u"%1"_s.arg(static_cast<unsigned char>(byte), 2, 16, QLatin1Char('0'));
            (byte == 0 ? zeros : bright).replace(3 * column, 2, hex);
            words += printable(byte);
        }
        const QRectF cells(bytesLeft, top, textLeft - bytesLeft, rowHeightInside);
        painter.setFont(canvasFont(Text::SmallData));
        for (const auto& [text, color] :
             {std::pair{&zeros, dim}, std::pair{&bright, memory.stale ? colors.inkMuted : colors.ink}}) {
            painter.setPen(color);
            painter.drawText(cells, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine | Qt::TextDontClip,
                             *text);
        }
        paintText(painter, {textLeft, top, (memoryColumns + 1) * glyph, rowHeightInside}, Text::SmallData,
                  words, colors.inkMuted);
    }
    const QRectF foot(body.left() + bodyInset, body.bottom() - 26, body.width() - 2 * bodyInset, 18);
    if (!look.warning.isEmpty())
        paintPill(painter, {foot.left(), foot.top(), pillWidth(look.warning), foot.height()},
                  NodeState::Failed, look.warning);
    else
        paintText(painter, foot, Text::Small,
                  memory.stale ? QCoreApplication::translate("byteyard::gui::NodeItem",
                                                             "as last seen: nobody has it mapped now")
                               : look.foot,
                  colors.inkMuted);
}

} // namespace byteyard::gui
