#include "ipc/engine/worker.h"

#include "ipc/engine/map_run.h"
#include "ipc/engine/message.h"
#include "ipc/engine/read_rule.h"
#include "ipc/engine/run.h"
#include "ipc/wire/frame.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <system_error>

namespace byteyard::ipc::engine {

using nlohmann::json;

namespace {

constexpr std::size_t maxData = wire::maxPayload;
constexpr int maxDepth = 32;

/// Told of every value while it is read: what is nested beyond all need is not read to its end.
bool refuseDepth(int depth, json::parse_event_t /*event*/, json& /*value*/)
{
    if (depth > maxDepth)
        throw MessageError("the message is nested too deep");
    return true;
}

class Worker
{
public:
    Worker(const RunFile& runFile, Fd wireIn, Fd wireOut, Fd keeperAlive, pid_t keeper,
           StandardStreams standard);
    int run();

private:
    void readWire();
    void fail(const ErrorReport& error);
    void take(const wire::Frame& frame);
    void dispatch(const std::string& type, const ObjectReader& message);

    void hello(const ObjectReader& message);
    void start(const ObjectReader& message);
    void add(const ObjectReader& message);
    void control(const std::string& type, const ObjectReader& message);
    void toProcess(const std::string& type, const ObjectReader& message);
    void toEndpoint(const std::string& type, const ObjectReader& message);
    void rule(const std::string& type, const ObjectReader& message);
    void sample(const std::string& type, const ObjectReader& message);
    void files(const std::string& type, const ObjectReader& message);
    void attach(const std::string& type, const ObjectReader& message);
    void listProcesses(const std::string& type, const ObjectReader& message);
    std::string nodeOf(const ObjectReader& message) const;

    const RunFile& m_runFile;
    Fd m_in;
    Fd m_out;
    Fd m_keeperAlive;
    pid_t m_keeper;
    StandardStreams m_standard;
    Fd m_signals;
    EventLoop m_loop;
    OutputQueue m_queue;
    Numbers m_numbers;
    wire::FrameReader m_reader;
    std::unique_ptr<Run> m_run;
    std::unique_ptr<MapRun> m_map;
    bool m_greeted = false;
    bool m_failed = false;
};

Worker::Worker(const RunFile& runFile, Fd wireIn, Fd wireOut, Fd keeperAlive, pid_t keeper,
               StandardStreams standard)
    : m_runFile(runFile), m_in(std::move(wireIn)), m_out(std::move(wireOut)),
      m_keeperAlive(std::move(keeperAlive)), m_keeper(keeper), m_standard(std::move(standard)),
      m_queue(m_out.get(), m_keeperAlive.get())
{
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        ::sigaddset(&signals, signal);
    m_signals = moveHigh(Fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK)));
    const auto end = [this](std::uint32_t) { m_loop.quit(exitGood); };
    m_loop.add(m_signals.get(), EPOLLIN, end);
    m_loop.add(m_keeperAlive.get(), 0, end);
    m_loop.add(m_in.get(), EPOLLIN | EPOLLRDHUP, [this](std::uint32_t) { readWire(); });
}

int Worker::run()
{
    const int status = m_loop.run();
    m_queue.finish(); // before the tracer ends: it may be waiting for room
    m_run.reset();
    m_map.reset();
    return status;
}

void Worker::readWire()
{
    const std::span<std::byte> room = m_reader.writable();
    const ssize_t size = ::read(m_in.get(), room.data(), room.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        if (size == 0 && !m_reader.atBoundary())
            return fail({"bad-frame", {{"what", "the stream ends within a frame"}}});
        return m_loop.quit(exitGood);
    }
    m_reader.commit(static_cast<std::size_t>(size));
    wire::Frame frame;
    while (!m_failed && m_reader.next(frame))
        take(frame);
    if (!m_failed && m_reader.isBroken())
        fail({"bad-frame", {{"what", std::string(m_reader.broken())}}});
}

void Worker::fail(const ErrorReport& error)
{
    m_failed = true;
    m_queue.control(errorFrame(error, {}, true));
    m_loop.quit(exitProtocol);
}

