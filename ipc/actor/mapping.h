#pragma once

#include "ipc/actor/channel.h"
#include "ipc/actor/lua_headers.h"

namespace byteyard::ipc::actor {

/// Mapped memory as a script holds it: what shmat and mmap return.
struct MappedMemory
{
    std::byte* base = nullptr; ///< null: unmapped
    std::size_t size = 0;
    std::uint64_t fileOffset = 0; ///< where in the object it begins
    std::uint16_t object = 0;     ///< the channel's number for it
    bool isRecorded = false;      ///< false: anonymous memory, which is no endpoint
};

/// A new one on Lua's stack.
MappedMemory& pushMapping(lua_State* lua);
/// Ends the script when the argument is none, or is unmapped.
MappedMemory& checkMapping(lua_State* lua, int argument);
/// `size` bytes at an offset that lies in the mapping and is a multiple of `alignment`; ends the script
/// otherwise.
std::byte* checkPlace(lua_State* lua, int mapping, int offset, std::size_t size, std::size_t alignment);

} // namespace byteyard::ipc::actor
