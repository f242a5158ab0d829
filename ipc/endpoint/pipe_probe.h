#pragma once

#include "ipc/endpoint/endpoint.h"

namespace byteyard::ipc {

/// Bytes, capacity and whether they are as many, so that a write would block, by a write end (looking through
/// a read end could cost a SIGPIPE). A pipe whose pages are all in use though not full is not known to be so.
Fill pipeFill(int writeEnd, bool hasReaders);

/// What is in it, by tee(2) into a scratch pipe. The caller sees to it that no reader goes while `readEnd` is
/// open.
Contents pipePeek(int readEnd, std::uint64_t offset, std::size_t size);

/// fcntl(2), F_SETPIPE_SZ; ENXIO when there is no descriptor.
MadeCall setPipeSize(int fd, std::uint64_t bytes);

bool anyReads(std::span<const TableHolder> holders);

} // namespace byteyard::ipc
