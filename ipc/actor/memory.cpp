#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"
#include "ipc/actor/mapping.h"
#include "ipc/actor/reporter.h"

#include <algorithm>
#include <array>
#include <cstring>

// None of these is a system call, and each is one machine access: a load and a store after it race with
// another process as they do in C.

namespace byteyard::ipc::actor {

namespace {

/// The offset within the object.
std::uint64_t objectOffset(const MappedMemory& memory, const std::byte* place)
{
    return memory.fileOffset + static_cast<std::uint64_t>(place - memory.base);
}

void report(const MappedMemory& memory, Access access, const std::byte* place, std::size_t size,
            std::uint64_t value)
{
    if (memory.isRecorded)
        reporter().record(access, memory.object, objectOffset(memory, place),
                          static_cast<std::uint32_t>(size), value);
}

std::size_t checkWidth(lua_State* lua, int argument)
{
    const long long width = luaL_optinteger(lua, argument, 8);
    if (width != 1 && width != 2 && width != 4 && width != 8)
        luaL_argerror(lua, argument, "is none of the sizes 1, 2, 4 and 8");
    return static_cast<std::size_t>(width);
}

template <typename T>
std::uint64_t loadAs(const std::byte* place)
{
    return __atomic_load_n(reinterpret_cast<const T*>(place), __ATOMIC_RELAXED);
}

template <typename T>
void storeAs(std::byte* place, std::uint64_t value)
{
    __atomic_store_n(reinterpret_cast<T*>(place), static_cast<T>(value), __ATOMIC_RELAXED);
}

template <typename T>
std::uint64_t addAs(std::byte* place, std::uint64_t value)
{
    return __atomic_fetch_add(reinterpret_cast<T*>(place), static_cast<T>(value), __ATOMIC_SEQ_CST);
}

int callLoad(lua_State* lua)
{
    const std::size_t width = checkWidth(lua, 3);
    const std::byte* place = checkPlace(lua, 1, 2, width, width);
    const std::uint64_t value = width == 8   ? loadAs<std::uint64_t>(place)
                                : width == 4 ? loadAs<std::uint32_t>(place)
                                : width == 2 ? loadAs<std::uint16_t>(place)
                                             : loadAs<std::uint8_t>(place);
    report(checkMapping(lua, 1), Access::Load, place, width, value);
    lua_pushinteger(lua, static_cast<lua_Integer>(value));
    return 1;
}

int callStore(lua_State* lua)
{
    const std::size_t width = checkWidth(lua, 4);
    std::byte* place = checkPlace(lua, 1, 2, width, width);
    const auto value = static_cast<std::uint64_t>(luaL_checkinteger(lua, 3));
    if (width == 8)
        storeAs<std::uint64_t>(place, value);
    else if (width == 4)
        storeAs<std::uint32_t>(place, value);
    else if (width == 2)
        storeAs<std::uint16_t>(place, value);
    else
        storeAs<std::uint8_t>(place, value);
    report(checkMapping(lua, 1), Access::Store, place, width, value);
    return 0;
}

/// add(mapping, offset, n [, size]): an atomic fetch-and-add; returns what was there before.
int callAdd(lua_State* lua)
{
    const std::size_t width = checkWidth(lua, 4);
    std::byte* place = checkPlace(lua, 1, 2, width, width);
    const auto value = static_cast<std::uint64_t>(luaL_checkinteger(lua, 3));
    const std::uint64_t before = width == 8   ? addAs<std::uint64_t>(place, value)
                                 : width == 4 ? addAs<std::uint32_t>(place, value)
                                 : width == 2 ? addAs<std::uint16_t>(place, value)
                                              : addAs<std::uint8_t>(place, value);
    report(checkMapping(lua, 1), Access::AtomicAdd, place, width, value);
    lua_pushinteger(lua, static_cast<lua_Integer>(before));
    return 1;
}

std::uint64_t firstBytes(std::string_view bytes)
{
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
    return value;
}

int callLoadBytes(lua_State* lua)
{
    const std::size_t size = checkSize(lua, 3);
    const std::byte* place = checkPlace(lua, 1, 2, size, 1);
    luaL_Buffer buffer;
    char* bytes = prepareBuffer(lua, buffer, size);
    std::memcpy(bytes, place, size);
    report(checkMapping(lua, 1), Access::Load, place, size, firstBytes({bytes, size}));
    luaL_pushresultsize(&buffer, size);
    return 1;
}

int callStoreBytes(lua_State* lua)
{
    const std::string_view bytes = checkBytes(lua, 3);
    std::byte* place = checkPlace(lua, 1, 2, bytes.size(), 1);
    std::memcpy(place, bytes.data(), bytes.size());
    report(checkMapping(lua, 1), Access::Store, place, bytes.size(), firstBytes(bytes));
    return 0;
}

constexpr std::array<luaL_Reg, 5> memoryCalls{{{"load", callLoad},
                                               {"store", callStore},
                                               {"add", callAdd},
                                               {"load_bytes", callLoadBytes},
                                               {"store_bytes", callStoreBytes}}};

} // namespace

void addMemoryCalls(lua_State* lua)
{
    for (const luaL_Reg& call : memoryCalls)
        lua_register(lua, call.name, call.func);
}

} // namespace byteyard::ipc::actor
