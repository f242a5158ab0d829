#include "ipc/capture/socket_address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstddef>
#include <cstring>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <linux/vm_sockets.h> // needs sys/socket.h before it

namespace byteyard::ipc {

std::string addressText(const sockaddr_storage& address, std::size_t size)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.ss_family == AF_INET && size >= sizeof(sockaddr_in)) {
        sockaddr_in four;
        std::memcpy(&four, &address, sizeof four);
        inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
        return std::string(text.data()) + ":" + std::to_string(ntohs(four.sin_port));
    }
    if (address.ss_family == AF_INET6 && size >= offsetof(sockaddr_in6, sin6_scope_id)) {
        sockaddr_in6 six;
        std::memcpy(&six, &address, sizeof six);
        const std::string port = ":" + std::to_string(ntohs(six.sin6_port));
        if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
            inet_ntop(AF_INET, &six.sin6_addr.s6_addr[12], text.data(), text.size());
            return text.data() + port;
        }
        inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
        return "[" + std::string(text.data()) + "]" + port;
    }
    if (address.ss_family == AF_NETLINK && size >= sizeof(sockaddr_nl)) {
        sockaddr_nl link;
        std::memcpy(&link, &address, sizeof link);
        return "netlink:" + std::to_string(link.nl_pid) +
               (link.nl_groups != 0 ? "/" + std::to_string(link.nl_groups) : std::string());
    }
    if (address.ss_family == AF_VSOCK && size >= sizeof(sockaddr_vm)) {
        sockaddr_vm machine;
        std::memcpy(&machine, &address, sizeof machine);
        return "vsock:" + std::to_string(machine.svm_cid) + ":" + std::to_string(machine.svm_port);
    }
    if (address.ss_family == AF_PACKET && size >= offsetof(sockaddr_ll, sll_addr)) {
        sockaddr_ll device;
        std::memcpy(&device, &address, offsetof(sockaddr_ll, sll_addr));
        return "packet:" + std::to_string(device.sll_ifindex);
    }
    constexpr std::size_t head = offsetof(sockaddr_un, sun_path);
    if (address.ss_family == AF_UNIX && size > head) {
        sockaddr_un name;
        std::memcpy(&name, &address, sizeof name);
        const std::size_t length = std::min(size - head, sizeof name.sun_path);
        if (name.sun_path[0] == 0)
            return "@" + std::string(name.sun_path + 1, length - 1); // may hold zeros (unix(7))
        return {name.sun_path, strnlen(name.sun_path, length)};
    }
    return {};
}

std::string addressText(const TraceeMemory& memory, std::uint64_t address, std::uint64_t size)
{
    sockaddr_storage storage{};
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(size, sizeof storage));
    if (address == 0 ||
        memory.read(address, std::as_writable_bytes(std::span(&storage, 1)).first(part)) != part)
        return {};
    return addressText(storage, part);
}

} // namespace byteyard::ipc
