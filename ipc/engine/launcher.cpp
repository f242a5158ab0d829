#include "ipc/engine/launcher.h"

#include "ipc/engine/actor_description.h"
#include "ipc/engine/command_lookup.h"
#include "ipc/engine/endpoint_kinds.h"
#include "ipc/engine/launch_error.h"
#include "ipc/engine/placeholder.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>

extern char** environ; // NOLINT(readability-redundant-declaration): environ(7) asks for it

namespace byteyard::ipc::engine {

namespace {

const rlimit& originalOpenFiles()
{
    static const rlimit original = raiseOpenFilesLimit();
    return original;
}

std::string absolute(const std::string& path, const std::string& directory)
{
    return path.empty() || path.front() != '/' ? directory + '/' + path : path;
}

int accessFlags(const std::string& port)
{
    return port == "read" ? O_RDONLY : port == "write" ? O_WRONLY : O_RDWR;
}

/// What a child's open(2) gets for this edge.
int openFlagsOf(const EdgeSpec& edge, const NodeSpec& endpoint)
{
    const int extra =
        edge.flags.value_or(endpoint.kind == "file" && edge.port == "write" ? O_CREAT | O_TRUNC : 0);
    return accessFlags(edge.port) | extra;
}

std::vector<std::string> environmentOf(const std::map<std::string, std::string>& added)
{
    std::map<std::string, std::string> all;
    for (char** entry = environ; *entry; ++entry) {
        const std::string text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string::npos)
            all[text.substr(0, equals)] = text.substr(equals + 1);
    }
    for (const auto& [key, value] : added)
        all[key] = value;
    std::vector<std::string> list;
    list.reserve(all.size());
    for (const auto& [key, value] : all)
        list.emplace_back(key).append("=").append(value);
    return list;
}

std::string searchPath(const std::map<std::string, std::string>& added)
{
    if (const auto own = added.find("PATH"); own != added.end())
        return own->second;
    const char* inherited = std::getenv("PATH");
    return inherited ? inherited : "/usr/local/bin:/usr/bin:/bin";
}

void checkDirectory(const std::string& path)
{
    struct stat status;
    int fault = ::stat(path.c_str(), &status) != 0 ? errno : 0;
    if (fault == 0)
        fault = !S_ISDIR(status.st_mode) ? ENOTDIR : ::access(path.c_str(), X_OK) != 0 ? errno : 0;
    if (fault != 0)
        throw LaunchError({"directory", {{"path", path}, {"errno", std::string(errnoName(fault))}}});
}

ErrorReport openReport(const std::string& path, int error)
{
    return {"open", {{"path", path}, {"errno", std::string(errnoName(error))}}};
}

} // namespace

rlimit raiseOpenFilesLimit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &raised);
    return limit;
}

struct Launcher::Work
{
    const NodeSpec& node;
    std::uint32_t process;
    const TopologySpec& topology;
    PreparedLaunch launch;
    std::map<std::string, int> fds; ///< of each edge that wires one

    bool has(int target) const
    {
        return std::any_of(launch.plan.fds.begin(), launch.plan.fds.end(),
                           [target](const FdPlan& fd) { return fd.target == target; });
    }
};

Launcher::Launcher(RunEndpoints& endpoints, Outputs& outputs, Inputs& inputs, std::string directory,
                   StandardUse standard)
    : m_endpoints(endpoints), m_outputs(outputs), m_inputs(inputs), m_directory(std::move(directory)),
      m_standard(std::move(standard))
{
    originalOpenFiles();
}

PreparedLaunch Launcher::prepare(const NodeSpec& node, std::uint32_t process, const TopologySpec& topology,
                                 int pace)
{
    Work work{node, process, topology, {}, {}};
    chooseDescriptors(work);
    LaunchPlan& plan = work.launch.plan;
    const CommandSpec& command = node.command;
    plan.process = process;
    plan.name = node.name;
    plan.pace = command.pace > 0 ? command.pace : pace;
    plan.openFiles = originalOpenFiles();
    for (const std::string& argument : command.argv)
        plan.argv.push_back(expand(work, argument));
    std::map<std::string, std::string> added;
    for (const auto& [key, value] : command.environment)
        added[key] = expand(work, value);
    plan.environment = environmentOf(added);
    const std::string directory = expand(work, command.directory);
    plan.directory = directory.empty() ? m_directory : absolute(directory, m_directory);
    checkDirectory(plan.directory);
    const std::string path = node.isActor() ? ownDirectory() + ':' + searchPath(added) : searchPath(added);
    plan.executables = findExecutables(plan.argv.front(), path, plan.directory);
    try {
        for (const EdgeSpec& edge : topology.edges)
            if (edge.process == node.id)
                addEdge(work, edge);
        node.id == m_standard.node ? addStreams(work) : addStandard(work);
        if (node.isActor())
            addActor(work);
    } catch (const EndpointError& error) {
        m_outputs.close(process);
        m_inputs.close(process);
        throw LaunchError(openReport(error.object(), error.error()));
    } catch (const LaunchError&) {
        m_outputs.close(process);
        m_inputs.close(process);
        throw;
    }
    return std::move(work.launch);
}

