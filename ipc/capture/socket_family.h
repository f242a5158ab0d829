#pragma once

#include <string>
#include <string_view>

namespace byteyard::ipc {

/// The kind of the endpoint that a socket of any other family than AF_UNIX, AF_INET and AF_INET6 is.
inline constexpr std::string_view otherSocketKind = "socket";

/// Whether sockets of a family are followed to who is at the other end (socket(2)). One of another family is
/// an endpoint by itself.
bool hasFollowedPeers(int family);
/// "AF_NETLINK"; a hexadecimal number where the name is not known.
std::string familyName(int family);
/// The third argument of socket(2): "NETLINK_ROUTE" (netlink(7)), else a number.
std::string protocolName(int family, int protocol);
/// What to call a socket of another family: "netlink route", "packet", "vsock"; "" of an unknown one
/// (AF_UNSPEC).
std::string otherSocketName(int family, int protocol);

} // namespace byteyard::ipc
