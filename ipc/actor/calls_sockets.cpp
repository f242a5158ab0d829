#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"
#include "ipc/actor/socket_address.h"

#include <array>
#include <cerrno>

namespace byteyard::ipc::actor {

namespace {

int callSocket(lua_State* lua)
{
    return pushNumber(lua, ::socket(checkInt(lua, 1), checkInt(lua, 2), optInt(lua, 3, 0)));
}

int callSocketpair(lua_State* lua)
{
    std::array<int, 2> ends{};
    if (::socketpair(checkInt(lua, 1), checkInt(lua, 2), optInt(lua, 3, 0), ends.data()) != 0)
        return pushError(lua, errno);
    lua_pushinteger(lua, ends[0]);
    lua_pushinteger(lua, ends[1]);
    return 2;
}

int callBind(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const SocketAddress address = checkAddress(lua, 2);
    return pushDone(lua, ::bind(fd, address.get(), address.size));
}

int callListen(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    return pushDone(lua, ::listen(fd, optInt(lua, 2, 128)));
}

/// accept(fd [, flags]): the connection's descriptor, and its peer's address. With flags it is accept4(2).
int callAccept(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    SocketAddress peer;
    const int connection = lua_isnoneornil(lua, 2) ? ::accept(fd, peer.get(), &peer.size)
                                                   : ::accept4(fd, peer.get(), &peer.size, checkInt(lua, 2));
    if (connection < 0)
        return pushError(lua, errno);
    lua_pushinteger(lua, connection);
    pushAddress(lua, peer);
    return 2;
}

int callConnect(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const SocketAddress address = checkAddress(lua, 2);
    return pushDone(lua, ::connect(fd, address.get(), address.size));
}

int callShutdown(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    return pushDone(lua, ::shutdown(fd, checkInt(lua, 2)));
}

int callGetsockname(lua_State* lua)
{
    SocketAddress address;
    if (::getsockname(checkFd(lua, 1), address.get(), &address.size) != 0)
        return pushError(lua, errno);
    pushAddress(lua, address);
    return 1;
}

int callGetpeername(lua_State* lua)
{
    SocketAddress address;
    if (::getpeername(checkFd(lua, 1), address.get(), &address.size) != 0)
        return pushError(lua, errno);
    pushAddress(lua, address);
    return 1;
}

constexpr std::array<luaL_Reg, 10> socketsCalls{{{"socket", callSocket},
                                                 {"socketpair", callSocketpair},
                                                 {"bind", callBind},
                                                 {"listen", callListen},
                                                 {"accept", callAccept},
                                                 {"connect", callConnect},
                                                 {"shutdown", callShutdown},
                                                 {"getsockname", callGetsockname},
                                                 {"getpeername", callGetpeername},
                                                 {nullptr, nullptr}}};

} // namespace

void addSocketCalls(lua_State* lua)
{
    addCalls(lua, socketsCalls.data());
}

} // namespace byteyard::ipc::actor
