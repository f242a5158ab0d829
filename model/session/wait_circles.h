#pragma once

#include "model/session/live_state.h"

namespace byteyard::model {

/// Looks for those who wait for each other: at the ends of pipes, FIFOs and connections, for locks on files,
/// for a System V semaphore that the other took last, for a mutex, or for a child to end. A process is stuck
/// when each of its threads has waited for a second for those alone who are stuck (a knot in the graph of
/// waiting: Holt, Some Deadlock Properties of Computer Systems, 1972). Who waits for a limited time, or for
/// one of several things, is not. `seesAll`: all who have an endpoint open are known, of attached processes
/// too.
Deadlocks findDeadlocks(const LiveState& live, quint64 now, bool seesAll);

} // namespace byteyard::model
