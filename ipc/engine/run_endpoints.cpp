#include "ipc/engine/run_endpoints.h"

#include "ipc/endpoint/fifo.h"
#include "ipc/endpoint/file.h"
#include "ipc/endpoint/pipe.h"
#include "ipc/endpoint/socketpair.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace byteyard::ipc::engine {

namespace {

SocketpairEndpoint::Type socketType(const std::string& name)
{
    return name == "datagram"    ? SocketpairEndpoint::Type::Datagram
           : name == "seqpacket" ? SocketpairEndpoint::Type::Seqpacket
                                 : SocketpairEndpoint::Type::Stream;
}

} // namespace

RunEndpoints::RunEndpoints(OutputQueue& queue, const RunFile& runFile, Numbers& numbers, Tracer& tracer,
                           std::string directory)
    : m_queue(queue), m_runFile(runFile), m_numbers(numbers), m_tracer(tracer),
      m_directory(std::move(directory))
{
}

std::uint32_t RunEndpoints::make(const NodeSpec& node)
{
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
    try {
        slot.object = create(node, slot);
    } catch (const EndpointError& error) {
        if (slot.listed)
            m_runFile.forget(slot.record.path);
        slot.record.state = EndpointState::Failed;
        slot.record.error = ErrorReport{"create",
                                        {{"call", error.call()},
                                         {"object", error.object()},
                                         {"errno", std::string(errnoName(error.error()))}}};
        announce(slot);
        m_queue.control(errorFrame(*slot.record.error, node.id));
        return number;
    }
    if (!slot.object) { // only reserved
        m_tracer.followPath(number, slot.record.path);
        return number;
    }
    slot.record.id = slot.object->id();
    slot.record.state = EndpointState::Live;
    if (const std::optional<Fill> fill = slot.object->fill({}))
        slot.record.capacity = fill->capacity;
    for (const ObjectId id : slot.object->objects())
        m_tracer.follow(number, id);
    announce(slot);
    logSetup(slot);
    return number;
}

std::unique_ptr<Endpoint> RunEndpoints::create(const NodeSpec& node, Slot& slot)
{
    const EndpointSpec& spec = node.endpoint;
    if (node.kind == "pipe")
        return std::make_unique<PipeEndpoint>(PipeOptions{spec.capacity, spec.packets});
    if (node.kind == "socketpair")
        return std::make_unique<SocketpairEndpoint>(socketType(spec.type));
    if (node.kind != "fifo" && node.kind != "file")
        throw EndpointError("create", node.kind, EOPNOTSUPP);
    if (spec.madeByProgram)
        return nullptr;
    // What lies in the session's directory goes with it.
    if (!slot.record.path.starts_with(m_directory + '/') && !(node.kind == "file" && spec.keep))
        slot.listed = m_runFile.list(node.kind, slot.record.path);
    if (node.kind == "fifo")
        return std::make_unique<FifoEndpoint>(slot.record.path, spec.mode);
    return std::make_unique<FileEndpoint>(FileOptions{slot.record.path, spec.mode, spec.keep});
}

void RunEndpoints::announce(const Slot& slot)
{
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
            if (Fd fd = endpoint->end(port, holders(number)))
                return fd;
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

std::string RunEndpoints::pathOf(const NodeSpec& node) const
{
    if (node.kind != "fifo" && node.kind != "file")
        return {};
    if (!node.endpoint.path.empty())
        return node.endpoint.path.front() == '/' ? node.endpoint.path
                                                 : m_directory + '/' + node.endpoint.path;
    std::string name = node.name;
    std::replace(name.begin(), name.end(), '/', '_');
    return m_directory + '/' + name;
}

void RunEndpoints::found(const EndpointRecord& record)
{
    Slot& slot = m_slots[record.number];
    slot.record = record;
    if (record.kind == "pipe")
        slot.object = std::make_unique<PipeEndpoint>(record.id);
    else if (record.kind == "fifo")
        slot.object = std::make_unique<FifoEndpoint>(record.path, record.id);
    else if (record.kind == "socketpair")
        slot.object = std::make_unique<SocketpairEndpoint>(record.id);
}

void RunEndpoints::touched(std::uint32_t number)
{
    const auto found = m_slots.find(number);
    if (found == m_slots.end() || found->second.object)
        return;
    Slot& slot = found->second;
    struct stat status;
    if (slot.record.state != EndpointState::Planned || ::stat(slot.record.path.c_str(), &status) != 0)
        return;
    slot.record.id = {status.st_dev, status.st_ino};
    if (S_ISFIFO(status.st_mode))
        slot.object = std::make_unique<FifoEndpoint>(slot.record.path, slot.record.id);
    else if (S_ISREG(status.st_mode))
        slot.object = std::make_unique<FileEndpoint>(FileOptions{slot.record.path, 0600, true});
    slot.record.state = EndpointState::Live;
    announce(slot);
}

void RunEndpoints::setCapacity(std::uint32_t number, std::uint64_t bytes)
{
    Slot& slot = m_slots.at(number);
    slot.record.capacity = slot.object->setCapacity(holders(number), bytes);
    announce(slot);
}

std::vector<SampleTarget> RunEndpoints::targets() const
{
    std::vector<SampleTarget> targets;
    for (const auto& [number, slot] : m_slots)
        if (slot.object && slot.record.state == EndpointState::Live)
            targets.push_back({number, slot.object.get()});
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

void RunEndpoints::closeAll()
{
    for (auto& [number, slot] : m_slots) {
        if (slot.listed && slot.object) {
            slot.object->remove();
            m_runFile.forget(slot.record.path);
        }
        slot.listed = false;
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

} // namespace byteyard::ipc::engine
