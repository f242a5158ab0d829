#include "ipc/actor/lua_api.h"

#include "ipc/actor/signals.h"

#include <cerrno>
#include <climits>
#include <cmath>
#include <cstring>
#include <ctime>

namespace byteyard::ipc::actor {

namespace {

constexpr long long maxBuffer = 256LL << 20;
constexpr double maxSeconds = 1e9;
constexpr double nsPerSecond = 1e9;

std::string describe(const char* what)
{
    return std::string(what) + ", or a handle that has one, is needed";
}

/// A handle's member in place of the handle; whatever is no table stays. `hint` says what to do when it has
/// none.
void replaceHandle(lua_State* lua, int argument, const char* member, const char* hint)
{
    if (!lua_istable(lua, argument))
        return;
    lua_getfield(lua, argument, member);
    if (lua_isnil(lua, -1)) {
        lua_getfield(lua, argument, "name");
        const char* name = lua_tostring(lua, -1);
        luaL_argerror(lua, argument,
                      lua_pushfstring(lua, "handle '%s' has no '%s': %s", name ? name : "?", member, hint));
    }
    lua_replace(lua, argument);
}

/// Calls the function that the closure holds, then the handlers of signals that came meanwhile.
int callAndHandleSignals(lua_State* lua)
{
    const lua_CFunction function = lua_tocfunction(lua, lua_upvalueindex(1));
    const int results = function(lua);
    runSignalHandlers(lua);
    return results;
}

} // namespace

int pushError(lua_State* lua, int error)
{
    lua_pushnil(lua);
    if (const char* name = ::strerrorname_np(error))
        lua_pushstring(lua, name);
    else
        lua_pushfstring(lua, "errno %d", error);
    lua_pushstring(lua, std::strerror(error));
    return 3;
}

int pushNumber(lua_State* lua, long long result)
{
    if (result < 0)
        return pushError(lua, errno);
    lua_pushinteger(lua, result);
    return 1;
}

int pushDone(lua_State* lua, long long result)
{
    if (result < 0)
        return pushError(lua, errno);
    lua_pushboolean(lua, 1);
    return 1;
}

long long checkRange(lua_State* lua, int argument, long long lowest, long long highest)
{
    const long long value = luaL_checkinteger(lua, argument);
    if (value < lowest || value > highest)
        luaL_argerror(lua, argument,
                      lua_pushfstring(lua, "%I is not from %I to %I", static_cast<LUAI_UACINT>(value),
                                      static_cast<LUAI_UACINT>(lowest), static_cast<LUAI_UACINT>(highest)));
    return value;
}

int checkInt(lua_State* lua, int argument)
{
    return static_cast<int>(checkRange(lua, argument, INT_MIN, INT_MAX));
}

int optInt(lua_State* lua, int argument, int otherwise)
{
    return lua_isnoneornil(lua, argument) ? otherwise : checkInt(lua, argument);
}

unsigned checkUnsigned(lua_State* lua, int argument)
{
    return static_cast<unsigned>(checkRange(lua, argument, 0, UINT_MAX));
}

unsigned optUnsigned(lua_State* lua, int argument, unsigned otherwise)
{
    return lua_isnoneornil(lua, argument) ? otherwise : checkUnsigned(lua, argument);
}

std::size_t checkSize(lua_State* lua, int argument)
{
    return static_cast<std::size_t>(checkRange(lua, argument, 0, maxBuffer));
}

std::string_view checkBytes(lua_State* lua, int argument)
{
    std::size_t size = 0;
    const char* bytes = luaL_checklstring(lua, argument, &size);
    return {bytes, size};
}

const char* checkText(lua_State* lua, int argument)
{
    const std::string_view text = checkBytes(lua, argument);
    if (text.find('\0') != std::string_view::npos)
        luaL_argerror(lua, argument, "text without NUL bytes is needed");
    return text.data();
}

timespec checkDuration(lua_State* lua, int argument)
{
    const double seconds = luaL_checknumber(lua, argument);
    if (!(seconds >= 0 && seconds <= maxSeconds))
        luaL_argerror(lua, argument, "seconds from 0 to 1e9 are needed");
    const double whole = std::floor(seconds);
    return {static_cast<time_t>(whole), static_cast<long>((seconds - whole) * nsPerSecond)};
}

timespec checkDeadline(lua_State* lua, int argument)
{
    constexpr long second = 1'000'000'000;
    const timespec duration = checkDuration(lua, argument);
    timespec deadline{};
    ::clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += duration.tv_sec;
    deadline.tv_nsec += duration.tv_nsec;
    if (deadline.tv_nsec >= second) {
        deadline.tv_nsec -= second;
        ++deadline.tv_sec;
    }
    return deadline;
}

int checkFd(lua_State* lua, int argument)
{
    replaceHandle(lua, argument, "fd", "open it first, and use the number that you get");
    if (!lua_isinteger(lua, argument))
        luaL_argerror(lua, argument, describe("a descriptor's number").c_str());
    return checkInt(lua, argument);
}

int checkId(lua_State* lua, int argument)
{
    replaceHandle(lua, argument, "id", "get it first, and use the number that you get");
    if (!lua_isinteger(lua, argument))
        luaL_argerror(lua, argument, describe("an id").c_str());
    return checkInt(lua, argument);
}

int checkKey(lua_State* lua, int argument)
{
    replaceHandle(lua, argument, "key", "only System V objects have keys");
    int isInteger = 0;
    const long long key = lua_tointegerx(lua, argument, &isInteger); // "0x4d51" too
    if (isInteger == 0 || key < INT_MIN || key > static_cast<long long>(UINT_MAX))
        luaL_argerror(lua, argument, describe("a key of 32 bits").c_str());
    return static_cast<int>(static_cast<std::uint32_t>(key));
}

const char* checkPath(lua_State* lua, int argument)
{
    replaceHandle(lua, argument, "path", "it has no name by which it could be opened");
    return checkText(lua, argument);
}

long long fieldInteger(lua_State* lua, int table, const char* name, long long lowest, long long highest,
                       const long long* otherwise)
{
    lua_getfield(lua, table, name);
    if (lua_isnil(lua, -1) && otherwise) {
        lua_pop(lua, 1);
        return *otherwise;
    }
    int isInteger = 0;
    const long long value = lua_tointegerx(lua, -1, &isInteger);
    if (isInteger == 0 || value < lowest || value > highest)
        luaL_error(lua, "'%s' must be an integer from %I to %I", name, static_cast<LUAI_UACINT>(lowest),
                   static_cast<LUAI_UACINT>(highest));
    lua_pop(lua, 1);
    return value;
}

void setField(lua_State* lua, const char* name, long long value)
{
    lua_pushinteger(lua, value);
    lua_setfield(lua, -2, name);
}

void setField(lua_State* lua, const char* name, std::string_view value)
{
    lua_pushlstring(lua, value.data(), value.size());
    lua_setfield(lua, -2, name);
}

char* prepareBuffer(lua_State* lua, luaL_Buffer& buffer, std::size_t size)
{
    return luaL_buffinitsize(lua, &buffer, size);
}

void addCalls(lua_State* lua, const luaL_Reg* functions)
{
    for (; functions->name; ++functions) {
        lua_pushcfunction(lua, functions->func);
        lua_pushcclosure(lua, &callAndHandleSignals, 1);
        lua_setglobal(lua, functions->name);
    }
}

} // namespace byteyard::ipc::actor
