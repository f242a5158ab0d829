#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"
#include "ipc/actor/socket_address.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <sys/uio.h>
#include <vector>

namespace byteyard::ipc::actor {

namespace {

constexpr long long maxRights = 253; ///< SCM_MAX_FD

int callSend(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const std::string_view bytes = checkBytes(lua, 2);
    return pushNumber(lua, ::send(fd, bytes.data(), bytes.size(), optInt(lua, 3, 0)));
}

int callRecv(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const std::size_t size = checkSize(lua, 2);
    const int flags = optInt(lua, 3, 0);
    luaL_Buffer buffer;
    char* bytes = prepareBuffer(lua, buffer, size);
    const ssize_t got = ::recv(fd, bytes, size, flags);
    if (got < 0)
        return pushError(lua, errno);
    luaL_pushresultsize(&buffer,
                        std::min(static_cast<std::size_t>(got), size)); // MSG_TRUNC tells the true size
    return 1;
}

/// sendto(fd, bytes, address [, flags])
int callSendto(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const std::string_view bytes = checkBytes(lua, 2);
    const SocketAddress address = checkAddress(lua, 3);
    const int flags = optInt(lua, 4, 0);
    return pushNumber(lua, ::sendto(fd, bytes.data(), bytes.size(), flags, address.get(), address.size));
}

/// recvfrom(fd, size [, flags]): bytes, address.
int callRecvfrom(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const std::size_t size = checkSize(lua, 2);
    const int flags = optInt(lua, 3, 0);
    SocketAddress from;
    luaL_Buffer buffer;
    char* bytes = prepareBuffer(lua, buffer, size);
    const ssize_t got = ::recvfrom(fd, bytes, size, flags, from.get(), &from.size);
    if (got < 0)
        return pushError(lua, errno);
    luaL_pushresultsize(&buffer, std::min(static_cast<std::size_t>(got), size));
    pushAddress(lua, from);
    return 2;
}

std::vector<int> checkRights(lua_State* lua, int argument)
{
    std::vector<int> rights;
    if (lua_isnoneornil(lua, argument))
        return rights;
    luaL_checktype(lua, argument, LUA_TTABLE);
    const lua_Unsigned count = lua_rawlen(lua, argument);
    if (count > static_cast<lua_Unsigned>(maxRights))
        luaL_argerror(lua, argument, "has more than 253 descriptors");
    for (lua_Unsigned i = 1; i <= count; ++i) {
        lua_rawgeti(lua, argument, static_cast<lua_Integer>(i));
        rights.push_back(checkFd(lua, lua_gettop(lua)));
        lua_pop(lua, 1);
    }
    return rights;
}

/// sendmsg(fd, bytes [, {descriptor…} [, flags [, address]]]): the descriptors go as SCM_RIGHTS.
int callSendmsg(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const std::string_view bytes = checkBytes(lua, 2);
    const std::vector<int> rights = checkRights(lua, 3);
    const int flags = optInt(lua, 4, 0);
    SocketAddress to;
    msghdr message{};
    if (!lua_isnoneornil(lua, 5)) {
        to = checkAddress(lua, 5);
        message.msg_name = to.get();
        message.msg_namelen = to.size;
    }
    iovec part{const_cast<char*>(bytes.data()), bytes.size()}; // NOLINT: iovec's type
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const std::size_t size = rights.size() * sizeof(int);
    std::vector<char> control(rights.empty() ? 0 : CMSG_SPACE(size));
    if (!rights.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(size);
        std::memcpy(CMSG_DATA(header), rights.data(), size);
    }
    return pushNumber(lua, ::sendmsg(fd, &message, flags));
}

/// recvmsg(fd, size [, descriptors [, flags]]): bytes, {descriptor…}, address, flags of the message.
int callRecvmsg(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const std::size_t size = checkSize(lua, 2);
    const auto room =
        static_cast<std::size_t>(lua_isnoneornil(lua, 3) ? 0 : checkRange(lua, 3, 0, maxRights));
    const int flags = optInt(lua, 4, 0);
    SocketAddress from;
    std::vector<char> control(room == 0 ? 0 : CMSG_SPACE(room * sizeof(int)));
    luaL_Buffer buffer;
    char* bytes = prepareBuffer(lua, buffer, size);
    iovec part{bytes, size};
    msghdr message{};
    message.msg_name = from.get();
    message.msg_namelen = from.size;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.empty() ? nullptr : control.data();
    message.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(fd, &message, flags);
    if (got < 0)
        return pushError(lua, errno);
    luaL_pushresultsize(&buffer, std::min(static_cast<std::size_t>(got), size));
    lua_newtable(lua);
    lua_Integer count = 0;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        for (std::size_t at = 0; at + sizeof(int) <= header->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
            int descriptor = -1;
            std::memcpy(&descriptor, CMSG_DATA(header) + at, sizeof descriptor);
            lua_pushinteger(lua, descriptor);
            lua_rawseti(lua, -2, ++count);
        }
    }
    from.size = message.msg_namelen;
    pushAddress(lua, from);
    lua_pushinteger(lua, message.msg_flags);
    return 4;
}

constexpr std::array<luaL_Reg, 7> socketMessagesCalls{{{"send", callSend},
                                                       {"recv", callRecv},
                                                       {"sendto", callSendto},
                                                       {"recvfrom", callRecvfrom},
                                                       {"sendmsg", callSendmsg},
                                                       {"recvmsg", callRecvmsg},
                                                       {nullptr, nullptr}}};

} // namespace

void addSocketMessageCalls(lua_State* lua)
{
    addCalls(lua, socketMessagesCalls.data());
}

} // namespace byteyard::ipc::actor
