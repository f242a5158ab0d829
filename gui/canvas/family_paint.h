#pragma once

#include "gui/canvas/memory_picture.h"
#include "gui/canvas/node_look.h"

class QPainter;

namespace byteyard::gui {

// One painter a family of endpoints: each draws what is inside the outline `body`.

/// A card's title, what stands in its corner, and the stripe in its kind's colour.
void paintCardHead(QPainter& painter, const NodeLook& look, const QRectF& body);

void paintQueue(QPainter& painter, const NodeLook& look, const QRectF& body);
void paintMemory(QPainter& painter, const NodeLook& look, const QRectF& body, const MemoryPicture& memory);
void paintSemaphores(QPainter& painter, const NodeLook& look, const QRectF& body);
void paintCounter(QPainter& painter, const NodeLook& look, const QRectF& body);
void paintCapsule(QPainter& painter, const NodeLook& look, const QRectF& body);
void paintPage(QPainter& painter, const NodeLook& look, const QRectF& body, const QColor& outline);

/// The message at a position inside the node, in words; empty when there is none.
QString queueTip(const NodeLook& look, const QRectF& body, const QPointF& at);
/// The semaphore at a position inside the node, in words; empty when there is none.
QString semaphoreTip(const NodeLook& look, const QRectF& body, const QPointF& at);

} // namespace byteyard::gui
