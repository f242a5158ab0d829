#include "ipc/endpoint/connection.h"

#include "ipc/endpoint/held.h"
#include "ipc/host/process_scan.h"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace byteyard::ipc {

namespace {

std::int64_t numberOrZero(std::uint32_t number)
{
    return static_cast<std::int64_t>(number);
}

} // namespace

Connection::Ends Connection::Ends::fromText(std::string_view text)
{
    const std::size_t middle = text.find('-');
    if (middle == std::string_view::npos)
        return {};
    return {host::InetAddress::fromText(text.substr(0, middle)),
            host::InetAddress::fromText(text.substr(middle + 1))};
}

Connection::Connection(std::string kind, ObjectId id, const Ends& ends)
    : m_kind(std::move(kind)), m_a(id), m_ends(ends)
{
    m_id = id;
}

std::vector<ObjectId> Connection::objects() const
{
    std::vector<ObjectId> all;
    for (const ObjectId id : {m_a, m_b})
        if (id.inode != 0)
            all.push_back(id);
    return all;
}

/// Which sockets it has, and which of them was accepted: that one has its listener's name, or address.
void Connection::learn(const LookContext& context)
{
    if (m_a.inode != 0 && m_b.inode != 0)
        return;
    const std::uint64_t known = m_id.inode;
    const host::SocketState* own = context.sockets ? context.sockets->find(known) : nullptr;
    std::uint64_t other = own && m_kind != "tcp" ? own->peerInode : 0;
    for (const TableHolder& holder : context.holders) {
        if (other != 0)
            break;
        const std::uint64_t inode = host::anonymousInode("/proc", holder.pid, holder.fd);
        if (inode != 0 && inode != known)
            other = inode;
    }
    if (!own)
        return;
    const bool ownAccepted = m_kind == "tcp" ? own->local == m_ends.server : own->hasName;
    const ObjectId otherId = other != 0 ? ObjectId{m_id.device, other} : ObjectId(); // far away
    m_a = ownAccepted ? otherId : m_id;
    m_b = ownAccepted ? m_id : otherId;
}

