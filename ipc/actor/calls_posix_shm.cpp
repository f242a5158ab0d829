#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"
#include "ipc/actor/mapping.h"
#include "ipc/actor/reporter.h"

#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace byteyard::ipc::actor {

namespace {

int callShmOpen(lua_State* lua)
{
    const char* name = checkPath(lua, 1);
    return pushNumber(lua, ::shm_open(name, optInt(lua, 2, O_RDWR), optUnsigned(lua, 3, 0600)));
}

int callShmUnlink(lua_State* lua)
{
    return pushDone(lua, ::shm_unlink(checkPath(lua, 1)));
}

int callMemfdCreate(lua_State* lua)
{
    const char* name = checkText(lua, 1);
    return pushNumber(lua, ::memfd_create(name, optUnsigned(lua, 2, 0)));
}

/// mmap(fd or nil, size [, protection [, flags [, offset]]]): a mapping.
int callMmap(lua_State* lua)
{
    const bool isAnonymous = lua_isnil(lua, 1);
    const int fd = isAnonymous ? -1 : checkFd(lua, 1);
    const auto size = static_cast<std::size_t>(checkRange(lua, 2, 0, LLONG_MAX));
    const int protection = optInt(lua, 3, PROT_READ | PROT_WRITE);
    const int flags = optInt(lua, 4, isAnonymous ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED);
    const long long offset = luaL_optinteger(lua, 5, 0);
    void* base = ::mmap(nullptr, size, protection, flags, fd, offset);
    if (base == MAP_FAILED)
        return pushError(lua, errno);
    MappedMemory& memory = pushMapping(lua);
    memory.base = static_cast<std::byte*>(base);
    memory.size = size;
    memory.fileOffset = static_cast<std::uint64_t>(offset);
    // Which object this is, for the records of loads and stores.
    struct stat status;
    if ((flags & MAP_ANONYMOUS) == 0 && (flags & MAP_TYPE) != MAP_PRIVATE && ::fstat(fd, &status) == 0) {
        memory.object = reporter().mappingOf(ObjectKind::Inode, status.st_ino, status.st_dev);
        memory.isRecorded = true;
    }
    return 1;
}

int callMunmap(lua_State* lua)
{
    MappedMemory& memory = checkMapping(lua, 1);
    const int result = ::munmap(memory.base, memory.size);
    if (result == 0)
        memory.base = nullptr;
    return pushDone(lua, result);
}

constexpr std::array<luaL_Reg, 6> posixShmCalls{{{"shm_open", callShmOpen},
                                                 {"shm_unlink", callShmUnlink},
                                                 {"memfd_create", callMemfdCreate},
                                                 {"mmap", callMmap},
                                                 {"munmap", callMunmap},
                                                 {nullptr, nullptr}}};

} // namespace

void addPosixShmCalls(lua_State* lua)
{
    addCalls(lua, posixShmCalls.data());
}

} // namespace byteyard::ipc::actor
