#include "gui/canvas/family_paint.h"
#include "gui/canvas/metrics.h"
#include "gui/canvas/paint.h"
#include "gui/theme/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

void paintCapsule(QPainter& painter, const NodeLook& look, const QRectF& body)
{
    const Colors& colors = Theme::instance().colors();
    const QColor fill = Theme::instance().kindFill(look.kind);
    const bool pair = namesItsEnds(look.kind);
    const bool bothWays = pair || look.connection;
    if (look.fill > 0 || look.fill2 > 0) {
        painter.save();
        const QRectF inside = body.adjusted(3, 3, -3, -3);
        QPainterPath clip;
        clip.addRoundedRect(inside, inside.height() / 2, inside.height() / 2);
        // Intersected once here: clipping to a path costs more than filling one.
        QPainterPath part;
        const double half = inside.height() / 2;
        if (bothWays) {
            part.addRect(inside.left(), inside.top(), inside.width() * std::max(0.0, look.fill), half);
            const double back = inside.width() * std::max(0.0, look.fill2);
            part.addRect(inside.right() - back, inside.top() + half, back, half);
        } else {
            part.addRect(inside.left(), inside.top(), inside.width() * look.fill, inside.height());
        }
        painter.fillPath(clip.intersected(part), fill);
        painter.restore();
    }
    const bool two = !look.detail.isEmpty();
    const double textLeft = body.left() + (pair ? 32 : 16);
    const double textSpace = body.width() - 2 * (textLeft - body.left());
    const double middle = body.center().y();
    const QRectF titleRow(textLeft, two ? middle - 18 : middle - 10, textSpace, 20);
    if (look.kind == model::Kind::Fifo) {
        const QString word = QCoreApplication::translate("byteyard::gui::NodeItem", "FIFO");
        const double kindWidth = textWidth(Text::Title, word + u"  "_s);
        const double whole = std::min(kindWidth + textWidth(Text::Title, look.title), textSpace);
        const double from = titleRow.center().x() - whole / 2;
        paintText(painter, {from, titleRow.top(), kindWidth, 20}, Text::Title, word, colors.ink);
        paintText(painter, {from + kindWidth, titleRow.top(), whole - kindWidth, 20}, Text::Title, look.title,
                  colors.ink);
    } else {
        paintText(painter, titleRow, Text::Title, look.title, colors.ink, Qt::AlignCenter);
    }
    if (two) {
        const QRectF row(textLeft, middle - 1, textSpace, 17);
        const QColor ink = look.sampled ? colors.ink : colors.inkMuted;
        paintText(painter, row, Text::SmallData, look.detail, ink, Qt::AlignCenter);
        if (look.sampled)
            paintSampledLine(painter, row, std::min(textWidth(Text::SmallData, look.detail), textSpace),
                             colors.inkMuted);
    }
    if (pair)
        for (const PortLook& port : look.ports) {
            // "a" and "b"; of "master" and "slave" the first letter has to do.
            const bool left = port.side == Side::Left;
            paintText(painter, {left ? body.left() + 14 : body.right() - 30, middle - 9, 16, 18},
                      Text::SmallData, port.name.left(1), colors.inkMuted,
                      (left ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        }
}

} // namespace byteyard::gui