std::string Launcher::expand(const Work& work, const std::string& text) const
{
    return expandPlaceholders(
        text, [&](const std::string& name, const std::string& attribute) -> std::optional<std::string> {
            const auto& nodes = work.topology.nodes;
            auto node =
                std::find_if(nodes.begin(), nodes.end(), [&](const NodeSpec& n) { return n.name == name; });
            if (node == nodes.end())
                node =
                    std::find_if(nodes.begin(), nodes.end(), [&](const NodeSpec& n) { return n.id == name; });
            if (node == nodes.end() || node->isProcess())
                return std::nullopt;
            if (attribute == "fd") {
                for (const EdgeSpec& edge : work.topology.edges)
                    if (const auto fd = work.fds.find(edge.id);
                        fd != work.fds.end() && edge.endpoint == node->id)
                        return std::to_string(fd->second);
                return std::nullopt;
            }
            return valueOf(*node, attribute);
        });
}

/// What a placeholder says of an endpoint; nothing when it has no such thing.
std::optional<std::string> Launcher::valueOf(const NodeSpec& node, const std::string& attribute) const
{
    const auto unlessEmpty = [](std::string text) {
        return text.empty() ? std::nullopt : std::optional(std::move(text));
    };
    if (attribute == "path")
        return unlessEmpty(m_endpoints.pathOf(node));
    if (attribute == "offset")
        return node.endpoint.memory.empty() ? std::nullopt
                                            : std::optional(std::to_string(node.endpoint.offset));
    const EndpointRecord* record = m_endpoints.record(m_endpoints.numberOf(node.id));
    if (!record)
        return std::nullopt;
    const EndpointNames& names = record->names;
    if (attribute == "key")
        return unlessEmpty(names.key);
    if (attribute == "address")
        return unlessEmpty(names.address);
    if (attribute == "port")
        return names.port == 0 ? std::nullopt : std::optional(std::to_string(names.port));
    if (names.sysvId >= 0)
        return std::to_string(names.sysvId);
    return record->id.inode == 0 ? std::nullopt : std::optional(std::to_string(record->id.inode));
}

/// Which edges give the process a descriptor, and at what number: an actor's handle of an anonymous object
/// gets a free one from 3 up.
void Launcher::chooseDescriptors(Work& work)
{
    std::set<int> taken;
    std::vector<const EdgeSpec*> handles;
    for (const EdgeSpec& edge : work.topology.edges) {
        if (edge.process != work.node.id)
            continue;
        if (!edge.isHandle())
            taken.insert(work.fds[edge.id] = edge.fd);
        else if (endpointKind(work.topology.node(edge.endpoint)->kind)->naming == Naming::Anonymous)
            handles.push_back(&edge);
    }
    int next = STDERR_FILENO + 1;
    for (const EdgeSpec* edge : handles) {
        while (taken.count(next) > 0)
            ++next;
        taken.insert(work.fds[edge->id] = next);
    }
}

void Launcher::addEdge(Work& work, const EdgeSpec& edge)
{
    const NodeSpec* endpoint = work.topology.node(edge.endpoint);
    if (m_endpoints.hasFailed(edge.endpoint))
        throw LaunchError({"endpoint-failed", {{"endpoint", endpoint->name}}});
    const auto fd = work.fds.find(edge.id);
    if (fd == work.fds.end())
        return; // it opens it itself
    if (endpoint->kind == "fifo" || endpoint->kind == "file") {
        addOpen(work, edge, *endpoint);
        return;
    }
    if (isSocketKind(endpoint->kind) && EndpointKind::connects(edge.port)) {
        addConnect(work, fd->second, *endpoint);
        return;
    }
    Fd source = m_endpoints.end(*endpoint, edge.port);
    addInherited(work, fd->second, std::move(source), m_endpoints.numberOf(edge.endpoint));
}

void Launcher::addOpen(Work& work, const EdgeSpec& edge, const NodeSpec& endpoint)
{
    const std::uint32_t number = m_endpoints.numberOf(edge.endpoint);
    if (edge.shared.empty()) {
        FdPlan plan;
        plan.target = edge.fd;
        plan.path = m_endpoints.pathOf(endpoint);
        plan.flags = openFlagsOf(edge, endpoint) | O_NOCTTY;
        plan.mode = endpoint.endpoint.mode;
        plan.endpoint = number;
        work.launch.plan.fds.push_back(plan);
        return;
    }
    // One description serves all who name it: it must be able to do what each of them wants.
    int flags = openFlagsOf(edge, endpoint);
    for (const EdgeSpec& other : work.topology.edges) {
        if (other.endpoint != edge.endpoint || other.shared != edge.shared)
            continue;
        const int wanted = openFlagsOf(other, endpoint);
        if ((wanted & O_ACCMODE) != (flags & O_ACCMODE))
            flags = (flags & ~O_ACCMODE) | O_RDWR;
        flags |= wanted & ~O_ACCMODE;
    }
    addInherited(work, edge.fd, m_endpoints.shared(edge, flags), number);
}

