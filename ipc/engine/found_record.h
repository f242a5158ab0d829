#pragma once

#include "ipc/engine/frames.h"

namespace byteyard::ipc::engine {

/// What is told of an endpoint that nobody drew, but for its number and its name.
EndpointRecord foundRecord(const Discovery& found);

/// How it is called unless it belongs to a listener: "pipe:[48211]", or the end of its path.
std::string foundName(const Discovery& found);

} // namespace byteyard::ipc::engine
