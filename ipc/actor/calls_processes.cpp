#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"
#include "ipc/actor/reporter.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace byteyard::ipc::actor {

namespace {

int callFork(lua_State* lua)
{
    const pid_t child = ::fork();
    if (child == 0)
        reporter().enterChild();
    return pushNumber(lua, child);
}

/// A table of strings as execve(2) takes it. The pointers are the table's own strings.
std::vector<char*> checkWords(lua_State* lua, int argument)
{
    luaL_checktype(lua, argument, LUA_TTABLE);
    std::vector<char*> words;
    const lua_Unsigned count = lua_rawlen(lua, argument);
    for (lua_Unsigned i = 1; i <= count; ++i) {
        lua_rawgeti(lua, argument, static_cast<lua_Integer>(i));
        if (lua_type(lua, -1) == LUA_TNUMBER) { // its text must outlive this loop
            lua_tostring(lua, -1);
            lua_pushvalue(lua, -1);
            lua_rawseti(lua, argument, static_cast<lua_Integer>(i));
        }
        if (!lua_isstring(lua, -1))
            luaL_argerror(lua, argument, "must hold strings alone");
        words.push_back(const_cast<char*>(lua_tostring(lua, -1))); // NOLINT: execve's type
        lua_pop(lua, 1);
    }
    words.push_back(nullptr);
    return words;
}

/// exec(path, {argv…} [, {"NAME=value"…}]): execve(2); returns only when it fails.
int callExec(lua_State* lua)
{
    const char* path = checkText(lua, 1);
    const std::vector<char*> arguments = checkWords(lua, 2);
    if (lua_isnoneornil(lua, 3))
        ::execve(path, arguments.data(), environ);
    else
        ::execve(path, arguments.data(), checkWords(lua, 3).data());
    return pushError(lua, errno);
}

/// exit([code]): ends this process at once.
int callExit(lua_State* lua)
{
    ::_exit(static_cast<int>(lua_isnoneornil(lua, 1) ? 0 : checkRange(lua, 1, 0, 255)));
}

/// wait([pid [, options]]): pid, how it ended, and its code or signal.
int callWait(lua_State* lua)
{
    int status = 0;
    const pid_t pid = ::waitpid(optInt(lua, 1, -1), &status, optInt(lua, 2, 0));
    if (pid < 0)
        return pushError(lua, errno);
    lua_pushinteger(lua, pid);
    if (pid == 0)
        return 1;
    if (WIFEXITED(status)) {
        lua_pushstring(lua, "exited");
        lua_pushinteger(lua, WEXITSTATUS(status));
    } else if (WIFSIGNALED(status)) {
        lua_pushstring(lua, "killed");
        lua_pushinteger(lua, WTERMSIG(status));
    } else if (WIFSTOPPED(status)) {
        lua_pushstring(lua, "stopped");
        lua_pushinteger(lua, WSTOPSIG(status));
    } else {
        lua_pushstring(lua, "continued");
        lua_pushinteger(lua, SIGCONT);
    }
    return 3;
}

int callGetpid(lua_State* lua)
{
    return pushNumber(lua, ::getpid());
}

int callGetppid(lua_State* lua)
{
    return pushNumber(lua, ::getppid());
}

double toSeconds(const timespec& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// sleep(seconds): nanosleep(2); when a signal ends it, the seconds that were left come after the error.
int callSleep(lua_State* lua)
{
    const timespec duration = checkDuration(lua, 1);
    timespec left{};
    if (::nanosleep(&duration, &left) == 0)
        return pushDone(lua, 0);
    const int error = errno;
    pushError(lua, error);
    if (error != EINTR)
        return 3;
    lua_pushnumber(lua, toSeconds(left));
    return 4;
}

/// clock([clock]): seconds; CLOCK_MONOTONIC unless told.
int callClock(lua_State* lua)
{
    timespec now{};
    if (::clock_gettime(optInt(lua, 1, CLOCK_MONOTONIC), &now) != 0)
        return pushError(lua, errno);
    lua_pushnumber(lua, toSeconds(now));
    return 1;
}

constexpr std::array<luaL_Reg, 9> processesCalls{{{"fork", callFork},
                                                  {"exec", callExec},
                                                  {"exit", callExit},
                                                  {"wait", callWait},
                                                  {"getpid", callGetpid},
                                                  {"getppid", callGetppid},
                                                  {"sleep", callSleep},
                                                  {"clock", callClock},
                                                  {nullptr, nullptr}}};

} // namespace

void addProcessCalls(lua_State* lua)
{
    addCalls(lua, processesCalls.data());
}

} // namespace byteyard::ipc::actor
