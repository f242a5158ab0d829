#pragma once

#include <string>
#include <vector>

namespace byteyard::ipc::engine {

/// The files that execve(2) is to try for `command`, as execvp(3) would: those in `path` (of the form of
/// $PATH), or the command itself when it has a slash. `directory` is where it will run. Throws LaunchError
/// (no-command, not-executable).
std::vector<std::string> findExecutables(const std::string& command, const std::string& path,
                                         const std::string& directory);

} // namespace byteyard::ipc::engine
