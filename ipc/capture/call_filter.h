#pragma once

#include <linux/filter.h>
#include <vector>

namespace byteyard::ipc {

/// A seccomp(2) program that stops a thread for its tracer at every call of the table and lets the rest pass.
/// Calls of another architecture (i386, x32) pass too: they are not observed. Throws std::system_error.
std::vector<sock_filter> tracedCallsFilter();

} // namespace byteyard::ipc
