#pragma once

#include "gui/canvas/metrics.h"
#include "gui/canvas/node_look.h"

#include <QPainter>

namespace byteyard::gui {

/// Draws one line of text, cut with "…" where it does not fit.
void paintText(QPainter& painter, const QRectF& rect, Text text, const QString& string, const QColor& color,
               Qt::Alignment alignment = Qt::AlignLeft | Qt::AlignVCenter);
/// What a part far off is called: in its middle, as small as can still be read on the screen if it must be.
void paintFarName(QPainter& painter, const QRectF& body, const QString& name, double zoom);
/// A dashed line under a text that is `width` wide, centred in `rect`: the value is sampled.
void paintSampledLine(QPainter& painter, const QRectF& rect, double width, const QColor& color);

double pillWidth(const QString& word);
/// A state: its icon and word on the state's colour. `rect` is pillWidth() wide.
void paintPill(QPainter& painter, const QRectF& rect, NodeState state, const QString& word);

} // namespace byteyard::gui
