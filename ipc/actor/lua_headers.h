#pragma once

// Not lua.hpp: the names of the library that is built as C++ are C's on Debian 12 (its luaconf.h says so) and
// C++'s on Ubuntu 24.04.
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
