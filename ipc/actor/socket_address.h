#pragma once

#include "ipc/actor/lua_headers.h"

#include <sys/socket.h>

namespace byteyard::ipc::actor {

/// A socket's address in the form that calls take.
struct SocketAddress
{
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_storage);
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// {address=, port=}, a path, "@abstract", or a handle that has one of these. Ends the script otherwise.
SocketAddress checkAddress(lua_State* lua, int argument);
/// Pushes {family=, address=, port=}, a path, or "@abstract"; "" for a socket without a name.
void pushAddress(lua_State* lua, const SocketAddress& address);

} // namespace byteyard::ipc::actor
