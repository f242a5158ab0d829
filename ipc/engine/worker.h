#pragma once

#include "ipc/engine/run_file.h"
#include "ipc/engine/standard_streams.h"

namespace byteyard::ipc::engine {

/// How an engine ends.
enum ExitStatus : int {
    exitGood = 0,
    exitFailed = 1,   ///< could not be set up
    exitProtocol = 2, ///< the model said something that docs/protocol.md does not allow
    exitCrashed = 3,  ///< the worker died
};

/// Does all the work, on the wire that is on 0 and 1, until the model or the keeper goes away. `keeperAlive`
/// hangs up when the keeper dies. Returns the exit status.
int runWorker(const RunFile& runFile, Fd keeperAlive, pid_t keeper, StandardStreams standard);

} // namespace byteyard::ipc::engine
