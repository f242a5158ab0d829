#pragma once

#include "model/session/session.h"

class QMenu;
class QWidget;

namespace byteyard::gui {

/// One entry for each limit of this object's own that can be changed while it lives (msg_qbytes, a backlog,
/// buffers, a terminal's size, the size of shared memory): it asks for the new value, and is the real call.
void addLimits(QMenu& menu, QWidget* window, model::Session& session, const model::LiveEndpoint& endpoint,
               model::Kind kind);

} // namespace byteyard::gui
