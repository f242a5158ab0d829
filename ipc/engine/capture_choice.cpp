#include "ipc/engine/capture_choice.h"

namespace byteyard::ipc::engine {

CaptureChoice chooseCapture(std::string_view wanted, std::size_t dataBytes)
{
    CaptureChoice choice;
    if (wanted == "sampled" || wanted == "ptrace") {
        choice.mode = wanted;
        choice.following = wanted == "sampled" ? Following::Sampled : Following::Exact;
        choice.why = "as it was asked for";
        return choice;
    }
    choice.kernel = KernelCapture::open(dataBytes, KernelCapture::usualRing, choice.why);
    if (choice.kernel) {
        choice.mode = "ebpf";
    } else if (wanted == "auto") {
        choice.mode = "ptrace";
        choice.following = Following::Switchable; // a budget is kept
        choice.why = "no eBPF: " + choice.why;
    }
    return choice;
}

std::vector<CaptureAbility> captureAbilities()
{
    return {{"auto", {}}, {"ptrace", {}}, {"ebpf", KernelCapture::whyNot()}, {"sampled", {}}};
}

} // namespace byteyard::ipc::engine
