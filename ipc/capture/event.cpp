#include "ipc/capture/event.h"

#include <algorithm>
#include <charconv>

namespace byteyard::ipc {

namespace {

constexpr std::string_view hexDigits = "0123456789ABCDEF";

bool isPlain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~/+:,@|()[]").find(static_cast<char>(c)) != std::string_view::npos;
}

int hexValue(char c)
{
    const char upper = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    const std::size_t at = hexDigits.find(upper);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

/// Whether one of these stands in `flags=A|B`.
bool hasFlag(std::string_view detail, std::initializer_list<std::string_view> names)
{
    if (detail.find("flags=") == std::string_view::npos)
        return false; // of most
    const std::string flags = detailValue(detail, "flags");
    for (std::string_view rest = flags; !rest.empty();) {
        const std::size_t end = std::min(rest.find('|'), rest.size());
        if (std::find(names.begin(), names.end(), rest.substr(0, end)) != names.end())
            return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

} // namespace

Transfer transferOf(const EventView& event)
{
    const Flow flow = callInfo(event.call).flow;
    if (flow == Flow::None || event.result < 0 || event.error != 0 || event.how == How::Unfinished)
        return {};
    switch (event.call) {
    case Call::Msgsnd:
    case Call::MqTimedsend:
        return {flow, event.requested, 1}; // they return 0
    case Call::Msgrcv:
        if (hasFlag(event.detail, {"MSG_COPY"}))
            return {};
        return {flow, static_cast<std::uint64_t>(event.result), 1}; // a message may be empty
    case Call::MqTimedreceive:
        return {flow, static_cast<std::uint64_t>(event.result), 1};
    case Call::Recvfrom:
    case Call::Recvmsg:
    case Call::Recvmmsg:
        if (hasFlag(event.detail, {"MSG_PEEK", "MSG_ERRQUEUE"}))
            return {};
        break;
    default:
        break;
    }
    if (event.result == 0)
        return {};
    return {flow, static_cast<std::uint64_t>(event.result), 1};
}

GapSums gapSums(const EventView& event)
{
    const auto number = [&](std::string_view key) -> std::optional<std::uint64_t> {
        const std::string text = detailValue(event.detail, key);
        std::uint64_t value = 0;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc() && !text.empty() ? std::optional(value) : std::nullopt;
    };
    return {number("calls"), number("bytes_in"), number("bytes_out"), number("messages_in"),
            number("messages_out")};
}

std::string encodeWord(std::string_view raw)
{
    std::string out;
    out.reserve(raw.size());
    for (const char c : raw) {
        const auto byte = static_cast<unsigned char>(c);
        if (isPlain(byte)) {
            out += c;
        } else {
            out += '%';
            out += hexDigits[byte >> 4];
            out += hexDigits[byte & 15];
        }
    }
    return out;
}

std::string decodeWord(std::string_view word)
{
    std::string out;
    out.reserve(word.size());
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (word[i] == '%' && word.size() - i > 2) {
            const int high = hexValue(word[i + 1]);
            const int low = hexValue(word[i + 2]);
            if (high >= 0 && low >= 0) {
                out += static_cast<char>(high << 4 | low);
                i += 2;
                continue;
            }
        }
        out += word[i];
    }
    return out;
}

std::string detailValue(std::string_view detail, std::string_view key)
{
    while (!detail.empty()) {
        const std::size_t end = std::min(detail.find(' '), detail.size());
        const std::string_view word = detail.substr(0, end);
        const std::size_t equals = word.find('=');
        if (equals != std::string_view::npos && word.substr(0, equals) == key)
            return decodeWord(word.substr(equals + 1));
        detail.remove_prefix(std::min(end + 1, detail.size()));
    }
    return {};
}

} // namespace byteyard::ipc
