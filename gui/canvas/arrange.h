#pragma once

#include "model/topology/topology.h"

#include <QRectF>

#include <functional>

namespace byteyard::gui {

/// Where each node goes so that bytes run from left to right: layers by the longest way, few crossings,
/// nothing overlapping, on the grid. The same topology gives the same places. `body` is a node's outline,
/// seen from its position.
QHash<QString, QPointF> arranged(const model::Topology& topology,
                                 const std::function<QRectF(const QString&)>& body);

} // namespace byteyard::gui
