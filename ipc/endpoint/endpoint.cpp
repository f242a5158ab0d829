#include "ipc/endpoint/endpoint.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace byteyard::ipc {

EndpointError::EndpointError(std::string call, std::string object, int error)
    : std::runtime_error(call + ' ' + object + ": " + std::string(errnoName(error))), m_call(std::move(call)),
      m_object(std::move(object)), m_error(error)
{
}

Fd Endpoint::end(std::string_view /*port*/, std::span<const TableHolder> /*holders*/) const
{
    return {};
}

void Endpoint::closeEnds() noexcept
{
    for (Fd& end : m_ends)
        end.reset();
}

std::uint64_t Endpoint::setCapacity(std::span<const TableHolder> /*holders*/, std::uint64_t /*bytes*/)
{
    throw EndpointError("fcntl", std::string(kind()), EOPNOTSUPP);
}

ObjectId objectOf(int fd)
{
    struct stat status;
    if (::fstat(fd, &status) != 0)
        throw EndpointError("fstat", std::to_string(fd), errno);
    return {status.st_dev, status.st_ino};
}

Fd highCopy(int fd)
{
    constexpr int firstHigh = 256;
    Fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, firstHigh));
    if (!copy)
        throw EndpointError("fcntl", std::to_string(fd), errno);
    return copy;
}

Fd moveHigh(Fd fd)
{
    return highCopy(fd.get());
}

} // namespace byteyard::ipc
