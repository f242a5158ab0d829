#include "ipc/wire/event_record.h"
#include "ipc/wire/frame.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

using namespace byteyard::ipc;

namespace {

/// Records are read until one is refused; what is accepted is written back as the same bytes.
void readRecords(std::span<const std::byte> payload)
{
    std::size_t size = 0;
    while (const auto event = wire::readRecord(payload, size)) {
        std::vector<std::byte> written;
        wire::appendRecord(*event, written);
        if (!std::ranges::equal(written, payload.first(size)))
            std::abort();
        static_cast<void>(callInfo(event->call).name.size());
        static_cast<void>(detailValue(event->detail, "path"));
        payload = payload.subspan(size);
    }
}

} // namespace

/// The first byte says in what pieces the rest arrives, as a socket would give it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::size_t piece = data[0] == 0 ? size : data[0];
    std::span bytes = std::as_bytes(std::span(data + 1, size - 1));
    wire::FrameReader reader;
    while (!bytes.empty()) {
        const std::span<std::byte> room = reader.writable(piece);
        const std::size_t count = std::min({piece, bytes.size(), room.size()});
        std::memcpy(room.data(), bytes.data(), count);
        reader.commit(count);
        bytes = bytes.subspan(count);
        wire::Frame frame;
        while (reader.next(frame)) {
            if (frame.payload.size() > wire::maxPayload)
                std::abort();
            if (frame.kind == wire::FrameKind::Events)
                readRecords(frame.payload);
        }
        if (reader.isBroken())
            return 0;
    }
    return 0;
}
