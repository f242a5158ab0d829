#pragma once

#include "ipc/actor/lua_headers.h"

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace byteyard::ipc::actor {

/// A Lua state with nothing in it but the basic, string, table, math and utf8 libraries, the system calls,
/// and what the engine tells of the actor's edges.
class Script
{
public:
    /// From the channel's JSON {name, script, fields, handles}. Throws std::runtime_error when it is not
    /// that.
    explicit Script(const nlohmann::json& description);

    /// Runs it; returns the exit code: 0, or 1 after an error, which is on stderr and in the channel.
    int run();

private:
    void addLibraries();
    void addFields(const nlohmann::json& fields);
    void addHandles(const nlohmann::json& handles);
    void tellError();

    std::string m_name; ///< as Lua shows it
    std::string m_text;
    std::unique_ptr<lua_State, decltype(&lua_close)> m_lua;
};

} // namespace byteyard::ipc::actor
