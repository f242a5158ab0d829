#pragma once

#include "ipc/endpoint/endpoint.h"

namespace byteyard::ipc {

// What is reached through a descriptor of another process, and let go at once.

/// Opens the object anew through a holder's /proc/PID/fd/FD, non-blocking; none unless it leads to `id`.
/// Which side the holder itself has does not matter. Not for sockets.
Fd reopenHeld(std::span<const TableHolder> holders, ObjectId id, int flags);

/// A copy of a holder's descriptor (pidfd_getfd(2)). It shares the open file description: its flags are left
/// alone.
Fd copyHeld(const TableHolder& holder);
/// The same of whoever holds the socket with this inode.
Fd borrowHeld(std::span<const TableHolder> holders, std::uint64_t inode);

/// pread(2) into Contents, of `size` bytes of a file that has `total`.
Contents readAt(int fd, std::uint64_t total, std::uint64_t offset, std::size_t size);

} // namespace byteyard::ipc
