#include "ipc/endpoint/pipe.h"

#include "ipc/endpoint/held.h"
#include "ipc/endpoint/pipe_probe.h"

#include <cerrno>
#include <fcntl.h>

namespace byteyard::ipc {

PipeEndpoint::PipeEndpoint(const PipeOptions& options) : m_packets(options.packets)
{
    std::array<int, 2> ends;
    if (::pipe2(ends.data(), O_CLOEXEC | (options.packets ? O_DIRECT : 0)) != 0)
        throw EndpointError("pipe2", "pipe", errno);
    Fd read(ends[0]);
    Fd write(ends[1]);
    m_ends = {moveHigh(std::move(read)), moveHigh(std::move(write))};
    m_id = objectOf(m_ends[0].get());
    m_setup.push_back({Call::Pipe2, m_ends[0].get(), m_ends[1].get(), 0,
                       options.packets ? "flags=O_CLOEXEC|O_DIRECT" : "flags=O_CLOEXEC"});
    if (options.capacity > 0) {
        const MadeCall made = setCapacity({}, options.capacity);
        if (made.result < 0)
            throw EndpointError("fcntl(F_SETPIPE_SZ)", "pipe", static_cast<int>(-made.result), made.limit);
        m_setup.push_back({made.call, m_ends[1].get(), -1, made.result, made.detail});
    }
}

Fd PipeEndpoint::end(std::string_view port, std::span<const TableHolder> holders) const
{
    const bool reads = port == "read";
    if (const Fd& own = m_ends[reads ? 0 : 1])
        return highCopy(own.get());
    Fd fd = reopenHeld(holders, m_id, (reads ? O_RDONLY : O_WRONLY) | (m_packets ? O_DIRECT : 0));
    if (!fd)
        return {};
    // Non-blocking was for the open alone; the description is new, so that nobody else sees the change.
    ::fcntl(fd.get(), F_SETFL, m_packets ? O_DIRECT : 0);
    return moveHigh(std::move(fd));
}

std::optional<Fill> PipeEndpoint::fill(std::span<const TableHolder> holders)
{
    if (m_ends[1])
        return pipeFill(m_ends[1].get(), true);
    if (holders.empty())
        return Fill{};
    const Fd fd = reopenHeld(holders, m_id, O_WRONLY);
    return fd ? std::optional(pipeFill(fd.get(), anyReads(holders))) : std::nullopt;
}

Contents PipeEndpoint::peek(std::span<const TableHolder> holders, Way /*way*/, std::uint64_t offset,
                            std::size_t size)
{
    if (!anyReads(holders)) // a read end of ours would save a writer from its SIGPIPE
        return Contents::unavailable(holders.empty() ? "no-holder" : "no-reader");
    const Fd fd = reopenHeld(holders, m_id, O_RDONLY);
    return fd ? pipePeek(fd.get(), offset, size) : Contents::unavailable("refused");
}

MadeCall PipeEndpoint::write(std::span<const TableHolder> holders, const WriteRequest& request)
{
    const Fd fd = reopenHeld(holders, m_id, O_WRONLY);
    if (!fd)
        return {Call::Write, -ENXIO, {}, {}};
    const ssize_t written = ::write(fd.get(), request.bytes.data(), request.bytes.size());
    return {Call::Write, written >= 0 ? written : -errno, {}, {}};
}

MadeCall PipeEndpoint::setCapacity(std::span<const TableHolder> holders, std::uint64_t bytes)
{
    if (m_ends[1])
        return setPipeSize(m_ends[1].get(), bytes);
    return setPipeSize(reopenHeld(holders, m_id, O_WRONLY).get(), bytes);
}

} // namespace byteyard::ipc
