#include "ipc/engine/run.h"

#include "ipc/engine/endpoint_kinds.h"
#include "ipc/engine/launch_error.h"
#include "ipc/engine/runtime_directory.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <system_error>

namespace byteyard::ipc::engine {

namespace {

constexpr long tickNs = 1'000'000'000 / 60;

std::uint64_t monotonicNow()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

/// Empties an eventfd or a timerfd.
void clearCount(int fd)
{
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = ::read(fd, &count, sizeof count);
}

} // namespace

SessionDirectory::SessionDirectory(const RunFile& runFile)
    : m_runFile(runFile),
      m_path(runFile.directory() + "/session-" + std::to_string(::getpid()) + '-' + randomWord())
{
    runFile.list("directory", m_path);
    if (::mkdir(m_path.c_str(), 0700) != 0)
        throw EndpointError("mkdir", m_path, errno);
}

SessionDirectory::~SessionDirectory()
{
    removeTree(m_path);
    m_runFile.forget("directory", m_path);
}

void SessionDirectory::write(const std::string& name, const std::string& text) const
{
    const std::string path = m_path + '/' + name;
    const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd)
        throw EndpointError("open", path, errno);
    std::string_view rest = text;
    while (!rest.empty()) {
        const ssize_t written = ::write(fd.get(), rest.data(), rest.size());
        if (written < 0 && errno != EINTR)
            throw EndpointError("write", path, errno);
        rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
}

Run::Run(EventLoop& loop, OutputQueue& queue, const RunFile& runFile, Numbers& numbers,
         const RunOptions& options, const StandardStreams& standard, CaptureChoice capture)
    : m_loop(loop), m_queue(queue), m_numbers(numbers), m_options(options), m_capture(std::move(capture)),
      m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)), m_started(monotonicNow()),
      m_directory(runFile), m_sink(queue, runFile, numbers, m_wake.get()),
      m_tracer(m_sink, m_started, options.dataBytes, std::move(m_capture.kernel), m_capture.following),
      m_endpoints(queue, runFile, numbers, m_tracer, m_sink, m_directory.path()),
      m_outputs(loop, queue, [this] { return m_tracer.now(); }), m_inputs(loop),
      m_launcher(m_endpoints, m_outputs, m_inputs, m_directory.path(), {options.standard, &standard}),
      m_watch(queue, m_tracer, m_endpoints),
      m_actors(queue, m_sink, m_tracer, m_endpoints, m_started, options.dataBytes)
{
    if (!m_wake || !m_timer)
        throw EndpointError("eventfd", "", errno);
    m_loop.add(m_wake.get(), EPOLLIN, [this](std::uint32_t) { news(); });
    m_loop.add(m_timer.get(), EPOLLIN, [this](std::uint32_t) { tick(); });
}

Run::~Run()
{
    m_loop.remove(m_timer.get());
    m_loop.remove(m_wake.get());
    m_endpoints.closeAll();
}

void Run::begin(TopologySpec topology)
{
    m_queue.control(runStartedFrame(m_capture, wallClock(), m_started, m_directory.path()));
    m_tracer.followSystemFiles(m_options.systemFiles);
    for (const pid_t pid : m_options.attach)
        attach(pid, m_options.attachChildren);
    add(topology);
    armTimer(m_live);
}

void Run::add(const TopologySpec& added)
{
    if (!m_live || m_stopped)
        return;
    m_topology.nodes.insert(m_topology.nodes.end(), added.nodes.begin(), added.nodes.end());
    m_topology.edges.insert(m_topology.edges.end(), added.edges.begin(), added.edges.end());
    writeFiles(added);
    for (const NodeSpec& node : added.nodes)
        if (!node.isProcess() && node.endpoint.memory.empty())
            m_endpoints.make(node);
    for (const NodeSpec& node : added.nodes)
        if (!node.isProcess() && !node.endpoint.memory.empty())
            m_endpoints.make(node);
    launchAll(added);
    decide();
    endWhenDone();
}

