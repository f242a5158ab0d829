#pragma once

#include "ipc/capture/decode.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace byteyard::ipc {

struct NamedBits
{
    std::uint64_t bits;
    std::string_view name;
};

inline std::string hexadecimal(std::uint64_t value)
{
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(value));
    return text.data();
}

inline void join(std::string& text, char separator, std::string_view more)
{
    if (!text.empty())
        text += separator;
    text += more;
}

/// "A|B|0x40"; "" for nothing.
inline std::string bitNames(std::uint64_t value, std::span<const NamedBits> names)
{
    std::string text;
    for (const NamedBits& each : names) {
        if (each.bits == 0 || (value & each.bits) != each.bits)
            continue;
        join(text, '|', each.name);
        value &= ~each.bits;
    }
    if (value != 0)
        join(text, '|', hexadecimal(value));
    return text;
}

inline std::string valueName(std::uint64_t value, std::span<const NamedBits> names)
{
    for (const NamedBits& each : names)
        if (each.bits == value)
            return std::string(each.name);
    return hexadecimal(value);
}

inline std::string word(std::string_view key, const std::string& value)
{
    return value.empty() ? std::string() : std::string(key) + "=" + value;
}

inline std::string words(std::initializer_list<std::string> list)
{
    std::string text;
    for (const std::string& each : list)
        if (!each.empty())
            join(text, ' ', each);
    return text;
}

/// "key=VALUE"
inline std::string numberWord(std::string_view key, std::int64_t value)
{
    std::array<char, 64> text{};
    const std::size_t size = key.copy(text.data(), text.size() / 2);
    text.at(size) = '=';
    const auto end = std::to_chars(text.data() + size + 1, text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

inline std::string signedText(std::uint64_t value)
{
    return std::to_string(static_cast<std::int64_t>(value));
}

/// "credentials=PID:UID:GID" of sendmsg(2) and recvmsg(2); "" when none came.
std::string credentialsWord(const CallContext& call);

/// The words of calls on queues, shared memory, semaphores, sockets and names; "" for any other.
std::string describeIpc(const CallContext& call);
std::string describeIpcResult(const CallContext& call, std::int64_t result);

} // namespace byteyard::ipc
