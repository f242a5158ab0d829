#include "ipc/engine/map_sockets.h"

#include "ipc/capture/socket_family.h"
#include "ipc/capture/traced.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <fstream>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sstream>
#include <sys/socket.h>

namespace byteyard::ipc::engine {

namespace {

/// Of one that sock_diag does not know: of another network namespace, or of a protocol that it does not list.
std::string_view kindOfProtocol(std::string_view protocol)
{
    if (protocol.starts_with("UNIX"))
        return protocol == "UNIX" || protocol == "UNIX-STREAM" ? "unix-stream" : "unix-datagram";
    if (protocol.starts_with("TCP") || protocol == "MPTCP" || protocol == "MPTCPv6")
        return "tcp";
    if (protocol.starts_with("UDP"))
        return "udp";
    if (protocol.starts_with("RAW") || protocol.starts_with("PING"))
        return "raw";
    return protocol.empty() ? "" : otherSocketKind;
}

std::string lowered(std::string_view name)
{
    std::string text(name);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

bool isAny(const host::InetAddress& address)
{
    return address.words == std::array<std::uint32_t, 4>{};
}

Facts listenerFacts(const host::SocketState& state)
{
    return {{"waiting", static_cast<std::int64_t>(state.receiveQueue)},
            {"backlog", static_cast<std::int64_t>(state.sendQueue)}};
}

} // namespace

std::string addressText(const host::InetAddress& address, int family)
{
    // What began with ::ffff: stands in the first word alone (SocketTable).
    const bool isFour = family == AF_INET || (address.words[0] != 0 && address.words[1] == 0 &&
                                              address.words[2] == 0 && address.words[3] == 0);
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(isFour ? AF_INET : AF_INET6, address.words.data(), text.data(), text.size());
    const std::string host = isFour ? text.data() : "[" + std::string(text.data()) + "]";
    return host + ":" + std::to_string(address.port);
}

void SocketPlaces::refresh()
{
    m_table.refresh({true, true, true});
    readUnixNames();
    for (const auto& [inode, state] : m_table.all()) {
        if (state.family == AF_UNIX && state.state == TCP_LISTEN)
            m_unixListening.emplace(nameOf(inode), inode);
        if (state.protocol != IPPROTO_TCP)
            continue;
        if (state.state == TCP_LISTEN)
            m_listening.emplace(state.local.port, inode);
        else
            m_ends.emplace(addressText(state.local, state.family) + '-' +
                               addressText(state.remote, state.family),
                           inode);
    }
}

/// Num RefCount Protocol Flags Type St Inode Path
void SocketPlaces::readUnixNames()
{
    std::ifstream file("/proc/net/unix");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string word;
        std::string type;
        std::uint64_t inode = 0;
        words >> word >> word >> word >> word >> type >> word >> inode;
        if (!words)
            continue;
        UnixName& name = m_names[inode];
        constexpr int hexadecimal = 16;
        name.type = static_cast<int>(std::strtol(type.c_str(), nullptr, hexadecimal));
        if (words.get() == ' ')
            std::getline(words, name.path);
    }
}

const std::string& SocketPlaces::nameOf(std::uint64_t inode) const
{
    static const std::string none;
    const auto found = m_names.find(inode);
    return found == m_names.end() ? none : found->second.path;
}

SocketPlace SocketPlaces::place(std::uint64_t inode, std::string_view protocol) const
{
    SocketPlace place;
    place.inode = inode;
    const host::SocketState* state = m_table.find(inode);
    if (state == nullptr) {
        place.kind = kindOfProtocol(protocol);
        if (place.kind == otherSocketKind)
            place.name = lowered(protocol);
        else if (!place.kind.empty() && place.kind != "raw")
            place.state = "unknown";
        return place;
    }
    place.state = host::stateName(state->state);
    if (state->family == AF_UNIX)
        placeUnix(*state, place);
    else if (state->protocol == IPPROTO_TCP)
        placeTcp(*state, place);
    else
        placeUdp(*state, place);
    return place;
}

void SocketPlaces::placeUnix(const host::SocketState& state, SocketPlace& place) const
{
    const auto known = m_names.find(state.inode);
    const int type = known == m_names.end() ? SOCK_STREAM : known->second.type;
    place.kind = socketKind(AF_UNIX, type);
    place.name = nameOf(state.inode);
    if (state.state == TCP_LISTEN) {
        place.side = "listen";
        place.facts = listenerFacts(state);
        return;
    }
    const std::string& other = nameOf(state.peerInode);
    const host::SocketState* peer = m_table.find(state.peerInode);
    const bool isMutual = peer != nullptr && peer->peerInode == state.inode;
    if (type == SOCK_DGRAM && !(isMutual && place.name.empty() && other.empty())) {
        place.state.clear();
        place.sendsTo = state.peerInode;
        place.side = "receive";
        return;
    }
    if (state.peerInode == 0)
        return;
    place.inode = std::min(state.inode, state.peerInode);
    place.unread = state.receiveQueue;
    if (type == SOCK_DGRAM)
        place.unread.reset(); // what its first datagram has
    if (place.name.empty() == other.empty()) {
        if (place.name.empty())
            place.kind = "socketpair";
        place.side = place.inode == state.inode ? "a" : "b";
        return;
    }
    // Who has accepted bears the listener's name (unix(7)).
    place.side = place.name.empty() ? "connect" : "accept";
    if (place.name.empty())
        place.name = other;
    if (const auto listener = m_unixListening.find(place.name); listener != m_unixListening.end())
        place.listener = listener->second;
}

void SocketPlaces::placeTcp(const host::SocketState& state, SocketPlace& place) const
{
    place.kind = "tcp";
    const std::string local = addressText(state.local, state.family);
    if (state.state == TCP_LISTEN) {
        place.side = "listen";
        place.name = local;
        place.facts = listenerFacts(state);
        return;
    }
    if (state.remote.port == 0) { // neither bound nor connected
        place.name = state.local.port == 0 ? std::string() : local;
        return;
    }
    const std::string remote = addressText(state.remote, state.family);
    const bool isServer = m_listening.contains(state.local.port) && !m_listening.contains(state.remote.port);
    place.side = isServer ? "accept" : "connect";
    place.name = isServer ? local + '-' + remote : remote + '-' + local;
    place.unread = state.receiveQueue;
    const auto listener = m_listening.find(isServer ? state.local.port : state.remote.port);
    if (listener != m_listening.end())
        place.listener = listener->second;
    if (const auto other = m_ends.find(remote + '-' + local); other != m_ends.end()) {
        place.inode = std::min(state.inode, other->second);
        // A listener on both ports, or on none that is left: who has the lower port was there first.
        if (m_listening.contains(state.local.port) == m_listening.contains(state.remote.port)) {
            const bool isFirst = state.local.port < state.remote.port;
            place.side = isFirst ? "a" : "b";
            place.name = isFirst ? local + '-' + remote : remote + '-' + local;
        }
    } else {
        place.facts.emplace_back("peer", remote); // on another machine, or closed
    }
}

void SocketPlaces::placeUdp(const host::SocketState& state, SocketPlace& place) const
{
    place.kind = "udp";
    place.side = "receive";
    place.state.clear();
    if (state.local.port != 0)
        place.name = addressText(state.local, state.family);
    if (state.remote.port == 0)
        return;
    place.facts.emplace_back("peer", addressText(state.remote, state.family));
    for (const auto& [inode, other] : m_table.all())
        if (other.protocol == IPPROTO_UDP && inode != state.inode && other.local.port == state.remote.port &&
            (other.local == state.remote || isAny(other.local)) &&
            (other.remote.port == 0 || other.remote == state.local)) {
            place.sendsTo = inode;
            return;
        }
}

} // namespace byteyard::ipc::engine
