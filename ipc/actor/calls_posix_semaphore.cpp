#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"

#include <array>
#include <cerrno>
#include <semaphore.h>

namespace byteyard::ipc::actor {

namespace {

constexpr const char* semaphoreType = "semaphore";

struct Semaphore
{
    sem_t* sem; ///< null: closed
};

Semaphore& checkObject(lua_State* lua)
{
    auto* semaphore = static_cast<Semaphore*>(luaL_checkudata(lua, 1, semaphoreType));
    if (!semaphore->sem)
        luaL_argerror(lua, 1, "is closed");
    return *semaphore;
}

sem_t* checkSemaphore(lua_State* lua)
{
    return checkObject(lua).sem;
}

/// sem_open(name [, flags [, mode [, value]]])
int callSemOpen(lua_State* lua)
{
    const char* name = checkPath(lua, 1);
    sem_t* sem = ::sem_open(name, optInt(lua, 2, 0), optUnsigned(lua, 3, 0600), optUnsigned(lua, 4, 0));
    if (sem == SEM_FAILED)
        return pushError(lua, errno);
    new (lua_newuserdatauv(lua, sizeof(Semaphore), 0)) Semaphore{sem};
    luaL_newmetatable(lua, semaphoreType);
    lua_setmetatable(lua, -2);
    return 1;
}

int callSemWait(lua_State* lua)
{
    return pushDone(lua, ::sem_wait(checkSemaphore(lua)));
}

int callSemTrywait(lua_State* lua)
{
    return pushDone(lua, ::sem_trywait(checkSemaphore(lua)));
}

/// sem_timedwait(semaphore, seconds from now)
int callSemTimedwait(lua_State* lua)
{
    sem_t* sem = checkSemaphore(lua);
    const timespec deadline = checkDeadline(lua, 2);
    return pushDone(lua, ::sem_timedwait(sem, &deadline));
}

int callSemPost(lua_State* lua)
{
    return pushDone(lua, ::sem_post(checkSemaphore(lua)));
}

int callSemGetvalue(lua_State* lua)
{
    int value = 0;
    if (::sem_getvalue(checkSemaphore(lua), &value) != 0)
        return pushError(lua, errno);
    lua_pushinteger(lua, value);
    return 1;
}

int callSemClose(lua_State* lua)
{
    Semaphore& semaphore = checkObject(lua);
    const int result = ::sem_close(semaphore.sem);
    if (result == 0)
        semaphore.sem = nullptr;
    return pushDone(lua, result);
}

int callSemUnlink(lua_State* lua)
{
    return pushDone(lua, ::sem_unlink(checkPath(lua, 1)));
}

constexpr std::array<luaL_Reg, 9> posixSemaphoreCalls{{{"sem_open", callSemOpen},
                                                       {"sem_wait", callSemWait},
                                                       {"sem_trywait", callSemTrywait},
                                                       {"sem_timedwait", callSemTimedwait},
                                                       {"sem_post", callSemPost},
                                                       {"sem_getvalue", callSemGetvalue},
                                                       {"sem_close", callSemClose},
                                                       {"sem_unlink", callSemUnlink},
                                                       {nullptr, nullptr}}};

} // namespace

void addPosixSemaphoreCalls(lua_State* lua)
{
    addCalls(lua, posixSemaphoreCalls.data());
}

} // namespace byteyard::ipc::actor
