#pragma once

#include "ipc/engine/message.h"
#include "ipc/engine/topology.h"

namespace byteyard::ipc::engine {

/// The properties of an endpoint (docs/files.md), checked for types (MessageError) and rules (TopologyError).
EndpointSpec readEndpoint(std::string_view kind, const ObjectReader& properties);

} // namespace byteyard::ipc::engine
