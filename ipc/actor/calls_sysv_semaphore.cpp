#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"
#include "ipc/actor/sysv_permissions.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <sys/sem.h>
#include <vector>

namespace byteyard::ipc::actor {

namespace {

constexpr lua_Unsigned maxOperations = 65536;
constexpr std::size_t maxSemaphores = 1u << 18;   ///< the kernel writes as many as the set has, unasked
constexpr unsigned short noSemaphore = USHRT_MAX; ///< above every value that a semaphore can have

/// semctl(2) leaves its declaration to the caller.
union SemaphoreArgument {
    int value;
    semid_ds* status;
    unsigned short* values;
};

int callSemget(lua_State* lua)
{
    const int key = checkKey(lua, 1);
    return pushNumber(lua, ::semget(key, optInt(lua, 2, 0), optInt(lua, 3, 0)));
}

/// {{number, change [, flags]}, …}
std::vector<sembuf> checkOperations(lua_State* lua, int argument)
{
    luaL_checktype(lua, argument, LUA_TTABLE);
    const lua_Unsigned count = lua_rawlen(lua, argument);
    if (count > maxOperations)
        luaL_argerror(lua, argument, "has more than 65536 operations");
    std::vector<sembuf> operations;
    for (lua_Unsigned i = 1; i <= count; ++i) {
        lua_rawgeti(lua, argument, static_cast<lua_Integer>(i));
        if (!lua_istable(lua, -1))
            luaL_argerror(lua, argument, "must hold tables {number, change [, flags]}");
        std::array<long long, 3> words{};
        for (std::size_t w = 0; w < words.size(); ++w) {
            lua_rawgeti(lua, -1, static_cast<lua_Integer>(w) + 1);
            int isInteger = 0;
            words.at(w) = lua_tointegerx(lua, -1, &isInteger);
            if (isInteger == 0 && !(w == 2 && lua_isnil(lua, -1)))
                luaL_argerror(lua, argument, "must hold tables {number, change [, flags]}");
            lua_pop(lua, 1);
        }
        if (words[0] < 0 || words[0] > USHRT_MAX || words[1] < SHRT_MIN || words[1] > SHRT_MAX ||
            words[2] < SHRT_MIN || words[2] > SHRT_MAX)
            luaL_argerror(lua, argument, "has a number beyond what a sembuf holds");
        sembuf operation{};
        operation.sem_num = static_cast<unsigned short>(words[0]);
        operation.sem_op = static_cast<short>(words[1]);
        operation.sem_flg = static_cast<short>(words[2]);
        operations.push_back(operation);
        lua_pop(lua, 1);
    }
    return operations;
}

int callSemop(lua_State* lua)
{
    const int id = checkId(lua, 1);
    std::vector<sembuf> operations = checkOperations(lua, 2);
    return pushDone(lua, ::semop(id, operations.data(), operations.size()));
}

int callSemtimedop(lua_State* lua)
{
    const int id = checkId(lua, 1);
    std::vector<sembuf> operations = checkOperations(lua, 2);
    const timespec timeout = checkDuration(lua, 3);
    return pushDone(lua, ::semtimedop(id, operations.data(), operations.size(), &timeout));
}

int getAll(lua_State* lua, int id)
{
    std::vector<unsigned short> values(maxSemaphores, noSemaphore);
    SemaphoreArgument argument{};
    argument.values = values.data();
    if (::semctl(id, 0, GETALL, argument) != 0)
        return pushError(lua, errno);
    lua_newtable(lua);
    for (std::size_t i = 0; i < values.size() && values[i] != noSemaphore; ++i) {
        lua_pushinteger(lua, values[i]);
        lua_rawseti(lua, -2, static_cast<lua_Integer>(i) + 1);
    }
    return 1;
}

int setAll(lua_State* lua, int id)
{
    luaL_checktype(lua, 4, LUA_TTABLE);
    std::vector<unsigned short> values(maxSemaphores, 0);
    const std::size_t count = std::min<std::size_t>(lua_rawlen(lua, 4), values.size());
    for (std::size_t i = 0; i < count; ++i) {
        lua_rawgeti(lua, 4, static_cast<lua_Integer>(i) + 1);
        int isInteger = 0;
        const long long value = lua_tointegerx(lua, -1, &isInteger);
        if (isInteger == 0 || value < 0 || value > USHRT_MAX)
            return luaL_argerror(lua, 4, "must hold integers from 0 to 65535");
        values[i] = static_cast<unsigned short>(value);
        lua_pop(lua, 1);
    }
    SemaphoreArgument argument{};
    argument.values = values.data();
    return pushDone(lua, ::semctl(id, 0, SETALL, argument));
}

int getStatus(lua_State* lua, int id)
{
    semid_ds status{};
    SemaphoreArgument argument{};
    argument.status = &status;
    if (::semctl(id, 0, IPC_STAT, argument) != 0)
        return pushError(lua, errno);
    lua_newtable(lua);
    setPermissions(lua, status.sem_perm);
    setField(lua, "nsems", static_cast<long long>(status.sem_nsems));
    setField(lua, "otime", status.sem_otime);
    setField(lua, "ctime", status.sem_ctime);
    return 1;
}

/// semctl(id, number, command [, argument])
int callSemctl(lua_State* lua)
{
    const int id = checkId(lua, 1);
    const int number = checkInt(lua, 2);
    const int command = checkInt(lua, 3);
    SemaphoreArgument argument{};
    semid_ds status{};
    switch (command) {
    case GETVAL:
    case GETPID:
    case GETNCNT:
    case GETZCNT:
        return pushNumber(lua, ::semctl(id, number, command));
    case SETVAL:
        argument.value = checkInt(lua, 4);
        return pushDone(lua, ::semctl(id, number, command, argument));
    case GETALL:
        return getAll(lua, id);
    case SETALL:
        return setAll(lua, id);
    case IPC_STAT:
        return getStatus(lua, id);
    case IPC_SET:
        readPermissions(lua, 4, status.sem_perm);
        argument.status = &status;
        return pushDone(lua, ::semctl(id, number, command, argument));
    case IPC_RMID:
        return pushDone(lua, ::semctl(id, number, command));
    default:
        return luaL_argerror(lua, 3, "is none of the commands in docs/actors.md");
    }
}

constexpr std::array<luaL_Reg, 5> sysvSemaphoreCalls{{{"semget", callSemget},
                                                      {"semop", callSemop},
                                                      {"semtimedop", callSemtimedop},
                                                      {"semctl", callSemctl},
                                                      {nullptr, nullptr}}};

} // namespace

void addSysvSemaphoreCalls(lua_State* lua)
{
    addCalls(lua, sysvSemaphoreCalls.data());
}

} // namespace byteyard::ipc::actor
