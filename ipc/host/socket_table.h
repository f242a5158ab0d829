#pragma once

#include "ipc/process/fd.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace byteyard::ipc::host {

/// An Internet address as the kernel tells it.
struct InetAddress
{
    std::array<std::uint32_t, 4> words{}; ///< network order; IPv4 in the first, mapped or not
    std::uint16_t port = 0;
    bool operator==(const InetAddress&) const = default;

    /// "127.0.0.1:80" or "[::1]:80"; port 0 when it is neither.
    static InetAddress fromText(std::string_view text);
};

/// What sock_diag(7) says of a socket.
struct SocketState
{
    std::uint64_t inode = 0; ///< 0: TCP: no process holds it, in TIME_WAIT or not accepted yet
    int family = 0;
    int protocol = 0;               ///< IPPROTO_TCP, IPPROTO_UDP; 0 of UNIX
    int state = 0;                  ///< TCP_ESTABLISHED… (also of UNIX sockets)
    std::uint32_t receiveQueue = 0; ///< bytes; of a listener how many wait; of UDP memory
    std::uint32_t sendQueue = 0;    ///< bytes (UNIX: memory); of a listener its backlog
    std::uint64_t peerInode = 0;    ///< UNIX: 0 when it has none
    bool hasName = false;           ///< UNIX
    InetAddress local;
    InetAddress remote;
    std::uint32_t rttUs = 0;
    std::uint32_t retransmits = 0; ///< in all
    std::uint32_t drops = 0;
};

/// "ESTABLISHED", "LISTEN", "TIME_WAIT"…
std::string stateName(int state);

/// All sockets of some families, asked in one dump each rather than one question a socket (sock_diag(7)).
class SocketTable
{
public:
    struct Wanted
    {
        bool unix = false;
        bool tcp = false;
        bool udp = false;
    };

    /// Asks again, unless that would take more than an eightieth of the time.
    void refresh(Wanted wanted);

    /// By their inodes.
    const std::unordered_map<std::uint64_t, SocketState>& all() const noexcept { return m_sockets; }
    /// Null when it is not there.
    const SocketState* find(std::uint64_t inode) const;
    /// A connection by its ends, whichever is whose: what remains of one that is closed.
    const SocketState* findTimeWait(const InetAddress& one, const InetAddress& other) const;
    /// TCP: the other end of `connected` while it waits at its listener: nobody has accepted it, so it has no
    /// inode. (The kernel does not list such a UNIX socket.)
    const SocketState* findUnaccepted(const SocketState& connected) const;
    /// How often the kernel has been asked.
    std::uint64_t round() const noexcept { return m_round; }
    /// What this kernel does not have, or may not load, of what was asked: "sock_diag", "unix_diag",
    /// "tcp_diag", "udp_diag".
    const std::set<std::string_view>& missing() const noexcept { return m_missing; }

private:
    using Clock = std::chrono::steady_clock;

    void dumpUnix();
    void dumpInet(int family, int protocol);
    bool ask(const void* request, std::size_t size);
    /// 0, or the errno that the kernel answers with.
    template <typename Take>
    int receive(Take take);

    Fd m_netlink;
    Clock::time_point m_next{};
    std::uint64_t m_round = 0;
    std::unordered_map<std::uint64_t, SocketState> m_sockets;
    std::vector<SocketState> m_unheld; ///< those without an inode
    std::set<std::string_view> m_missing;
};

} // namespace byteyard::ipc::host
