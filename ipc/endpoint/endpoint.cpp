#include "ipc/endpoint/endpoint.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace byteyard::ipc {

EndpointError::EndpointError(std::string call, std::string object, int error, std::string limit)
    : std::runtime_error(call + ' ' + object + ": " + std::string(errnoName(error))), m_call(std::move(call)),
      m_object(std::move(object)), m_error(error), m_limit(std::move(limit))
{
}

Fd Endpoint::end(std::string_view /*port*/, std::span<const TableHolder> /*holders*/) const
{
    return {};
}

std::vector<ObjectKey> Endpoint::keys() const
{
    const std::vector<ObjectId> all = objects();
    return {all.begin(), all.end()};
}

void Endpoint::closeEnds() noexcept
{
    for (Fd& end : m_ends)
        end.reset();
}

std::optional<Fill> Endpoint::fill(std::span<const TableHolder> /*holders*/)
{
    return std::nullopt;
}

std::optional<Look> Endpoint::look(const LookContext& context)
{
    const std::optional<Fill> seen = fill(context.holders);
    if (!seen)
        return std::nullopt;
    Look look;
    look.fill = *seen;
    return look;
}

Contents Endpoint::peek(std::span<const TableHolder> /*holders*/, Way /*way*/, std::uint64_t /*offset*/,
                        std::size_t /*size*/)
{
    return Contents::unavailable("unsupported");
}

MadeCall Endpoint::write(std::span<const TableHolder> /*holders*/, const WriteRequest& /*request*/)
{
    return {Call::Other, -EOPNOTSUPP, {}, {}};
}

MadeCall Endpoint::setCapacity(std::span<const TableHolder> /*holders*/, std::uint64_t /*bytes*/)
{
    return {Call::Fcntl, -EOPNOTSUPP, {}, {}};
}

MadeCall Endpoint::setLimit(std::span<const TableHolder> /*holders*/, const std::string& /*name*/,
                            std::uint64_t /*value*/)
{
    return {Call::Other, -EOPNOTSUPP, {}, {}};
}

MadeCall Endpoint::setValue(std::span<const TableHolder> /*holders*/, std::size_t /*index*/,
                            std::uint64_t /*value*/)
{
    return {Call::Other, -EOPNOTSUPP, {}, {}};
}

MadeCall Endpoint::remove()
{
    return {Call::Other, -EOPNOTSUPP, {}, {}};
}

Call callNamed(std::string_view name) noexcept
{
    return callFromName(name).value_or(Call::Other);
}

MadeCall unlinkCall(const std::string& path)
{
    const int result = ::unlink(path.c_str());
    return {callNamed("unlink"), result == 0 ? 0 : -errno, "path=" + encodeWord(path), {}};
}

std::string octalMode(mode_t mode)
{
    std::array<char, 8> octal;
    std::snprintf(octal.data(), octal.size(), "%04o", mode & 07777u);
    return octal.data();
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
