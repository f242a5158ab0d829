#include "ipc/actor/script.h"

#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"
#include "ipc/actor/reporter.h"
#include "ipc/actor/signals.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <unistd.h>

namespace byteyard::ipc::actor {

using nlohmann::json;

namespace {

constexpr std::size_t maxShownName = 59; ///< Lua cuts longer names (LUA_IDSIZE)

/// Before each line: where the script is, and a safe point for signals. In a signal's handler called from
/// here Lua tells no lines, so the handler stands for its first.
void atLine(lua_State* lua, lua_Debug* where)
{
    reporter().setLine(where->currentline);
    if (isSignalPending()) {
        runSignalHandlers(lua);
        reporter().setLine(where->currentline);
    }
}

/// Keeps the line of the innermost function of the script, which is gone when pcall returns.
int keepLine(lua_State* lua)
{
    if (!lua_isstring(lua, 1)) {
        luaL_tolstring(lua, 1, nullptr);
        lua_replace(lua, 1);
    }
    lua_Debug where;
    int line = 0;
    for (int level = 0; line <= 0 && lua_getstack(lua, level, &where) != 0; ++level) {
        lua_getinfo(lua, "l", &where);
        line = where.currentline;
    }
    lua_pushinteger(lua, line);
    lua_setfield(lua, LUA_REGISTRYINDEX, "byteyard.error.line");
    return 1;
}

void pushValue(lua_State* lua, const json& value)
{
    if (value.is_number_integer())
        lua_pushinteger(lua, value.get<lua_Integer>());
    else if (value.is_number())
        lua_pushnumber(lua, value.get<lua_Number>());
    else if (value.is_boolean())
        lua_pushboolean(lua, value.get<bool>() ? 1 : 0);
    else if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        lua_pushlstring(lua, text.data(), text.size());
    } else
        lua_pushnil(lua);
}

int describeHandle(lua_State* lua)
{
    lua_getfield(lua, 1, "kind");
    lua_getfield(lua, 1, "name");
    lua_pushfstring(lua, "%s handle '%s'", lua_tostring(lua, -2), lua_tostring(lua, -1));
    return 1;
}

/// A cut name ends with a whole character.
std::string shownName(std::string name)
{
    if (name.size() <= maxShownName)
        return name;
    std::size_t size = maxShownName;
    while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0u) == 0x80)
        --size;
    name.resize(size);
    return name;
}

} // namespace

Script::Script(const json& description)
    : m_name(shownName(description.value("name", "script"))),
      m_text(description.at("script").get<std::string>()), m_lua(luaL_newstate(), &lua_close)
{
    if (!m_lua)
        throw std::runtime_error("there is no memory for Lua");
    addLibraries();
    addFields(description.value("fields", json::object()));
    addHandles(description.value("handles", json::array()));
}

void Script::addLibraries()
{
    lua_State* lua = m_lua.get();
    constexpr std::array<luaL_Reg, 5> libraries{{{LUA_GNAME, luaopen_base},
                                                 {LUA_STRLIBNAME, luaopen_string},
                                                 {LUA_TABLIBNAME, luaopen_table},
                                                 {LUA_MATHLIBNAME, luaopen_math},
                                                 {LUA_UTF8LIBNAME, luaopen_utf8}}};
    for (const luaL_Reg& library : libraries) {
        luaL_requiref(lua, library.name, library.func, 1);
        lua_pop(lua, 1);
    }
    // `load` becomes the one of memory.
    for (const char* name : {"dofile", "loadfile", "warn"}) {
        lua_pushnil(lua);
        lua_setglobal(lua, name);
    }
    for (const auto add : {addFileCalls, addDescriptorCalls, addProcessCalls, addSignalCalls,
                           addSysvQueueCalls, addSysvShmCalls, addSysvSemaphoreCalls, addPosixQueueCalls,
                           addPosixShmCalls, addPosixSemaphoreCalls, addMemoryCalls, addMutexCalls,
                           addSocketCalls, addSocketMessageCalls, addSocketOptionCalls, addConstants})
        add(lua);
}

void Script::addFields(const json& fields)
{
    lua_State* lua = m_lua.get();
    lua_newtable(lua);
    for (const auto& [name, value] : fields.items()) {
        pushValue(lua, value);
        lua_setfield(lua, -2, name.c_str());
    }
    lua_setglobal(lua, "field");
}

/// Each edge: in the list `handles`, there also under its name, and a global of its name. An edge to a
/// descriptor is in `handles` alone.
void Script::addHandles(const json& handles)
{
    lua_State* lua = m_lua.get();
    lua_newtable(lua);
    lua_Integer count = 0;
    for (const json& handle : handles) {
        lua_newtable(lua);
        for (const auto& [name, value] : handle.items()) {
            pushValue(lua, value);
            lua_setfield(lua, -2, name.c_str());
        }
        if (luaL_newmetatable(lua, "handle") != 0) {
            lua_pushcfunction(lua, describeHandle);
            lua_setfield(lua, -2, "__tostring");
        }
        lua_setmetatable(lua, -2);
        const auto name = handle.at("name").get<std::string>();
        if (!name.empty() && (name.front() < '0' || name.front() > '9')) {
            lua_pushvalue(lua, -1);
            lua_setglobal(lua, name.c_str());
        }
        lua_pushvalue(lua, -1);
        lua_setfield(lua, -3, name.c_str());
        lua_rawseti(lua, -2, ++count);
    }
    lua_setglobal(lua, "handles");
}

int Script::run()
{
    lua_State* lua = m_lua.get();
    lua_pushcfunction(lua, keepLine);
    const std::string chunk = '=' + m_name;
    int status = luaL_loadbufferx(lua, m_text.data(), m_text.size(), chunk.c_str(), "t");
    if (status == LUA_OK) {
        lua_sethook(lua, atLine, LUA_MASKLINE, 0);
        status = lua_pcall(lua, 0, 0, 1);
    }
    if (status == LUA_OK)
        return 0;
    lua_sethook(lua, nullptr, 0, 0);
    tellError();
    return 1;
}

void Script::tellError()
{
    lua_State* lua = m_lua.get();
    std::size_t size = 0;
    const char* bytes = lua_tolstring(lua, -1, &size);
    std::string text(bytes ? bytes : "not enough memory", bytes ? size : 17);
    lua_getfield(lua, LUA_REGISTRYINDEX, "byteyard.error.line");
    auto line = static_cast<int>(lua_tointeger(lua, -1));
    // Lua's messages begin with the place already; those of assert and error(…, 0) do not.
    const std::string prefix = m_name + ':';
    if (text.starts_with(prefix)) {
        int told = 0;
        const char* begin = text.data() + prefix.size();
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(begin, end, told);
        if (read.ec == std::errc() && end - read.ptr >= 2 && read.ptr[0] == ':') {
            line = told;
            text.erase(0, static_cast<std::size_t>(read.ptr + 2 - text.data()));
        }
    }
    reporter().error(line, text);
    const std::string message = prefix + std::to_string(line) + ": " + text + '\n';
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, message.data(), message.size());
}

} // namespace byteyard::ipc::actor
