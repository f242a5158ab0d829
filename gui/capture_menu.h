#pragma once

#include "model/session/session.h"

class QMenu;

namespace byteyard::gui {

/// How the next run is to be captured: "auto", "ptrace", "ebpf" or "sampled". Kept in the settings.
QString chosenCapture();

/// Fills the menu that chooses it. What the engine cannot do stands there with its reason.
void fillCaptureMenu(QMenu& menu, const model::Session& session);

} // namespace byteyard::gui
