#pragma once

#include "ipc/capture/tracee_memory.h"

#include <sys/socket.h>

namespace byteyard::ipc {

/// "127.0.0.1:80", "[::1]:80" (a mapped IPv4 address as IPv4), "/path", "@abstract"; "netlink:PORT", with
/// "/GROUPS" behind it when there are any (netlink(7)); "vsock:CID:PORT" (vsock(7)); "packet:INTERFACE"
/// (packet(7)); "" for any other or none.
std::string addressText(const sockaddr_storage& address, std::size_t size);
/// The same of an address that lies in the memory of a program.
std::string addressText(const TraceeMemory& memory, std::uint64_t address, std::uint64_t size);

} // namespace byteyard::ipc
