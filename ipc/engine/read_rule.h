#pragma once

#include "ipc/capture/call_rule.h"
#include "ipc/engine/message.h"

namespace byteyard::ipc::engine {

/// The message `set-rule` (docs/protocol.md). Throws MessageError.
CallRule readRule(const ObjectReader& message);

} // namespace byteyard::ipc::engine
