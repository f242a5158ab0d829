#include "gui/canvas/family_paint.h"
#include "gui/canvas/metrics.h"
#include "gui/canvas/paint.h"
#include "gui/theme/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

void paintPage(QPainter& painter, const NodeLook& look, const QRectF& body, const QColor& outline)
{
    const Colors& colors = Theme::instance().colors();
    const double fold = 14;
    const QPolygonF corner{body.topRight() - QPointF(fold, 0), body.topRight() + QPointF(-fold, fold),
                           body.topRight() + QPointF(0, fold)};
    painter.setPen(QPen(outline, outlineWidth));
    painter.setBrush(Theme::instance().kindFill(look.kind));
    painter.drawPolygon(corner);
    const bool two = !look.detail.isEmpty();
    const double middle = body.center().y();
    const double space = body.width() - 36;
    paintText(painter, {body.left() + 16, two ? middle - 19 : middle - 10, space, 20}, Text::Title,
              look.title, colors.ink);
    if (two) {
        const QRectF row(body.left() + 16, middle, std::min(space, textWidth(Text::SmallData, look.detail)),
                         17);
        paintText(painter, row, Text::SmallData, look.detail, look.sampled ? colors.ink : colors.inkMuted);
        if (look.sampled)
            paintSampledLine(painter, row, row.width(), colors.inkMuted);
    }
    // Each open file description has a place of its own in the file.
    const QLineF ruler(body.left() + 16, body.bottom() - 8, body.right() - 16, body.bottom() - 8);
    if (look.offsets.isEmpty())
        return;
    painter.setPen(QPen(colors.outline, 1));
    painter.drawLine(ruler);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors.ink);
    for (const double offset : look.offsets) {
        const QPointF tip = ruler.pointAt(offset);
        painter.drawPolygon(QPolygonF{tip, tip + QPointF(-3.5, 6), tip + QPointF(3.5, 6)});
    }
}

} // namespace byteyard::gui
