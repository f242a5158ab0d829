#pragma once

#include "model/topology/topology.h"

#include <QRectF>

#include <functional>

namespace byteyard::gui {

/// A node's outline, seen from its position.
using Outline = std::function<QRectF(const QString& node)>;
/// The frame or card of a group whose members cover a rectangle.
using GroupOutline = std::function<QRectF(const model::Group& group, const QRectF& covered)>;

/// Where each node goes so that bytes run from left to right: layers by the longest way, few crossings,
/// nothing overlapping, on the grid. A group's members stand together and nothing else in its frame. The same
/// topology gives the same places. `groupBody` may be empty for a topology without groups.
QHash<QString, QPointF> arranged(const model::Topology& topology, const Outline& body,
                                 const GroupOutline& groupBody = {});

} // namespace byteyard::gui
