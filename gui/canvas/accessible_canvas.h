#pragma once

namespace byteyard::gui {

/// Lets assistive programs read the canvas: a child for each node, with its name and state. Once a process.
void installCanvasAccessibility();

} // namespace byteyard::gui
