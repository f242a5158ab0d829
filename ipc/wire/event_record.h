#pragma once

#include "ipc/capture/event.h"

#include <optional>

namespace byteyard::ipc::wire {

/// An event as it crosses the wire and as the event store keeps it. Little-endian, 8-byte aligned:
///
///     0 u32 size of the record, a multiple of 8     48 i32 fd2
///     4 u16 call                                    52 u32 endpoint
///     6 u8  how                                     56 u32 endpoint2
///     7 u8  dataState                               60 i32 error
///     8 u64 seq                                     64 i64 result
///    16 u64 time                                    72 u64 requested
///    24 u64 duration                                80 u32 size of data
///    32 u32 process                                 84 u16 size of detail
///    36 i32 pid                                     86 u16 zero
///    40 i32 tid                                     88 detail, data, zeros up to the size
///    44 i32 fd
inline constexpr std::size_t recordHeaderSize = 88;
inline constexpr std::size_t maxDataSize = 65536;
inline constexpr std::size_t maxDetailSize = 8192;
inline constexpr std::size_t maxRecordSize = recordHeaderSize + maxDetailSize + maxDataSize;

/// Appends the record of `event` to `out`. A detail or data over its maximum is cut (and dataState says so).
void appendRecord(const EventView& event, std::vector<std::byte>& out);

/// Reads the record at the head of `bytes`; it borrows from `bytes`. Nothing if a length, an enum or the
/// padding is not as above. `size` gets the record's size.
std::optional<EventView> readRecord(std::span<const std::byte> bytes, std::size_t& size) noexcept;

/// Reads a record that has been checked before (in the event store).
EventView trustedRecord(const std::byte* record) noexcept;

} // namespace byteyard::ipc::wire