/// The child connects it itself, so that it waits, or is refused, as the program would be.
void Launcher::addConnect(Work& work, int target, const NodeSpec& endpoint)
{
    const std::uint32_t number = m_endpoints.numberOf(endpoint.id);
    const EndpointSpec& spec = endpoint.endpoint;
    const SocketOptions options = m_endpoints.socketOptions(endpoint);
    const SocketAddress address = options.socketAddress();
    SocketPlan socket;
    socket.family = address.family();
    socket.type = options.type();
    socket.address = address.storage;
    socket.addressSize = address.size;
    socket.text = address.text();
    socket.sendBuffer = spec.sendBuffer;
    socket.receiveBuffer = spec.receiveBuffer;
    socket.noDelay = spec.noDelay && endpoint.kind == "tcp";
    FdPlan plan;
    plan.target = target;
    plan.endpoint = number;
    plan.socket = std::make_shared<const SocketPlan>(std::move(socket));
    work.launch.plan.fds.push_back(std::move(plan));
}

void Launcher::addInherited(Work& work, int target, Fd source, std::uint32_t endpoint)
{
    FdPlan plan;
    plan.target = target;
    plan.source = source.get();
    plan.endpoint = endpoint;
    work.launch.plan.fds.push_back(plan);
    work.launch.sources.push_back(std::move(source));
}

/// What 0, 1 and 2 are when no edge takes them.
void Launcher::addStandard(Work& work)
{
    const CommandSpec& command = work.node.command;
    if (!work.has(STDIN_FILENO)) {
        if (command.typedInput)
            addInherited(work, STDIN_FILENO, m_inputs.open(work.process), 0);
        else
            addTarget(work, STDIN_FILENO, {OutputTarget::Kind::Null, {}});
    }
    const bool out = !work.has(STDOUT_FILENO) && command.output.kind == OutputTarget::Kind::Output;
    const bool err = !work.has(STDERR_FILENO) && command.errors.kind == OutputTarget::Kind::Output;
    if (out || err) {
        Fd slave = m_outputs.open(work.process, out ? STDOUT_FILENO : STDERR_FILENO);
        if (out && err)
            addInherited(work, STDERR_FILENO, highCopy(slave.get()), 0);
        addInherited(work, out ? STDOUT_FILENO : STDERR_FILENO, std::move(slave), 0);
    }
    if (!work.has(STDOUT_FILENO))
        addTarget(work, STDOUT_FILENO, command.output);
    if (!work.has(STDERR_FILENO))
        addTarget(work, STDERR_FILENO, command.errors);
}

/// What 0, 1 and 2 of whoever started the engine are, and their place in the terminal with them.
void Launcher::addStreams(Work& work)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        const Fd& stream = m_standard.streams->streams[static_cast<std::size_t>(fd)];
        if (stream && !work.has(fd))
            addInherited(work, fd, highCopy(stream.get()), 0);
    }
    work.launch.plan.group = m_standard.streams->group;
    work.launch.plan.hasUnknown = true;
}

/// Its channel, above all other descriptors: the actor closes it before its script begins.
void Launcher::addActor(Work& work)
{
    LaunchPlan& plan = work.launch.plan;
    int target = STDERR_FILENO + 1;
    for (const FdPlan& fd : plan.fds)
        target = std::max(target, fd.target + 1);
    work.launch.actor =
        std::make_unique<ActorChannel>(actorDescription(work.node, work.topology, m_endpoints, work.fds));
    addInherited(work, target, moveHigh(work.launch.actor->takeDescriptor()), 0);
    plan.environment.push_back(std::string(actor::channelVariable) + '=' + std::to_string(target));
}

void Launcher::addTarget(Work& work, int fd, const OutputTarget& target)
{
    if (target.kind == OutputTarget::Kind::Null) {
        Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
        if (!null)
            throw EndpointError("open", "/dev/null", errno);
        addInherited(work, fd, moveHigh(std::move(null)), 0);
        return;
    }
    // O_APPEND: 1 and 2 may name the same file, and neither then writes over the other.
    const std::string path = absolute(expand(work, target.path), work.launch.plan.directory);
    Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
                   0666));
    if (!file)
        throw EndpointError("open", path, errno);
    ::fcntl(file.get(), F_SETFL, O_APPEND);
    addInherited(work, fd, moveHigh(std::move(file)), 0);
}

} // namespace byteyard::ipc::engine
