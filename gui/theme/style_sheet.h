#pragma once

#include "gui/theme/theme.h"

namespace byteyard::gui {

/// The application's style sheet in these colours: what Fusion and the palette do not give by themselves.
QString styleSheet(const Colors& colors);

} // namespace byteyard::gui
