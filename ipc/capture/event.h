#pragma once

#include "ipc/capture/call.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace byteyard::ipc {

/// How an event came to be known.
enum class How : std::uint8_t {
    Exact,      ///< seen at the call
    Setup,      ///< made by the engine, or by the child before exec, to wire the process
    Injected,   ///< changed by the person
    Unfinished, ///< the call never returned: death or Stop cut it
    Sampled,    ///< of a gap: its sums are what was seen by looking, and at least so much was moved
    Unobserved, ///< of a gap: what was moved is not known
};

/// What `data` holds of the bytes that moved.
enum class DataState : std::uint8_t { None, Complete, Truncated, Unreadable };

/// One completed call of one thread on one endpoint, or a life event. It borrows `detail` and `data`.
struct EventView
{
    std::uint64_t seq = 0;      ///< order of arrival, from 1; claims no cause
    std::uint64_t time = 0;     ///< when the call completed: ns since the run began (CLOCK_MONOTONIC)
    std::uint64_t duration = 0; ///< ns; 0: not measured
    std::uint32_t process = 0;  ///< the engine's number, never used again; 0: the engine itself
    std::int32_t pid = 0;
    std::int32_t tid = 0;
    Call call = Call::Other;
    How how = How::Exact;
    DataState dataState = DataState::None;
    std::int32_t fd = -1;
    std::int32_t fd2 = -1;
    std::uint32_t endpoint = 0; ///< the engine's number, never used again; 0: none
    std::uint32_t endpoint2 = 0;
    std::int64_t result = 0;     ///< what the call returned; -1 when `error` is set
    std::int32_t error = 0;      ///< errno
    std::uint64_t requested = 0; ///< bytes asked for
    std::string_view detail; ///< `key=value` words, values percent-encoded: `flags=O_RDWR path=/tmp/a%20b`
    std::span<const std::byte> data;
};

/// The same, owning its text and bytes.
struct Event : EventView
{
    std::string detailText;
    std::vector<std::byte> bytes;

    /// A view that borrows from this object.
    EventView view() const noexcept
    {
        EventView v = *this;
        v.detail = detailText;
        v.data = bytes;
        return v;
    }
};

/// What a call moved, by what it returned: bytes are never counted from data.
struct Transfer
{
    Flow flow = Flow::None; ///< None when nothing moved, or stayed where it was (MSG_PEEK, MSG_COPY)
    std::uint64_t bytes = 0;
    std::uint64_t messages = 0;
};
Transfer transferOf(const EventView& event);

/// What a gap's detail says was moved in calls that no event tells of. What is not known is not there.
struct GapSums
{
    std::optional<std::uint64_t> calls;
    std::optional<std::uint64_t> bytesIn;
    std::optional<std::uint64_t> bytesOut;
    std::optional<std::uint64_t> messagesIn;
    std::optional<std::uint64_t> messagesOut;
};
GapSums gapSums(const EventView& event);

/// Percent-encodes everything but letters, digits and `-._~/+:,@|()[]`, so that a word holds no space, `=` or
/// `%`.
std::string encodeWord(std::string_view raw);
/// Undoes encodeWord; a broken escape is kept as it stands.
std::string decodeWord(std::string_view word);
/// The decoded value of `key` in `key=value` words; empty when it is not there.
std::string detailValue(std::string_view detail, std::string_view key);

} // namespace byteyard::ipc
