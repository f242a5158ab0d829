#include "ipc/engine/run_endpoints.h"

#include "ipc/endpoint/persistent.h"
#include "ipc/engine/endpoint_factory.h"
#include "ipc/engine/endpoint_kinds.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <semaphore.h>
#include <sys/stat.h>

namespace byteyard::ipc::engine {

namespace {

constexpr int keyAttempts = 100;

/// The word of the run file; empty for what goes by itself.
std::string_view persistentKind(const NodeSpec& node)
{
    const std::string& kind = node.kind;
    if (!node.endpoint.memory.empty())
        return {};
    if (kind.starts_with("unix-"))
        return "socket";
    const EndpointKind* row = endpointKind(kind);
    const bool persists = row->naming == Naming::Key || row->naming == Naming::Path;
    return persists ? row->name : std::string_view();
}

} // namespace

RunEndpoints::RunEndpoints(OutputQueue& queue, const RunFile& runFile, Numbers& numbers, Tracer& tracer,
                           EngineSink& sink, std::string directory)
    : m_queue(queue), m_runFile(runFile), m_numbers(numbers), m_tracer(tracer), m_sink(sink),
      m_directory(std::move(directory))
{
}

std::uint32_t RunEndpoints::make(const NodeSpec& node)
{
    takeAway(numberOf(node.id));
    const std::uint32_t number = ++m_numbers.endpoint;
    Slot& slot = m_slots[number];
    slot.spec = node;
    slot.record.number = number;
    slot.record.node = node.id;
    slot.record.kind = node.kind;
    slot.record.name = node.name;
    slot.record.path = pathOf(node);
    m_current[node.id] = number;
    announce(slot);
    if (node.endpoint.madeByProgram) { // only reserved
        reserve(slot);
        return number;
    }
    try {
        setObject(slot, create(node, slot));
    } catch (const EndpointError& error) {
        fail(slot, error);
        return number;
    }
    if (slot.record.path.empty())
        slot.record.path = slot.object->path(); // a terminal's, which the kernel chose
    slot.record.names = slot.object->names();
    slot.record.id = slot.object->id();
    slot.record.state = EndpointState::Live;
    if (const std::optional<Look> look = slot.object->look({}))
        slot.record.capacity = look->fill.capacity;
    for (const ObjectKey& key : slot.object->keys())
        m_tracer.follow(number, key);
    if (!node.endpoint.memory.empty())
        m_tracer.followPart(number, numberOf(node.endpoint.memory), node.endpoint.offset, sizeof(sem_t));
    announce(slot);
    logSetup(slot);
    if (node.isMemory())
        makeWhatLiesIn(node);
    return number;
}

/// Those that lay in what was there before.
void RunEndpoints::makeWhatLiesIn(const NodeSpec& memory)
{
    std::vector<NodeSpec> inside;
    for (const auto& [node, number] : m_current)
        if (const NodeSpec& spec = m_slots.at(number).spec; spec.endpoint.memory == memory.id)
            inside.push_back(spec);
    for (const NodeSpec& spec : inside)
        make(spec);
}

/// A socket's path stays when the socket has gone; the node is about to get a new one there.
void RunEndpoints::takeAway(std::uint32_t number)
{
    const auto before = m_slots.find(number);
    if (before == m_slots.end() || !before->second.object || !isSocketKind(before->second.record.kind) ||
        before->second.spec.endpoint.madeByProgram)
        return;
    before->second.object->remove();
    forget(before->second);
}

void RunEndpoints::fail(Slot& slot, const EndpointError& error)
{
    forget(slot);
    slot.record.state = EndpointState::Failed;
    slot.record.error = createReport(error);
    announce(slot);
    m_queue.control(errorFrame(*slot.record.error, slot.record.node));
}

std::unique_ptr<Endpoint> RunEndpoints::create(const NodeSpec& node, Slot& slot)
{
    EndpointPlan plan{node, slot.record.path, node.endpoint.key.value_or(0), node.endpoint.port, nullptr};
    const std::string_view kind = persistentKind(node);
    if (!node.endpoint.memory.empty())
        plan.memory = object(numberOf(node.endpoint.memory));
    if (!node.endpoint.existing && !kind.empty())
        list(slot, kind, plan.key);
    std::unique_ptr<Endpoint> made = createEndpoint(plan);
    if (!slot.listedName.empty()) {
        slot.identity = identityOf(kind, slot.listedName);
        m_runFile.made(kind, slot.listedName, slot.identity);
    }
    return made;
}

/// Writes down what is about to be made and would outlive us, and chooses a key where none is given.
void RunEndpoints::list(Slot& slot, std::string_view kind, key_t& key)
{
    const EndpointSpec& spec = slot.spec.endpoint;
    std::string name = slot.record.path;
    const bool hasKey = kind.starts_with("sysv-");
    // What lies in the session's directory goes with it; an abstract name goes by itself.
    if (!hasKey && (name.starts_with(m_directory + '/') || !name.starts_with('/') || spec.keep))
        return;
    bool listed = false;
    for (int attempt = 0; attempt < keyAttempts && !listed; ++attempt) {
        if (hasKey && !spec.key)
            key = randomKey();
        if (hasKey)
            name = keyText(key);
        listed = m_runFile.list(kind, name);
        if (!hasKey || spec.key)
            break; // what has the name already decides: the creating call says so
    }
    if (listed)
        slot.listedName = name;
}

/// Nothing of it is left to remove.
void RunEndpoints::forget(Slot& slot)
{
    if (slot.listedName.empty())
        return;
    m_runFile.forget(persistentKind(slot.spec), slot.listedName);
    slot.listedName.clear();
}

void RunEndpoints::announce(const Slot& slot)
{
    m_sink.name(slot.record.number, slot.record.name, slot.record.kind);
    m_queue.control(endpointFrame(slot.record));
}

void RunEndpoints::logSetup(const Slot& slot)
{
    for (const SetupCall& call : slot.object->setupCalls()) {
        EventView event;
        event.time = m_tracer.now();
        event.pid = event.tid = ::getpid();
        event.call = call.call;
        event.how = How::Setup;
        event.fd = call.fd;
        event.fd2 = call.fd2;
        event.endpoint = slot.record.number;
        event.result = call.result;
        event.detail = call.detail;
        m_tracer.engineEvent(event);
    }
}

Fd RunEndpoints::end(const NodeSpec& node, const std::string& port)
{
    for (int attempt = 0; attempt < 2; ++attempt) {
        const std::uint32_t number = numberOf(node.id);
        if (Endpoint* endpoint = object(number))
            if (Fd fd = endpoint->end(port, holders(number))) {
                if (node.kind == "raw") // a socket of its own, for this edge alone
                    m_tracer.follow(number, objectOf(fd.get()));
                return fd;
            }
        unheld(number);
        make(node); // the old one went with its last holder
    }
    throw EndpointError("open", node.name, ENXIO);
}

Fd RunEndpoints::shared(const EdgeSpec& edge, int flags)
{
    Fd& fd = m_shared[{edge.endpoint, edge.shared}];
    if (!fd) {
        const std::uint32_t number = numberOf(edge.endpoint);
        const Slot& slot = m_slots.at(number);
        Fd opened(::open(slot.record.path.c_str(), flags | O_CLOEXEC | O_NOCTTY, slot.spec.endpoint.mode));
        if (!opened)
            throw EndpointError("open", slot.record.path, errno);
        fd = moveHigh(std::move(opened));
        EventView event;
        event.time = m_tracer.now();
        event.pid = event.tid = ::getpid();
        event.call = Call::Openat;
        event.how = How::Setup;
        event.fd = fd.get();
        event.endpoint = number;
        event.result = fd.get();
        const std::string detail =
            "path=" + encodeWord(slot.record.path) + " shared=" + encodeWord(edge.shared);
        event.detail = detail;
        m_tracer.engineEvent(event);
    }
    return highCopy(fd.get());
}

void RunEndpoints::closeEnds()
{
    m_shared.clear();
    for (auto& [number, slot] : m_slots)
        if (slot.object)
            slot.object->closeEnds();
}

std::uint32_t RunEndpoints::numberOf(const std::string& node) const
{
    const auto found = m_current.find(node);
    return found == m_current.end() ? 0 : found->second;
}

std::uint32_t RunEndpoints::numberOf(const actor::Mapping& mapping) const
{
    // Of several (ids and inodes are used again) the newest; a node's before what a program was seen to use.
    std::uint32_t found = 0;
    for (auto slot = m_slots.rbegin(); slot != m_slots.rend(); ++slot) {
        const EndpointRecord& record = slot->second.record;
        const bool fits = mapping.kind == actor::ObjectKind::SysvShm
                              ? record.kind == "sysv-shm" && std::cmp_equal(record.names.sysvId, mapping.id)
                              : record.id == ObjectId{mapping.device, mapping.id};
        if (fits && !record.node.empty())
            return slot->first;
        if (fits && found == 0)
            found = slot->first;
    }
    return found;
}

bool RunEndpoints::hasFailed(const std::string& node) const
{
    const EndpointRecord* found = record(numberOf(node));
    return found && found->state == EndpointState::Failed;
}

const EndpointRecord* RunEndpoints::record(std::uint32_t number) const
{
    const auto found = m_slots.find(number);
    return found == m_slots.end() ? nullptr : &found->second.record;
}

Endpoint* RunEndpoints::object(std::uint32_t number) const
{
    const auto found = m_slots.find(number);
    return found == m_slots.end() ? nullptr : found->second.object.get();
}

SocketOptions RunEndpoints::socketOptions(const NodeSpec& node) const
{
    const EndpointRecord* made = record(numberOf(node.id));
    const std::uint16_t port = made && made->names.port != 0 ? made->names.port : node.endpoint.port;
    return engine::socketOptions(node, pathOf(node), port);
}

/// A name that a program is to give to what it makes.
void RunEndpoints::reserve(Slot& slot)
{
    EndpointRecord& record = slot.record;
    const EndpointSpec& spec = slot.spec.endpoint;
    if (!record.path.empty())
        m_tracer.followPath(record.number, record.path);
    if (endpointKind(record.kind)->naming != Naming::Address)
        return;
    record.names.address = spec.address;
    record.names.port = spec.port;
    if (spec.port == 0) {
        try { // any that is free now: the kernel gives it to nobody else for a while
            SocketOptions options = engine::socketOptions(slot.spec, {}, 0);
            record.names.port = record.kind == "tcp" ? ListeningSocket(options).names().port
                                                     : DatagramSocket(options).names().port;
        } catch (const EndpointError& error) {
            fail(slot, error);
            return;
        }
    }
    m_tracer.followPort(record.number, record.kind == "tcp" ? Transport::Tcp : Transport::Udp,
                        record.names.port);
    announce(slot);
}

std::string RunEndpoints::pathOf(const NodeSpec& node) const
{
    if (node.isProcess() || endpointKind(node.kind)->naming != Naming::Path || !node.endpoint.memory.empty())
        return {};
    const std::string& path = node.endpoint.path;
    std::string name = node.name;
    std::replace(name.begin(), name.end(), '/', '_');
    const auto own = [&](char first) { // in a namespace that all share
        return std::string(1, first) + "byteyard-" + m_directory.substr(m_directory.rfind('-') + 1) + '-' +
               name;
    };
    if (node.kind.starts_with("posix-"))
        return path.empty() ? own('/') : path;
    if (path == "@")
        return own('@');
    if (!path.empty())
        return path.front() == '/' || path.front() == '@' ? path : m_directory + '/' + path;
    return m_directory + '/' + name;
}

void RunEndpoints::found(const EndpointRecord& record)
{
    Slot& slot = m_slots[record.number];
    slot.record = record;
    slot.spec.kind = record.kind;
    setObject(slot, adoptEndpoint(record, this->record(record.parent)));
}

void RunEndpoints::setObject(Slot& slot, std::unique_ptr<Endpoint> object)
{
    slot.object = std::move(object);
    if (slot.object && slot.object->wantsEvents())
        m_sink.note(slot.record.number);
}

void RunEndpoints::noted(const EventView& event)
{
    if (Endpoint* endpoint = object(event.endpoint))
        endpoint->note(event);
}

void RunEndpoints::touched(std::uint32_t number)
{
    const auto found = m_slots.find(number);
    if (found == m_slots.end() || found->second.object)
        return;
    Slot& slot = found->second;
    struct stat status;
    if (slot.record.state == EndpointState::Planned && isSocketKind(slot.record.kind))
        return touchedSocket(slot);
    if (slot.record.state != EndpointState::Planned || ::stat(slot.record.path.c_str(), &status) != 0)
        return;
    slot.record.id = {status.st_dev, status.st_ino};
    EndpointRecord made = slot.record;
    made.kind = S_ISFIFO(status.st_mode) ? "fifo" : "file";
    if (S_ISFIFO(status.st_mode) || S_ISREG(status.st_mode))
        setObject(slot, adoptEndpoint(made, nullptr));
    slot.record.state = EndpointState::Live;
    announce(slot);
}

/// A program has bound what was reserved for it.
void RunEndpoints::touchedSocket(Slot& slot)
{
    for (const TableHolder& holder : holders(slot.record.number)) {
        struct stat status;
        const std::string place = "/proc/" + std::to_string(holder.pid) + "/fd/" + std::to_string(holder.fd);
        if (::stat(place.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode))
            continue;
        slot.record.id = {status.st_dev, status.st_ino};
        setObject(slot, adoptEndpoint(slot.record, nullptr));
        slot.record.state = EndpointState::Live;
        announce(slot);
        return;
    }
}

MadeCall RunEndpoints::setCapacity(std::uint32_t number, std::uint64_t bytes)
{
    Slot& slot = m_slots.at(number);
    const std::vector<TableHolder> all = holders(number);
    MadeCall made = slot.object->setCapacity(all, bytes);
    if (const std::optional<Look> look = slot.object->look({all}); look && made.result >= 0) {
        slot.record.capacity = look->fill.capacity;
        announce(slot);
    }
    return made;
}

std::vector<SampleTarget> RunEndpoints::targets() const
{
    std::vector<SampleTarget> targets;
    for (const auto& [number, slot] : m_slots)
        if (slot.object && slot.record.state == EndpointState::Live)
            // A build leaves a thousand files behind that nobody drew.
            targets.push_back(
                {number, slot.object.get(), slot.record.kind == "file" && slot.record.node.empty()});
    return targets;
}

void RunEndpoints::unheld(std::uint32_t number)
{
    const auto found = m_slots.find(number);
    if (found == m_slots.end() || !found->second.object || !found->second.object->isAnonymous() ||
        found->second.record.state != EndpointState::Live)
        return;
    found->second.record.state = EndpointState::Closed;
    announce(found->second);
}

MadeCall RunEndpoints::remove(std::uint32_t number)
{
    Slot& slot = m_slots.at(number);
    MadeCall made = slot.object->remove();
    if (made.result >= 0) {
        slot.removedByUs = true;
        forget(slot);
    }
    return made;
}

void RunEndpoints::over(std::uint32_t number)
{
    Slot& slot = m_slots.at(number);
    if (slot.record.state != EndpointState::Live)
        return;
    slot.record.state = EndpointState::Closed;
    announce(slot);
}

void RunEndpoints::removed(std::uint32_t number)
{
    Slot& slot = m_slots.at(number);
    if (slot.record.state != EndpointState::Live)
        return;
    forget(slot);
    slot.record.state = EndpointState::Closed;
    // What a program made is the programs' to remove, too.
    if (!slot.removedByUs && !slot.record.node.empty())
        slot.record.error = ErrorReport{"removed", {{"object", slot.record.name}}};
    announce(slot);
}

void RunEndpoints::closeAll()
{
    for (auto& [number, slot] : m_slots) {
        if (!slot.listedName.empty())
            removeNamed(persistentKind(slot.spec), slot.listedName, slot.identity);
        forget(slot);
        if (slot.record.state != EndpointState::Live && slot.record.state != EndpointState::Planned)
            continue;
        slot.record.state = EndpointState::Closed;
        announce(slot);
    }
}

std::vector<TableHolder> RunEndpoints::holders(std::uint32_t number) const
{
    const auto lock = m_tracer.lockTable();
    return m_tracer.holders(number);
}

std::vector<host::DescriptorHolder> RunEndpoints::foundHolders(std::uint32_t number,
                                                               const Endpoint& object) const
{
    std::vector<host::DescriptorHolder> found = host::findHolders("/proc", object.objects());
    if (!object.isHeldUnnamed())
        return found;
    for (const TableHolder& holder : holders(number)) {
        const bool isFound = std::any_of(found.begin(), found.end(), [&](const auto& each) {
            return each.pid == holder.pid && each.fd == holder.fd;
        });
        if (holder.fd < 0 || isFound)
            continue;
        const std::optional<host::ProcessStat> status = host::processStat("/proc", holder.pid);
        found.push_back({holder.pid, status ? status->name : std::string(), holder.fd, holder.access});
    }
    return found;
}

} // namespace byteyard::ipc::engine
