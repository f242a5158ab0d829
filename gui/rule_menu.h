#pragma once

#include "model/session/session.h"

class QMenu;
class QWidget;

namespace byteyard::gui {

/// Adds what asks for a new break or injection on a running process.
void addRuleActions(QMenu& menu, QWidget* window, model::Session& session, quint32 process, bool enabled);
/// Adds what is set, each with its hits; choosing one removes it.
void fillRulesMenu(QMenu& menu, model::Session& session);

} // namespace byteyard::gui
