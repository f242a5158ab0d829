#include "ipc/engine/runtime_directory.h"

#include "ipc/endpoint/endpoint.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/random.h>
#include <sys/stat.h>

namespace byteyard::ipc::engine {

std::string runtimeDirectory()
{
    const char* xdg = std::getenv("XDG_RUNTIME_DIR");
    const std::string path =
        xdg && xdg[0] == '/' ? std::string(xdg) + "/byteyard" : "/tmp/byteyard-" + std::to_string(::getuid());
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        throw EndpointError("mkdir", path, errno);
    struct stat status;
    if (::lstat(path.c_str(), &status) != 0)
        throw EndpointError("lstat", path, errno);
    if (!S_ISDIR(status.st_mode))
        throw EndpointError("mkdir", path, ENOTDIR);
    // Another's directory in /tmp could make us write, and remove, where that one likes.
    if (status.st_uid != ::getuid() || (status.st_mode & 0077) != 0)
        throw EndpointError("mkdir", path, EPERM);
    return path;
}

std::string randomWord()
{
    std::uint64_t bits = 0;
    if (::getrandom(&bits, sizeof bits, 0) != sizeof bits)
        throw EndpointError("getrandom", "", errno);
    std::array<char, 17> text;
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(bits));
    return text.data();
}

} // namespace byteyard::ipc::engine
