#include "ipc/engine/capture_choice.h"

namespace byteyard::ipc::engine {

namespace {

constexpr std::string_view noSampling = "not built into this engine";

} // namespace

CaptureChoice chooseCapture(std::string_view wanted, std::size_t dataBytes)
{
    CaptureChoice choice;
    if (wanted == "sampled") {
        choice.why = noSampling;
        return choice;
    }
    if (wanted == "ptrace") {
        choice.mode = wanted;
        return choice;
    }
    choice.kernel = KernelCapture::open(dataBytes, KernelCapture::usualRing, choice.why);
    if (choice.kernel) {
        choice.mode = "ebpf";
    } else if (wanted == "auto") {
        choice.mode = "ptrace";
        choice.why = "no eBPF: " + choice.why;
    }
    return choice;
}

std::vector<CaptureAbility> captureAbilities()
{
    return {{"auto", {}},
            {"ptrace", {}},
            {"ebpf", KernelCapture::whyNot()},
            {"sampled", std::string(noSampling)}};
}

} // namespace byteyard::ipc::engine
