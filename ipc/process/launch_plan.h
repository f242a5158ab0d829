#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <vector>

namespace byteyard::ipc {

/// A socket that a child makes and connects itself (socket(2), connect(2)).
struct SocketPlan
{
    int family = 0;
    int type = 0;
    sockaddr_storage address{};
    socklen_t addressSize = 0;
    std::string text; ///< the address, for people
    int sendBuffer = 0;
    int receiveBuffer = 0;
    bool noDelay = false;
};

/// One descriptor that a child gets before exec.
struct FdPlan
{
    int target = -1;
    /// An engine's descriptor to inherit (dup2 in the child); -1: the child opens `path` itself just before
    /// exec, so that the open blocks where it should. The engine closes its own copy after launch().
    int source = -1;
    std::string path;
    int flags = 0;
    mode_t mode = 0600;
    std::uint32_t endpoint = 0; ///< 0: no endpoint (output pty, /dev/null, a log file)
    /// Instead of `path`: what to connect just before exec.
    std::shared_ptr<const SocketPlan> socket = nullptr;
};

/// All that it takes to start one command. The child closes every descriptor that no FdPlan gives it before
/// it is held: one that waits to be started must not keep the ends of others' pipes open.
struct LaunchPlan
{
    std::uint32_t process = 0; ///< the number that the engine chose
    std::string name;
    std::vector<std::string> argv;
    std::vector<std::string> executables; ///< paths to try in order, as execvp(3) would
    std::vector<std::string> environment; ///< "KEY=value", the whole of it
    std::string directory;
    std::vector<FdPlan> fds;
    int pace = 0;            ///< data calls a second; 0: full
    pid_t group = 0;         ///< process group to join; 0: one of its own
    bool hasUnknown = false; ///< nobody knows yet what its descriptors without an endpoint are
    /// RLIMIT_NOFILE that the child gets (the engine raises its own); nothing: the engine's.
    std::optional<rlimit> openFiles;
};

} // namespace byteyard::ipc
