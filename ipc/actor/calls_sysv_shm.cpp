#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"
#include "ipc/actor/mapping.h"
#include "ipc/actor/reporter.h"
#include "ipc/actor/sysv_permissions.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <fstream>
#include <map>
#include <sys/shm.h>

namespace byteyard::ipc::actor {

namespace {

/// How large segments are at least: what shmget was asked for, by id.
std::map<int, std::size_t>& askedSizes()
{
    static std::map<int, std::size_t> sizes;
    return sizes;
}

int callShmget(lua_State* lua)
{
    const int key = checkKey(lua, 1);
    const std::size_t size =
        lua_isnoneornil(lua, 2) ? 0 : static_cast<std::size_t>(checkRange(lua, 2, 0, LLONG_MAX));
    const int id = ::shmget(key, size, optInt(lua, 3, 0));
    if (id >= 0 && size > 0)
        askedSizes()[id] = size;
    return pushNumber(lua, id);
}

/// A segment's size, which shmat does not tell. IPC_STAT would be a call in the log that the script did not
/// make, so the topology, or shmget, has said it; an id that came from elsewhere is looked up in
/// /proc/self/maps.
std::size_t sizeOf(int id, const void* base)
{
    if (const auto asked = askedSizes().find(id); asked != askedSizes().end())
        return asked->second;
    std::ifstream maps("/proc/self/maps");
    std::string line;
    while (std::getline(maps, line)) {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        const char* last = line.data() + line.size();
        const auto read = std::from_chars(line.data(), last, begin, 16);
        if (read.ec == std::errc() && read.ptr != last &&
            std::from_chars(read.ptr + 1, last, end, 16).ec == std::errc() &&
            begin == reinterpret_cast<std::uintptr_t>(base))
            return end - begin;
    }
    return 0;
}

/// shmat(id [, flags]): a mapping.
int callShmat(lua_State* lua)
{
    std::size_t told = 0;
    if (lua_istable(lua, 1)) {
        lua_getfield(lua, 1, "size");
        told = static_cast<std::size_t>(std::max<lua_Integer>(lua_tointeger(lua, -1), 0));
        lua_pop(lua, 1);
    }
    const int id = checkId(lua, 1);
    const int flags = optInt(lua, 2, 0);
    void* base = ::shmat(id, nullptr, flags);
    if (base == reinterpret_cast<void*>(-1))
        return pushError(lua, errno);
    MappedMemory& memory = pushMapping(lua);
    memory.base = static_cast<std::byte*>(base);
    memory.size = told > 0 ? told : sizeOf(id, base);
    memory.object = reporter().mappingOf(ObjectKind::SysvShm, static_cast<std::uint64_t>(id), 0);
    memory.isRecorded = true;
    return 1;
}

int callShmdt(lua_State* lua)
{
    MappedMemory& memory = checkMapping(lua, 1);
    const int result = ::shmdt(memory.base);
    if (result == 0)
        memory.base = nullptr;
    return pushDone(lua, result);
}

int callShmctl(lua_State* lua)
{
    const int id = checkId(lua, 1);
    const int command = checkInt(lua, 2);
    shmid_ds status{};
    switch (command) {
    case IPC_RMID:
    case SHM_LOCK:
    case SHM_UNLOCK:
        return pushDone(lua, ::shmctl(id, command, nullptr));
    case IPC_SET:
        readPermissions(lua, 3, status.shm_perm);
        return pushDone(lua, ::shmctl(id, command, &status));
    case IPC_STAT:
        break;
    default:
        return luaL_argerror(lua, 2, "is none of IPC_STAT, IPC_SET, IPC_RMID, SHM_LOCK and SHM_UNLOCK");
    }
    if (::shmctl(id, command, &status) != 0)
        return pushError(lua, errno);
    lua_newtable(lua);
    setPermissions(lua, status.shm_perm);
    setField(lua, "segsz", static_cast<long long>(status.shm_segsz));
    setField(lua, "nattch", static_cast<long long>(status.shm_nattch));
    setField(lua, "cpid", status.shm_cpid);
    setField(lua, "lpid", status.shm_lpid);
    setField(lua, "atime", status.shm_atime);
    setField(lua, "dtime", status.shm_dtime);
    setField(lua, "ctime", status.shm_ctime);
    return 1;
}

constexpr std::array<luaL_Reg, 5> sysvShmCalls{{{"shmget", callShmget},
                                                {"shmat", callShmat},
                                                {"shmdt", callShmdt},
                                                {"shmctl", callShmctl},
                                                {nullptr, nullptr}}};

} // namespace

void addSysvShmCalls(lua_State* lua)
{
    addCalls(lua, sysvShmCalls.data());
}

} // namespace byteyard::ipc::actor
