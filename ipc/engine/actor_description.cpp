#include "ipc/engine/actor_description.h"

#include <algorithm>
#include <array>
#include <climits>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace byteyard::ipc::engine {

using nlohmann::json;

namespace {

json describeEdge(const EdgeSpec& edge, const NodeSpec& endpoint, const RunEndpoints& endpoints,
                  const std::map<std::string, int>& fds)
{
    json handle = {{"name", edge.isHandle() ? edge.handle : std::to_string(edge.fd)},
                   {"kind", endpoint.kind},
                   {"side", edge.port}};
    if (const auto fd = fds.find(edge.id); fd != fds.end())
        handle["fd"] = fd->second;
    if (const std::string path = endpoints.pathOf(endpoint); !path.empty())
        handle["path"] = path;
    if (endpoint.kind == "socketpair")
        handle["type"] = endpoint.endpoint.type;
    if (endpoint.kind.ends_with("-shm") || endpoint.kind == "memfd")
        handle["size"] = endpoint.endpoint.size;
    if (!endpoint.endpoint.memory.empty())
        handle["offset"] = endpoint.endpoint.offset;
    const EndpointRecord* record = endpoints.record(endpoints.numberOf(endpoint.id));
    if (!record)
        return handle;
    if (record->names.sysvId >= 0)
        handle["id"] = record->names.sysvId;
    if (!record->names.key.empty())
        handle["key"] = record->names.key;
    if (!record->names.address.empty())
        handle["address"] = record->names.address;
    if (record->names.port != 0)
        handle["port"] = record->names.port;
    return handle;
}

} // namespace

std::string actorDescription(const NodeSpec& actor, const TopologySpec& topology,
                             const RunEndpoints& endpoints, const std::map<std::string, int>& fds)
{
    json handles = json::array();
    for (const EdgeSpec& edge : topology.edges)
        if (edge.process == actor.id)
            handles.push_back(describeEdge(edge, *topology.node(edge.endpoint), endpoints, fds));
    std::sort(handles.begin(), handles.end(),
              [](const json& a, const json& b) { return a.at("name") < b.at("name"); });
    const bool isRole = actor.actor.role != "script" && !actor.actor.role.empty();
    return json({{"name", isRole ? actor.actor.role : actor.name},
                 {"script", actor.actor.script},
                 {"fields", json::parse(actor.actor.fields)},
                 {"handles", handles}})
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string ownDirectory()
{
    std::array<char, PATH_MAX> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    const std::string own(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    return own.substr(0, own.rfind('/'));
}

} // namespace byteyard::ipc::engine
