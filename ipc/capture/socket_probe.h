#pragma once

#include "ipc/capture/object_key.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <sys/types.h>

namespace byteyard::ipc {

/// What a socket says of itself (getsockopt(2), getsockname(2), getpeername(2)).
struct SocketFacts
{
    int domain = 0;
    int type = 0;
    int protocol = 0;
    std::string local; ///< "127.0.0.1:80", "/path", "@abstract"; "" when it has no name
    std::string peer;
    bool hasPeer = false; ///< a peer may have no name
    bool isListening = false;
};

SocketFacts socketFacts(int fd);
/// The same of another's descriptor, through a copy that is closed at once (pidfd_getfd(2)). Nothing when the
/// number leads to another socket by now: who is told of a call later finds what came after it.
std::optional<SocketFacts> socketFacts(pid_t pid, int fd, const ObjectKey& socket);

/// Which addresses are this machine's. The kernel is asked at most once a second.
class OwnAddresses
{
public:
    /// Whether what is sent to "127.0.0.1:80" stays here: loopback, any address ("0.0.0.0" means loopback to
    /// who connects), or one of its own (getifaddrs(3)).
    bool contain(const std::string& address);

private:
    std::set<std::string> m_known; ///< without port
    std::chrono::steady_clock::time_point m_until{};
};

/// The inode of the other end of a UNIX socket (sock_diag(7)); 0 when it has none.
std::uint64_t unixPeerInode(std::uint64_t inode);

} // namespace byteyard::ipc
