#include "ipc/endpoint/fifo.h"

#include "ipc/endpoint/pipe_probe.h"
#include "ipc/host/process_scan.h"

#include <cerrno>
#include <climits>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

namespace byteyard::ipc {

namespace {

/// Opening either side of a FIFO would release whoever waits for a partner, unless both sides are open
/// already.
bool bothSidesOpen(std::span<const TableHolder> holders)
{
    bool reads = false;
    bool writes = false;
    for (const TableHolder& holder : holders) {
        const std::optional<int> flags = host::descriptorFlags("/proc", holder.pid, holder.fd);
        if (!flags)
            continue;
        reads = reads || (*flags & O_ACCMODE) != O_WRONLY;
        writes = writes || (*flags & O_ACCMODE) != O_RDONLY;
    }
    return reads && writes;
}

} // namespace

FifoEndpoint::FifoEndpoint(std::string path, mode_t mode)
{
    m_path = std::move(path);
    m_created = ::mkfifo(m_path.c_str(), mode) == 0;
    if (!m_created && errno != EEXIST)
        throw EndpointError("mkfifo", m_path, errno);
    struct stat status;
    if (::lstat(m_path.c_str(), &status) != 0)
        throw EndpointError("lstat", m_path, errno);
    if (!S_ISFIFO(status.st_mode))
        throw EndpointError("mkfifo", m_path, EEXIST);
    m_id = {status.st_dev, status.st_ino};
    if (!m_created)
        return;
    ::chmod(m_path.c_str(), mode); // what was asked for, whatever the umask
    std::array<char, 8> octal;
    std::snprintf(octal.data(), octal.size(), "%04o", mode & 07777u);
    m_setup.push_back({Call::Mkfifo, -1, -1, 0, "path=" + encodeWord(m_path) + " mode=" + octal.data()});
}

FifoEndpoint::FifoEndpoint(std::string path, ObjectId id)
{
    m_path = std::move(path);
    m_id = id;
}

std::optional<Fill> FifoEndpoint::fill(std::span<const TableHolder> holders)
{
    if (holders.empty())
        return Fill{};
    if (!bothSidesOpen(holders))
        return std::nullopt;
    const Fd fd = reopenPipeEnd(holders, m_id, O_WRONLY);
    return fd ? std::optional(pipeFill(fd.get())) : std::nullopt;
}

Contents FifoEndpoint::peek(std::span<const TableHolder> holders, Way /*way*/, std::uint64_t offset,
                            std::size_t size)
{
    if (holders.empty())
        return Contents::unavailable("no-holder");
    if (!bothSidesOpen(holders))
        return Contents::unavailable("one-sided");
    const Fd fd = reopenPipeEnd(holders, m_id, O_RDONLY);
    return fd ? pipePeek(fd.get(), offset, size) : Contents::unavailable("refused");
}

ssize_t FifoEndpoint::write(std::span<const TableHolder> holders, Way /*way*/,
                            std::span<const std::byte> bytes)
{
    const Fd fd = bothSidesOpen(holders) ? reopenPipeEnd(holders, m_id, O_WRONLY) : Fd();
    if (!fd)
        return -ENXIO;
    const ssize_t written = ::write(fd.get(), bytes.data(), bytes.size());
    return written >= 0 ? written : -errno;
}

std::uint64_t FifoEndpoint::setCapacity(std::span<const TableHolder> holders, std::uint64_t bytes)
{
    const Fd fd = bothSidesOpen(holders) ? reopenPipeEnd(holders, m_id, O_WRONLY) : Fd();
    if (!fd)
        throw EndpointError("open", m_path, ENXIO);
    const int made =
        bytes > INT_MAX ? (errno = EINVAL, -1) : ::fcntl(fd.get(), F_SETPIPE_SZ, static_cast<int>(bytes));
    if (made < 0)
        throw EndpointError("fcntl(F_SETPIPE_SZ)", m_path, errno);
    return static_cast<std::uint64_t>(made);
}

void FifoEndpoint::remove() noexcept
{
    struct stat status;
    if (m_created && ::lstat(m_path.c_str(), &status) == 0 && ObjectId{status.st_dev, status.st_ino} == m_id)
        ::unlink(m_path.c_str());
}

} // namespace byteyard::ipc
