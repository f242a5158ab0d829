#include "ipc/endpoint/socket.h"

#include "ipc/capture/socket_family.h"
#include "ipc/endpoint/held.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>

namespace byteyard::ipc {

namespace {

std::string limitBehind(int error, std::uint16_t port)
{
    constexpr std::uint16_t firstFree = 1024;
    return error == EACCES && port > 0 && port < firstFree ? "ip_unprivileged_port_start" : "";
}

std::string hostOf(const SocketAddress& address)
{
    const std::string text = address.text();
    const std::string host = text.substr(0, text.rfind(':'));
    return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

} // namespace

int SocketOptions::type() const
{
    return kind == "unix-seqpacket"                   ? SOCK_SEQPACKET
           : kind == "unix-datagram" || kind == "udp" ? SOCK_DGRAM
                                                      : SOCK_STREAM;
}

SocketAddress SocketOptions::socketAddress() const
{
    return isUnix() ? unixAddress(path) : inetAddress(address, port);
}

SocketEndpoint::SocketEndpoint(const SocketOptions& options) : m_kind(options.kind)
{
    m_path = options.path;
    const SocketAddress address = options.socketAddress();
    const std::string where = address.text();
    Fd fd(::socket(address.family(), options.type() | SOCK_CLOEXEC, 0));
    if (!fd)
        throw EndpointError("socket", where, errno);
    m_ends[0] = moveHigh(std::move(fd));
    const int own = m_ends[0].get();
    m_id = objectOf(own);
    m_setup.push_back(
        {callNamed("socket"), own, -1, own,
         "family=" + familyName(address.family()) + " type=" + std::string(socketTypeName(options.type()))});
    if (options.reuseAddress)
        setOption(own, SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR", 1);
    if (options.noDelay && options.kind == "tcp")
        setOption(own, IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY", 1);
    if (options.sendBuffer > 0)
        setOption(own, SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF", options.sendBuffer);
    if (options.receiveBuffer > 0)
        setOption(own, SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF", options.receiveBuffer);
    if (::bind(own, address.get(), address.size) != 0)
        throw EndpointError("bind", where, errno, limitBehind(errno, options.port));
    m_setup.push_back({callNamed("bind"), own, -1, 0, "peer=" + encodeWord(where)});
    const SocketAddress bound = boundAddress(own);
    m_names.port = bound.port();
    if (!options.isUnix())
        m_names.address = hostOf(bound);
}

SocketEndpoint::SocketEndpoint(std::string kind, ObjectId id, std::string path) : m_kind(std::move(kind))
{
    m_id = id;
    m_path = std::move(path);
}

void SocketEndpoint::setOption(int socket, int level, int option, std::string_view name, int value)
{
    if (::setsockopt(socket, level, option, &value, sizeof value) != 0)
        throw EndpointError("setsockopt(" + std::string(name) + ')', m_kind, errno);
    m_setup.push_back({callNamed("setsockopt"), socket, -1, 0,
                       "option=" + std::string(name) + " value=" + std::to_string(value)});
}

Fd SocketEndpoint::reach(std::span<const TableHolder> holders) const
{
    return m_ends[0] ? highCopy(m_ends[0].get()) : borrowHeld(holders, m_id.inode);
}

Fd SocketEndpoint::end(std::string_view /*port*/, std::span<const TableHolder> holders) const
{
    Fd fd = reach(holders);
    return fd ? moveHigh(std::move(fd)) : Fd();
}

MadeCall SocketEndpoint::setLimit(std::span<const TableHolder> holders, const std::string& name,
                                  std::uint64_t value)
{
    MadeCall made{callNamed(name == "backlog" ? "listen" : "setsockopt"),
                  0,
                  "option=" + name + " value=" + std::to_string(value),
                  {}};
    const Fd fd = reach(holders);
    const int number = static_cast<int>(std::min<std::uint64_t>(value, INT_MAX));
    int result = 0;
    if (!fd)
        result = (errno = ENXIO, -1);
    else if (name == "backlog")
        result = ::listen(fd.get(), number);
    else if (name == "SO_SNDBUF" || name == "SO_RCVBUF")
        result = ::setsockopt(fd.get(), SOL_SOCKET, name == "SO_SNDBUF" ? SO_SNDBUF : SO_RCVBUF, &number,
                              sizeof number);
    else
        return Endpoint::setLimit(holders, name, value);
    made.result = result == 0 ? 0 : -errno;
    return made;
}

MadeCall SocketEndpoint::remove()
{
    return m_path.starts_with('/') ? unlinkCall(m_path) : Endpoint::remove();
}

ListeningSocket::ListeningSocket(const SocketOptions& options) : SocketEndpoint(options)
{
    if (::listen(m_ends[0].get(), options.backlog) != 0) {
        const int error = errno;
        remove();
        throw EndpointError("listen", options.socketAddress().text(), error);
    }
    m_setup.push_back(
        {callNamed("listen"), m_ends[0].get(), -1, 0, "backlog=" + std::to_string(options.backlog)});
}

ListeningSocket::ListeningSocket(std::string kind, ObjectId id, std::string path, EndpointNames names)
    : SocketEndpoint(std::move(kind), id, std::move(path))
{
    m_names = std::move(names);
}

std::optional<Look> ListeningSocket::look(const LookContext& context)
{
    const host::SocketState* state = context.sockets ? context.sockets->find(m_id.inode) : nullptr;
    if (!state)
        return std::nullopt;
    Look look;
    look.fill.bytes = state->receiveQueue;
    look.fill.capacity = state->sendQueue;
    // One more than the backlog fits (listen(2)).
    look.fill.writeBlocks = state->receiveQueue > state->sendQueue;
    look.facts = {{"state", host::stateName(state->state)},
                  {"waiting", static_cast<std::int64_t>(state->receiveQueue)},
                  {"backlog", static_cast<std::int64_t>(state->sendQueue)}};
    return look;
}

MadeCall ListeningSocket::write(std::span<const TableHolder> /*holders*/, const WriteRequest& /*request*/)
{
    return {Call::Sendto, -ENOTCONN, {}, {}};
}

DatagramSocket::DatagramSocket(const SocketOptions& options)
    : SocketEndpoint(options), m_address(boundAddress(m_ends[0].get()))
{
}

DatagramSocket::DatagramSocket(std::string kind, ObjectId id, std::string path, EndpointNames names)
    : SocketEndpoint(std::move(kind), id, std::move(path))
{
    m_names = std::move(names);
}

/// What waits, without taking it. Behind the first one the kernel goes by an offset that belongs to the
/// socket (SO_PEEK_OFF): used only where nobody else does, while nobody is in a call on it, and put back.
std::vector<Tile> DatagramSocket::walk(int socket, bool all)
{
    std::vector<Tile> tiles;
    int offset = 0;
    socklen_t size = sizeof offset;
    constexpr int unused = -1;
    all = all && ::getsockopt(socket, SOL_SOCKET, SO_PEEK_OFF, &offset, &size) == 0 && offset == unused;
    offset = 0;
    all = all && ::setsockopt(socket, SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof offset) == 0;
    std::array<std::byte, Tile::headBytes> head;
    do {
        // MSG_TRUNC: its whole size; no control buffer, which would bring descriptors along.
        const ssize_t got = ::recv(socket, head.data(), head.size(), MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
        if (got < 0)
            break;
        const auto length = static_cast<std::size_t>(got);
        const std::size_t known = std::min(length, head.size());
        tiles.push_back({0, length, {head.begin(), head.begin() + static_cast<std::ptrdiff_t>(known)}, true});
        if (length == 0)
            break; // the offset cannot get past it
        std::uint64_t passed = 0;
        for (const Tile& tile : tiles)
            passed += tile.size;
        offset = static_cast<int>(passed);
        if (all && ::setsockopt(socket, SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof offset) != 0)
            break;
    } while (all && tiles.size() < Look::maxTiles);
    if (all)
        ::setsockopt(socket, SOL_SOCKET, SO_PEEK_OFF, &unused, sizeof unused);
    return tiles;
}

std::optional<Look> DatagramSocket::look(const LookContext& context)
{
    const Fd fd = reach(context.holders);
    if (!fd)
        return std::nullopt;
    Look look;
    look.tiles = walk(fd.get(), context.atRest);
    look.tilesTotal = look.tiles.size();
    std::uint64_t waiting = 0;
    for (const Tile& tile : look.tiles)
        waiting += tile.size;
    look.fill.bytes = waiting;
    int room = 0;
    socklen_t size = sizeof room;
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &room, &size) == 0)
        look.fill.capacity = static_cast<std::uint64_t>(std::max(room, 0));
    look.facts = {{"queued", static_cast<std::int64_t>(look.tiles.size())}};
    if (const host::SocketState* state = context.sockets ? context.sockets->find(m_id.inode) : nullptr) {
        look.facts.emplace_back("rcv_q", static_cast<std::int64_t>(state->receiveQueue));
        look.facts.emplace_back("drops", static_cast<std::int64_t>(state->drops));
    }
    if (!context.atRest && !look.tiles.empty())
        look.facts.emplace_back("peek", std::string("first"));
    return look;
}

Contents DatagramSocket::peek(std::span<const TableHolder> holders, Way /*way*/, std::uint64_t offset,
                              std::size_t size)
{
    const Fd fd = reach(holders);
    if (!fd)
        return Contents::unavailable(holders.empty() ? "no-holder" : "refused");
    constexpr std::size_t largest = 65536;
    std::vector<std::byte> bytes(largest);
    const ssize_t got = ::recv(fd.get(), bytes.data(), bytes.size(), MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
    Contents contents;
    contents.available = true;
    contents.total = got > 0 ? static_cast<std::uint64_t>(got) : 0;
    const std::uint64_t end = std::min<std::uint64_t>({contents.total, bytes.size(), offset + size});
    if (offset < end)
        contents.bytes.assign(bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                              bytes.begin() + static_cast<std::ptrdiff_t>(end));
    return contents;
}

MadeCall DatagramSocket::write(std::span<const TableHolder> holders, const WriteRequest& request)
{
    MadeCall made{Call::Sendto, 0, {}, {}};
    SocketAddress to = m_address;
    if (to.size == 0)
        if (const Fd fd = reach(holders))
            to = boundAddress(fd.get());
    const Fd from(::socket(to.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (to.size == 0 || !from) {
        made.result = -ENXIO;
        return made;
    }
    made.detail = "peer=" + encodeWord(to.text());
    const ssize_t sent = ::sendto(from.get(), request.bytes.data(), request.bytes.size(),
                                  MSG_DONTWAIT | MSG_NOSIGNAL, to.get(), to.size);
    made.result = sent >= 0 ? sent : -errno;
    return made;
}

} // namespace byteyard::ipc
