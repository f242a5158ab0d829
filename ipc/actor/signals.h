#pragma once

#include "ipc/actor/lua_headers.h"

namespace byteyard::ipc::actor {

/// Whether a signal with a handler has come and waits for a safe point.
bool isSignalPending() noexcept;
/// Calls the handlers of signals that have come. A safe point is the end of every call and the start of every
/// line.
void runSignalHandlers(lua_State* lua);

void addSignalCalls(lua_State* lua);

} // namespace byteyard::ipc::actor
