#pragma once

#include "ipc/actor/lua_api.h"

#include <climits>
#include <sys/ipc.h>

namespace byteyard::ipc::actor {

/// Sets uid, gid, cuid, cgid and mode in the table on top of the stack.
inline void setPermissions(lua_State* lua, const ipc_perm& permissions)
{
    setField(lua, "uid", permissions.uid);
    setField(lua, "gid", permissions.gid);
    setField(lua, "cuid", permissions.cuid);
    setField(lua, "cgid", permissions.cgid);
    setField(lua, "mode", permissions.mode);
}

/// What IPC_SET takes of the table at `table`, which is best the one that IPC_STAT gave.
inline void readPermissions(lua_State* lua, int table, ipc_perm& permissions)
{
    luaL_checktype(lua, table, LUA_TTABLE);
    permissions.uid = static_cast<uid_t>(fieldInteger(lua, table, "uid", 0, UINT_MAX, nullptr));
    permissions.gid = static_cast<gid_t>(fieldInteger(lua, table, "gid", 0, UINT_MAX, nullptr));
    permissions.mode =
        static_cast<decltype(permissions.mode)>(fieldInteger(lua, table, "mode", 0, USHRT_MAX, nullptr));
}

} // namespace byteyard::ipc::actor
