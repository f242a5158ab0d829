#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"
#include "ipc/actor/mapping.h"

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

/// One that sem_open gave, or the place of one in shared memory: a mapping and an offset, as of a mutex.
/// `next`: the argument behind it.
sem_t* checkSemaphore(lua_State* lua, int* next = nullptr)
{
    const bool isPlaced = lua_isuserdata(lua, 1) != 0 && !luaL_testudata(lua, 1, semaphoreType);
    if (next)
        *next = isPlaced ? 3 : 2;
    return isPlaced ? reinterpret_cast<sem_t*>(checkPlace(lua, 1, 2, sizeof(sem_t), alignof(sem_t)))
                    : checkObject(lua).sem;
}

/// sem_init(mapping, offset [, value]): processes share it
int callSemInit(lua_State* lua)
{
    auto* sem = reinterpret_cast<sem_t*>(checkPlace(lua, 1, 2, sizeof(sem_t), alignof(sem_t)));
    return pushDone(lua, ::sem_init(sem, 1, optUnsigned(lua, 3, 0)));
}

int callSemDestroy(lua_State* lua)
{
    auto* sem = reinterpret_cast<sem_t*>(checkPlace(lua, 1, 2, sizeof(sem_t), alignof(sem_t)));
    return pushDone(lua, ::sem_destroy(sem));
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
    int seconds = 0;
    sem_t* sem = checkSemaphore(lua, &seconds);
    const timespec deadline = checkDeadline(lua, seconds);
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

constexpr std::array<luaL_Reg, 11> posixSemaphoreCalls{{{"sem_open", callSemOpen},
                                                        {"sem_wait", callSemWait},
                                                        {"sem_trywait", callSemTrywait},
                                                        {"sem_timedwait", callSemTimedwait},
                                                        {"sem_post", callSemPost},
                                                        {"sem_getvalue", callSemGetvalue},
                                                        {"sem_close", callSemClose},
                                                        {"sem_unlink", callSemUnlink},
                                                        {"sem_init", callSemInit},
                                                        {"sem_destroy", callSemDestroy},
                                                        {nullptr, nullptr}}};

} // namespace

void addPosixSemaphoreCalls(lua_State* lua)
{
    addCalls(lua, posixSemaphoreCalls.data());
}

} // namespace byteyard::ipc::actor
