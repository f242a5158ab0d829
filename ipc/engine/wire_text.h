#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace byteyard::ipc::engine {

/// Bytes as a control frame can carry them, which is JSON. Names are bytes: what in them is not UTF-8 travels
/// as \xNN.
std::string wireText(std::string_view bytes);
/// RFC 4648, with padding.
std::string base64(std::span<const std::byte> bytes);

} // namespace byteyard::ipc::engine
