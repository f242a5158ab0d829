#include "ipc/engine/map_run.h"

#include "ipc/engine/found_record.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace byteyard::ipc::engine {

namespace {

constexpr std::uint64_t lookEveryNs = 1'000'000'000;
constexpr std::uint64_t costShare = 20; // a look may take a twentieth of the time

std::uint64_t monotonicNs()
{
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

Access accessOfSide(std::string_view side)
{
    if (side == "read" || side == "receive")
        return Access::Read;
    return side == "write" || side == "send" ? Access::Write : Access::ReadWrite;
}

bool isPipe(std::string_view kind)
{
    return kind == "pipe" || kind == "fifo";
}

/// Whether what is in it can be seen without an end of it being opened, which its users could notice.
bool showsItself(std::string_view kind)
{
    constexpr std::array kinds = {"sysv-queue", "sysv-shm", "sysv-semaphore",  "posix-queue",
                                  "posix-shm",  "memfd",    "posix-semaphore", "eventfd",
                                  "pty",        "file"};
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

/// What can be read at either side of each two-way object: the way from a to b is what waits at b.
std::map<std::size_t, Fill> streamFills(const MachineMap& part)
{
    std::map<std::size_t, Fill> fills;
    for (const MapUse& use : part.uses) {
        if (!use.unread)
            continue;
        const auto [at, isNew] = fills.try_emplace(use.object);
        if (isNew)
            at->second.bytes.reset();
        const bool isB = use.side == "b" || use.side == "accept";
        (isB ? at->second.bytes : at->second.bytes2) = use.unread;
    }
    return fills;
}

} // namespace

MapRun::MapRun(EventLoop& loop, OutputQueue& queue, Numbers& numbers, std::set<pid_t> pids)
    : m_loop(loop), m_queue(queue), m_numbers(numbers), m_pids(std::move(pids)),
      m_timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)), m_started(monotonicNs())
{
    if (!m_timer)
        throw EndpointError("timerfd_create", "", errno);
    m_loop.add(m_timer.get(), EPOLLIN, [this](std::uint32_t) {
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t size = ::read(m_timer.get(), &count, sizeof count);
        if (m_live)
            look();
    });
}

MapRun::~MapRun()
{
    m_loop.remove(m_timer.get());
}

std::uint64_t MapRun::now() const
{
    return monotonicNs() - m_started;
}

void MapRun::arm(std::uint64_t ns)
{
    constexpr std::uint64_t second = 1'000'000'000;
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(ns / second);
    when.it_value.tv_nsec = static_cast<long>(ns % second);
    ::timerfd_settime(m_timer.get(), 0, &when, nullptr);
}

void MapRun::begin()
{
    CaptureChoice choice;
    choice.mode = "map";
    m_queue.control(runStartedFrame(choice, wallClock(), m_started, {}));
    m_live = true;
    look();
}

void MapRun::stop()
{
    if (m_live)
        end("stopped");
}

void MapRun::end(const std::string& reason)
{
    m_live = false;
    arm(0);
    for (auto& [pid, process] : m_processes)
        if (process.record.state != ProcessState::Exited) {
            process.record.state = ProcessState::Detached;
            process.record.time = now();
            m_queue.control(processFrame(process.record));
        }
    m_queue.control(runEndedFrame(reason, 0, 0));
}

void MapRun::look()
{
    const std::uint64_t begin = monotonicNs();
    const MachineMap whole = lookAtMachine();
    m_last = partOf(whole, m_pids);
    std::set<pid_t> there;
    for (const MapProcess& each : whole.processes)
        there.insert(each.pid);
    for (const std::string_view module : m_last.missing)
        if (m_missing.insert(module).second)
            m_queue.control(errorFrame({"no-socket-diag", {{"module", std::string(module)}}}));
    if (m_last.left != 0 && m_missing.insert("uses").second)
        m_queue.control(errorFrame({"map-left", {{"count", std::to_string(m_last.left)}}}));
    tellProcesses(m_last, there);
    tellObjects(m_last);
    tellEdges(m_last);
    tellWaits(m_last);
    tellSamples(m_last);
    if (!m_pids.empty() &&
        std::none_of(m_pids.begin(), m_pids.end(), [&there](pid_t pid) { return there.contains(pid); }))
        return end("all-exited");
    arm(std::max(lookEveryNs, (monotonicNs() - begin) * costShare));
}

