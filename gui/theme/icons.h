#pragma once

#include "model/topology/kind.h"

#include <QIcon>

namespace byteyard::gui {

/// resources/icons/NAME.svg drawn in ink, at any size, in the theme of the moment it is painted.
QIcon lineIcon(const QString& name);
/// A kind's picture in the palette and lists: its line icon on its colour.
QIcon kindTile(model::Kind kind);
/// Draws NAME.svg into `rect` in one colour.
void paintIcon(QPainter& painter, const QString& name, const QRectF& rect, const QColor& color);

} // namespace byteyard::gui