void Connection::askPeer(std::span<const TableHolder> holders)
{
    // The end that connected tells of the listener; once the accepted one is known, that tells of who
    // connected.
    const std::uint64_t asked = m_b.inode != 0 ? m_b.inode : m_id.inode;
    if (m_peerAskedOf == asked || m_kind == "tcp")
        return;
    const Fd fd = borrowHeld(holders, asked);
    ucred who{};
    socklen_t size = sizeof who;
    if (!fd || ::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
        return;
    m_peerAskedOf = asked;
    m_peerPid = who.pid;
    m_peerUid = who.uid;
}

/// The bytes that wait at `receiver`. When that is far away, those under way to it; but of a UNIX socket that
/// nobody has accepted the kernel tells nothing, and what its sender has queued is told as memory (unix(7)).
std::optional<std::uint64_t> Connection::waiting(const host::SocketState* receiver, ObjectId id,
                                                 const host::SocketState* sender) const
{
    if (receiver)
        return receiver->receiveQueue;
    if (m_kind == "tcp")
        return sender ? sender->sendQueue : 0;
    return id.inode != 0 ? std::optional<std::uint64_t>(0) : std::nullopt; // closed, or not accepted yet
}

/// `b`, who is to accept, has an inode as soon as it is.
bool Connection::isAccepted(const host::SocketState* b) const
{
    return m_kind == "tcp" ? !b || b->inode != 0 : m_b.inode != 0;
}

Facts Connection::factsOf(const host::SocketState* a, const host::SocketState* b) const
{
    const host::SocketState* any = a ? a : b;
    Facts facts{{"state", host::stateName(any->state)}};
    const auto both = [&](std::uint32_t host::SocketState::*member) {
        return std::vector<std::int64_t>{a ? numberOrZero(a->*member) : 0, b ? numberOrZero(b->*member) : 0};
    };
    facts.emplace_back("rcv_q", both(&host::SocketState::receiveQueue));
    facts.emplace_back("snd_q", both(&host::SocketState::sendQueue));
    if (m_kind == "tcp") {
        facts.emplace_back("rtt_us", both(&host::SocketState::rttUs));
        facts.emplace_back("retransmits", both(&host::SocketState::retransmits));
    } else if (m_peerAskedOf != 0 && m_b.inode != 0) { // until then it would be who made the listener
        facts.emplace_back("peer_pid", static_cast<std::int64_t>(m_peerPid));
        facts.emplace_back("peer_uid", static_cast<std::int64_t>(m_peerUid));
    }
    return facts;
}

/// Nobody holds it any more.
std::optional<Look> Connection::lookAtRemains(const LookContext& context)
{
    Look look;
    if (const host::SocketState* rest = context.sockets->findTimeWait(m_ends.server, m_ends.client)) {
        look.facts = {{"state", host::stateName(rest->state)}};
        return look;
    }
    // What was made after the table was read is not in it: two rounds must miss it.
    if (m_missedIn == 0)
        m_missedIn = context.sockets->round();
    look.isOver = context.sockets->round() != m_missedIn;
    return look.isOver ? std::optional(look) : std::nullopt;
}

std::optional<Look> Connection::look(const LookContext& context)
{
    if (!context.sockets)
        return std::nullopt;
    learn(context);
    const host::SocketState* a = m_a.inode != 0 ? context.sockets->find(m_a.inode) : nullptr;
    const host::SocketState* b = m_b.inode != 0 ? context.sockets->find(m_b.inode) : nullptr;
    if (a && !b && m_kind == "tcp")
        b = context.sockets->findUnaccepted(*a);
    if (!a && !b)
        return context.holders.empty() && m_kind == "tcp" ? lookAtRemains(context) : std::nullopt;
    askPeer(context.holders);
    Look look;
    look.fill.bytes = waiting(b, m_b, a);
    look.fill.bytes2 = waiting(a, m_a, b);
    look.facts = factsOf(a, b);
    if (!isAccepted(b))
        look.facts.emplace_back("accepted", 0);
    std::int64_t inFlight = 0;
    for (const TableHolder& holder : context.holders)
        if (m_kind != "tcp")
            inFlight += host::descriptorNumber("/proc", holder.pid, holder.fd, "scm_fds", 10).value_or(0);
    if (m_kind != "tcp")
        look.facts.emplace_back("fds_in_flight", inFlight);
    return look;
}

Contents Connection::peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                          std::size_t size)
{
    if (holders.empty())
        return Contents::unavailable("no-holder");
    const ObjectId at = way == Way::AToB ? m_b : m_a;
    const Fd reader = borrowHeld(holders, at.inode);
    if (!reader)
        return Contents::unavailable(at.inode == 0 && m_kind != "tcp" ? "not-accepted" : "no-reader");
    int waiting = 0;
    Contents contents;
    contents.available = true;
    if (::ioctl(reader.get(), FIONREAD, &waiting) == 0 && waiting > 0)
        contents.total = static_cast<std::uint64_t>(waiting);
    if (offset >= contents.total)
        return contents;
    std::vector<std::byte> all(std::min<std::uint64_t>(contents.total, offset + size));
    const ssize_t got = ::recv(reader.get(), all.data(), all.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got > 0 && static_cast<std::uint64_t>(got) > offset)
        contents.bytes.assign(all.begin() + static_cast<std::ptrdiff_t>(offset), all.begin() + got);
    return contents;
}

MadeCall Connection::write(std::span<const TableHolder> holders, const WriteRequest& request)
{
    const Fd writer = borrowHeld(holders, request.way == Way::AToB ? m_a.inode : m_b.inode);
    if (!writer)
        return {Call::Sendto, -ENXIO, {}, {}};
    const ssize_t sent =
        ::send(writer.get(), request.bytes.data(), request.bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return {Call::Sendto, sent >= 0 ? sent : -errno, {}, {}};
}

} // namespace byteyard::ipc
