#pragma once

#include <string>

namespace byteyard::ipc::engine {

/// Prints what dead engines of this user left behind, one JSON object a line (docs/protocol.md). Returns the
/// exit status.
int listOrphans();
/// Ends the processes and removes the objects of the run file with this id; of all orphans when it is empty.
int cleanOrphans(const std::string& id);

} // namespace byteyard::ipc::engine
