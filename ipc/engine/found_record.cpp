#include "ipc/engine/found_record.h"

#include <cstdlib>

namespace byteyard::ipc::engine {

namespace {

/// Of a connection: the side that is not its listener's, or, where the listener is unknown, that one.
EndpointNames inetNames(const Discovery& found)
{
    const std::size_t middle = found.name.find('-');
    std::string address = found.name;
    if (middle != std::string::npos)
        address = found.parent != 0 ? found.name.substr(middle + 1) : found.name.substr(0, middle);
    const std::size_t colon = address.rfind(':');
    EndpointNames names;
    names.port = static_cast<std::uint16_t>(std::strtoul(address.c_str() + colon + 1, nullptr, 10));
    names.address = address.substr(0, colon);
    if (names.address.starts_with('['))
        names.address = names.address.substr(1, names.address.size() - 2);
    return names;
}

} // namespace

EndpointRecord foundRecord(const Discovery& found)
{
    EndpointRecord record;
    record.kind = found.kind;
    record.id = found.key.id;
    record.state = EndpointState::Live;
    record.parent = found.parent;
    record.parentProcess = found.byProcess;
    if (found.kind.starts_with("sysv-")) {
        record.names.sysvId = static_cast<int>(found.key.number());
        record.names.key = found.name;
    } else if (found.name.starts_with('/') || found.name.starts_with('@')) {
        record.path = found.name;
    } else if ((found.kind == "tcp" || found.kind == "udp") && found.name.find(':') != std::string::npos) {
        record.names = inetNames(found);
        if (found.kind == "tcp")
            record.ends = found.name;
    }
    return record;
}

std::string foundName(const Discovery& found)
{
    if (found.name.empty())
        return std::string(found.kind) + ":[" + std::to_string(found.key.number()) + ']';
    const std::size_t slash = found.name.rfind('/');
    return found.name.substr(slash == std::string::npos ? 0 : slash + 1);
}

} // namespace byteyard::ipc::engine