void MapRun::tellProcesses(const MachineMap& part, const std::set<pid_t>& there)
{
    // Parents first, as far as they are there.
    std::vector<const MapProcess*> ordered;
    for (const MapProcess& each : part.processes)
        ordered.push_back(&each);
    std::sort(ordered.begin(), ordered.end(), [](const MapProcess* a, const MapProcess* b) {
        return std::pair(a->startTime, a->pid) < std::pair(b->startTime, b->pid);
    });
    for (const MapProcess* each : ordered)
        tellProcess(*each);
    for (auto& [pid, process] : m_processes)
        if (!there.contains(pid))
            tellEnd(process.record);
}

void MapRun::tellEnd(ProcessRecord& process)
{
    if (process.state == ProcessState::Exited)
        return;
    process.state = ProcessState::Exited;
    process.isEndUnknown = true; // its parent alone knows
    process.time = now();
    m_queue.control(processFrame(process));
}

void MapRun::tellProcess(const MapProcess& seen)
{
    const auto parent = m_processes.find(seen.parent);
    Process& known = m_processes[seen.pid];
    const ProcessState state = seen.isStopped ? ProcessState::Stopped : ProcessState::Running;
    if (known.record.number != 0 && known.startTime == seen.startTime) {
        if (known.record.state == state && known.record.name == seen.name && known.record.argv == seen.argv)
            return;
    } else {
        if (known.record.number != 0)
            tellEnd(known.record); // its number is another's now
        known.startTime = seen.startTime;
        known.record = {};
        known.record.number = ++m_numbers.process;
        known.record.parent = parent == m_processes.end() ? 0 : parent->second.record.number;
        known.record.pid = seen.pid;
    }
    known.record.name = seen.name;
    known.record.argv = seen.argv;
    known.record.state = state;
    known.record.time = now();
    if (seen.isHidden)
        known.record.error =
            ErrorReport{"not-seen", {{"pid", std::to_string(seen.pid)}, {"user", seen.user}}};
    m_queue.control(processFrame(known.record));
}

void MapRun::tellObjects(const MachineMap& part)
{
    std::set<ObjectKey> there;
    for (const MapObject& each : part.objects)
        there.insert(each.key);
    for (auto known = m_objects.begin(); known != m_objects.end();) {
        if (there.contains(known->first)) {
            ++known;
            continue;
        }
        known->second.record.state = EndpointState::Closed;
        m_queue.control(endpointFrame(known->second.record));
        known = m_objects.erase(known);
    }
    // A connection names its listener.
    for (const bool connections : {false, true})
        for (const MapObject& each : part.objects)
            if ((each.listener.number() != 0) == connections)
                tellObject(each);
}

void MapRun::tellObject(const MapObject& seen)
{
    Object& known = m_objects[seen.key];
    if (known.number != 0 && known.kind == seen.kind && known.name == seen.name)
        return;
    if (known.number != 0) { // its number is another's now
        known.record.state = EndpointState::Closed;
        m_queue.control(endpointFrame(known.record));
    }
    known = {};
    known.kind = seen.kind;
    known.name = seen.name;
    const auto listener = m_objects.find(seen.listener);
    const std::uint32_t parent =
        seen.listener.number() == 0 || listener == m_objects.end() ? 0 : listener->second.number;
    const Discovery found{known.kind, seen.key, known.name, 0, parent};
    known.record = foundRecord(found);
    known.record.number = known.number = ++m_numbers.endpoint;
    known.record.capacity = seen.capacity;
    known.record.name =
        parent == 0 ? foundName(found)
                    : listener->second.record.name + " connection " + std::to_string(++m_connections[parent]);
    if (showsItself(seen.kind))
        known.endpoint = adoptEndpoint(known.record, nullptr);
    m_queue.control(endpointFrame(known.record));
}

void MapRun::tellEdges(const MachineMap& part)
{
    std::set<Edge> there;
    for (const MapUse& use : part.uses)
        if (const auto process = m_processes.find(use.pid); process != m_processes.end())
            there.emplace(process->second.record.number, m_objects[part.objects[use.object].key].number,
                          use.fd, accessOfSide(use.side));
    const auto tell = [this](const Edge& edge, bool isOpen) {
        const auto& [process, endpoint, fd, access] = edge;
        m_queue.control(edgeFrame(process, endpoint, fd, access, isOpen, 0));
    };
    for (const Edge& edge : m_edges)
        if (!there.contains(edge))
            tell(edge, false);
    for (const Edge& edge : there)
        if (!m_edges.contains(edge))
            tell(edge, true);
    m_edges = std::move(there);
}

void MapRun::noteHolders(const MachineMap& part)
{
    for (auto& [key, object] : m_objects)
        object.holders.clear();
    for (const MapUse& use : part.uses)
        if (const auto process = m_processes.find(use.pid); process != m_processes.end())
            m_objects[part.objects[use.object].key].holders.push_back(
                {process->second.record.number, use.pid, use.fd, accessOfSide(use.side)});
}

