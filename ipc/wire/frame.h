#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace byteyard::ipc::wire {

/// Both directions open with this; then frames follow: `u32 payload length | u8 kind | payload`,
/// little-endian.
inline constexpr std::array<char, 8> magic = {'B', 'Y', 'T', 'E', 'Y', 'R', 'D', '1'};
inline constexpr std::uint32_t protocolVersion = 5;
inline constexpr std::size_t frameHeaderSize = 5;
inline constexpr std::size_t maxPayload = 16u << 20;

enum class FrameKind : std::uint8_t {
    Control = 1, ///< one JSON object, UTF-8; see docs/protocol.md
    Events = 2,  ///< event records, one after the other
    Output =
        3, ///< u32 process | u8 stream (1, 2) | 3 zero bytes | u64 time ns | bytes that a process printed
    Contents = 4, ///< u32 request | u32 endpoint | u64 offset | u64 total bytes there | u8 state | 7 zero
                  ///< bytes | bytes
};

/// Contents' `state`.
enum class ContentsState : std::uint8_t { Exact = 0, Unavailable = 1 };

struct Frame
{
    FrameKind kind{};
    std::span<const std::byte> payload; ///< valid until the reader's next writable() call
};

/// Takes a byte stream apart into frames, without copying payloads. A length over maxPayload, an unknown kind
/// or a wrong magic number is final: `broken()` then says what was wrong, in a few words for an error
/// message.
class FrameReader
{
public:
    /// Where to read the next bytes into: at least `hint` bytes of room.
    std::span<std::byte> writable(std::size_t hint = 65536);
    /// Says that `size` bytes were put there.
    void commit(std::size_t size) noexcept;
    /// The next whole frame, if there is one.
    bool next(Frame& frame) noexcept;
    bool isBroken() const noexcept { return !m_broken.empty(); }
    std::string_view broken() const noexcept { return m_broken; }
    /// True when the stream stands between two frames: an end here cuts nothing.
    bool atBoundary() const noexcept { return m_begin == m_end && m_sawMagic; }

private:
    std::vector<std::byte> m_buffer;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
    bool m_sawMagic = false;
    std::string_view m_broken;
};

/// Appends the header and payload of a frame to `out`. `payload` is at most maxPayload.
void appendFrame(FrameKind kind, std::span<const std::byte> payload, std::vector<std::byte>& out);
void appendControl(std::string_view json, std::vector<std::byte>& out);

} // namespace byteyard::ipc::wire
