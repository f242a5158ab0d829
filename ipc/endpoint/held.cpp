#include "ipc/endpoint/held.h"

#include "ipc/host/process_scan.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace byteyard::ipc {

Fd reopenHeld(std::span<const TableHolder> holders, ObjectId id, int flags)
{
    for (const TableHolder& holder : holders) {
        if (holder.fd < 0)
            continue;
        const std::string path = "/proc/" + std::to_string(holder.pid) + "/fd/" + std::to_string(holder.fd);
        struct stat status;
        // Looked at first: opening what has taken its number meanwhile could do something to it.
        if (::stat(path.c_str(), &status) != 0 || ObjectId{status.st_dev, status.st_ino} != id)
            continue;
        Fd fd(::open(path.c_str(), flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
        if (fd && ::fstat(fd.get(), &status) == 0 && ObjectId{status.st_dev, status.st_ino} == id)
            return fd;
    }
    return {};
}

Fd copyHeld(const TableHolder& holder)
{
    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, holder.pid, 0)));
    return pidfd && holder.fd >= 0
               ? Fd(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd.get(), holder.fd, 0)))
               : Fd();
}

Fd borrowHeld(std::span<const TableHolder> holders, std::uint64_t inode)
{
    for (const TableHolder& holder : holders) {
        if (inode == 0 || holder.fd < 0 || host::anonymousInode("/proc", holder.pid, holder.fd) != inode)
            continue;
        Fd copy = copyHeld(holder);
        if (copy && objectOf(copy.get()).inode == inode)
            return copy;
    }
    return {};
}

Contents readAt(int fd, std::uint64_t total, std::uint64_t offset, std::size_t size)
{
    Contents contents;
    contents.available = true;
    contents.total = total;
    if (offset >= total)
        return contents;
    contents.bytes.resize(std::min<std::uint64_t>(size, total - offset));
    const ssize_t got = ::pread(fd, contents.bytes.data(), contents.bytes.size(), static_cast<off_t>(offset));
    contents.bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return contents;
}

} // namespace byteyard::ipc
