#pragma once

#include "ipc/capture/object_key.h"
#include "ipc/endpoint/look.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace byteyard::ipc::engine {

/// A process that holds something, or that may not be looked into.
struct MapProcess
{
    pid_t pid = 0;
    pid_t parent = 0;
    std::string name;
    std::string user;
    std::vector<std::string> argv;
    std::uint64_t startTime = 0; ///< clock ticks since boot
    bool isStopped = false;      ///< by a signal, or by who traces it
    bool isHidden = false;       ///< what it has open is not for us to see (proc_pid_fd(5))
};

/// A kernel object.
struct MapObject
{
    std::string kind; ///< as a topology's; "anonymous-shm" for mmap(2) with MAP_SHARED|MAP_ANONYMOUS
    std::string name; ///< path, name or addresses; empty: it has none
    ObjectKey key;
    std::string state;                 ///< a socket's: "LISTEN", "ESTABLISHED"…
    std::optional<std::uint64_t> fill; ///< bytes in it, of a pipe or FIFO
    std::uint64_t capacity = 0;        ///< bytes, of these; 0: not known
    Facts facts;                       ///< of sockets
    ObjectKey listener;                ///< that a connection came to; number 0: none is known
};

/// A descriptor of a process; a mapping, a sleep on a System V object, or on the open of a FIFO (fd -1).
struct MapUse
{
    pid_t pid = 0;
    int fd = -1;
    std::size_t object = 0;
    std::string_view side;               ///< a port of a topology; "accept" for the other side of "connect"
    std::optional<std::uint64_t> unread; ///< bytes that wait to be read by it, of a stream
};

/// A thread that sleeps in a call on one or several of these objects, or the first thread of a process that
/// sleeps in any other (`objects` is empty).
struct MapWait
{
    pid_t pid = 0;
    pid_t tid = 0;
    std::string call;
    int fd = -1;                 ///< of the call, when it names one
    std::string detail;          ///< as of an event
    std::uint64_t requested = 0; ///< bytes
    int threads = 0;             ///< of its process
    std::uint64_t waitedNs = 0;  ///< how long it has slept; 0: not known
    std::vector<std::size_t> objects;
};

struct MachineMap
{
    static constexpr std::size_t mostUses = 50'000;

    std::vector<MapProcess> processes;
    std::vector<MapObject> objects;
    std::vector<MapUse> uses;
    std::vector<MapWait> waits;
    std::set<std::string_view> missing; ///< "unix_diag"…: what this kernel does not tell
    std::uint64_t left = 0;             ///< uses beyond `mostUses`, which are not in it
};

/// What all processes of this machine have open or mapped that bytes can pass through, what stands there with
/// nobody, and who waits on what: from /proc, sock_diag(7) and sysvipc(7). Nobody is stopped; of pipes a
/// write end is opened and closed at once to ask how full they are. Files are there when two processes have
/// one, one of them for writing, or when one is locked. The engine itself, and whom it serves, are left out.
MachineMap lookAtMachine();

/// What concerns these processes: what they have, who else has it, and who waits on it. Of all processes
/// (`pids` is empty) what two have, what somebody waits on, and what is there with nobody.
MachineMap partOf(const MachineMap& whole, const std::set<pid_t>& pids);

} // namespace byteyard::ipc::engine
