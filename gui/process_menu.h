#pragma once

#include "model/session/session.h"

class QMenu;
class QWidget;

namespace byteyard::gui {

/// Adds what one can do to a running process: signals, pause, step, pace, breaks and injections. Their
/// dialogs belong to `window`.
void fillProcessMenu(QMenu& menu, QWidget* window, model::Session& session, quint32 process);

} // namespace byteyard::gui
