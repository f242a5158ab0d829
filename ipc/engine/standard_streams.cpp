#include "ipc/engine/standard_streams.h"

#include "ipc/endpoint/endpoint.h"

#include <fcntl.h>
#include <unistd.h>

namespace byteyard::ipc::engine {

StandardStreams takeStandardStreams()
{
    StandardStreams taken;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        const int given = STDERR_FILENO + 1 + fd;
        if (::fcntl(given, F_GETFD) < 0)
            continue;
        taken.streams[static_cast<std::size_t>(fd)] = moveHigh(Fd(given));
        taken.group = ::getpgid(::getppid());
    }
    return taken;
}

} // namespace byteyard::ipc::engine
