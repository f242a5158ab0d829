#pragma once

#include "ipc/engine/message.h"
#include "ipc/engine/topology.h"

namespace byteyard::ipc::engine {

/// Throws TopologyError: what is wrong with the member at `place`.
[[noreturn]] void refuseMember(const std::string& place, const std::string& what);

/// The properties of an endpoint (docs/files.md), checked for types (MessageError) and rules (TopologyError).
EndpointSpec readEndpoint(std::string_view kind, const ObjectReader& properties);

} // namespace byteyard::ipc::engine