void Run::writeFiles(const TopologySpec& topology)
{
    for (const auto& [name, text] : topology.files) {
        try {
            m_directory.write(name, text);
        } catch (const EndpointError& error) {
            m_queue.control(errorFrame({"create",
                                        {{"call", error.call()},
                                         {"object", error.object()},
                                         {"errno", std::string(errnoName(error.error()))}}}));
        }
    }
}

/// All of them are forked and held before the first is let go; the engine's ends are closed in between.
void Run::launchAll(const TopologySpec& added)
{
    for (const NodeSpec& node : added.nodes)
        if (node.isProcess())
            if (const std::optional<std::uint32_t> process = launch(node))
                m_order.add(*process, node.command.start, m_tracer.now());
    m_endpoints.closeEnds();
}

std::optional<std::uint32_t> Run::launch(const NodeSpec& node)
{
    ProcessRecord record;
    record.number = ++m_numbers.process;
    record.node = node.id;
    record.name = node.name;
    record.argv = node.command.argv;
    record.time = m_tracer.now();
    m_current[node.id] = record.number;
    m_sink.plan(record);
    try {
        PreparedLaunch prepared = m_launcher.prepare(node, record.number, m_topology, m_options.pace);
        m_tracer.launch(prepared.plan);
        if (prepared.actor)
            m_actors.add(record.number, std::move(prepared.actor));
        return record.number;
    } catch (const LaunchError& error) {
        m_sink.fail(record.number, error.report());
    } catch (const std::system_error& error) {
        m_outputs.close(record.number);
        m_inputs.close(record.number);
        m_sink.fail(record.number, {"fork", {{"errno", std::string(errnoName(error.code().value()))}}});
    }
    return std::nullopt;
}

void Run::release(std::uint32_t process)
{
    m_tracer.release(process);
}

void Run::abandon(std::uint32_t process)
{
    m_tracer.abandon(process);
    m_outputs.close(process);
    m_inputs.close(process);
}

/// Lets start what may start now. One decision can make another possible.
void Run::decide()
{
    while (!m_order.isEmpty()) {
        const std::vector<std::uint32_t> waiting = m_order.waiting();
        bool othersLive = false;
        for (const ProcessRecord& record : m_sink.records())
            othersLive = othersLive || (isAlive(record) && std::find(waiting.begin(), waiting.end(),
                                                                     record.number) == waiting.end());
        const StartOrder::Decision decision = m_order.decide(
            m_tracer.now(), [this](const std::string& node) { return progressOf(node); },
            [this](const std::string& node) { return hasListened(node); }, othersLive);
        for (const std::uint32_t process : decision.release)
            release(process);
        for (const auto& [process, node] : decision.hopeless) {
            m_sink.fail(process, {"waits-for", {{"node", node}}});
            abandon(process);
        }
        if (decision.hopeless.empty())
            return;
    }
}

/// It called listen(2) (bind(2), where datagrams come), or one of its children did; who is given a socket
/// that does so already need not.
bool Run::hasListened(const std::string& node) const
{
    const std::uint32_t process = processOf(node);
    if (m_sink.hasListened(process))
        return true;
    const auto isGivenOne = [&](const EdgeSpec& edge) {
        const EndpointRecord* record = m_endpoints.record(m_endpoints.numberOf(edge.endpoint));
        const bool isDescriptor = edge.fd >= 0;
        const bool hears =
            edge.port == "listen" || (edge.port == "receive" && record && takesDatagrams(record->kind));
        return edge.process == node && hears && isDescriptor && record &&
               record->state == EndpointState::Live;
    };
    return progressOf(node) == StartOrder::Progress::Running &&
           std::any_of(m_topology.edges.begin(), m_topology.edges.end(), isGivenOne);
}

