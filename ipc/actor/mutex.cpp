#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"
#include "ipc/actor/mapping.h"

#include <array>
#include <cerrno>
#include <ctime>
#include <pthread.h>

// A robust mutex that processes share lies in the shared memory itself (pthread_mutexattr_setrobust(3)).

namespace byteyard::ipc::actor {

namespace {

pthread_mutex_t* checkMutex(lua_State* lua)
{
    return reinterpret_cast<pthread_mutex_t*>(
        checkPlace(lua, 1, 2, sizeof(pthread_mutex_t), alignof(pthread_mutex_t)));
}

/// pthread functions return errno.
int pushResult(lua_State* lua, int error)
{
    return error != 0 ? pushError(lua, error) : pushDone(lua, 0);
}

int callInit(lua_State* lua)
{
    pthread_mutex_t* mutex = checkMutex(lua);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    // Relocking and unlocking another's are errors, not a hang and a mess.
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    const int error = pthread_mutex_init(mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return pushResult(lua, error);
}

int callLock(lua_State* lua)
{
    pthread_mutex_t* mutex = checkMutex(lua);
    if (lua_isnoneornil(lua, 3))
        return pushResult(lua, pthread_mutex_lock(mutex));
    const timespec deadline = checkDeadline(lua, 3);
    return pushResult(lua, pthread_mutex_timedlock(mutex, &deadline));
}

int callTrylock(lua_State* lua)
{
    return pushResult(lua, pthread_mutex_trylock(checkMutex(lua)));
}

int callUnlock(lua_State* lua)
{
    return pushResult(lua, pthread_mutex_unlock(checkMutex(lua)));
}

int callConsistent(lua_State* lua)
{
    return pushResult(lua, pthread_mutex_consistent(checkMutex(lua)));
}

int callDestroy(lua_State* lua)
{
    return pushResult(lua, pthread_mutex_destroy(checkMutex(lua)));
}

constexpr std::array<luaL_Reg, 7> mutexCalls{{{"mutex_init", callInit},
                                              {"mutex_lock", callLock},
                                              {"mutex_trylock", callTrylock},
                                              {"mutex_unlock", callUnlock},
                                              {"mutex_consistent", callConsistent},
                                              {"mutex_destroy", callDestroy},
                                              {nullptr, nullptr}}};

} // namespace

void addMutexCalls(lua_State* lua)
{
    addCalls(lua, mutexCalls.data());
}

} // namespace byteyard::ipc::actor
