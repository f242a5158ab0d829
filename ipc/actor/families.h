#pragma once

#include "ipc/actor/lua_headers.h"

namespace byteyard::ipc::actor {

// Each adds the functions of one family as globals (docs/actors.md).

void addFileCalls(lua_State* lua);       ///< open, read, write, close, mkfifo…
void addDescriptorCalls(lua_State* lua); ///< pipe, dup2, fcntl, poll, eventfd…
void addProcessCalls(lua_State* lua);    ///< fork, exec, wait, sleep, clock…
void addSysvQueueCalls(lua_State* lua);
void addSysvShmCalls(lua_State* lua);
void addSysvSemaphoreCalls(lua_State* lua);
void addPosixQueueCalls(lua_State* lua);
void addPosixShmCalls(lua_State* lua); ///< shm_open, memfd_create, mmap…
void addPosixSemaphoreCalls(lua_State* lua);
void addMemoryCalls(lua_State* lua); ///< load, store, add
void addMutexCalls(lua_State* lua);
void addSocketCalls(lua_State* lua);
void addSocketMessageCalls(lua_State* lua); ///< send, recv, sendmsg…
void addSocketOptionCalls(lua_State* lua);
/// Numbers by their names: O_NONBLOCK, IPC_CREAT…
void addConstants(lua_State* lua);

} // namespace byteyard::ipc::actor
