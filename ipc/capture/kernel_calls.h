#pragma once

#include "ipc/capture/bpf/record.h"
#include "ipc/capture/call_table.h"

namespace byteyard::ipc {

/// A row as the kernel's side of the capture has it (bpf/capture.bpf.c). `on` is BYTEYARD_ON_NOTHING for a
/// call that is left to ptrace: those that change who has what, since the table must never be behind. What
/// recvmsg(2) brings and epoll_ctl(2) watches is known when their records are taken.
byteyard_call kernelCall(const CallRow& row) noexcept;

/// Whether the kernel's side tells of it.
inline bool isKernelCall(const CallRow& row) noexcept
{
    return kernelCall(row).on != BYTEYARD_ON_NOTHING;
}

} // namespace byteyard::ipc
