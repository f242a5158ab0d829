#include "gui/canvas/family_paint.h"
#include "gui/canvas/metrics.h"
#include "gui/canvas/paint.h"
#include "gui/theme/theme.h"

#include <QPainter>

#include <algorithm>

namespace byteyard::gui {

void paintCounter(QPainter& painter, const NodeLook& look, const QRectF& body)
{
    const Theme& theme = Theme::instance();
    paintText(painter, {body.left() + 16, body.top() + 6, body.width() - 32, 18}, Text::Title, look.title,
              theme.colors().ink, Qt::AlignCenter);
    const double width = std::clamp(textWidth(Text::Data, look.detail) + 20, 60.0, body.width() - 32);
    const QRectF window(body.center().x() - width / 2, body.top() + 26, width, 21);
    painter.setPen(QPen(theme.kindOutline(look.kind), 1));
    painter.setBrush(theme.kindFill(look.kind));
    painter.drawRoundedRect(window, 5, 5);
    paintText(painter, window, Text::Data, look.detail, theme.colors().ink, Qt::AlignCenter);
    if (look.sampled)
        paintSampledLine(painter, window.adjusted(0, 0, 0, -3), width - 20, theme.colors().inkMuted);
}

} // namespace byteyard::gui
