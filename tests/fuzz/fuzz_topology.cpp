#include "model/topology/document.h"
#include "model/topology/topology_file.h"

#include <cstdint>
#include <cstdlib>

using namespace byteyard::model;

/// Whatever the bytes are: a fault has its line and its sentences; what is accepted can be checked, and comes
/// back the same from what is written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const QByteArray text(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const ReadResult read = readTopology(text);
    for (const Fault& fault : read.faults)
        if (fault.line < 1 || fault.what.isEmpty() || fault.remedy.isEmpty())
            std::abort();
    if (!read.ok())
        return 0;
    const QByteArray written = writeTopology(read.topology);
    const ReadResult again = readTopology(written);
    if (!again.ok() || again.topology != read.topology || writeTopology(again.topology) != written)
        std::abort();
    for (const Fault& fault : validate(read.topology))
        if (fault.what.isEmpty() || fault.remedy.isEmpty())
            std::abort();
    return 0;
}
