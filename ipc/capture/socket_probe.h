#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace byteyard::ipc {

/// What a socket says of itself (getsockopt(2), getsockname(2), getpeername(2)).
struct SocketFacts
{
    int domain = 0;
    int type = 0;
    std::string local; ///< "127.0.0.1:80", "/path", "@abstract"; "" when it has no name
    std::string peer;
    bool hasPeer = false; ///< a peer may have no name
};

SocketFacts socketFacts(int fd);
/// The same of another's descriptor, through a copy that is closed at once (pidfd_getfd(2)).
std::optional<SocketFacts> socketFacts(pid_t pid, int fd);

/// The inode of the other end of a UNIX socket (sock_diag(7)); 0 when it has none.
std::uint64_t unixPeerInode(std::uint64_t inode);

} // namespace byteyard::ipc
