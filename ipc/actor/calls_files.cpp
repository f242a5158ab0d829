#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"

#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace byteyard::ipc::actor {

namespace {

int callOpen(lua_State* lua)
{
    const char* path = checkPath(lua, 1);
    return pushNumber(lua, ::open(path, optInt(lua, 2, O_RDONLY), optUnsigned(lua, 3, 0666)));
}

int callRead(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const std::size_t size = checkSize(lua, 2);
    luaL_Buffer buffer;
    char* bytes = prepareBuffer(lua, buffer, size);
    const ssize_t got = ::read(fd, bytes, size);
    if (got < 0)
        return pushError(lua, errno);
    luaL_pushresultsize(&buffer, static_cast<std::size_t>(got));
    return 1;
}

int callWrite(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    const std::string_view bytes = checkBytes(lua, 2);
    return pushNumber(lua, ::write(fd, bytes.data(), bytes.size()));
}

/// print(...): one write(2) to 1, tabs between and a newline after.
int callPrint(lua_State* lua)
{
    const int count = lua_gettop(lua);
    std::string line;
    for (int i = 1; i <= count; ++i) {
        std::size_t size = 0;
        const char* text = luaL_tolstring(lua, i, &size);
        line.append(i > 1 ? "\t" : "").append(text, size);
        lua_pop(lua, 1);
    }
    line += '\n';
    return pushNumber(lua, ::write(STDOUT_FILENO, line.data(), line.size()));
}

int callClose(lua_State* lua)
{
    return pushDone(lua, ::close(checkFd(lua, 1)));
}

int callLseek(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    return pushNumber(lua, ::lseek(fd, luaL_checkinteger(lua, 2), optInt(lua, 3, SEEK_SET)));
}

int callFtruncate(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    return pushDone(lua, ::ftruncate(fd, luaL_checkinteger(lua, 2)));
}

int callMkfifo(lua_State* lua)
{
    const char* path = checkPath(lua, 1);
    return pushDone(lua, ::mkfifo(path, optUnsigned(lua, 2, 0666)));
}

int callUnlink(lua_State* lua)
{
    return pushDone(lua, ::unlink(checkPath(lua, 1)));
}

int callFlock(lua_State* lua)
{
    const int fd = checkFd(lua, 1);
    return pushDone(lua, ::flock(fd, checkInt(lua, 2)));
}

constexpr std::array<luaL_Reg, 11> filesCalls{{{"open", callOpen},
                                               {"read", callRead},
                                               {"write", callWrite},
                                               {"print", callPrint},
                                               {"close", callClose},
                                               {"lseek", callLseek},
                                               {"ftruncate", callFtruncate},
                                               {"mkfifo", callMkfifo},
                                               {"unlink", callUnlink},
                                               {"flock", callFlock},
                                               {nullptr, nullptr}}};

} // namespace

void addFileCalls(lua_State* lua)
{
    addCalls(lua, filesCalls.data());
}

} // namespace byteyard::ipc::actor
