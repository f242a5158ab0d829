#include "ipc/endpoint/socketpair.h"

#include "ipc/endpoint/held.h"
#include "ipc/host/process_scan.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace byteyard::ipc {

namespace {

std::uint64_t waitingAt(int socket)
{
    int bytes = 0;
    return ::ioctl(socket, FIONREAD, &bytes) == 0 && bytes > 0 ? static_cast<std::uint64_t>(bytes) : 0;
}

struct Buffer
{
    std::string_view name;
    int option;
};
constexpr std::array pairBuffers{Buffer{"SO_SNDBUF", SO_SNDBUF}, Buffer{"SO_RCVBUF", SO_RCVBUF}};

} // namespace

SocketpairEndpoint::SocketpairEndpoint(Type type, int sendBuffer, int receiveBuffer)
{
    const int socketType = type == Type::Stream     ? SOCK_STREAM
                           : type == Type::Datagram ? SOCK_DGRAM
                                                    : SOCK_SEQPACKET;
    std::array<int, 2> ends;
    if (::socketpair(AF_UNIX, socketType | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw EndpointError("socketpair", "socketpair", errno);
    Fd a(ends[0]);
    Fd b(ends[1]);
    m_ends = {moveHigh(std::move(a)), moveHigh(std::move(b))};
    m_id = objectOf(m_ends[0].get());
    m_id2 = objectOf(m_ends[1].get());
    const std::string_view name = type == Type::Stream     ? "SOCK_STREAM"
                                  : type == Type::Datagram ? "SOCK_DGRAM"
                                                           : "SOCK_SEQPACKET";
    m_setup.push_back({Call::Socketpair, m_ends[0].get(), m_ends[1].get(), 0, "type=" + std::string(name)});
    for (const Buffer& buffer : pairBuffers) {
        const int size = buffer.option == SO_SNDBUF ? sendBuffer : receiveBuffer;
        for (const Fd& end : m_ends) {
            if (size <= 0)
                continue;
            if (::setsockopt(end.get(), SOL_SOCKET, buffer.option, &size, sizeof size) != 0)
                throw EndpointError("setsockopt(" + std::string(buffer.name) + ')', "socketpair", errno);
            m_setup.push_back({callNamed("setsockopt"), end.get(), -1, 0,
                               "option=" + std::string(buffer.name) + " value=" + std::to_string(size)});
        }
    }
}

std::vector<ObjectId> SocketpairEndpoint::objects() const
{
    if (m_id2.inode == 0)
        return {m_id};
    return {m_id, m_id2};
}

void SocketpairEndpoint::learn(std::span<const TableHolder> holders)
{
    for (const TableHolder& holder : holders) {
        if (m_id2.inode != 0)
            return;
        const std::uint64_t inode = host::anonymousInode("/proc", holder.pid, holder.fd);
        if (inode != 0 && inode != m_id.inode)
            m_id2 = {m_id.device, inode};
    }
}

Fd SocketpairEndpoint::end(std::string_view port, std::span<const TableHolder> holders) const
{
    const bool isA = port == "a";
    if (const Fd& own = m_ends[isA ? 0 : 1])
        return highCopy(own.get());
    Fd copy = borrowHeld(holders, isA ? m_id.inode : m_id2.inode);
    return copy ? moveHigh(std::move(copy)) : Fd();
}

std::optional<Fill> SocketpairEndpoint::fill(std::span<const TableHolder> holders)
{
    if (holders.empty())
        return Fill{};
    learn(holders);
    const Fd a = borrowHeld(holders, m_id.inode);
    const Fd b = borrowHeld(holders, m_id2.inode);
    if (!a && !b)
        return std::nullopt;
    Fill fill;
    fill.bytes2 = 0;
    if (b)
        fill.bytes = waitingAt(b.get());
    if (a)
        fill.bytes2 = waitingAt(a.get());
    for (const Fd* side : {&a, &b}) {
        if (!*side)
            continue;
        pollfd ready{side->get(), POLLOUT, 0};
        ::poll(&ready, 1, 0);
        fill.writeBlocks = fill.writeBlocks || (ready.revents & (POLLOUT | POLLHUP | POLLERR)) == 0;
    }
    return fill;
}

Contents SocketpairEndpoint::peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                                  std::size_t size)
{
    if (holders.empty())
        return Contents::unavailable("no-holder");
    learn(holders);
    const Fd reader = borrowHeld(holders, way == Way::AToB ? m_id2.inode : m_id.inode);
    if (!reader)
        return Contents::unavailable("no-reader");
    Contents contents;
    contents.available = true;
    contents.total = waitingAt(reader.get());
    if (offset >= contents.total)
        return contents;
    std::vector<std::byte> all(std::min<std::uint64_t>(contents.total, offset + size));
    const ssize_t got = ::recv(reader.get(), all.data(), all.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got > 0 && static_cast<std::uint64_t>(got) > offset)
        contents.bytes.assign(all.begin() + static_cast<std::ptrdiff_t>(offset), all.begin() + got);
    return contents;
}

MadeCall SocketpairEndpoint::write(std::span<const TableHolder> holders, const WriteRequest& request)
{
    learn(holders);
    const Fd writer = borrowHeld(holders, request.way == Way::AToB ? m_id.inode : m_id2.inode);
    if (!writer)
        return {Call::Write, -ENXIO, {}, {}};
    const ssize_t sent =
        ::send(writer.get(), request.bytes.data(), request.bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return {Call::Sendto, sent >= 0 ? sent : -errno, {}, {}};
}

std::optional<Look> SocketpairEndpoint::look(const LookContext& context)
{
    std::optional<Look> look = Endpoint::look(context);
    if (!look || context.holders.empty())
        return look;
    const std::array ends{borrowHeld(context.holders, m_id.inode), borrowHeld(context.holders, m_id2.inode)};
    for (const Buffer& buffer : pairBuffers) {
        std::vector<std::int64_t> sizes;
        for (const Fd& end : ends) {
            int bytes = 0;
            socklen_t size = sizeof bytes;
            if (end && ::getsockopt(end.get(), SOL_SOCKET, buffer.option, &bytes, &size) == 0)
                sizes.push_back(bytes);
        }
        if (sizes.size() == 2 && sizes[0] != sizes[1])
            look->facts.emplace_back(buffer.name, sizes);
        else if (!sizes.empty())
            look->facts.emplace_back(buffer.name, sizes.front());
    }
    return look;
}

MadeCall SocketpairEndpoint::setLimit(std::span<const TableHolder> holders, const std::string& name,
                                      std::uint64_t value)
{
    const auto* const buffer = std::find_if(pairBuffers.begin(), pairBuffers.end(),
                                            [&](const Buffer& each) { return each.name == name; });
    if (buffer == pairBuffers.end())
        return Endpoint::setLimit(holders, name, value);
    learn(holders);
    MadeCall made{callNamed("setsockopt"), 0, "option=" + name + " value=" + std::to_string(value), {}};
    if (value > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
        made.result = -EINVAL;
        return made;
    }
    const auto bytes = static_cast<int>(value);
    made.result = -ENXIO;
    for (const std::uint64_t inode : {m_id.inode, m_id2.inode}) {
        const Fd end = borrowHeld(holders, inode);
        if (end && (made.result == 0 || made.result == -ENXIO))
            made.result =
                ::setsockopt(end.get(), SOL_SOCKET, buffer->option, &bytes, sizeof bytes) == 0 ? 0 : -errno;
    }
    return made;
}

} // namespace byteyard::ipc
