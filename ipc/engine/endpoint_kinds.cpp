#include "ipc/engine/endpoint_kinds.h"

#include <algorithm>

namespace byteyard::ipc::engine {

namespace {

constexpr std::array kinds = {
    EndpointKind{"pipe", {"read", "write", ""}, Naming::Anonymous, true},
    EndpointKind{"fifo", {"read", "write", "read-write"}, Naming::Path, true},
    EndpointKind{"file", {"read", "write", "read-write"}, Naming::Path, true},
    EndpointKind{"socketpair", {"a", "b", ""}, Naming::Anonymous, true},
    EndpointKind{"sysv-queue", {"send", "receive", ""}, Naming::Key, false},
    EndpointKind{"posix-queue", {"send", "receive", ""}, Naming::Path, true},
    EndpointKind{"sysv-shm", {"attach", "", ""}, Naming::Key, false},
    EndpointKind{"posix-shm", {"attach", "", ""}, Naming::Path, true},
    EndpointKind{"memfd", {"attach", "", ""}, Naming::Anonymous, true},
    EndpointKind{"sysv-semaphore", {"use", "", ""}, Naming::Key, false},
    EndpointKind{"posix-semaphore", {"use", "", ""}, Naming::Path, false},
    EndpointKind{"unix-stream", {"listen", "connect", ""}, Naming::Path, true},
    EndpointKind{"unix-datagram", {"receive", "send", ""}, Naming::Path, true},
    EndpointKind{"unix-seqpacket", {"listen", "connect", ""}, Naming::Path, true},
    EndpointKind{"tcp", {"listen", "connect", ""}, Naming::Address, true},
    EndpointKind{"udp", {"receive", "send", ""}, Naming::Address, true},
    EndpointKind{"raw", {"send", "receive", ""}, Naming::Address, true},
    EndpointKind{"eventfd", {"write", "read", ""}, Naming::Anonymous, true},
    EndpointKind{"pty", {"master", "slave", ""}, Naming::Anonymous, true},
};

} // namespace

bool EndpointKind::hasPort(std::string_view port) const
{
    return !port.empty() && std::find(ports.begin(), ports.end(), port) != ports.end();
}

const EndpointKind* endpointKind(std::string_view name)
{
    const auto* row =
        std::find_if(kinds.begin(), kinds.end(), [&](const EndpointKind& each) { return each.name == name; });
    return row == kinds.end() ? nullptr : row;
}

bool isSocketKind(std::string_view kind)
{
    return kind.starts_with("unix-") || kind == "tcp" || kind == "udp";
}

bool takesDatagrams(std::string_view kind)
{
    return kind == "udp" || kind == "unix-datagram" || kind == "raw";
}

} // namespace byteyard::ipc::engine
