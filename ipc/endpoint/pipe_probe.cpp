#include "ipc/endpoint/pipe_probe.h"

#include "ipc/host/limits.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>

namespace byteyard::ipc {

Fill pipeFill(int writeEnd, bool hasReaders)
{
    Fill fill;
    int bytes = 0;
    if (::ioctl(writeEnd, FIONREAD, &bytes) == 0 && bytes > 0)
        fill.bytes = static_cast<std::uint64_t>(bytes);
    if (const int capacity = ::fcntl(writeEnd, F_GETPIPE_SZ); capacity > 0)
        fill.capacity = static_cast<std::uint64_t>(capacity);
    // Without readers it would not block but fail. poll(2) would know more, but the kernel remembers for ever
    // that somebody has asked, and wakes the pipe's users at every write from then on (fs/pipe.c,
    // poll_usage).
    fill.writeBlocks = hasReaders && fill.capacity != 0 && fill.bytes >= fill.capacity;
    return fill;
}

Contents pipePeek(int readEnd, std::uint64_t offset, std::size_t size)
{
    Contents contents;
    int bytes = 0;
    std::array<int, 2> ends;
    if (::ioctl(readEnd, FIONREAD, &bytes) != 0 || ::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        contents.why = "refused";
        return contents;
    }
    const Fd scratchRead(ends[0]);
    const Fd scratchWrite(ends[1]);
    contents.available = true;
    contents.total = static_cast<std::uint64_t>(std::max(bytes, 0));
    if (offset >= contents.total || size == 0)
        return contents;
    // As many page slots as the pipe itself has; where the kernel refuses, fewer bytes are shown.
    ::fcntl(scratchWrite.get(), F_SETPIPE_SZ, ::fcntl(readEnd, F_GETPIPE_SZ));
    const std::uint64_t wanted = std::min<std::uint64_t>(contents.total, offset + size);
    const ssize_t copied = ::tee(readEnd, scratchWrite.get(), wanted, SPLICE_F_NONBLOCK);
    if (copied <= 0)
        return contents;
    std::vector<std::byte> all(static_cast<std::size_t>(copied));
    std::size_t come = 0;
    while (come < all.size()) { // a pipe of packets gives one at a time
        const ssize_t got = ::read(scratchRead.get(), all.data() + come, all.size() - come);
        if (got <= 0)
            break;
        come += static_cast<std::size_t>(got);
    }
    if (come > offset)
        contents.bytes.assign(all.begin() + static_cast<std::ptrdiff_t>(offset),
                              all.begin() + static_cast<std::ptrdiff_t>(come));
    return contents;
}

MadeCall setPipeSize(int fd, std::uint64_t bytes)
{
    MadeCall made{Call::Fcntl, 0, "op=F_SETPIPE_SZ size=" + std::to_string(bytes), {}};
    if (fd < 0)
        made.result = -ENXIO;
    else if (bytes > INT_MAX)
        made.result = -EINVAL;
    else if (made.result = ::fcntl(fd, F_SETPIPE_SZ, static_cast<int>(bytes)); made.result < 0)
        made.result = -errno;
    // Above the limit of a pipe, or of all pipes of a user (pipe(7)).
    if (made.result == -EPERM) {
        const std::optional<std::string> most = host::limit("/proc", "pipe-max-size");
        const bool fits = most && bytes <= std::strtoull(most->c_str(), nullptr, 10);
        made.limit = fits ? "pipe-user-pages-soft" : "pipe-max-size";
    }
    return made;
}

bool anyReads(std::span<const TableHolder> holders)
{
    return std::any_of(holders.begin(), holders.end(),
                       [](const TableHolder& holder) { return holder.access != Access::Write; });
}

} // namespace byteyard::ipc
