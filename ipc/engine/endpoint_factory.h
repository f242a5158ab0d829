#pragma once

#include "ipc/engine/frames.h"
#include "ipc/engine/topology.h"

#include <memory>

namespace byteyard::ipc::engine {

/// All that it takes to make a node's object.
struct EndpointPlan
{
    const NodeSpec& node;
    std::string path; ///< where it is, or its POSIX name
    key_t key = 0;    ///< chosen, for System V kinds
};

/// Makes it, or takes what exists. Throws EndpointError.
std::unique_ptr<Endpoint> createEndpoint(const EndpointPlan& plan);

/// What a program made; null for a kind that cannot be looked at.
std::unique_ptr<Endpoint> adoptEndpoint(const EndpointRecord& record);

} // namespace byteyard::ipc::engine
