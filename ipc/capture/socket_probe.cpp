#include "ipc/capture/socket_probe.h"

#include "ipc/capture/socket_address.h"
#include "ipc/process/fd.h"

#include <array>
#include <cstring>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <memory>
#include <netinet/in.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace byteyard::ipc {

SocketFacts socketFacts(int fd)
{
    SocketFacts facts;
    socklen_t size = sizeof facts.domain;
    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &facts.domain, &size);
    size = sizeof facts.type;
    getsockopt(fd, SOL_SOCKET, SO_TYPE, &facts.type, &size);
    size = sizeof facts.protocol;
    getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &facts.protocol, &size);
    int listens = 0;
    size = sizeof listens;
    facts.isListening = getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
    sockaddr_storage address{};
    size = sizeof address;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0)
        facts.local = addressText(address, size);
    size = sizeof address;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
        facts.hasPeer = true;
        facts.peer = addressText(address, size);
    }
    return facts;
}

std::optional<SocketFacts> socketFacts(pid_t pid, int fd, const ObjectKey& socket)
{
    const Fd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (!process)
        return std::nullopt;
    const Fd copy(static_cast<int>(syscall(SYS_pidfd_getfd, process.get(), fd, 0)));
    struct stat status
    {
    };
    if (!copy || fstat(copy.get(), &status) != 0 ||
        ObjectKey(ObjectId{status.st_dev, status.st_ino}) != socket)
        return std::nullopt;
    return socketFacts(copy.get());
}

bool OwnAddresses::contain(const std::string& address)
{
    for (const std::string_view head : {"127.", "[::1]", "0.0.0.0:", "[::]"})
        if (address.starts_with(head))
            return true;
    const auto now = std::chrono::steady_clock::now();
    ifaddrs* all = nullptr;
    if (now >= m_until && getifaddrs(&all) == 0) {
        m_until = now + std::chrono::seconds(1);
        m_known.clear();
        const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(all, &freeifaddrs);
        for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
            const int family = each->ifa_addr != nullptr ? each->ifa_addr->sa_family : AF_UNSPEC;
            if (family != AF_INET && family != AF_INET6)
                continue;
            const std::size_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
            sockaddr_storage storage{};
            std::memcpy(&storage, each->ifa_addr, size);
            const std::string text = addressText(storage, size);
            m_known.insert(text.substr(0, text.rfind(':')));
        }
    }
    return m_known.contains(address.substr(0, address.rfind(':')));
}

std::uint64_t unixPeerInode(std::uint64_t inode)
{
    const Fd link(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    struct
    {
        nlmsghdr header;
        unix_diag_req request;
    } question{};
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.request.sdiag_family = AF_UNIX;
    question.request.udiag_states = ~0U;
    question.request.udiag_ino = static_cast<std::uint32_t>(inode);
    question.request.udiag_show = UDIAG_SHOW_PEER;
    question.request.udiag_cookie[0] = question.request.udiag_cookie[1] = ~0U; // any
    alignas(nlmsghdr) std::array<std::byte, 4096> answer{};
    if (!link || send(link.get(), &question, sizeof question, 0) < 0)
        return 0;
    const ssize_t got = recv(link.get(), answer.data(), answer.size(), 0);
    nlmsghdr header;
    constexpr std::size_t head = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(unix_diag_msg));
    if (got < static_cast<ssize_t>(head))
        return 0;
    std::memcpy(&header, answer.data(), sizeof header);
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return 0;
    for (std::size_t at = head; at + sizeof(rtattr) <= static_cast<std::size_t>(got);) {
        rtattr attribute;
        std::memcpy(&attribute, answer.data() + at, sizeof attribute);
        std::uint32_t peer = 0;
        if (attribute.rta_len < sizeof attribute || at + attribute.rta_len > static_cast<std::size_t>(got))
            return 0;
        if (attribute.rta_type == UNIX_DIAG_PEER && attribute.rta_len >= RTA_LENGTH(sizeof peer)) {
            std::memcpy(&peer, answer.data() + at + RTA_LENGTH(0), sizeof peer);
            return peer;
        }
        at += RTA_ALIGN(attribute.rta_len);
    }
    return 0;
}

} // namespace byteyard::ipc
