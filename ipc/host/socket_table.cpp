#include "ipc/host/socket_table.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <span>
#include <sys/socket.h>

namespace byteyard::ipc::host {

namespace {

constexpr int costDivisor = 80;
constexpr std::size_t bufferBytes = 64u << 10;
constexpr std::array stateNames = {"",           "ESTABLISHED", "SYN_SENT",  "SYN_RECV",
                                   "FIN_WAIT1",  "FIN_WAIT2",   "TIME_WAIT", "CLOSE",
                                   "CLOSE_WAIT", "LAST_ACK",    "LISTEN",    "CLOSING"};

template <typename Request>
struct Message
{
    nlmsghdr header{};
    Request request{};
};

template <typename Request>
Message<Request> dumpMessage()
{
    Message<Request> message;
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    return message;
}

/// Walks over the attributes that follow a message's fixed part.
template <typename Take>
void eachAttribute(std::span<const std::byte> bytes, Take take)
{
    while (bytes.size() >= sizeof(rtattr)) {
        rtattr attribute{};
        std::memcpy(&attribute, bytes.data(), sizeof attribute);
        if (attribute.rta_len < sizeof attribute || attribute.rta_len > bytes.size())
            return;
        take(attribute.rta_type, bytes.subspan(sizeof attribute, attribute.rta_len - sizeof attribute));
        bytes = bytes.subspan(std::min<std::size_t>(RTA_ALIGN(attribute.rta_len), bytes.size()));
    }
}

template <typename Value>
Value valueOf(std::span<const std::byte> bytes)
{
    Value value{};
    std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
    return value;
}

/// ::ffff:a.b.c.d is a.b.c.d: the two sides of a connection may be of different families (ipv6(7)).
void unmap(InetAddress& address)
{
    if (address.words[0] == 0 && address.words[1] == 0 && address.words[2] == htonl(0xffff))
        address.words = {address.words[3], 0, 0, 0};
}

SocketState readUnix(std::span<const std::byte> payload)
{
    const auto fixed = valueOf<unix_diag_msg>(payload);
    SocketState state;
    state.family = AF_UNIX;
    state.inode = fixed.udiag_ino;
    state.state = fixed.udiag_state;
    eachAttribute(
        payload.subspan(NLMSG_ALIGN(sizeof fixed)), [&](int type, std::span<const std::byte> value) {
            if (type == UNIX_DIAG_PEER)
                state.peerInode = valueOf<std::uint32_t>(value);
            else if (type == UNIX_DIAG_NAME)
                state.hasName = true;
            else if (type == UNIX_DIAG_RQLEN) {
                const auto lengths = valueOf<unix_diag_rqlen>(value);
                state.receiveQueue = lengths.udiag_rqueue;
                state.sendQueue = lengths.udiag_wqueue;
            } else if (type == UNIX_DIAG_MEMINFO && value.size() > SK_MEMINFO_DROPS * sizeof(std::uint32_t)) {
                state.drops = valueOf<std::uint32_t>(value.subspan(SK_MEMINFO_DROPS * sizeof(std::uint32_t)));
            }
        });
    return state;
}

SocketState readInet(std::span<const std::byte> payload, int protocol)
{
    const auto fixed = valueOf<inet_diag_msg>(payload);
    SocketState state;
    state.family = fixed.idiag_family;
    state.protocol = protocol;
    state.inode = fixed.idiag_inode;
    state.state = fixed.idiag_state;
    state.receiveQueue = fixed.idiag_rqueue;
    state.sendQueue = fixed.idiag_wqueue;
    std::memcpy(state.local.words.data(), fixed.id.idiag_src, sizeof fixed.id.idiag_src);
    std::memcpy(state.remote.words.data(), fixed.id.idiag_dst, sizeof fixed.id.idiag_dst);
    state.local.port = ntohs(fixed.id.idiag_sport);
    state.remote.port = ntohs(fixed.id.idiag_dport);
    unmap(state.local);
    unmap(state.remote);
    eachAttribute(payload.subspan(NLMSG_ALIGN(sizeof fixed)), [&](int type,
                                                                  std::span<const std::byte> value) {
        if (type == INET_DIAG_INFO) {
            const auto info = valueOf<tcp_info>(value);
            state.rttUs = info.tcpi_rtt;
            state.retransmits = info.tcpi_total_retrans;
        } else if (type == INET_DIAG_SKMEMINFO && value.size() > SK_MEMINFO_DROPS * sizeof(std::uint32_t)) {
            state.drops = valueOf<std::uint32_t>(value.subspan(SK_MEMINFO_DROPS * sizeof(std::uint32_t)));
        }
    });
    return state;
}

} // namespace

InetAddress InetAddress::fromText(std::string_view text)
{
    InetAddress address;
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0)
        return address;
    const bool isSix = text.front() == '[' && text[colon - 1] == ']';
    const std::string host(isSix ? text.substr(1, colon - 2) : text.substr(0, colon));
    const std::string port(text.substr(colon + 1));
    if (::inet_pton(isSix ? AF_INET6 : AF_INET, host.c_str(), address.words.data()) == 1)
        address.port = static_cast<std::uint16_t>(std::strtoul(port.c_str(), nullptr, 10));
    unmap(address);
    return address;
}

