#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace byteyard::ipc::host {

/// A limit of the machine by the name that its file has below /proc/sys/kernel, fs or net/core: "msgmni",
/// "mqueue/msg_max", "pipe-max-size". Numbers as they stand there; "sem" holds four.
using Limits = std::vector<std::pair<std::string, std::string>>;

/// All that matter to IPC; those that this kernel does not have are left out. `root` is "/proc" or a picture
/// of it.
Limits limits(const std::string& root);
/// One of them; nothing when it is not there.
std::optional<std::string> limit(const std::string& root, std::string_view name);

} // namespace byteyard::ipc::host
