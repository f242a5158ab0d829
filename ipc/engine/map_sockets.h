#pragma once

#include "ipc/endpoint/look.h"
#include "ipc/host/socket_table.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace byteyard::ipc::engine {

/// What a socket is an end of.
struct SocketPlace
{
    std::string_view kind; ///< empty: nobody tells what it is
    std::string name;
    std::string state;
    std::uint64_t inode = 0; ///< of the object: both ends of a connection give the same
    std::string_view side;
    std::optional<std::uint64_t> unread;
    Facts facts;
    std::uint64_t listener = 0; ///< inode of the one that a connection came to; 0: none is known
    std::uint64_t sendsTo = 0;  ///< inode of the socket that its datagrams go to; 0: none that is known
};

/// The sockets of this network namespace, as sock_diag(7) and /proc/net/unix tell, and what belongs together.
class SocketPlaces
{
public:
    /// Asks the kernel.
    void refresh();
    /// `protocol` is how the kernel names it (xattr system.sockprotoname): "UNIX-STREAM", "TCP"…
    SocketPlace place(std::uint64_t inode, std::string_view protocol) const;
    const std::set<std::string_view>& missing() const noexcept { return m_table.missing(); }

private:
    struct UnixName
    {
        int type = 0;
        std::string path; ///< "@name" for an abstract one
    };

    void readUnixNames();
    const std::string& nameOf(std::uint64_t inode) const;
    void placeUnix(const host::SocketState& state, SocketPlace& place) const;
    void placeTcp(const host::SocketState& state, SocketPlace& place) const;
    void placeUdp(const host::SocketState& state, SocketPlace& place) const;

    host::SocketTable m_table;
    std::map<std::uint64_t, UnixName> m_names;
    std::map<std::string, std::uint64_t> m_ends;          ///< of TCP: "LOCAL-REMOTE" -> inode
    std::map<std::uint16_t, std::uint64_t> m_listening;   ///< TCP ports -> inode
    std::map<std::string, std::uint64_t> m_unixListening; ///< names -> inode
};

/// "127.0.0.1:80" or "[::1]:80".
std::string addressText(const host::InetAddress& address, int family);

} // namespace byteyard::ipc::engine