std::string stateName(int state)
{
    return state > 0 && static_cast<std::size_t>(state) < stateNames.size()
               ? stateNames[static_cast<std::size_t>(state)]
               : std::to_string(state);
}

bool SocketTable::ask(const void* request, std::size_t size)
{
    if (!m_netlink) {
        constexpr int firstHigh = 256; // in no child's way
        const Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
        m_netlink = Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, firstHigh));
    }
    if (::send(m_netlink.get(), request, size, 0) == static_cast<ssize_t>(size))
        return true;
    m_missing.insert("sock_diag");
    return false;
}

template <typename Take>
int SocketTable::receive(Take take)
{
    alignas(nlmsghdr) std::array<std::byte, bufferBytes> buffer;
    for (;;) {
        const ssize_t size = ::recv(m_netlink.get(), buffer.data(), buffer.size(), 0);
        if (size <= 0)
            return size < 0 ? errno : 0;
        std::span<const std::byte> rest(buffer.data(), static_cast<std::size_t>(size));
        while (rest.size() >= sizeof(nlmsghdr)) {
            const auto header = valueOf<nlmsghdr>(rest);
            if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size())
                return 0;
            // Both begin with 0 or -errno (netlink(7)).
            if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR)
                return header.nlmsg_len < NLMSG_HDRLEN + sizeof(int)
                           ? 0
                           : -valueOf<int>(rest.subspan(NLMSG_HDRLEN));
            take(rest.subspan(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN));
            rest = rest.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), rest.size()));
        }
    }
}

void SocketTable::dumpUnix()
{
    auto message = dumpMessage<unix_diag_req>();
    message.request.sdiag_family = AF_UNIX;
    message.request.udiag_states = UINT32_MAX;
    message.request.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_MEMINFO;
    if (!ask(&message, sizeof message))
        return;
    const int error = receive([&](std::span<const std::byte> payload) {
        if (payload.size() < sizeof(unix_diag_msg))
            return;
        const SocketState state = readUnix(payload);
        m_sockets.insert_or_assign(state.inode, state);
    });
    if (error == ENOENT)
        m_missing.insert("unix_diag");
}

void SocketTable::dumpInet(int family, int protocol)
{
    auto message = dumpMessage<inet_diag_req_v2>();
    message.request.sdiag_family = static_cast<std::uint8_t>(family);
    message.request.sdiag_protocol = static_cast<std::uint8_t>(protocol);
    message.request.idiag_states = UINT32_MAX;
    message.request.idiag_ext = (1U << (INET_DIAG_INFO - 1U)) | (1U << (INET_DIAG_SKMEMINFO - 1U));
    if (!ask(&message, sizeof message))
        return;
    const int error = receive([&](std::span<const std::byte> payload) {
        if (payload.size() < sizeof(inet_diag_msg))
            return;
        const SocketState state = readInet(payload, protocol);
        if (state.inode != 0)
            m_sockets.insert_or_assign(state.inode, state);
        else
            m_unheld.push_back(state);
    });
    if (error == ENOENT)
        m_missing.insert(protocol == IPPROTO_TCP ? "tcp_diag" : "udp_diag");
}

void SocketTable::refresh(Wanted wanted)
{
    const Clock::time_point begin = Clock::now();
    if (begin < m_next || (!wanted.unix && !wanted.tcp && !wanted.udp))
        return;
    ++m_round;
    m_sockets.clear();
    m_unheld.clear();
    if (wanted.unix)
        dumpUnix();
    for (const int family : {AF_INET, AF_INET6}) {
        if (wanted.tcp)
            dumpInet(family, IPPROTO_TCP);
        if (wanted.udp)
            dumpInet(family, IPPROTO_UDP);
    }
    const Clock::time_point end = Clock::now();
    m_next = end + (end - begin) * costDivisor;
}

const SocketState* SocketTable::find(std::uint64_t inode) const
{
    const auto found = m_sockets.find(inode);
    return found == m_sockets.end() ? nullptr : &found->second;
}

const SocketState* SocketTable::findTimeWait(const InetAddress& one, const InetAddress& other) const
{
    const auto found = std::find_if(m_unheld.begin(), m_unheld.end(), [&](const SocketState& each) {
        return (each.local == one && each.remote == other) || (each.local == other && each.remote == one);
    });
    return found == m_unheld.end() ? nullptr : &*found;
}

const SocketState* SocketTable::findUnaccepted(const SocketState& connected) const
{
    const auto found = std::find_if(m_unheld.begin(), m_unheld.end(), [&](const SocketState& each) {
        return each.local == connected.remote && each.remote == connected.local &&
               each.state != TCP_TIME_WAIT;
    });
    return found == m_unheld.end() ? nullptr : &*found;
}

} // namespace byteyard::ipc::host
