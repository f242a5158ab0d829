#pragma once

#include "model/session/session.h"

class QMenu;
class QWidget;

namespace byteyard::gui {

/// What can be done to a live endpoint: capacity and limits, writing into it, values, taking it away. Each is
/// the real call, and stands in the log as ours. `window` is the parent of what has to be asked.
void fillEndpointMenu(QMenu& menu, QWidget* window, model::Session& session,
                      const model::LiveEndpoint& endpoint);

} // namespace byteyard::gui
