#pragma once

#include "model/session/live_state.h"

namespace byteyard::model {

/// What a process waits on: which call, on what, how full that is, who is at the other end. Empty when it
/// does not wait.
QString blockedSentence(const LiveState& live, quint32 process, quint64 now);

} // namespace byteyard::model
