#pragma once

#include <cstdint>
#include <linux/filter.h>
#include <vector>

namespace byteyard::ipc {

struct CallRow;

/// Which calls of the table stop a thread.
enum class FilterKind : std::uint8_t {
    Every,   ///< all
    Control, ///< not those that only move bytes or wait
};

/// A seccomp(2) program that stops a thread for its tracer at such calls and lets the rest pass. Calls of
/// another architecture (i386, x32) pass too: they are not observed. Throws std::system_error.
std::vector<sock_filter> tracedCallsFilter(FilterKind kind);

/// Changes nothing of who has what: it moves bytes, waits, or asks. recvmsg(2) may bring descriptors along.
bool isDataCall(const CallRow& row) noexcept;

/// Whether such a filter lets the call pass (but for looks at what waits, MSG_PEEK).
bool passesFilter(FilterKind kind, const CallRow& row);

} // namespace byteyard::ipc
