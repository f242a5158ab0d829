#include "ipc/endpoint/socket_address.h"

#include "ipc/endpoint/endpoint.h"

#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <netinet/in.h>
#include <sys/un.h>

namespace byteyard::ipc {

namespace {

std::string undoEscapes(std::string_view text)
{
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text.substr(i, 2) == "\\x" && i + 3 < text.size() &&
                            std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0 &&
                            std::isxdigit(static_cast<unsigned char>(text[i + 3])) != 0;
        if (!escape) {
            bytes += text[i];
            continue;
        }
        bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16));
        i += 3;
    }
    return bytes;
}

std::string escaped(std::string_view bytes)
{
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= ' ' && byte != 0x7f) {
            text += c;
            continue;
        }
        std::array<char, 5> escape;
        std::snprintf(escape.data(), escape.size(), "\\x%02X", byte);
        text += escape.data();
    }
    return text;
}

} // namespace

SocketAddress unixAddress(const std::string& path)
{
    const bool isAbstract = path.starts_with('@');
    const std::string bytes = isAbstract ? '\0' + undoEscapes(std::string_view(path).substr(1)) : path;
    SocketAddress address;
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (bytes.empty())
        throw EndpointError("bind", path, EINVAL);
    if (bytes.size() > sizeof name.sun_path)
        throw EndpointError("bind", path, ENAMETOOLONG, "sun_path");
    std::memcpy(name.sun_path, bytes.data(), bytes.size());
    // All 108 bytes may be a name: the size says where it ends.
    const std::size_t end = !isAbstract && bytes.size() < sizeof name.sun_path ? 1 : 0;
    address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + bytes.size() + end);
    std::memcpy(&address.storage, &name, sizeof name);
    return address;
}

SocketAddress inetAddress(const std::string& text, std::uint16_t port)
{
    SocketAddress address;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&address.storage, &v4, sizeof v4);
        address.size = sizeof v4;
    } else if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        std::memcpy(&address.storage, &v6, sizeof v6);
        address.size = sizeof v6;
    } else {
        throw EndpointError("inet_pton", text, EINVAL);
    }
    return address;
}

SocketAddress boundAddress(int socket)
{
    SocketAddress address;
    socklen_t size = sizeof address.storage;
    if (::getsockname(socket, address.get(), &size) == 0)
        address.size = size;
    return address;
}

std::uint16_t SocketAddress::port() const
{
    if (family() == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
    return family() == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port)
                                : std::uint16_t{0};
}

std::string SocketAddress::text() const
{
    std::array<char, INET6_ADDRSTRLEN> host;
    if (family() == AF_INET) {
        ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr, host.data(),
                    host.size());
        return std::string(host.data()) + ':' + std::to_string(port());
    }
    if (family() == AF_INET6) {
        ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr, host.data(),
                    host.size());
        return '[' + std::string(host.data()) + "]:" + std::to_string(port());
    }
    const auto* name = reinterpret_cast<const sockaddr_un*>(&storage);
    if (size <= offsetof(sockaddr_un, sun_path))
        return {};
    const std::string_view bytes(name->sun_path, size - offsetof(sockaddr_un, sun_path));
    if (bytes.front() == '\0')
        return '@' + escaped(bytes.substr(1));
    return std::string(bytes.substr(0, bytes.find('\0')));
}

std::string_view socketTypeName(int type)
{
    return type == SOCK_STREAM  ? "SOCK_STREAM"
           : type == SOCK_DGRAM ? "SOCK_DGRAM"
           : type == SOCK_RAW   ? "SOCK_RAW"
                                : "SOCK_SEQPACKET";
}

} // namespace byteyard::ipc
