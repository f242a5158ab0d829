#include "model/log/event_names.h"

#include <charconv>

namespace byteyard::model {

namespace {

/// A word that a file may hold may be anything.
std::optional<qint64> numberWord(std::string_view detail, std::string_view key)
{
    const std::string text = ipc::detailValue(detail, key);
    qint64 number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stop == end && !text.empty() ? std::optional(number) : std::nullopt;
}

} // namespace

EventFields fieldsOf(const ipc::EventView& event)
{
    EventFields fields;
    if (event.detail.empty())
        return fields;
    switch (event.call) {
    case ipc::Call::Msgsnd:
        fields.messageType = numberWord(event.detail, "type");
        break;
    case ipc::Call::Msgrcv: // "type" is what was asked for
        fields.messageType = numberWord(event.detail, "got");
        break;
    case ipc::Call::MqTimedsend:
    case ipc::Call::MqTimedreceive:
        fields.priority = numberWord(event.detail, "priority");
        break;
    default:
        fields.peer = ipc::detailValue(event.detail, "peer");
    }
    return fields;
}

} // namespace byteyard::model
