#include "ipc/endpoint/raw_socket.h"

#include "ipc/endpoint/held.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <linux/sock_diag.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

namespace byteyard::ipc {

namespace {

int protocolNumber(const std::string& name)
{
    constexpr int largest = 255;
    int number = -1;
    const char* end = name.data() + name.size();
    if (const auto [stop, error] = std::from_chars(name.data(), end, number);
        error == std::errc() && stop == end)
        return number >= 0 && number <= largest ? number : -1;
    if (name == "icmp") // also where there is no /etc/protocols
        return IPPROTO_ICMP;
    const protoent* entry = ::getprotobyname(name.c_str());
    return entry ? entry->p_proto : -1;
}

Fd copyOf(const TableHolder& holder)
{
    Fd copy = copyHeld(holder);
    int type = 0;
    socklen_t size = sizeof type;
    return copy && ::getsockopt(copy.get(), SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_RAW
               ? std::move(copy)
               : Fd();
}

} // namespace

RawEndpoint::RawEndpoint(const RawOptions& options)
    : m_address(options.address), m_protocolName(options.protocol), m_to(inetAddress(options.address, 0)),
      m_protocol(protocolNumber(options.protocol))
{
    if (m_protocol < 0)
        throw EndpointError("getprotobyname", options.protocol, EPROTONOSUPPORT);
    const Fd tried = make();
}

EndpointNames RawEndpoint::names() const
{
    return {-1, {}, m_address, 0};
}

Fd RawEndpoint::make() const
{
    Fd fd(::socket(m_to.family(), SOCK_RAW | SOCK_CLOEXEC, m_protocol));
    if (!fd)
        throw EndpointError("socket", "SOCK_RAW " + m_protocolName, errno,
                            errno == EPERM ? "CAP_NET_RAW" : "");
    return fd;
}

Fd RawEndpoint::end(std::string_view port, std::span<const TableHolder> /*holders*/) const
{
    Fd fd = make();
    const int result =
        port == "send" ? ::connect(fd.get(), m_to.get(), m_to.size) : ::bind(fd.get(), m_to.get(), m_to.size);
    if (result != 0)
        throw EndpointError(port == "send" ? "connect" : "bind", m_address, errno);
    return moveHigh(std::move(fd));
}

std::optional<Look> RawEndpoint::look(const LookContext& context)
{
    Look look;
    std::int64_t sockets = 0;
    std::int64_t received = 0;
    std::int64_t drops = 0;
    for (const TableHolder& holder : context.holders) {
        const Fd fd = copyOf(holder);
        std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
        socklen_t size = sizeof memory;
        if (!fd || ::getsockopt(fd.get(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0)
            continue;
        ++sockets;
        received += memory[SK_MEMINFO_RMEM_ALLOC];
        drops += memory[SK_MEMINFO_DROPS];
    }
    look.fill.bytes.reset(); // what the kernel tells is memory
    look.facts = {{"protocol", static_cast<std::int64_t>(m_protocol)},
                  {"sockets", sockets},
                  {"rcv_q", received},
                  {"drops", drops}};
    return look;
}

Contents RawEndpoint::peek(std::span<const TableHolder> holders, Way /*way*/, std::uint64_t offset,
                           std::size_t size)
{
    if (holders.empty())
        return Contents::unavailable("no-holder");
    Contents contents;
    constexpr std::size_t largest = 65536;
    std::vector<std::byte> bytes(largest);
    for (const TableHolder& holder : holders) {
        const Fd fd = copyOf(holder);
        if (!fd)
            continue;
        contents.available = true;
        const ssize_t got = ::recv(fd.get(), bytes.data(), bytes.size(), MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
        if (got <= 0)
            continue;
        contents.total = static_cast<std::uint64_t>(got);
        const std::uint64_t end = std::min<std::uint64_t>({contents.total, bytes.size(), offset + size});
        if (offset < end)
            contents.bytes.assign(bytes.begin() + static_cast<std::ptrdiff_t>(offset),
                                  bytes.begin() + static_cast<std::ptrdiff_t>(end));
        return contents;
    }
    return contents.available ? contents : Contents::unavailable("refused");
}

MadeCall RawEndpoint::write(std::span<const TableHolder> /*holders*/, const WriteRequest& request)
{
    MadeCall made{Call::Sendto, 0, "peer=" + encodeWord(m_address), {}};
    try {
        const Fd fd = make();
        const ssize_t sent = ::sendto(fd.get(), request.bytes.data(), request.bytes.size(), MSG_DONTWAIT,
                                      m_to.get(), m_to.size);
        made.result = sent >= 0 ? sent : -errno;
    } catch (const EndpointError& error) {
        made.result = -error.error();
        made.limit = error.limit();
    }
    return made;
}

} // namespace byteyard::ipc