void Worker::take(const wire::Frame& frame)
{
    try {
        if (frame.kind != wire::FrameKind::Control)
            throw MessageError("a frame that only an engine sends");
        const auto* text = reinterpret_cast<const char*>(frame.payload.data());
        const json document = json::parse(text, text + frame.payload.size(), refuseDepth);
        const ObjectReader message(document, "");
        dispatch(message.text("type", maxWord), message);
    } catch (const MessageError& error) {
        fail({"bad-message", {{"what", error.what()}}});
    } catch (const json::exception& error) {
        fail({"bad-message", {{"what", error.what()}}});
    }
}

void Worker::dispatch(const std::string& type, const ObjectReader& message)
{
    using Handler = void (Worker::*)(const std::string&, const ObjectReader&);
    static const std::map<std::string, Handler> handlers{
        {"start", &Worker::control},
        {"stop", &Worker::control},
        {"pause", &Worker::control},
        {"resume", &Worker::control},
        {"pace", &Worker::control},
        {"step", &Worker::control},
        {"capture", &Worker::sample},
        {"files", &Worker::files},
        {"attach", &Worker::attach},
        {"detach", &Worker::toProcess},
        {"list-processes", &Worker::listProcesses},
        {"set-rule", &Worker::rule},
        {"remove-rule", &Worker::rule},
        {"signal", &Worker::toProcess},
        {"input", &Worker::toProcess},
        {"write", &Worker::toEndpoint},
        {"peek", &Worker::toEndpoint},
        {"holders", &Worker::toEndpoint},
        {"set-capacity", &Worker::toEndpoint},
        {"set-limit", &Worker::toEndpoint},
        {"set-value", &Worker::toEndpoint},
        {"remove", &Worker::toEndpoint},
    };
    if (type == "hello")
        return hello(message);
    if (!m_greeted)
        throw MessageError("\"" + type + "\" before hello");
    if (type == "run")
        return start(message);
    if (type == "add")
        return add(message);
    const auto handler = handlers.find(type);
    if (handler == handlers.end())
        throw MessageError("type \"" + type + "\" is not known");
    (this->*handler->second)(type, message);
}

void Worker::hello(const ObjectReader& message)
{
    const std::int64_t theirs = message.integer("version", 0, maxNumber);
    if (theirs != wire::protocolVersion)
        return fail({"version",
                     {{"theirs", std::to_string(theirs)}, {"ours", std::to_string(wire::protocolVersion)}}});
    m_greeted = true;
    m_queue.control(helloFrame(::getpid(), m_keeper));
}

void Worker::start(const ObjectReader& message)
{
    const std::string capture = message.text("capture", maxWord, "auto");
    RunOptions options;
    options.dataBytes = static_cast<std::size_t>(message.integer("dataBytes", 0, 65536, 64));
    constexpr std::int64_t usualBudget = 20'000;
    constexpr std::int64_t mostBudget = 1'000'000'000;
    options.budget = capture == "auto"
                         ? static_cast<std::uint64_t>(message.integer("budget", 0, mostBudget, usualBudget))
                         : 0;
    options.systemFiles = message.flag("systemFiles", false);
    options.attachChildren = message.flag("attachChildren", true);
    for (const json& pid : message.array("attach")) {
        if (!pid.is_number_integer() || pid < 1 || pid > INT32_MAX)
            message.refuse("attach", "holds what is no process");
        options.attach.push_back(pid.get<pid_t>());
    }
    options.standard = message.text("standard", maxWord, "");
    const auto refuse = [this](const ErrorReport& error) {
        m_queue.control(errorFrame(error));
        m_queue.control(runEndedFrame("failed", 0, 0));
    };
    if ((m_run && m_run->isLive()) || (m_map && m_map->isLive()))
        throw MessageError("run while a run is under way");
    m_map.reset();
    if (capture == "map") {
        m_run.reset();
        m_map = std::make_unique<MapRun>(m_loop, m_queue, m_numbers,
                                         std::set<pid_t>(options.attach.begin(), options.attach.end()));
        return m_map->begin();
    }
    if (capture != "auto" && capture != "ptrace" && capture != "ebpf" && capture != "sampled")
        message.refuse("capture", "is no way to capture");
    if (!options.standard.empty() && m_standard.group == 0)
        return refuse({"standard", {}});
    try {
        TopologySpec topology = readTopology(message.object("topology"));
        options.pace = static_cast<int>(message.integer("pace", 0, 1000000, topology.pace));
        m_run.reset();
        CaptureChoice choice = chooseCapture(capture, options.dataBytes);
        if (choice.mode.empty())
            return refuse({"capture", {{"mode", capture}, {"why", choice.why}}});
        m_run = std::make_unique<Run>(m_loop, m_queue, m_runFile, m_numbers, options, m_standard,
                                      std::move(choice));
        m_run->begin(std::move(topology));
    } catch (const TopologyError& error) {
        refuse({"topology", {{"what", error.what()}}});
    } catch (const EndpointError& error) {
        refuse({"session-directory",
                {{"path", error.object()}, {"errno", std::string(errnoName(error.error()))}}});
    }
}

