#pragma once

#include "ipc/capture/kernel_capture.h"
#include "ipc/capture/tracer.h"

#include <string_view>

namespace byteyard::ipc::engine {

/// How a run is captured.
struct CaptureChoice
{
    std::string mode; ///< "ptrace", "ebpf" or "sampled"; empty: what was asked for cannot be had
    Following following = Following::Exact;
    std::string why;                       ///< why not the best one, or why not what was asked for
    std::unique_ptr<KernelCapture> kernel; ///< of "ebpf"
};

/// `wanted` is "auto", "ptrace", "ebpf" or "sampled".
CaptureChoice chooseCapture(std::string_view wanted, std::size_t dataBytes);

/// A way to capture, and why this engine cannot go it; empty when it can.
struct CaptureAbility
{
    std::string_view mode;
    std::string whyNot;
};
std::vector<CaptureAbility> captureAbilities();

} // namespace byteyard::ipc::engine
