#pragma once

#include <QHash>
#include <QRectF>
#include <QString>

namespace byteyard::gui {

enum class Alignment { Left, Centre, Right, Top, Middle, Bottom };

/// How far each body goes so that all have one side, or their middles, on one line: the outermost's side, or
/// the middle of all.
QHash<QString, QPointF> alignedBy(const QHash<QString, QRectF>& bodies, Alignment alignment);

/// How far each body goes so that the gaps between neighbours are alike; the outer two stay.
QHash<QString, QPointF> distributedBy(const QHash<QString, QRectF>& bodies, Qt::Orientation direction);

} // namespace byteyard::gui