void Worker::add(const ObjectReader& message)
{
    if (!m_run || !m_run->isLive())
        return;
    try {
        m_run->add(readTopology(message.object("topology"), &m_run->topology()));
    } catch (const TopologyError& error) {
        m_queue.control(errorFrame({"topology", {{"what", error.what()}}}));
    }
}

std::string Worker::nodeOf(const ObjectReader& message) const
{
    return message.text("node", maxWord, "");
}

void Worker::control(const std::string& type, const ObjectReader& message)
{
    if (message.has("process"))
        return toProcess(type, message);
    const bool needsNode = type == "start" || type == "step";
    const std::string node = needsNode ? message.text("node", maxWord) : nodeOf(message);
    const auto pace = type == "pace" ? static_cast<int>(message.integer("callsPerSecond", 0, 1000000)) : 0;
    if (m_map && m_map->isLive() && type == "stop")
        return m_map->stop();
    if (!m_run || !m_run->isLive())
        return; // it has ended while the message was under way
    if (type == "start")
        m_run->startNode(node);
    else if (type == "stop")
        node.empty() ? m_run->stop() : m_run->stopNode(node);
    else if (type == "pace")
        m_run->setPace(node, pace);
    else if (type == "step")
        m_run->step(node);
    else
        m_run->pause(node, type == "pause");
}

void Worker::toProcess(const std::string& type, const ObjectReader& message)
{
    const auto process = static_cast<std::uint32_t>(message.integer("process", 0, maxNumber));
    bool done = false;
    if (type == "signal") {
        const auto signal = static_cast<int>(message.integer("signal", 1, SIGRTMAX));
        done = m_run && m_run->sendSignal(process, signal);
    } else if (type == "pause" || type == "resume") {
        done = m_run && m_run->pauseProcess(process, type == "pause");
    } else if (type == "step") {
        done = m_run && m_run->stepProcess(process);
    } else if (type == "detach") {
        done = m_run && m_run->detach(process);
    } else if (type != "input") {
        message.refuse("process", "is not for \"" + type + "\"");
    } else {
        const std::string data = decodeBase64(message.text("data", maxData, ""), message.place("data"));
        const bool end = message.flag("end", false);
        done = m_run && m_run->input(process, data, end);
    }
    if (!done)
        m_queue.control(errorFrame({"no-process", {{"process", std::to_string(process)}}}));
}

