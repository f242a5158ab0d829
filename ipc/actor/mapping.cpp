#include "ipc/actor/mapping.h"

#include "ipc/actor/lua_api.h"

namespace byteyard::ipc::actor {

namespace {

constexpr const char* mappingType = "mapping";

int describe(lua_State* lua)
{
    const auto* mapping = static_cast<MappedMemory*>(luaL_checkudata(lua, 1, mappingType));
    if (mapping->base)
        lua_pushfstring(lua, "mapping: %p, %I bytes", static_cast<void*>(mapping->base),
                        static_cast<LUAI_UACINT>(mapping->size));
    else
        lua_pushstring(lua, "mapping: unmapped");
    return 1;
}

int length(lua_State* lua)
{
    const auto* mapping = static_cast<MappedMemory*>(luaL_checkudata(lua, 1, mappingType));
    lua_pushinteger(lua, static_cast<lua_Integer>(mapping->size));
    return 1;
}

} // namespace

MappedMemory& pushMapping(lua_State* lua)
{
    auto* mapping = new (lua_newuserdatauv(lua, sizeof(MappedMemory), 0)) MappedMemory;
    if (luaL_newmetatable(lua, mappingType) != 0) {
        lua_pushcfunction(lua, describe);
        lua_setfield(lua, -2, "__tostring");
        lua_pushcfunction(lua, length);
        lua_setfield(lua, -2, "__len");
        lua_pushboolean(lua, 0);
        lua_setfield(lua, -2, "__metatable");
    }
    lua_setmetatable(lua, -2);
    return *mapping;
}

MappedMemory& checkMapping(lua_State* lua, int argument)
{
    auto* mapping = static_cast<MappedMemory*>(luaL_checkudata(lua, argument, mappingType));
    if (!mapping->base)
        luaL_argerror(lua, argument, "is unmapped");
    return *mapping;
}

std::byte* checkPlace(lua_State* lua, int mapping, int offset, std::size_t size, std::size_t alignment)
{
    const MappedMemory& memory = checkMapping(lua, mapping);
    const long long place = luaL_checkinteger(lua, offset);
    if (place < 0 || static_cast<unsigned long long>(place) > memory.size ||
        size > memory.size - static_cast<std::size_t>(place))
        luaL_argerror(lua, offset,
                      lua_pushfstring(lua, "%I and %I more bytes is not within the mapping's %I",
                                      static_cast<LUAI_UACINT>(place), static_cast<LUAI_UACINT>(size),
                                      static_cast<LUAI_UACINT>(memory.size)));
    if (static_cast<std::size_t>(place) % alignment != 0)
        luaL_argerror(lua, offset,
                      lua_pushfstring(lua, "%I is not a multiple of %I", static_cast<LUAI_UACINT>(place),
                                      static_cast<LUAI_UACINT>(alignment)));
    return memory.base + place;
}

} // namespace byteyard::ipc::actor
