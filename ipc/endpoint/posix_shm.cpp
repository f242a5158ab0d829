#include "ipc/endpoint/posix_shm.h"

#include "ipc/endpoint/held.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace byteyard::ipc {

PosixShmEndpoint::PosixShmEndpoint(const PosixShmOptions& options)
{
    m_path = options.name;
    const int create = options.existing ? 0 : O_CREAT | O_EXCL;
    Fd fd(::shm_open(m_path.c_str(), O_RDWR | create, options.mode));
    if (!fd && options.existing && errno == EACCES)
        fd = Fd(::shm_open(m_path.c_str(), O_RDONLY, 0));
    if (!fd)
        throw EndpointError("shm_open", m_path, errno);
    take(fd.get());
    if (options.existing)
        return;
    ::fchmod(fd.get(), options.mode); // what was asked for, whatever the umask
    // The C library opens a file of tmpfs.
    m_setup.push_back({Call::Openat, fd.get(), -1, fd.get(),
                       "path=" + encodeWord("/dev/shm" + m_path) +
                           " flags=O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC mode=" + octalMode(options.mode)});
    if (::ftruncate(fd.get(), static_cast<off_t>(options.size)) != 0) {
        const int error = errno;
        remove();
        throw EndpointError("ftruncate", m_path, error);
    }
    m_setup.push_back({Call::Ftruncate, fd.get(), -1, 0, "size=" + std::to_string(options.size)});
}

Fd PosixShmEndpoint::end(std::string_view /*port*/, std::span<const TableHolder> /*holders*/) const
{
    Fd fd(::shm_open(m_path.c_str(), O_RDWR, 0));
    if (!fd && errno == EACCES)
        fd = Fd(::shm_open(m_path.c_str(), O_RDONLY, 0));
    if (!fd)
        throw EndpointError("shm_open", m_path, errno);
    return moveHigh(std::move(fd));
}

Fd PosixShmEndpoint::reach(std::span<const TableHolder> holders, int flags) const
{
    // Reading it must not show in its times; that is for owners alone.
    const int quiet = flags == O_RDONLY ? O_NOATIME : 0;
    Fd fd(::shm_open(m_path.c_str(), flags | quiet, 0));
    if (!fd && errno == EPERM)
        fd = Fd(::shm_open(m_path.c_str(), flags, 0));
    if (fd && objectOf(fd.get()) == m_id)
        return fd;
    return reopenHeld(holders, m_id, flags);
}

bool PosixShmEndpoint::hasName() const
{
    struct stat status;
    return ::lstat(("/dev/shm" + m_path).c_str(), &status) == 0 &&
           ObjectId{status.st_dev, status.st_ino} == m_id;
}

bool PosixShmEndpoint::isGone(std::span<const TableHolder> holders) const
{
    return holders.empty() && !hasName();
}

MadeCall PosixShmEndpoint::remove()
{
    const int result = ::shm_unlink(m_path.c_str());
    return {callNamed("unlink"), result == 0 ? 0 : -errno, "path=" + encodeWord("/dev/shm" + m_path), {}};
}

} // namespace byteyard::ipc
