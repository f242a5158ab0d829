#pragma once

#include <linux/filter.h>
#include <vector>

namespace byteyard::ipc {

/// A seccomp(2) program that stops a thread for its tracer at every call of the table and lets the rest pass.
/// Calls of another architecture (i386, x32) pass too: they are not observed. `dataCalls` false: those that
/// the kernel's side tells of (kernel_calls.h) pass as well. Throws std::system_error.
std::vector<sock_filter> tracedCallsFilter(bool dataCalls = true);

} // namespace byteyard::ipc
