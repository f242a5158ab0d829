#pragma once

namespace byteyard::ipc::engine {

/// Starts the worker, and sees to it that nothing of a session outlives the model or the worker: processes
/// are killed by pidfd, and what the run file lists is removed (prctl(2), PR_SET_CHILD_SUBREAPER). Returns
/// the exit status.
int runKeeper();

} // namespace byteyard::ipc::engine
