#pragma once

#include "ipc/engine/endpoint_factory.h"
#include "ipc/engine/engine_sink.h"
#include "ipc/engine/event_loop.h"
#include "ipc/engine/machine_map.h"
#include "ipc/engine/output_queue.h"
#include "ipc/engine/watch.h"

#include <map>
#include <set>
#include <tuple>
#include <vector>

namespace byteyard::ipc::engine {

/// A run that follows nobody and launches nobody: once a second it looks at who has what on this machine
/// (machine_map.h), and tells what has changed in the frames of any run. Its capture is "map"; what moves is
/// unobserved.
class MapRun
{
public:
    /// Of these processes and whom they share something with; none: of all.
    MapRun(EventLoop& loop, OutputQueue& queue, Numbers& numbers, std::set<pid_t> pids);
    ~MapRun();
    MapRun(const MapRun&) = delete;
    MapRun& operator=(const MapRun&) = delete;

    void begin();
    void stop();
    bool isLive() const noexcept { return m_live; }
    /// False when there is no such endpoint.
    bool tellHolders(std::uint32_t endpoint);
    bool peek(const PeekRequest& request);

private:
    struct Process
    {
        std::uint64_t startTime = 0;
        ProcessRecord record;
    };
    struct Object
    {
        std::uint32_t number = 0;
        std::string kind;
        std::string name;
        EndpointRecord record;
        std::unique_ptr<Endpoint> endpoint; ///< of one that shows more of itself without an end being opened
        std::vector<TableHolder> holders;   ///< by the last look
        Look look;                          ///< as it was told last
        bool isTold = false;
    };
    using Edge = std::tuple<std::uint32_t, std::uint32_t, int, Access>; ///< process, endpoint, fd
    struct Wait
    {
        std::string call;
        int fd = -1;
        std::uint32_t endpoint = 0;
        std::string detail;
        bool operator==(const Wait&) const = default;
    };

    void look();
    void end(const std::string& reason);
    void arm(std::uint64_t ns);
    std::uint64_t now() const;
    void tellProcesses(const MachineMap& part, const std::set<pid_t>& there);
    void tellProcess(const MapProcess& seen);
    void tellEnd(ProcessRecord& process);
    void tellObjects(const MachineMap& part);
    void tellObject(const MapObject& seen);
    void tellEdges(const MachineMap& part);
    void tellSamples(const MachineMap& part);
    void noteHolders(const MachineMap& part);
    Object* objectOf(std::uint32_t endpoint);
    void tellWaits(const MachineMap& part);

    EventLoop& m_loop;
    OutputQueue& m_queue;
    Numbers& m_numbers;
    std::set<pid_t> m_pids;
    Fd m_timer;
    std::uint64_t m_started;
    bool m_live = false;
    std::map<pid_t, Process> m_processes;
    std::map<ObjectKey, Object> m_objects;
    std::map<std::uint32_t, int> m_connections; ///< of a listener, so far
    std::set<Edge> m_edges;
    std::map<pid_t, Wait> m_waits; ///< by thread
    host::LockTable m_locks;
    std::set<std::string_view> m_missing; ///< what has been said to be missing
    MachineMap m_last;
};

} // namespace byteyard::ipc::engine
