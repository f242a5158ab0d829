#pragma once

#include "model/session/session.h"

class QMenu;

namespace byteyard::gui {

/// Adds what one can do to a running process: signals, stop, pause, pace.
void fillProcessMenu(QMenu& menu, model::Session& session, quint32 process);

} // namespace byteyard::gui