StartOrder::Progress Run::progressOf(const std::string& node) const
{
    const std::optional<ProcessRecord> record = m_sink.record(processOf(node));
    if (!record || !record->state)
        return StartOrder::Progress::Waiting;
    switch (*record->state) {
    case ProcessState::Starting:
        return StartOrder::Progress::Waiting;
    case ProcessState::Running:
    case ProcessState::Stopped:
        return StartOrder::Progress::Running;
    case ProcessState::Exited:
    case ProcessState::Killed:
    case ProcessState::Detached:
        return StartOrder::Progress::Ended;
    case ProcessState::Failed:
        break;
    }
    return StartOrder::Progress::Failed;
}

std::uint32_t Run::processOf(const std::string& node) const
{
    const auto found = m_current.find(node);
    return found == m_current.end() ? 0 : found->second;
}

void Run::startNode(const std::string& node)
{
    if (!m_live || m_stopped)
        return;
    const NodeSpec* spec = m_topology.node(node);
    if (!spec || !spec->isProcess())
        return;
    const std::uint32_t current = processOf(node);
    if (m_order.takeOut(current))
        return release(current);
    if (const std::optional<ProcessRecord> record = m_sink.record(current); record && isAlive(*record))
        return;
    const std::optional<std::uint32_t> process = launch(*spec);
    m_endpoints.closeEnds();
    if (process)
        release(*process);
}

void Run::news()
{
    clearCount(m_wake.get());
    takeNews();
    decide();
    endWhenDone();
}

void Run::takeNews()
{
    EngineSink::News news = m_sink.takeNews();
    for (const EndpointRecord& found : news.found)
        m_endpoints.found(found);
    for (const std::uint32_t endpoint : news.touched)
        m_endpoints.touched(endpoint);
    for (const Event& event : news.noted)
        m_endpoints.noted(event.view());
    for (const LastPicture& picture : news.pictures)
        if (Endpoint* endpoint = m_endpoints.object(picture.endpoint))
            endpoint->keep(picture);
    for (const std::uint32_t process : news.ended)
        m_inputs.close(process);
    for (const auto& [rule, state] : news.rules)
        m_queue.control(ruleFrame(rule, state.hits, state.gone));
    m_active.merge(news.active);
}

void Run::tick()
{
    clearCount(m_timer.get());
    decide();
    escalateStops();
    takeNews(); // what the endpoints were told of their calls
    m_watch.tick(std::exchange(m_active, {}));
    m_tracer.keepBudget(m_options.budget);
    m_actors.tick();
    tellFilesLeft();
    endWhenDone();
}

void Run::tellFilesLeft()
{
    const FoundFiles::Left left = m_tracer.filesLeft();
    if (left == std::exchange(m_filesLeft, left))
        return;
    m_queue.control(filesLeftFrame(left));
}

void Run::endWhenDone()
{
    if (!m_live || !m_order.isEmpty())
        return;
    {
        const auto lock = m_tracer.lockTable();
        if (m_tracer.alive() > (m_stopped ? m_tracer.attached() : 0))
            return;
    }
    m_tracer.close(); // those that are attached and sleep go on by themselves
    m_live = false;
    armTimer(false);
    takeNews();
    m_outputs.finish();
    m_watch.end();
    m_actors.tick();
    tellFilesLeft();
    m_endpoints.closeAll();
    std::size_t failed = 0;
    for (const ProcessRecord& record : m_sink.records())
        failed += record.state == ProcessState::Failed ? 1 : 0;
    m_queue.control(runEndedFrame(m_stopped ? "stopped" : "all-exited", failed, m_sink.lostSoFar()));
}

void Run::armTimer(bool on)
{
    itimerspec interval{};
    if (on)
        interval.it_value.tv_nsec = interval.it_interval.tv_nsec = tickNs;
    ::timerfd_settime(m_timer.get(), 0, &interval, nullptr);
}

} // namespace byteyard::ipc::engine
