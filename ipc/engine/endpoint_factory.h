#pragma once

#include "ipc/endpoint/socket.h"
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
    std::uint16_t port = 0;
    Endpoint* memory = nullptr; ///< in which it lies
};

/// Makes it, or takes what exists. Throws EndpointError.
std::unique_ptr<Endpoint> createEndpoint(const EndpointPlan& plan);

/// How to make, or reach, a socket's node.
SocketOptions socketOptions(const NodeSpec& node, const std::string& path, std::uint16_t port);

/// What a program made; null for a kind that cannot be looked at.
/// `parent`: a connection's listener, if there is one.
std::unique_ptr<Endpoint> adoptEndpoint(const EndpointRecord& record, const EndpointRecord* parent);

} // namespace byteyard::ipc::engine
