#pragma once

#include "ipc/engine/actors.h"
#include "ipc/engine/launcher.h"
#include "ipc/engine/standard_streams.h"
#include "ipc/engine/start_order.h"
#include "ipc/engine/watch.h"
#include "ipc/host/attachable.h"

#include <nlohmann/json_fwd.hpp>

namespace byteyard::ipc::engine {

struct RunOptions
{
    std::size_t dataBytes = 64;
    int pace = 0;               ///< data calls a second a process; 0: full
    std::uint64_t budget = 0;   ///< calls a second that a process may make and be followed; 0: no bound
    bool systemFiles = false;   ///< files of the system that programs open are endpoints too
    std::vector<pid_t> attach;  ///< processes that run already, and
    bool attachChildren = true; ///< the children that they have
    std::string standard;       ///< node of the process that gets the StandardStreams; empty: none
};

/// The directory of one session, in the runtime directory: made with mode 0700, gone with this object.
class SessionDirectory
{
public:
    /// Throws EndpointError.
    explicit SessionDirectory(const RunFile& runFile);
    ~SessionDirectory();
    SessionDirectory(const SessionDirectory&) = delete;
    SessionDirectory& operator=(const SessionDirectory&) = delete;

    const std::string& path() const noexcept { return m_path; }
    /// Throws EndpointError.
    void write(const std::string& name, const std::string& text) const;

private:
    const RunFile& m_runFile;
    std::string m_path;
};

/// One run, from its first endpoint to the end of its last process, and after that for as long as its files
/// can be looked at.
class Run
{
public:
    /// Creates the session's directory; throws EndpointError. Nothing runs yet. `standard` must outlive it.
    Run(EventLoop& loop, OutputQueue& queue, const RunFile& runFile, Numbers& numbers,
        const RunOptions& options, const StandardStreams& standard, CaptureChoice capture);
    /// Ends what lives, and removes the session's directory.
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// Writes the files, makes the endpoints, launches all processes and lets them start in their order.
    void begin(TopologySpec topology);
    bool isLive() const noexcept { return m_live; }
    const TopologySpec& topology() const noexcept { return m_topology; }

    // What a person can do to it (docs/protocol.md). Each does nothing where there is nothing to do it to.
    void add(const TopologySpec& added);
    /// Follows a process that runs already. What forbids it is told as an error.
    void attach(pid_t pid, bool withChildren);
    /// Lets it go. False when no such process is attached.
    bool detach(std::uint32_t process);
    void startNode(const std::string& node);
    void stop();
    void stopNode(const std::string& node);
    void pause(const std::string& node, bool paused);
    /// Lets a node's process go on to its next call on an endpoint, which is held.
    void step(const std::string& node);
    void setPace(const std::string& node, int callsPerSecond);
    /// False when there is no such process.
    bool sendSignal(std::uint32_t process, int signal);
    bool pauseProcess(std::uint32_t process, bool paused);
    bool stepProcess(std::uint32_t process);
    /// Follows calls no more one by one, or again: of a process, or (0) of a node with all that it forked, or
    /// (no node) of all.
    void sample(const std::string& node, std::uint32_t process, bool sampled);
    void followSystemFiles(bool too);
    /// What is done to calls from now on.
    void setRule(CallRule rule);
    void removeRule(std::uint32_t rule);
    bool input(std::uint32_t process, std::string_view bytes, bool end);
    /// False when there is no such endpoint.
    bool setCapacity(std::uint32_t endpoint, std::uint64_t bytes);
    bool write(std::uint32_t endpoint, const WriteRequest& request);
    bool setLimit(std::uint32_t endpoint, const std::string& name, std::uint64_t value);
    bool setValue(std::uint32_t endpoint, std::size_t index, std::uint64_t value);
    bool remove(std::uint32_t endpoint);
    bool peek(const PeekRequest& request);
    bool tellHolders(std::uint32_t endpoint);

private:
    std::optional<host::AttachRefusal> attachOne(pid_t pid);
    struct Stop
    {
        std::uint32_t root = 0; ///< with all that it forked; 0: everything
        std::uint64_t killAt = 0;
    };

    /// Makes a call for a person: it stands in the log as ours, and what fails is told as `fault` with its
    /// errno. `bytes` are what it moves.
    bool onEndpoint(std::uint32_t number, const std::function<MadeCall(Endpoint&)>& work, ErrorReport fault,
                    std::span<const std::byte> bytes);
    ErrorReport faultOf(std::uint32_t number, const std::string& code) const;
    void writeFiles(const TopologySpec& topology);
    void launchAll(const TopologySpec& added);
    /// Plans and launches it; nothing when that failed.
    std::optional<std::uint32_t> launch(const NodeSpec& node);
    void release(std::uint32_t process);
    void abandon(std::uint32_t process);
    void decide();
    void news();
    void takeNews();
    void tick();
    void escalateStops();
    void signalAll(const Stop& stop, int signal);
    /// Those that have not ended: all, or a node's newest process and what it forked.
    std::vector<ProcessRecord> living(const Stop& stop) const;
    Stop stopOf(const std::string& node) const;
    std::uint32_t processOf(const std::string& node) const;
    StartOrder::Progress progressOf(const std::string& node) const;
    bool hasListened(const std::string& node) const;
    void endWhenDone();
    void armTimer(bool on);
    void tellFilesLeft();

    EventLoop& m_loop;
    OutputQueue& m_queue;
    Numbers& m_numbers;
    RunOptions m_options;
    CaptureChoice m_capture; ///< its kernel is the tracer's
    Fd m_wake;
    Fd m_timer;
    std::uint64_t m_started;
    SessionDirectory m_directory;
    EngineSink m_sink;
    Tracer m_tracer;
    RunEndpoints m_endpoints;
    Outputs m_outputs;
    Inputs m_inputs;
    Launcher m_launcher;
    Watch m_watch;
    Actors m_actors;
    StartOrder m_order;
    TopologySpec m_topology;
    std::map<std::string, std::uint32_t> m_current; ///< node to its newest process
    std::unordered_set<std::uint32_t> m_active;     ///< endpoints that were used since the last tick
    std::vector<Stop> m_stops;
    FoundFiles::Left m_filesLeft; ///< as told
    bool m_stopped = false;
    bool m_live = true;
};

} // namespace byteyard::ipc::engine