void Worker::toEndpoint(const std::string& type, const ObjectReader& message)
{
    const auto endpoint = static_cast<std::uint32_t>(message.integer("endpoint", 0, maxNumber));
    const auto way = static_cast<Way>(message.integer("way", 1, 2, 1));
    bool done = false;
    if (type == "write") {
        const std::string data = decodeBase64(message.text("data", maxData), message.place("data"));
        WriteRequest request;
        request.way = way;
        request.bytes = std::as_bytes(std::span(data));
        request.rank =
            message.integer("messageType", 1, INT64_MAX, message.integer("priority", 0, UINT32_MAX, 0));
        request.offset = static_cast<std::uint64_t>(message.integer("offset", 0, INT64_MAX, 0));
        done = m_run && m_run->write(endpoint, request);
    } else if (type == "set-limit") {
        const std::string name = message.text("name", maxWord);
        const auto value = static_cast<std::uint64_t>(message.integer("value", 0, INT64_MAX));
        done = m_run && m_run->setLimit(endpoint, name, value);
    } else if (type == "set-value") {
        const auto index = static_cast<std::size_t>(message.integer("index", 0, INT32_MAX, 0));
        const auto value = static_cast<std::uint64_t>(message.integer("value", 0, INT64_MAX));
        done = m_run && m_run->setValue(endpoint, index, value);
    } else if (type == "remove") {
        done = m_run && m_run->remove(endpoint);
    } else if (type == "set-capacity") {
        const auto bytes = static_cast<std::uint64_t>(message.integer("bytes", 1, INT64_MAX));
        done = m_run && m_run->setCapacity(endpoint, bytes);
    } else if (type == "peek") {
        PeekRequest request;
        request.request = static_cast<std::uint32_t>(message.integer("request", 0, maxNumber));
        request.endpoint = endpoint;
        request.way = way;
        request.offset = static_cast<std::uint64_t>(message.integer("offset", 0, INT64_MAX / 2, 0));
        request.size = static_cast<std::size_t>(message.integer("size", 0, 65536, 65536));
        done = (m_run && m_run->peek(request)) || (m_map && m_map->peek(request));
        if (!done)
            m_queue.contents(request.request, endpoint, request.offset, Contents::unavailable("gone"));
    } else {
        done = (m_run && m_run->tellHolders(endpoint)) || (m_map && m_map->tellHolders(endpoint));
    }
    if (!done)
        m_queue.control(errorFrame({"no-endpoint", {{"endpoint", std::to_string(endpoint)}}}));
}

void Worker::sample(const std::string& /*type*/, const ObjectReader& message)
{
    const std::string mode = message.text("mode", maxWord);
    if (mode != "exact" && mode != "sampled")
        message.refuse("mode", "is neither \"exact\" nor \"sampled\"");
    const auto process = static_cast<std::uint32_t>(message.integer("process", 0, maxNumber, 0));
    const std::string node = nodeOf(message);
    if (m_run)
        m_run->sample(node, process, mode == "sampled");
}

void Worker::files(const std::string& /*type*/, const ObjectReader& message)
{
    const bool system = message.flag("system", false);
    if (m_run)
        m_run->followSystemFiles(system);
}

void Worker::attach(const std::string& /*type*/, const ObjectReader& message)
{
    const auto pid = static_cast<pid_t>(message.integer("pid", 1, INT32_MAX));
    if (m_run)
        m_run->attach(pid, message.flag("children", true));
}

void Worker::listProcesses(const std::string& /*type*/, const ObjectReader& /*message*/)
{
    m_queue.control(processesFrame(host::attachableProcesses("/proc", host::ownAttachRights())));
}

void Worker::rule(const std::string& type, const ObjectReader& message)
{
    if (type == "set-rule") {
        CallRule rule = readRule(message);
        if (m_run)
            m_run->setRule(std::move(rule));
    } else if (const auto number = static_cast<std::uint32_t>(message.integer("rule", 1, maxNumber)); m_run) {
        m_run->removeRule(number);
    }
}

/// Takes 0 or 1 away from its place, where nothing else shall ever be read or written.
Fd takeStandard(int fd)
{
    Fd taken = highCopy(fd);
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (null)
        ::dup2(null.get(), fd);
    return taken;
}

} // namespace

int runWorker(const RunFile& runFile, Fd keeperAlive, pid_t keeper, StandardStreams standard)
{
    try {
        ::signal(SIGPIPE, SIG_IGN);
        Worker worker(runFile, takeStandard(STDIN_FILENO), takeStandard(STDOUT_FILENO),
                      moveHigh(std::move(keeperAlive)), keeper, std::move(standard));
        return worker.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "byteyard-engine: %s\n", error.what());
        return exitFailed;
    }
}

} // namespace byteyard::ipc::engine
