#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"

#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

namespace byteyard::ipc::actor {

namespace {

constexpr lua_Unsigned maxPolled = 65536;

int callPipe(lua_State* lua)
{
    std::array<int, 2> ends{};
    const int result = lua_isnoneornil(lua, 1) ? ::pipe(ends.data()) : ::pipe2(ends.data(), checkInt(lua, 1));
    if (result != 0)
        return pushError(lua, errno);
    lua_pushinteger(lua, ends[0]);
    lua_pushinteger(lua, ends[1]);
    return 2;
}

int callDup(lua_State* lua)
{
    return pushNumber(lua, ::dup(checkFd(lua, 1)));
}

int callDup2(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    return pushNumber(lua, ::dup2(fd, checkFd(lua, 2)));
}

/// A lock as fcntl(2) takes it: {type, whence, start, len}.
int lockFile(lua_State* lua, int fd, int command)
{
    luaL_checktype(lua, 3, LUA_TTABLE);
    constexpr long long zero = 0;
    constexpr long long start = SEEK_SET;
    struct flock lock
    {
    };
    lock.l_type = static_cast<short>(fieldInteger(lua, 3, "type", 0, SHRT_MAX, nullptr));
    lock.l_whence = static_cast<short>(fieldInteger(lua, 3, "whence", 0, SHRT_MAX, &start));
    lock.l_start = fieldInteger(lua, 3, "start", LLONG_MIN, LLONG_MAX, &zero);
    lock.l_len = fieldInteger(lua, 3, "len", LLONG_MIN, LLONG_MAX, &zero);
    const int result = ::fcntl(fd, command, &lock);
    if (result < 0 || (command != F_GETLK && command != F_OFD_GETLK))
        return pushDone(lua, result);
    lua_newtable(lua);
    setField(lua, "type", lock.l_type);
    setField(lua, "whence", lock.l_whence);
    setField(lua, "start", lock.l_start);
    setField(lua, "len", lock.l_len);
    setField(lua, "pid", lock.l_pid);
    return 1;
}

int callFcntl(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const int command = checkInt(lua, 2);
    switch (command) {
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return lockFile(lua, fd, command);
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
    case F_GETFD:
    case F_SETFD:
    case F_GETFL:
    case F_SETFL:
    case F_GETOWN:
    case F_SETOWN:
    case F_GETPIPE_SZ:
    case F_SETPIPE_SZ:
    case F_ADD_SEALS:
    case F_GET_SEALS:
        return pushNumber(lua, ::fcntl(fd, command, optInt(lua, 3, 0)));
    default: // others take pointers
        return luaL_argerror(lua, 2, "is none of the commands in docs/actors.md");
    }
}

/// poll({{fd=, events=}, …}, milliseconds): each entry gets its `revents`.
int callPoll(lua_State* lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    const lua_Unsigned count = lua_rawlen(lua, 1);
    if (count > maxPolled)
        return luaL_argerror(lua, 1, "has more than 65536 entries");
    lua_pushnil(lua);
    if (count == 0 && lua_next(lua, 1) != 0) // {fd=…} alone would wait for nothing at all
        return luaL_argerror(lua, 1, "must hold tables {fd=, events=}");
    lua_settop(lua, 2);
    const int timeout = optInt(lua, 2, -1);
    std::vector<pollfd> polled(count);
    for (lua_Unsigned i = 0; i < count; ++i) {
        lua_rawgeti(lua, 1, static_cast<lua_Integer>(i + 1));
        if (!lua_istable(lua, -1))
            return luaL_argerror(lua, 1, "must hold tables {fd=, events=}");
        lua_getfield(lua, -1, "fd");
        if (lua_istable(lua, -1)) { // a handle
            lua_getfield(lua, -1, "fd");
            lua_remove(lua, -2);
        }
        int isInteger = 0;
        const long long fd = lua_tointegerx(lua, -1, &isInteger);
        if (isInteger == 0 || fd < INT_MIN || fd > INT_MAX)
            return luaL_argerror(lua, 1, "has an entry without fd");
        lua_pop(lua, 1);
        polled[i].fd = static_cast<int>(fd);
        polled[i].events = static_cast<short>(fieldInteger(lua, -1, "events", 0, SHRT_MAX, nullptr));
        lua_pop(lua, 1);
    }
    const int result = ::poll(polled.data(), polled.size(), timeout);
    const int error = errno;
    for (lua_Unsigned i = 0; i < count; ++i) {
        lua_rawgeti(lua, 1, static_cast<lua_Integer>(i + 1));
        setField(lua, "revents", polled[i].revents);
        lua_pop(lua, 1);
    }
    errno = error;
    return pushNumber(lua, result);
}

int callEventfd(lua_State* lua)
{
    return pushNumber(lua, ::eventfd(optUnsigned(lua, 1, 0), optInt(lua, 2, 0)));
}

constexpr std::array<luaL_Reg, 7> descriptorsCalls{{{"pipe", callPipe},
                                                    {"dup", callDup},
                                                    {"dup2", callDup2},
                                                    {"fcntl", callFcntl},
                                                    {"poll", callPoll},
                                                    {"eventfd", callEventfd},
                                                    {nullptr, nullptr}}};

} // namespace

void addDescriptorCalls(lua_State* lua)
{
    addCalls(lua, descriptorsCalls.data());
}

} // namespace byteyard::ipc::actor
