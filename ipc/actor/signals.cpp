#include "ipc/actor/signals.h"

#include "ipc/actor/lua_api.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <unistd.h>

namespace byteyard::ipc::actor {

namespace {

std::array<std::atomic<bool>, NSIG> cameSignals;
std::atomic<bool> anyCame;
const char handlersKey = 0; ///< its address is the place of the handlers' table in Lua's registry

extern "C" void noteSignal(int number)
{
    cameSignals[static_cast<std::size_t>(number)] = true;
    anyCame = true;
}

/// signal(SIG, function | "ignore" | "default"): sigaction(2) without SA_RESTART, so that EINTR is seen.
int callSignal(lua_State* lua)
{
    const int number = static_cast<int>(checkRange(lua, 1, 1, NSIG - 1));
    struct sigaction action
    {
    };
    if (lua_isfunction(lua, 2)) {
        action.sa_handler = &noteSignal;
    } else {
        static const std::array<const char*, 3> words{"default", "ignore", nullptr};
        action.sa_handler = luaL_checkoption(lua, 2, nullptr, words.data()) == 0 ? SIG_DFL : SIG_IGN;
    }
    // The handler is in its place before the first signal can come.
    lua_rawgetp(lua, LUA_REGISTRYINDEX, &handlersKey);
    lua_rawgeti(lua, -1, number);
    lua_insert(lua, -2);
    if (lua_isfunction(lua, 2))
        lua_pushvalue(lua, 2);
    else
        lua_pushnil(lua);
    lua_rawseti(lua, -2, number);
    if (::sigaction(number, &action, nullptr) == 0)
        return pushDone(lua, 0);
    const int error = errno;
    lua_insert(lua, -2);
    lua_rawseti(lua, -2, number);
    return pushError(lua, error);
}

int callKill(lua_State* lua)
{
    return pushDone(lua, ::kill(checkInt(lua, 1), checkInt(lua, 2)));
}

int callPause(lua_State* lua)
{
    return pushDone(lua, ::pause());
}

const std::array<luaL_Reg, 4> signalsCalls{
    {{"signal", callSignal}, {"kill", callKill}, {"pause", callPause}, {nullptr, nullptr}}};

} // namespace

bool isSignalPending() noexcept
{
    return anyCame.load(std::memory_order_relaxed);
}

void runSignalHandlers(lua_State* lua)
{
    if (!isSignalPending())
        return;
    anyCame = false;
    luaL_checkstack(lua, 4, "too many signals within signals");
    for (int number = 1; number < NSIG; ++number) {
        if (!cameSignals[static_cast<std::size_t>(number)].exchange(false))
            continue;
        lua_rawgetp(lua, LUA_REGISTRYINDEX, &handlersKey);
        lua_rawgeti(lua, -1, number);
        lua_remove(lua, -2);
        if (lua_isfunction(lua, -1)) {
            lua_pushinteger(lua, number);
            lua_call(lua, 1, 0);
        } else {
            lua_pop(lua, 1);
        }
    }
}

void addSignalCalls(lua_State* lua)
{
    lua_newtable(lua);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &handlersKey);
    addCalls(lua, signalsCalls.data());
}

} // namespace byteyard::ipc::actor
