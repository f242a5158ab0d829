#pragma once

namespace byteyard::ipc::engine {

/// Starts the worker, and sees to it that nothing of a session outlives the model or the worker: processes
/// are killed by pidfd, and what the run file lists is removed (prctl(2), PR_SET_CHILD_SUBREAPER). Returns
/// the exit status. `takesStandard`: it was started with the model's StandardStreams.
int runKeeper(bool takesStandard);

} // namespace byteyard::ipc::engine
