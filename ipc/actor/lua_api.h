#pragma once

#include "ipc/actor/lua_headers.h"

#include <cstdint>
#include <string>
#include <string_view>

// What the functions of a script have in common: how arguments are read and results given. Wrong arguments
// end the script (luaL_error); what the kernel refuses is a value: nil, "EAGAIN", text. The Lua library in
// use throws C++ exceptions, so that destructors run.

namespace byteyard::ipc::actor {

/// nil, the name of `error`, its text.
int pushError(lua_State* lua, int error);
/// The result of a system call: an integer, or errno as pushError.
int pushNumber(lua_State* lua, long long result);
/// The result of a system call that says no more than whether it was done: true, or errno as pushError.
int pushDone(lua_State* lua, long long result);

/// An integer from `lowest` to `highest`; ends the script otherwise.
long long checkRange(lua_State* lua, int argument, long long lowest, long long highest);
int checkInt(lua_State* lua, int argument);
int optInt(lua_State* lua, int argument, int otherwise);
unsigned checkUnsigned(lua_State* lua, int argument);
unsigned optUnsigned(lua_State* lua, int argument, unsigned otherwise);
/// How many bytes to make room for: 0 to 256 MiB.
std::size_t checkSize(lua_State* lua, int argument);
std::string_view checkBytes(lua_State* lua, int argument);
/// Text without NULs, for a call that takes a C string.
const char* checkText(lua_State* lua, int argument);
/// Seconds, as a duration that is not negative.
struct timespec checkDuration(lua_State* lua, int argument);
/// Seconds from now, as the absolute CLOCK_REALTIME that timed calls take.
struct timespec checkDeadline(lua_State* lua, int argument);

/// A descriptor's number, or a handle that has one.
int checkFd(lua_State* lua, int argument);
/// A System V id, or a handle that has one.
int checkId(lua_State* lua, int argument);
/// A System V key: a number, "0x4d51", or a handle that has one.
int checkKey(lua_State* lua, int argument);
/// A path or a POSIX name, or a handle that has one.
const char* checkPath(lua_State* lua, int argument);

/// A member of the table at `table`, which must be an integer in the range when it is there. Ends the script
/// when it is not there and `otherwise` is null.
long long fieldInteger(lua_State* lua, int table, const char* name, long long lowest, long long highest,
                       const long long* otherwise);
void setField(lua_State* lua, const char* name, long long value);
void setField(lua_State* lua, const char* name, std::string_view value);

/// A buffer of Lua's own that a call fills: nothing is copied twice.
char* prepareBuffer(lua_State* lua, luaL_Buffer& buffer, std::size_t size);

/// Functions by name; the list ends with a null name. Each becomes a global whose end is a safe point for
/// signals.
void addCalls(lua_State* lua, const luaL_Reg* functions);

} // namespace byteyard::ipc::actor
