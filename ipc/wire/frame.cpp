#include "ipc/wire/frame.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace byteyard::ipc::wire {

std::span<std::byte> FrameReader::writable(std::size_t hint)
{
    if (m_begin == m_end)
        m_begin = m_end = 0;
    if (m_buffer.size() - m_end < hint) {
        if (m_begin > 0) {
            std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
            m_end -= m_begin;
            m_begin = 0;
        }
        if (m_buffer.size() - m_end < hint)
            m_buffer.resize(std::max(m_end + hint, m_buffer.size() * 2));
    }
    return std::span(m_buffer).subspan(m_end);
}

void FrameReader::commit(std::size_t size) noexcept
{
    m_end += size;
}

bool FrameReader::next(Frame& frame) noexcept
{
    if (isBroken())
        return false;
    const auto available = [this] { return m_end - m_begin; };
    if (!m_sawMagic) {
        // What has come so far must already agree: a peer that says something else is found out by its first
        // byte.
        const std::size_t come = std::min(available(), magic.size());
        if (come > 0 && std::memcmp(m_buffer.data() + m_begin, magic.data(), come) != 0) {
            m_broken = "the stream does not open with the magic number";
            return false;
        }
        if (come < magic.size())
            return false;
        m_begin += magic.size();
        m_sawMagic = true;
    }
    if (available() < frameHeaderSize)
        return false;
    std::uint32_t length;
    std::memcpy(&length, m_buffer.data() + m_begin, sizeof length);
    const auto kind = std::to_integer<std::uint8_t>(m_buffer[m_begin + sizeof length]);
    if (length > maxPayload) {
        m_broken = "a frame is longer than 16 MiB";
        return false;
    }
    if (kind < static_cast<std::uint8_t>(FrameKind::Control) ||
        kind > static_cast<std::uint8_t>(FrameKind::Contents)) {
        m_broken = "a frame is of no known kind";
        return false;
    }
    if (available() - frameHeaderSize < length)
        return false;
    frame.kind = static_cast<FrameKind>(kind);
    frame.payload = std::span(m_buffer).subspan(m_begin + frameHeaderSize, length);
    m_begin += frameHeaderSize + length;
    return true;
}

void appendFrame(FrameKind kind, std::span<const std::byte> payload, std::vector<std::byte>& out)
{
    if (payload.size() > maxPayload)
        throw std::length_error("appendFrame: payload over 16 MiB");
    const auto length = static_cast<std::uint32_t>(payload.size());
    const std::size_t at = out.size();
    out.resize(at + frameHeaderSize + payload.size());
    std::memcpy(out.data() + at, &length, sizeof length);
    out[at + sizeof length] = static_cast<std::byte>(kind);
    if (!payload.empty())
        std::memcpy(out.data() + at + frameHeaderSize, payload.data(), payload.size());
}

void appendControl(std::string_view json, std::vector<std::byte>& out)
{
    appendFrame(FrameKind::Control, std::as_bytes(std::span(json)), out);
}

} // namespace byteyard::ipc::wire
