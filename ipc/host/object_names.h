#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace byteyard::ipc::host {

/// The kind and the name of shared memory by what /proc shows for it: "posix-shm" and "/a" for "/dev/shm/a",
/// "posix-semaphore" for "/dev/shm/sem.a", "memfd" and "a" for "/memfd:a (deleted)"; nothing for any other.
std::optional<std::pair<std::string_view, std::string>> sharedName(std::string_view target);

/// Whether the file behind this path (/proc/PID/fd/FD) is a POSIX queue (mq_overview(7)).
bool isQueue(const std::string& place);

} // namespace byteyard::ipc::host
