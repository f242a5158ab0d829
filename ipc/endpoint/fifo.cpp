#include "ipc/endpoint/fifo.h"

#include "ipc/endpoint/held.h"
#include "ipc/endpoint/pipe_probe.h"
#include "ipc/host/process_scan.h"

#include <cerrno>
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

FifoEndpoint::FifoEndpoint(std::string path, mode_t mode, bool existing)
{
    m_path = std::move(path);
    const bool created = !existing && ::mkfifo(m_path.c_str(), mode) == 0;
    if (!existing && !created && errno != EEXIST)
        throw EndpointError("mkfifo", m_path, errno);
    struct stat status;
    if (::lstat(m_path.c_str(), &status) != 0)
        throw EndpointError("lstat", m_path, errno);
    if (!S_ISFIFO(status.st_mode))
        throw EndpointError("mkfifo", m_path, EEXIST);
    m_id = {status.st_dev, status.st_ino};
    if (!created)
        return;
    ::chmod(m_path.c_str(), mode); // what was asked for, whatever the umask
    m_setup.push_back({Call::Mkfifo, -1, -1, 0, "path=" + encodeWord(m_path) + " mode=" + octalMode(mode)});
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
    const Fd fd = reopenHeld(holders, m_id, O_WRONLY);
    return fd ? std::optional(pipeFill(fd.get(), true)) : std::nullopt;
}

Contents FifoEndpoint::peek(std::span<const TableHolder> holders, Way /*way*/, std::uint64_t offset,
                            std::size_t size)
{
    if (holders.empty())
        return Contents::unavailable("no-holder");
    if (!bothSidesOpen(holders))
        return Contents::unavailable("one-sided");
    const Fd fd = reopenHeld(holders, m_id, O_RDONLY);
    return fd ? pipePeek(fd.get(), offset, size) : Contents::unavailable("refused");
}

MadeCall FifoEndpoint::write(std::span<const TableHolder> holders, const WriteRequest& request)
{
    const Fd fd = bothSidesOpen(holders) ? reopenHeld(holders, m_id, O_WRONLY) : Fd();
    if (!fd)
        return {Call::Write, -ENXIO, {}, {}};
    const ssize_t written = ::write(fd.get(), request.bytes.data(), request.bytes.size());
    return {Call::Write, written >= 0 ? written : -errno, {}, {}};
}

MadeCall FifoEndpoint::setCapacity(std::span<const TableHolder> holders, std::uint64_t bytes)
{
    const Fd fd = bothSidesOpen(holders) ? reopenHeld(holders, m_id, O_WRONLY) : Fd();
    return setPipeSize(fd.get(), bytes);
}

std::optional<Look> FifoEndpoint::look(const LookContext& context)
{
    struct stat status;
    if (context.holders.empty() && ::lstat(m_path.c_str(), &status) != 0 && errno == ENOENT) {
        Look gone;
        gone.isRemoved = true;
        return gone;
    }
    return Endpoint::look(context);
}

MadeCall FifoEndpoint::remove()
{
    return unlinkCall(m_path);
}

} // namespace byteyard::ipc
