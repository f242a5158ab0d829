#pragma once

#include <string>
#include <string_view>
#include <sys/socket.h>

namespace byteyard::ipc {

/// A socket's address, in the kernel's form and as text.
struct SocketAddress
{
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    int family() const { return storage.ss_family; }
    std::uint16_t port() const;
    /// "127.0.0.1:80", "[::1]:80", "/path", "@name" with what is no plain character as \xNN.
    std::string text() const;
};

/// A path of 1 to 108 bytes, or "@" and an abstract name in which \xNN stands for a byte (unix(7)). Throws
/// EndpointError: ENAMETOOLONG, EINVAL.
SocketAddress unixAddress(const std::string& path);
/// A numeric IPv4 or IPv6 address; throws EndpointError (EINVAL).
SocketAddress inetAddress(const std::string& address, std::uint16_t port);
/// Where a socket is bound; its size is 0 when that cannot be told.
SocketAddress boundAddress(int socket);

/// "SOCK_STREAM" and its kin.
std::string_view socketTypeName(int type);

} // namespace byteyard::ipc
