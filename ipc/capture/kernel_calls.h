#pragma once

#include "ipc/capture/bpf/record.h"
#include "ipc/capture/call_table.h"

namespace byteyard::ipc {

/// A row as the kernel's side of the capture has it (bpf/capture.bpf.c). `on` is BYTEYARD_ON_NOTHING for
/// restart_syscall(2) alone.
byteyard_call kernelCall(const CallRow& row) noexcept;

} // namespace byteyard::ipc
