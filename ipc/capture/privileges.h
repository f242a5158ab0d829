#pragma once

#include <string_view>
#include <sys/types.h>

namespace byteyard::ipc {

/// What the file of a process's program grants and the process did not get: "set-user-ID", "set-group-ID" or
/// "file capabilities"; "" when nothing is missing, or nobody tells. A traced program gains nothing unless
/// its tracer may trace any (execve(2), PR_SET_NO_NEW_PRIVS(2const)).
std::string_view refusedPrivileges(pid_t pid);

} // namespace byteyard::ipc
