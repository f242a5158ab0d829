#include "ipc/actor/socket_address.h"

#include "ipc/actor/lua_api.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <climits>
#include <cstddef>
#include <cstring>
#include <netinet/in.h>
#include <sys/un.h>

namespace byteyard::ipc::actor {

namespace {

constexpr std::size_t pathStart = offsetof(sockaddr_un, sun_path);

/// A path of 108 bytes has no room for its NUL, which the kernel does not need.
SocketAddress unixAddress(lua_State* lua, int argument, std::string_view name)
{
    SocketAddress result;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.size() > sizeof address.sun_path)
        luaL_argerror(lua, argument,
                      lua_pushfstring(lua, "a UNIX address has at most 108 bytes, this one %I",
                                      static_cast<LUAI_UACINT>(name.size())));
    std::size_t used = std::min(name.size(), sizeof address.sun_path); // argerror does not return
    std::memcpy(address.sun_path, name.data(), used);
    if (!name.empty() && name.front() == '@')
        address.sun_path[0] = '\0';
    else if (used < sizeof address.sun_path)
        ++used; // the NUL
    std::memcpy(&result.storage, &address, sizeof address);
    result.size = static_cast<socklen_t>(pathStart + used);
    return result;
}

SocketAddress internetAddress(lua_State* lua, int argument)
{
    constexpr long long none = 0;
    const auto port = static_cast<in_port_t>(fieldInteger(lua, argument, "port", 0, USHRT_MAX, &none));
    lua_getfield(lua, argument, "address");
    const char* text = lua_tostring(lua, -1);
    SocketAddress result;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (text && ::inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&result.storage, &v4, sizeof v4);
        result.size = sizeof v4;
    } else if (text && ::inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        std::memcpy(&result.storage, &v6, sizeof v6);
        result.size = sizeof v6;
    } else {
        luaL_argerror(lua, argument, "has no address like \"127.0.0.1\" or \"::1\"");
    }
    lua_pop(lua, 1);
    return result;
}

} // namespace

SocketAddress checkAddress(lua_State* lua, int argument)
{
    if (!lua_istable(lua, argument))
        return unixAddress(lua, argument, checkBytes(lua, argument));
    lua_getfield(lua, argument, "path");
    if (lua_isstring(lua, -1)) {
        const SocketAddress address = unixAddress(lua, argument, checkBytes(lua, -1));
        lua_pop(lua, 1);
        return address;
    }
    lua_pop(lua, 1);
    return internetAddress(lua, argument);
}

void pushAddress(lua_State* lua, const SocketAddress& address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.size >= sizeof(sockaddr_in) && address.storage.ss_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, &address.storage, sizeof v4);
        ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
        lua_newtable(lua);
        setField(lua, "family", AF_INET);
        setField(lua, "address", std::string_view(text.data()));
        setField(lua, "port", ntohs(v4.sin_port));
        return;
    }
    if (address.size >= sizeof(sockaddr_in6) && address.storage.ss_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, &address.storage, sizeof v6);
        ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
        lua_newtable(lua);
        setField(lua, "family", AF_INET6);
        setField(lua, "address", std::string_view(text.data()));
        setField(lua, "port", ntohs(v6.sin6_port));
        return;
    }
    if (address.size <= pathStart || address.storage.ss_family != AF_UNIX) {
        lua_pushliteral(lua, "");
        return;
    }
    const std::size_t size = std::min<std::size_t>(address.size - pathStart, sizeof(sockaddr_un::sun_path));
    std::string name(reinterpret_cast<const char*>(&address.storage) + pathStart, size);
    if (name.front() == '\0')
        name.front() = '@';
    else
        name.resize(::strnlen(name.data(), name.size()));
    lua_pushlstring(lua, name.data(), name.size());
}

} // namespace byteyard::ipc::actor
