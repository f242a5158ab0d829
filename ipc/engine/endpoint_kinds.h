#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace byteyard::ipc::engine {

/// What an endpoint of a kind is found by when a program opens it itself.
enum class Naming : std::uint8_t { Anonymous, Path, Key, Address };

/// What the engine must know of a kind to read a topology.
struct EndpointKind
{
    std::string_view name;
    std::array<std::string_view, 3> ports;
    Naming naming = Naming::Anonymous;
    bool hasDescriptors = true; ///< an edge may give a process a descriptor of it

    bool hasPort(std::string_view port) const;
    /// Ports whose socket the child makes and connects itself, just before exec.
    static bool connects(std::string_view port) { return port == "connect" || port == "send"; }
};

/// Null when there is no such kind.
const EndpointKind* endpointKind(std::string_view name);

/// True for those of socket(2) that have an address of their own.
bool isSocketKind(std::string_view kind);

/// True for sockets that take what is sent to them without a connection.
bool takesDatagrams(std::string_view kind);

} // namespace byteyard::ipc::engine
