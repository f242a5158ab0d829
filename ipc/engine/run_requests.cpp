#include "ipc/engine/run.h"

#include "ipc/host/proc.h"
#include "ipc/host/process_scan.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <set>
#include <system_error>
#include <unistd.h>
#include <utility>

// What a person does to a run.

namespace byteyard::ipc::engine {

namespace {

constexpr std::uint64_t killAfterNs = 1'000'000'000;
constexpr std::uint64_t killAgainNs = 200'000'000;

/// Those that may be ended.
std::vector<ProcessRecord> launched(std::vector<ProcessRecord> all)
{
    std::erase_if(all, [](const ProcessRecord& record) { return record.attached; });
    return all;
}

/// Of a child: it is followed, is not to be followed, or is over.
bool isExpected(const host::AttachRefusal& refusal)
{
    if (refusal.why != "traced")
        return refusal.why == "followed" || refusal.why == "own" || refusal.why == "zombie" ||
               refusal.why == "no-process" || refusal.why == "kernel-thread";
    const auto tracer = std::find_if(refusal.parameters.begin(), refusal.parameters.end(),
                                     [](const auto& each) { return each.first == "tracer"; });
    const auto kin =
        tracer == refusal.parameters.end()
            ? std::nullopt
            : proc::kinship(static_cast<pid_t>(std::strtol(tracer->second.c_str(), nullptr, 10)));
    return kin && kin->tgid == ::getpid(); // what a followed one has made comes by itself
}

} // namespace

void Run::stop()
{
    if (!m_live || m_stopped)
        return;
    m_stopped = true;
    m_tracer.resume(0); // one that is held would not hear SIGTERM
    m_tracer.detach(0);
    m_stops.push_back({0, m_tracer.now() + killAfterNs});
    signalAll(m_stops.back(), SIGTERM);
    endWhenDone();
}

/// A process that runs already; why it cannot be followed, if it cannot.
std::optional<host::AttachRefusal> Run::attachOne(pid_t pid)
{
    const host::AttachRights rights = host::ownAttachRights();
    for (const ProcessRecord& record : m_sink.records())
        if (isAlive(record) && record.pid == pid)
            return host::attachFailure(EALREADY, rights);
    if (const std::optional<host::AttachRefusal> refusal = host::attachRefusal("/proc", pid, rights))
        return refusal;
    try {
        m_tracer.attach(pid, ++m_numbers.process, m_options.budget);
    } catch (const std::system_error& error) {
        return host::attachFailure(error.code().value(), rights);
    }
    return std::nullopt;
}

void Run::attach(pid_t pid, bool withChildren)
{
    if (!m_live || m_stopped)
        return;
    const auto refuse = [this](pid_t refused, const host::AttachRefusal& why) {
        const auto stat = host::processStat("/proc", refused);
        m_queue.control(errorFrame(attachReport(refused, stat ? stat->name : std::string(), why)));
    };
    if (const std::optional<host::AttachRefusal> refusal = attachOne(pid))
        return refuse(pid, *refusal);
    // Until there is no new one: each may make some before it is followed. Those that it makes afterwards are
    // refused here, and may come without end.
    std::set<pid_t> tried;
    for (bool isNew = withChildren; std::exchange(isNew, false);)
        for (const pid_t child : host::descendantsOf("/proc", pid)) {
            if (!tried.insert(child).second)
                continue;
            const std::optional<host::AttachRefusal> refusal = attachOne(child);
            isNew = isNew || !refusal;
            if (refusal && !isExpected(*refusal))
                refuse(child, *refusal);
        }
}

bool Run::detach(std::uint32_t process)
{
    const std::optional<ProcessRecord> record = m_sink.record(process);
    if (!m_live || !record || !record->attached || !isAlive(*record))
        return false;
    m_tracer.detach(process);
    return true;
}

void Run::stopNode(const std::string& node)
{
    if (!m_live || processOf(node) == 0)
        return;
    m_stops.push_back(stopOf(node));
    pause(node, false);
    signalAll(m_stops.back(), SIGTERM);
}

Run::Stop Run::stopOf(const std::string& node) const
{
    return {processOf(node), m_tracer.now() + killAfterNs};
}

void Run::signalAll(const Stop& stop, int signal)
{
    const std::vector<ProcessRecord> all = launched(living(stop));
    std::set<pid_t> groups;
    for (const ProcessRecord& record : all)
        if (!record.node.empty())
            groups.insert(record.pid);
    for (const ProcessRecord& record : all) {
        if (m_order.takeOut(record.number)) {
            abandon(record.number);
            continue;
        }
        const bool leads = !record.node.empty();
        // A child in its parent's group has it already; SIGKILL twice does no harm and misses nobody.
        if (!leads && signal != SIGKILL && groups.count(::getpgid(record.pid)) > 0)
            continue;
        m_tracer.signal(record.number, signal, leads);
        if (record.state == ProcessState::Stopped && signal != SIGKILL)
            m_tracer.signal(record.number, SIGCONT, leads);
    }
}

std::vector<ProcessRecord> Run::living(const Stop& stop) const
{
    const std::vector<ProcessRecord> records = m_sink.records(); // by number: a child comes after its parent
    std::set<std::uint32_t> family{stop.root};
    std::vector<ProcessRecord> alive;
    for (const ProcessRecord& record : records) {
        if (stop.root != 0 && family.count(record.number) == 0 && family.count(record.parent) == 0)
            continue;
        family.insert(record.number);
        if (isAlive(record))
            alive.push_back(record);
    }
    return alive;
}

void Run::escalateStops()
{
    const std::uint64_t now = m_tracer.now();
    std::erase_if(m_stops, [&](Stop& stop) {
        if (launched(living(stop)).empty())
            return true;
        if (now >= stop.killAt) {
            stop.killAt = now + killAgainNs;
            signalAll(stop, SIGKILL);
        }
        return false;
    });
}

void Run::pause(const std::string& node, bool paused)
{
    if (!m_live)
        return;
    const std::uint32_t root = processOf(node);
    if (node.empty()) {
        paused ? m_tracer.pause(0) : m_tracer.resume(0);
    } else if (root != 0) {
        for (const ProcessRecord& record : living({root, 0}))
            paused ? m_tracer.pause(record.number) : m_tracer.resume(record.number);
    }
    m_queue.control(pausedFrame(paused ? "paused" : "resumed", node));
}

void Run::step(const std::string& node)
{
    stepProcess(processOf(node));
}

bool Run::pauseProcess(std::uint32_t process, bool paused)
{
    const std::optional<ProcessRecord> record = m_sink.record(process);
    if (!m_live || !record || !isAlive(*record))
        return false;
    paused ? m_tracer.pause(process) : m_tracer.resume(process);
    m_queue.control(pausedFrame(paused ? "paused" : "resumed", record->node, process));
    return true;
}

bool Run::stepProcess(std::uint32_t process)
{
    const std::optional<ProcessRecord> record = m_sink.record(process);
    if (!m_live || !record || !isAlive(*record))
        return false;
    // Said first: a rule may hold it in the very next call.
    m_queue.control(pausedFrame("paused", record->node, process));
    m_tracer.step(process);
    return true;
}

void Run::sample(const std::string& node, std::uint32_t process, bool sampled)
{
    if (!m_live)
        return;
    const auto known = m_sink.record(process);
    const bool isAttached = process != 0 && known && known->attached; // no filter makes it stop
    if (!isAttached && !m_tracer.isSwitchable()) {
        m_queue.control(errorFrame({"switch", {{"mode", m_capture.mode}}}, node));
        return;
    }
    if (process != 0 || node.empty()) {
        m_tracer.sample(process, sampled);
    } else if (processOf(node) != 0) {
        for (const ProcessRecord& record : living({processOf(node), 0}))
            m_tracer.sample(record.number, sampled);
    }
}

void Run::followSystemFiles(bool too)
{
    if (m_live)
        m_tracer.followSystemFiles(too);
}

void Run::setRule(CallRule rule)
{
    if (m_live)
        m_tracer.setRule(std::move(rule));
}

void Run::removeRule(std::uint32_t rule)
{
    m_tracer.removeRule(rule);
}

void Run::setPace(const std::string& node, int callsPerSecond)
{
    if (node.empty())
        m_options.pace = callsPerSecond; // of those that are yet to come
    else if (processOf(node) == 0)
        return;
    for (const ProcessRecord& record : living({processOf(node), 0}))
        m_tracer.setPace(record.number, callsPerSecond);
}

bool Run::sendSignal(std::uint32_t process, int signal)
{
    const std::optional<ProcessRecord> record = m_sink.record(process);
    if (!record || !isAlive(*record))
        return false;
    m_tracer.signal(process, signal, false);
    return true;
}

bool Run::input(std::uint32_t process, std::string_view bytes, bool end)
{
    return m_inputs.write(process, bytes, end);
}

bool Run::onEndpoint(std::uint32_t number, const std::function<MadeCall(Endpoint&)>& work, ErrorReport fault,
                     std::span<const std::byte> bytes)
{
    const EndpointRecord* record = m_endpoints.record(number);
    Endpoint* object = m_endpoints.object(number);
    if (!record || !object)
        return false;
    const std::string node = record->node;
    const MadeCall made = work(*object);
    const auto error = made.result < 0 ? static_cast<std::int32_t>(-made.result) : 0;
    EventView event;
    event.time = m_tracer.now();
    event.pid = event.tid = ::getpid();
    event.call = made.call;
    event.how = How::Injected;
    event.endpoint = number;
    event.requested = bytes.size();
    event.result = error != 0 ? -1 : made.result;
    event.error = error;
    event.detail = made.detail;
    if (error == 0 && !bytes.empty()) {
        // msgsnd(2) and mq_send(3) return 0 when they have taken it all.
        const std::size_t moved = event.result > 0 ? static_cast<std::size_t>(event.result) : bytes.size();
        event.data = bytes.first(std::min({moved, bytes.size(), m_options.dataBytes}));
        event.dataState = event.data.size() < moved ? DataState::Truncated : DataState::Complete;
    }
    m_tracer.engineEvent(event);
    if (error == 0)
        return true;
    fault.parameters.emplace_back("errno", errnoName(error));
    addLimit(fault, made.limit);
    m_queue.control(errorFrame(fault, node));
    return true;
}

ErrorReport Run::faultOf(std::uint32_t number, const std::string& code) const
{
    const EndpointRecord* record = m_endpoints.record(number);
    return {code, {{"object", record ? record->name : std::string()}}};
}

bool Run::setCapacity(std::uint32_t endpoint, std::uint64_t bytes)
{
    return onEndpoint(endpoint, [&](Endpoint&) { return m_endpoints.setCapacity(endpoint, bytes); },
                      {"capacity", {{"requested", std::to_string(bytes)}}}, {});
}

bool Run::write(std::uint32_t endpoint, const WriteRequest& request)
{
    return onEndpoint(
        endpoint, [&](Endpoint& object) { return object.write(m_endpoints.holders(endpoint), request); },
        faultOf(endpoint, "write"), request.bytes);
}

bool Run::setLimit(std::uint32_t endpoint, const std::string& name, std::uint64_t value)
{
    ErrorReport fault = faultOf(endpoint, "set-limit");
    fault.parameters.emplace_back("name", name);
    fault.parameters.emplace_back("requested", std::to_string(value));
    return onEndpoint(
        endpoint,
        [&](Endpoint& object) { return object.setLimit(m_endpoints.holders(endpoint), name, value); },
        std::move(fault), {});
}

bool Run::setValue(std::uint32_t endpoint, std::size_t index, std::uint64_t value)
{
    ErrorReport fault = faultOf(endpoint, "set-value");
    fault.parameters.emplace_back("requested", std::to_string(value));
    return onEndpoint(
        endpoint,
        [&](Endpoint& object) { return object.setValue(m_endpoints.holders(endpoint), index, value); },
        std::move(fault), {});
}

bool Run::remove(std::uint32_t endpoint)
{
    return onEndpoint(endpoint, [&](Endpoint&) { return m_endpoints.remove(endpoint); },
                      faultOf(endpoint, "remove"), {});
}

bool Run::peek(const PeekRequest& request)
{
    if (!m_endpoints.record(request.endpoint))
        return false;
    m_watch.peek(request);
    if (!m_live)
        m_watch.end(); // nothing ticks any more
    return true;
}

bool Run::tellHolders(std::uint32_t endpoint)
{
    if (!m_endpoints.record(endpoint))
        return false;
    std::vector<std::pair<host::DescriptorHolder, std::uint32_t>> holders;
    const Endpoint* object = m_endpoints.object(endpoint);
    const std::vector<ProcessRecord> records = m_sink.records();
    for (const host::DescriptorHolder& holder :
         object ? m_endpoints.foundHolders(endpoint, *object) : std::vector<host::DescriptorHolder>()) {
        const auto process = std::find_if(records.begin(), records.end(), [&](const ProcessRecord& record) {
            return isAlive(record) && record.pid == holder.pid;
        });
        holders.emplace_back(holder, process == records.end() ? 0 : process->number);
    }
    m_queue.control(holdersFrame(endpoint, holders));
    return true;
}

} // namespace byteyard::ipc::engine
