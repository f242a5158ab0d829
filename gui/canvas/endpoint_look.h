#pragma once

#include "gui/canvas/node_look.h"

namespace byteyard::gui {

/// Fills in what an endpoint's shape shows: its state, how full it is, and what is in it.
void showEndpoint(NodeLook& look, const model::Node& node, const NodeLive& live);

/// A size in the few characters that a tile has room for: "812", "2.0K", "1.5M".
QString shortBytes(quint64 bytes);

} // namespace byteyard::gui
