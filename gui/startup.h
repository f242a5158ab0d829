#pragma once

#include "gui/window_options.h"

namespace byteyard::gui {

class MainWindow;

/// Runs the lab that is open, takes the picture and ends the program (status 1 when the file could not be
/// written).
void takePicture(MainWindow& window, const WindowOptions& options);

/// Writes the milliseconds from the process's start to its first painted frame to stderr, and ends the
/// program.
void reportFirstFrame(MainWindow& window);

/// Says in one line that there is no display, in place of Qt's abort. Call before the application is made.
void explainMissingDisplay();

} // namespace byteyard::gui
