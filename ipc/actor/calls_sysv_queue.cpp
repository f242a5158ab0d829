#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"
#include "ipc/actor/sysv_permissions.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/msg.h>
#include <vector>

namespace byteyard::ipc::actor {

namespace {

int callMsgget(lua_State* lua)
{
    const int key = checkKey(lua, 1);
    return pushNumber(lua, ::msgget(key, optInt(lua, 2, 0)));
}

/// msgsnd(id, type, bytes [, flags])
int callMsgsnd(lua_State* lua)
{
    const int id = checkId(lua, 1);
    const long type = luaL_checkinteger(lua, 2);
    const std::string_view bytes = checkBytes(lua, 3);
    const int flags = optInt(lua, 4, 0);
    std::vector<char> message(sizeof type + bytes.size());
    std::memcpy(message.data(), &type, sizeof type);
    std::memcpy(message.data() + sizeof type, bytes.data(), bytes.size());
    return pushDone(lua, ::msgsnd(id, message.data(), bytes.size(), flags));
}

/// msgrcv(id, size [, type [, flags]]): bytes, type.
int callMsgrcv(lua_State* lua)
{
    const int id = checkId(lua, 1);
    const std::size_t size = checkSize(lua, 2);
    long type = luaL_optinteger(lua, 3, 0);
    const int flags = optInt(lua, 4, 0);
    std::vector<char> message(sizeof type + size);
    const ssize_t got = ::msgrcv(id, message.data(), size, type, flags);
    if (got < 0)
        return pushError(lua, errno);
    std::memcpy(&type, message.data(), sizeof type);
    lua_pushlstring(lua, message.data() + sizeof type, static_cast<std::size_t>(got));
    lua_pushinteger(lua, type);
    return 2;
}

int callMsgctl(lua_State* lua)
{
    const int id = checkId(lua, 1);
    const int command = checkInt(lua, 2);
    msqid_ds status{};
    switch (command) {
    case IPC_RMID:
        return pushDone(lua, ::msgctl(id, command, nullptr));
    case IPC_SET:
        readPermissions(lua, 3, status.msg_perm);
        status.msg_qbytes = static_cast<msglen_t>(fieldInteger(lua, 3, "qbytes", 0, LLONG_MAX, nullptr));
        return pushDone(lua, ::msgctl(id, command, &status));
    case IPC_STAT:
        break;
    default:
        return luaL_argerror(lua, 2, "is none of IPC_STAT, IPC_SET and IPC_RMID");
    }
    if (::msgctl(id, command, &status) != 0)
        return pushError(lua, errno);
    lua_newtable(lua);
    setPermissions(lua, status.msg_perm);
    setField(lua, "qnum", static_cast<long long>(status.msg_qnum));
    setField(lua, "cbytes", static_cast<long long>(status.__msg_cbytes));
    setField(lua, "qbytes", static_cast<long long>(status.msg_qbytes));
    setField(lua, "lspid", status.msg_lspid);
    setField(lua, "lrpid", status.msg_lrpid);
    setField(lua, "stime", status.msg_stime);
    setField(lua, "rtime", status.msg_rtime);
    setField(lua, "ctime", status.msg_ctime);
    return 1;
}

constexpr std::array<luaL_Reg, 5> sysvQueueCalls{{{"msgget", callMsgget},
                                                  {"msgsnd", callMsgsnd},
                                                  {"msgrcv", callMsgrcv},
                                                  {"msgctl", callMsgctl},
                                                  {nullptr, nullptr}}};

} // namespace

void addSysvQueueCalls(lua_State* lua)
{
    addCalls(lua, sysvQueueCalls.data());
}

} // namespace byteyard::ipc::actor
