#pragma once

#include <string>

namespace byteyard::ipc::engine {

/// `$XDG_RUNTIME_DIR/byteyard`, or `/tmp/byteyard-UID`: made if need be, mode 0700. Throws EndpointError when
/// it is not ours alone.
std::string runtimeDirectory();

/// 16 hexadecimal digits that nobody can guess (getrandom(2)).
std::string randomWord();

} // namespace byteyard::ipc::engine
