#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>

namespace byteyard::ipc::actor {

namespace {

bool isTime(int level, int option)
{
    return level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_SNDTIMEO);
}

/// setsockopt(fd, level, option, value): an integer; seconds for SO_RCVTIMEO and SO_SNDTIMEO; {onoff=,
/// linger=} for SO_LINGER; or the bytes themselves.
int callSetsockopt(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const int level = checkInt(lua, 2);
    const int option = checkInt(lua, 3);
    if (lua_type(lua, 4) == LUA_TSTRING) {
        const std::string_view bytes = checkBytes(lua, 4);
        return pushDone(lua,
                        ::setsockopt(fd, level, option, bytes.data(), static_cast<socklen_t>(bytes.size())));
    }
    if (isTime(level, option)) {
        const timespec duration = checkDuration(lua, 4);
        const timeval time{duration.tv_sec, duration.tv_nsec / 1000};
        return pushDone(lua, ::setsockopt(fd, level, option, &time, sizeof time));
    }
    if (level == SOL_SOCKET && option == SO_LINGER) {
        luaL_checktype(lua, 4, LUA_TTABLE);
        linger value{};
        value.l_onoff = static_cast<int>(fieldInteger(lua, 4, "onoff", INT_MIN, INT_MAX, nullptr));
        value.l_linger = static_cast<int>(fieldInteger(lua, 4, "linger", INT_MIN, INT_MAX, nullptr));
        return pushDone(lua, ::setsockopt(fd, level, option, &value, sizeof value));
    }
    const int value = lua_isboolean(lua, 4) ? lua_toboolean(lua, 4) : checkInt(lua, 4);
    return pushDone(lua, ::setsockopt(fd, level, option, &value, sizeof value));
}

/// getsockopt(fd, level, option): as setsockopt takes it; {pid=, uid=, gid=} for SO_PEERCRED; bytes when it
/// is nothing of these.
int callGetsockopt(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const int level = checkInt(lua, 2);
    const int option = checkInt(lua, 3);
    std::array<char, 1024> bytes{};
    auto size = static_cast<socklen_t>(bytes.size());
    if (::getsockopt(fd, level, option, bytes.data(), &size) != 0)
        return pushError(lua, errno);
    if (isTime(level, option)) {
        timeval time{};
        std::memcpy(&time, bytes.data(), sizeof time);
        lua_pushnumber(lua, static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6);
    } else if (level == SOL_SOCKET && option == SO_PEERCRED) {
        ucred peer{};
        std::memcpy(&peer, bytes.data(), sizeof peer);
        lua_newtable(lua);
        setField(lua, "pid", peer.pid);
        setField(lua, "uid", peer.uid);
        setField(lua, "gid", peer.gid);
    } else if (level == SOL_SOCKET && option == SO_LINGER) {
        linger value{};
        std::memcpy(&value, bytes.data(), sizeof value);
        lua_newtable(lua);
        setField(lua, "onoff", value.l_onoff);
        setField(lua, "linger", value.l_linger);
    } else if (size == sizeof(int)) {
        int value = 0;
        std::memcpy(&value, bytes.data(), sizeof value);
        lua_pushinteger(lua, value);
    } else {
        lua_pushlstring(lua, bytes.data(), std::min<std::size_t>(size, bytes.size()));
    }
    return 1;
}

constexpr std::array<luaL_Reg, 3> socketOptionsCalls{
    {{"setsockopt", callSetsockopt}, {"getsockopt", callGetsockopt}, {nullptr, nullptr}}};

} // namespace

void addSocketOptionCalls(lua_State* lua)
{
    addCalls(lua, socketOptionsCalls.data());
}

} // namespace byteyard::ipc::actor
