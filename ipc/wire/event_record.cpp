#include "ipc/wire/event_record.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace byteyard::ipc::wire {

static_assert(std::endian::native == std::endian::little, "records are written as they lie in memory");

namespace {

/// The fixed part, as it lies in a record.
struct Header
{
    std::uint32_t size;
    std::uint16_t call;
    std::uint8_t how;
    std::uint8_t dataState;
    std::uint64_t seq;
    std::uint64_t time;
    std::uint64_t duration;
    std::uint32_t process;
    std::int32_t pid;
    std::int32_t tid;
    std::int32_t fd;
    std::int32_t fd2;
    std::uint32_t endpoint;
    std::uint32_t endpoint2;
    std::int32_t error;
    std::int64_t result;
    std::uint64_t requested;
    std::uint32_t dataSize;
    std::uint16_t detailSize;
    std::uint16_t zero;
};
static_assert(sizeof(Header) == recordHeaderSize);

std::size_t padded(std::size_t size)
{
    return (size + 7) & ~std::size_t{7};
}

EventView viewOf(const Header& h, const std::byte* record)
{
    EventView e;
    e.seq = h.seq;
    e.time = h.time;
    e.duration = h.duration;
    e.process = h.process;
    e.pid = h.pid;
    e.tid = h.tid;
    e.call = static_cast<Call>(h.call);
    e.how = static_cast<How>(h.how);
    e.dataState = static_cast<DataState>(h.dataState);
    e.fd = h.fd;
    e.fd2 = h.fd2;
    e.endpoint = h.endpoint;
    e.endpoint2 = h.endpoint2;
    e.result = h.result;
    e.error = h.error;
    e.requested = h.requested;
    e.detail = {reinterpret_cast<const char*>(record) + recordHeaderSize, h.detailSize};
    e.data = {record + recordHeaderSize + h.detailSize, h.dataSize};
    return e;
}

} // namespace

void appendRecord(const EventView& event, std::vector<std::byte>& out)
{
    const std::size_t detailSize = std::min(event.detail.size(), maxDetailSize);
    const std::size_t dataSize = std::min(event.data.size(), maxDataSize);
    const std::size_t size = padded(recordHeaderSize + detailSize + dataSize);
    Header h{};
    h.size = static_cast<std::uint32_t>(size);
    h.call = static_cast<std::uint16_t>(event.call);
    h.how = static_cast<std::uint8_t>(event.how);
    h.dataState =
        static_cast<std::uint8_t>(dataSize < event.data.size() ? DataState::Truncated : event.dataState);
    h.seq = event.seq;
    h.time = event.time;
    h.duration = event.duration;
    h.process = event.process;
    h.pid = event.pid;
    h.tid = event.tid;
    h.fd = event.fd;
    h.fd2 = event.fd2;
    h.endpoint = event.endpoint;
    h.endpoint2 = event.endpoint2;
    h.error = event.error;
    h.result = event.result;
    h.requested = event.requested;
    h.dataSize = static_cast<std::uint32_t>(dataSize);
    h.detailSize = static_cast<std::uint16_t>(detailSize);

    const std::size_t at = out.size();
    out.resize(at + size); // zero-filled, so the padding is
    std::byte* to = out.data() + at;
    std::memcpy(to, &h, sizeof h);
    if (detailSize > 0)
        std::memcpy(to + recordHeaderSize, event.detail.data(), detailSize);
    if (dataSize > 0)
        std::memcpy(to + recordHeaderSize + detailSize, event.data.data(), dataSize);
}

std::optional<EventView> readRecord(std::span<const std::byte> bytes, std::size_t& size) noexcept
{
    Header h;
    if (bytes.size() < sizeof h)
        return std::nullopt;
    std::memcpy(&h, bytes.data(), sizeof h);
    if (h.size > bytes.size() || h.call >= static_cast<std::uint16_t>(Call::Count_) ||
        h.how > static_cast<std::uint8_t>(How::Unobserved) ||
        h.dataState > static_cast<std::uint8_t>(DataState::Unreadable) || h.zero != 0 ||
        h.dataSize > maxDataSize || h.detailSize > maxDetailSize)
        return std::nullopt;
    const std::size_t used = recordHeaderSize + h.detailSize + h.dataSize;
    if (h.size != padded(used))
        return std::nullopt;
    const auto padding = bytes.subspan(used, h.size - used);
    if (std::any_of(padding.begin(), padding.end(), [](std::byte b) { return b != std::byte{0}; }))
        return std::nullopt;
    size = h.size;
    return viewOf(h, bytes.data());
}

EventView trustedRecord(const std::byte* record) noexcept
{
    Header h;
    std::memcpy(&h, record, sizeof h);
    return viewOf(h, record);
}

} // namespace byteyard::ipc::wire