void MapRun::tellSamples(const MachineMap& part)
{
    const std::map<std::size_t, Fill> streams = streamFills(part);
    noteHolders(part);
    m_locks.refresh();
    std::vector<Sample> samples;
    for (std::size_t i = 0; i < part.objects.size(); ++i) {
        const MapObject& seen = part.objects[i];
        Object& known = m_objects[seen.key];
        Look look;
        look.fill.bytes = seen.fill;
        if (const auto stream = streams.find(i); stream != streams.end())
            look.fill = stream->second;
        look.fill.capacity = seen.capacity;
        look.fill.writeBlocks =
            isPipe(seen.kind) && seen.fill && seen.capacity != 0 && *seen.fill >= seen.capacity;
        look.facts = seen.facts;
        if (known.endpoint)
            if (std::optional<Look> own = known.endpoint->look({known.holders, nullptr, &m_locks}))
                look = std::move(*own);
        if (known.isTold && known.look == look)
            continue;
        Sample sample;
        sample.number = known.number;
        sample.look = look;
        sample.newFacts = !known.isTold || known.look.facts != look.facts;
        sample.newTiles = known.look.tiles != look.tiles || known.look.tilesTotal != look.tilesTotal;
        sample.newAttached = known.look.attached != look.attached;
        if (known.endpoint)
            sample.rank = known.endpoint->rankName();
        if (!known.isTold)
            sample.sums = SampledSums{known.number, How::Unobserved, 0, 0, 0, 0};
        known.isTold = true;
        known.look = std::move(look);
        samples.push_back(std::move(sample));
    }
    m_queue.control(sampleFrame(now(), samples)); // also an empty one: the look is through
}

void MapRun::tellWaits(const MachineMap& part)
{
    std::map<pid_t, Wait> there;
    std::set<pid_t> onObjects;
    for (const MapWait& seen : part.waits)
        if (!seen.objects.empty())
            onObjects.insert(seen.pid);
    for (const MapWait& seen : part.waits) {
        const auto process = m_processes.find(seen.pid);
        if (process == m_processes.end() || (seen.objects.empty() && onObjects.contains(seen.pid)))
            continue;
        const std::uint32_t object =
            seen.objects.empty() ? 0 : m_objects[part.objects[seen.objects.front()].key].number;
        const Wait wait{seen.call, seen.fd, object, seen.detail};
        there.emplace(seen.tid, wait);
        if (const auto known = m_waits.find(seen.tid); known != m_waits.end() && known->second == wait)
            continue;
        CallInProgress call;
        call.process = process->second.record.number;
        call.pid = seen.pid;
        call.tid = seen.tid;
        call.callName = seen.call;
        call.fd = seen.fd;
        call.endpoint = wait.endpoint;
        call.requested = seen.requested;
        call.since = now();
        call.beforeNs = seen.waitedNs;
        call.threads = seen.threads;
        call.detail = seen.detail;
        call.exact = false;
        m_queue.control(blockedFrame(call));
    }
    for (const auto& [tid, wait] : m_waits)
        if (!there.contains(tid))
            m_queue.control(unblockedFrame(tid));
    m_waits = std::move(there);
}

MapRun::Object* MapRun::objectOf(std::uint32_t endpoint)
{
    const auto found = std::find_if(m_objects.begin(), m_objects.end(),
                                    [endpoint](const auto& each) { return each.second.number == endpoint; });
    return found == m_objects.end() ? nullptr : &found->second;
}

bool MapRun::tellHolders(std::uint32_t endpoint)
{
    const Object* object = objectOf(endpoint);
    if (object == nullptr)
        return false;
    std::vector<std::pair<host::DescriptorHolder, std::uint32_t>> holders;
    for (const TableHolder& each : object->holders)
        holders.push_back(
            {{each.pid, m_processes[each.pid].record.name, each.fd, each.access}, each.process});
    m_queue.control(holdersFrame(endpoint, holders));
    return true;
}

/// To look into a pipe or a socket takes an end of it, and nobody here keeps its users from leaving
/// meanwhile.
bool MapRun::peek(const PeekRequest& request)
{
    Object* object = objectOf(request.endpoint);
    if (object == nullptr)
        return false;
    m_queue.contents(request.request, request.endpoint, request.offset,
                     object->endpoint
                         ? object->endpoint->peek(object->holders, request.way, request.offset, request.size)
                         : Contents::unavailable("map"));
    return true;
}

} // namespace byteyard::ipc::engine
