#include "ipc/capture/kernel_capture.h"

namespace byteyard::ipc {

std::string KernelCapture::whyNot()
{
    return "this engine was built without eBPF (clang or libbpf was missing)";
}

std::unique_ptr<KernelCapture> KernelCapture::open(std::size_t /*dataBytes*/, std::size_t /*ringBytes*/,
                                                   std::string& why)
{
    why = whyNot();
    return nullptr;
}

} // namespace byteyard::ipc
