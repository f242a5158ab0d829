#pragma once

#include "gui/canvas/layout_plan.h"

namespace byteyard::gui {

class CanvasScene;

/// All that is shown, with what programs made: expanded groups as frames, collapsed ones as boxes.
LayoutPlan planOfAll(const CanvasScene& scene);
/// Where each node goes when the boxes of planOfAll() stand there, from (0, 0) on.
QHash<QString, QPointF> placesOfAll(const CanvasScene& scene, const QHash<QString, QPointF>& positions);

/// What programs made, and the drawn processes that it came from: a block for each of these.
LayoutPlan planOfFound(const CanvasScene& scene);
/// Where each of what programs made goes when the boxes of planOfFound() stand there: around the drawn
/// process that it came from where its block has room, else below it. What is drawn stays.
QHash<QString, QPointF> placesOfFound(const CanvasScene& scene, const QHash<QString, QPointF>& positions);

} // namespace byteyard::gui
