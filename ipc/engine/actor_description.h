#pragma once

#include "ipc/engine/run_endpoints.h"

#include <map>
#include <string>

namespace byteyard::ipc::engine {

/// The JSON text that an actor gets (ipc/actor/channel.h). `fds`: the descriptors that its edges have, by
/// edge.
std::string actorDescription(const NodeSpec& actor, const TopologySpec& topology,
                             const RunEndpoints& endpoints, const std::map<std::string, int>& fds);
/// Where byteyard-actor is looked for before PATH: beside this program.
std::string ownDirectory();

} // namespace byteyard::ipc::engine
