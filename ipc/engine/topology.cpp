#include "ipc/engine/topology.h"

#include "ipc/engine/endpoint_kinds.h"
#include "ipc/engine/message.h"
#include "ipc/engine/topology_endpoint.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <semaphore.h>
#include <set>
#include <string_view>

namespace byteyard::ipc::engine {

using nlohmann::json;

namespace {

constexpr std::size_t maxNodes = 10000;
constexpr std::size_t maxEdges = 40000;
constexpr std::size_t maxId = 64;
constexpr std::size_t maxName = 255 * 4; // characters of up to four bytes
constexpr std::size_t maxText = 1u << 20;
constexpr std::size_t maxScript = 64u << 10;
constexpr std::size_t maxFile = 8u << 20;
constexpr std::int64_t maxPace = 1000000;
constexpr double maxSeconds = 86400;
constexpr std::int64_t maxFd = 1023;
constexpr std::size_t maxHandle = 32;

struct OpenFlag
{
    std::string_view name;
    int value;
};
constexpr std::array openFlags = {
    OpenFlag{"O_APPEND", O_APPEND}, OpenFlag{"O_TRUNC", O_TRUNC},       OpenFlag{"O_CREAT", O_CREAT},
    OpenFlag{"O_EXCL", O_EXCL},     OpenFlag{"O_NONBLOCK", O_NONBLOCK}, OpenFlag{"O_SYNC", O_SYNC},
};

std::string readId(const ObjectReader& reader, const char* key)
{
    const std::string id = reader.text(key, maxId);
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    if (id.empty() || id.find_first_not_of(allowed) != std::string::npos)
        refuseMember(reader.place(key), "is not 1 to 64 of A-Z a-z 0-9 _ . -");
    return id;
}

OutputTarget readTarget(const ObjectReader& reader, const char* key)
{
    const std::string text = reader.text(key, maxPath, "output");
    constexpr std::string_view filePrefix = "file:";
    if (text == "output")
        return {OutputTarget::Kind::Output, {}};
    if (text == "null")
        return {OutputTarget::Kind::Null, {}};
    if (text.starts_with(filePrefix) && text.size() > filePrefix.size())
        return {OutputTarget::Kind::File, text.substr(filePrefix.size())};
    refuseMember(reader.place(key), "is none of \"output\", \"null\" and \"file:PATH\"");
}

StartRule readStart(const ObjectReader& properties)
{
    StartRule rule;
    if (!properties.has("start"))
        return rule;
    const ObjectReader start(properties.object("start"), properties.place("start"));
    const std::string when = start.text("when", maxId, "at-once");
    if (when == "after")
        rule.when = StartRule::When::After;
    else if (when == "runs")
        rule.when = StartRule::When::Runs;
    else if (when == "listens")
        rule.when = StartRule::When::Listens;
    else if (when == "exits")
        rule.when = StartRule::When::Exits;
    else if (when == "by-hand")
        rule.when = StartRule::When::ByHand;
    else if (when != "at-once")
        refuseMember(start.place("when"), "is no start condition");
    rule.seconds = start.number("seconds", 0, maxSeconds, 0);
    if (rule.when == StartRule::When::Runs || rule.when == StartRule::When::Listens ||
        rule.when == StartRule::When::Exits)
        rule.node = readId(start, "node");
    return rule;
}

void readArguments(const ObjectReader& properties, CommandSpec& command)
{
    const json& argv = properties.array("argv");
    for (std::size_t i = 0; i < argv.size(); ++i)
        command.argv.push_back(
            checkedText(argv[i], properties.place("argv") + '[' + std::to_string(i) + ']', maxText));
    if (command.argv.empty() || command.argv.front().empty())
        refuseMember(properties.place("argv"), "names no command");
}

/// What a command and an actor have in common.
CommandSpec readProcess(const ObjectReader& properties)
{
    CommandSpec command;
    for (const auto& [key, value] : properties.object("environment").items()) {
        if (key.empty() || key.find_first_of(std::string_view("=\0", 2)) != std::string::npos)
            refuseMember(properties.place("environment"), "has a name that is none");
        command.environment.emplace_back(key, checkedText(value, properties.place("environment"), maxText));
    }
    command.directory = properties.text("directory", maxPath, "");
    command.start = readStart(properties);
    const std::string input = properties.text("stdin", maxId, "null");
    if (input != "null" && input != "typed")
        refuseMember(properties.place("stdin"), "is neither \"null\" nor \"typed\"");
    command.typedInput = input == "typed";
    command.output = readTarget(properties, "stdout");
    command.errors = readTarget(properties, "stderr");
    command.pace = static_cast<int>(properties.integer("pace", 0, maxPace, 0));
    return command;
}

/// A role's script comes as text too: the engine has no scripts of its own.
ActorSpec readActor(const ObjectReader& properties)
{
    ActorSpec actor;
    actor.role = properties.text("role", maxId, "script");
    actor.script = properties.text("script", maxScript, "");
    actor.fields = properties.object("fields").dump();
    return actor;
}

NodeSpec readNode(const json& value, const std::string& place)
{
    const ObjectReader reader(value, place);
    NodeSpec node;
    node.id = readId(reader, "id");
    node.kind = reader.text("kind", maxId);
    node.name = reader.text("name", maxName, node.id.c_str());
    const ObjectReader properties(reader.object("properties"), reader.place("properties"));
    if (node.isProcess()) {
        node.command = readProcess(properties);
        if (node.isActor()) {
            node.actor = readActor(properties);
            node.command.argv = {"byteyard-actor"};
        } else {
            readArguments(properties, node.command);
        }
    } else if (endpointKind(node.kind))
        node.endpoint = readEndpoint(node.kind, properties);
    else
        refuseMember(reader.place("kind"), "\"" + node.kind + "\" is not known");
    return node;
}

/// A descriptor's number, or a handle: `[a-z_][a-z0-9_]{0,31}`.
void readPort(const ObjectReader& process, EdgeSpec& edge)
{
    const std::string port = process.text("port", maxId);
    constexpr std::string_view digits = "0123456789";
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz_0123456789";
    if (!port.empty() && port.size() <= maxHandle && digits.find(port.front()) == std::string_view::npos &&
        port.find_first_not_of(letters) == std::string::npos) {
        edge.handle = port;
        return;
    }
    const bool isNumber =
        !port.empty() && port.size() <= 4 && port.find_first_not_of(digits) == std::string::npos;
    const long fd = isNumber ? std::strtol(port.c_str(), nullptr, 10) : -1;
    if (fd < 0 || fd > maxFd)
        refuseMember(process.place("port"),
                     "is neither a descriptor from 0 to 1023 nor a handle of a-z 0-9 _");
    edge.fd = static_cast<int>(fd);
}

EdgeSpec readEdge(const json& value, const std::string& place)
{
    const ObjectReader reader(value, place);
    EdgeSpec edge;
    edge.id = readId(reader, "id");
    const ObjectReader process(reader.object("process"), reader.place("process"));
    edge.process = readId(process, "node");
    readPort(process, edge);
    const ObjectReader endpoint(reader.object("endpoint"), reader.place("endpoint"));
    edge.endpoint = readId(endpoint, "node");
    edge.port = endpoint.text("port", maxId);
    const ObjectReader properties(reader.object("properties"), reader.place("properties"));
    edge.shared = properties.text("shared", maxName, "");
    if (!properties.has("flags"))
        return edge;
    edge.flags = 0;
    for (const json& flag : properties.array("flags")) {
        const std::string name = checkedText(flag, properties.place("flags"), maxId);
        const auto* row = std::find_if(openFlags.begin(), openFlags.end(),
                                       [&](const OpenFlag& r) { return r.name == name; });
        if (row == openFlags.end())
            refuseMember(properties.place("flags"), '"' + name + "\" is not known");
        edge.flags = *edge.flags | row->value;
    }
    return edge;
}

using Taken = std::set<std::pair<std::string, std::string>>;

void take(const EdgeSpec& edge, Taken& taken, const std::string& place)
{
    const std::string port = edge.isHandle() ? edge.handle : std::to_string(edge.fd);
    if (!taken.emplace(edge.process, port).second)
        refuseMember(place,
                     edge.isHandle() ? "takes a handle that is taken" : "takes a descriptor that is taken");
}

void checkEdge(const EdgeSpec& edge, const TopologySpec& all, Taken& taken)
{
    const std::string place = "edge " + edge.id;
    const NodeSpec* process = all.node(edge.process);
    const NodeSpec* endpoint = all.node(edge.endpoint);
    if (!process || !process->isProcess())
        refuseMember(place, "leads to no process");
    if (!endpoint || endpoint->isProcess())
        refuseMember(place, "leads to no endpoint");
    const EndpointKind* kind = endpointKind(endpoint->kind);
    if (!kind->hasPort(edge.port))
        refuseMember(place, "leads to a port that a " + endpoint->kind + " does not have");
    if (!edge.isHandle() && !kind->hasDescriptors)
        refuseMember(place, "gives a descriptor of a " + endpoint->kind + ", which has none: use a handle");
    if (edge.isHandle() && kind->naming == Naming::Anonymous && !process->isActor())
        refuseMember(place, "names a handle of a " + endpoint->kind +
                                ", which a command can have as descriptor only");
    if (!edge.isHandle() && endpoint->endpoint.madeByProgram && isSocketKind(endpoint->kind) &&
        !EndpointKind::connects(edge.port))
        refuseMember(place, "gives a descriptor of a socket that a program is to make: use a handle");
    take(edge, taken, place);
    if (!edge.shared.empty() && endpoint->kind != "file" &&
        (endpoint->kind != "fifo" || edge.port != "read-write"))
        refuseMember(place, "shares a description that only a file, or a FIFO's read-write port, can share");
}

/// What lies in memory needs some that is there, and large enough.
void checkMemory(const NodeSpec& node, const TopologySpec& all)
{
    if (node.isProcess() || node.endpoint.memory.empty())
        return;
    const std::string place = "node " + node.id;
    const NodeSpec* memory = all.node(node.endpoint.memory);
    if (!memory || !memory->isMemory())
        refuseMember(place, "lies in " + node.endpoint.memory + ", which is no shared memory");
    const std::uint64_t size = memory->endpoint.size;
    if (!memory->endpoint.existing && (size < sizeof(sem_t) || node.endpoint.offset > size - sizeof(sem_t)))
        refuseMember(place, "lies outside of " + node.endpoint.memory);
}

} // namespace

const NodeSpec* TopologySpec::node(const std::string& id) const
{
    const auto found =
        std::find_if(nodes.begin(), nodes.end(), [&](const NodeSpec& node) { return node.id == id; });
    return found == nodes.end() ? nullptr : &*found;
}

TopologySpec readTopology(const json& document, const TopologySpec* known)
{
    const ObjectReader reader(document, "topology");
    TopologySpec read;
    const json& nodes = reader.array("nodes");
    const json& edges = reader.array("edges");
    if (nodes.size() > maxNodes || edges.size() > maxEdges)
        throw TopologyError("the topology has more than 10 000 nodes or 40 000 edges");
    TopologySpec all = known ? *known : TopologySpec();
    std::set<std::string> nodeIds;
    std::set<std::string> edgeIds;
    Taken taken;
    for (const NodeSpec& node : all.nodes)
        nodeIds.insert(node.id);
    for (const EdgeSpec& edge : all.edges) {
        edgeIds.insert(edge.id);
        take(edge, taken, "edge " + edge.id);
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        read.nodes.push_back(readNode(nodes[i], "nodes[" + std::to_string(i) + ']'));
        if (!nodeIds.insert(read.nodes.back().id).second)
            refuseMember("node " + read.nodes.back().id, "is there twice");
    }
    all.nodes.insert(all.nodes.end(), read.nodes.begin(), read.nodes.end());
    for (std::size_t i = 0; i < edges.size(); ++i) {
        read.edges.push_back(readEdge(edges[i], "edges[" + std::to_string(i) + ']'));
        if (!edgeIds.insert(read.edges.back().id).second)
            refuseMember("edge " + read.edges.back().id, "is there twice");
        checkEdge(read.edges.back(), all, taken);
    }
    for (const NodeSpec& node : read.nodes)
        if (const std::string& other = node.command.start.node; !other.empty()) {
            const NodeSpec* target = all.node(other);
            if (!target || !target->isProcess())
                refuseMember("node " + node.id, "waits for " + other + ", which is no process");
        }
    for (const NodeSpec& node : read.nodes)
        checkMemory(node, all);
    for (const auto& [name, text] : reader.object("files").items()) {
        if (name.empty() || name == "." || name == ".." || name.size() > 255 ||
            name.find_first_of(std::string_view("/\0", 2)) != std::string::npos)
            refuseMember("files", "has a name that is none");
        if (!text.is_string() || text.get_ref<const std::string&>().size() > maxFile)
            throw MessageError("files." + name + " is not a text of at most 8 MiB");
        read.files[name] = text.get<std::string>();
    }
    read.pace = static_cast<int>(reader.integer("pace", 0, maxPace, 0));
    return read;
}

} // namespace byteyard::ipc::engine
