#include "model/log/session_words.h"

#include "model/log/event_names.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace byteyard::model {

namespace {

using ipc::DataState;
using ipc::How;

constexpr std::string_view detailMark = " : ";
constexpr std::size_t maxNameBytes = 255;

std::string_view viewOf(QByteArrayView bytes)
{
    return {bytes.data(), static_cast<std::size_t>(bytes.size())};
}

template <typename Value>
bool parse(std::string_view text, Value& value)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

template <typename Enum, std::size_t count>
bool parseName(const std::array<std::string_view, count>& names, std::string_view text, Enum& value)
{
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end())
        return false;
    value = static_cast<Enum>(found - names.begin());
    return true;
}

bool parseError(std::string_view text, std::int32_t& number)
{
    constexpr int errnoCount = 134;
    for (int candidate = 1; candidate < errnoCount; ++candidate) {
        if (ipc::errnoName(candidate) == text) {
            number = candidate;
            return true;
        }
    }
    constexpr std::string_view unnamed = "errno "; // as errnoName() writes a number without a name
    return text.starts_with(unnamed) && parse(text.substr(unnamed.size()), number) && number != 0;
}

/// Words as encodeWord() makes them: they can stand in a comment as they are.
bool isPlainText(std::string_view detail)
{
    return std::all_of(detail.begin(), detail.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// Calls `each(key, decoded value)` for the words; stops and returns false when it does.
template <typename Each>
bool forEachWord(std::string_view words, Each&& each)
{
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        const std::string_view word = words.substr(0, end);
        words.remove_prefix(std::min(end + 1, words.size()));
        const std::size_t equals = word.find('=');
        if (equals != std::string_view::npos &&
            !each(word.substr(0, equals), ipc::decodeWord(word.substr(equals + 1))))
            return false;
    }
    return true;
}

/// Sets the event's field of this name; false when the value is none. Unknown names are of a later version:
/// left alone.
bool setField(WordsEvent& read, std::string_view key, const std::string& value)
{
    ipc::Event& event = read.event;
    if (key == "seq")
        return parse(value, event.seq);
    if (key == "time_ns")
        return parse(value, event.time);
    if (key == "duration_ns")
        return parse(value, event.duration);
    if (key == "process")
        return parse(value, event.process);
    if (key == "pid")
        return parse(value, event.pid);
    if (key == "tid")
        return parse(value, event.tid);
    if (key == "fd")
        return parse(value, event.fd);
    if (key == "fd2")
        return parse(value, event.fd2);
    if (key == "endpoint")
        return parse(value, event.endpoint);
    if (key == "endpoint2")
        return parse(value, event.endpoint2);
    if (key == "result")
        return parse(value, event.result);
    if (key == "error")
        return parseError(value, event.error);
    if (key == "requested")
        return parse(value, event.requested);
    if (key == "data")
        return parseName(dataStateNames, value, event.dataState);
    if (key == "how")
        return parseName(howNames, value, event.how);
    if (key == "name")
        read.processName = QString::fromStdString(value);
    else if (key == "detail")
        event.detailText = value;
    return true;
}

} // namespace

void appendEventWords(QByteArray& out, const ipc::EventView& event, const QByteArray& processName)
{
    const auto number = [&out](const char* key, auto value) {
        out += ' ';
        out += key;
        out += '=';
        std::array<char, 24> digits;
        const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
        out.append(digits.data(), end - digits.data());
    };
    const auto word = [&out](const char* key, std::string_view value) {
        out += ' ';
        out += key;
        out += '=';
        out += ipc::encodeWord(value);
    };
    out += "seq=";
    out += QByteArray::number(quint64{event.seq});
    number("time_ns", event.time);
    if (event.duration != 0)
        number("duration_ns", event.duration);
    number("process", event.process);
    word("name", viewOf(processName).substr(0, maxNameBytes));
    number("pid", event.pid);
    number("tid", event.tid);
    word("call", ipc::callInfo(event.call).name);
    if (event.fd != -1)
        number("fd", event.fd);
    if (event.fd2 != -1)
        number("fd2", event.fd2);
    if (event.endpoint != 0)
        number("endpoint", event.endpoint);
    if (event.endpoint2 != 0)
        number("endpoint2", event.endpoint2);
    number("result", event.result);
    if (event.error != 0)
        word("error", ipc::errnoName(event.error));
    if (event.requested != 0)
        number("requested", event.requested);
    if (event.dataState != DataState::None)
        word("data", dataStateName(event.dataState));
    if (event.how != How::Exact)
        word("how", howName(event.how));
    if (event.detail.empty())
        return;
    if (isPlainText(event.detail)) {
        out += detailMark;
        out.append(event.detail.data(), static_cast<qsizetype>(event.detail.size()));
    } else {
        word("detail", event.detail);
    }
}

std::optional<WordsEvent> eventFromWords(QByteArrayView comment)
{
    std::string_view words = viewOf(comment);
    WordsEvent read;
    if (const std::size_t mark = words.find(detailMark); mark != std::string_view::npos) {
        read.event.detailText = words.substr(mark + detailMark.size());
        words = words.substr(0, mark);
    }
    bool hasSeq = false;
    bool hasCall = false;
    const bool sound = forEachWord(words, [&](std::string_view key, const std::string& value) {
        hasSeq = hasSeq || key == "seq";
        if (key != "call")
            return setField(read, key, value);
        hasCall = true;
        const std::optional<ipc::Call> call = ipc::callFromName(value);
        read.event.call = call.value_or(ipc::Call::Other);
        if (!call) // of a later version: its name is kept
            read.event.detailText = "name=" + ipc::encodeWord(value) +
                                    (read.event.detailText.empty() ? "" : " " + read.event.detailText);
        return true;
    });
    if (!sound || !hasSeq || !hasCall)
        return std::nullopt;
    return read;
}

QString wordValue(QByteArrayView comment, QByteArrayView key)
{
    return QString::fromStdString(ipc::detailValue(viewOf(comment), viewOf(key)));
}

} // namespace byteyard::model
