#pragma once

#include "ipc/capture/event.h"

#include <QByteArrayView>
#include <QJsonValue>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace byteyard::model {

// The words for an event's enums in files and exports; in the order of the enums.

inline constexpr std::array<std::string_view, 6> howNames = {"exact",      "setup",   "injected",
                                                             "unfinished", "sampled", "unobserved"};
inline constexpr std::array<std::string_view, 4> dataStateNames = {"none", "complete", "truncated",
                                                                   "unreadable"};

inline std::string_view howName(ipc::How how)
{
    return howNames[static_cast<std::size_t>(how)];
}

inline std::string_view dataStateName(ipc::DataState state)
{
    return dataStateNames[static_cast<std::size_t>(state)];
}

/// JSON numbers of Qt are signed; counts stay far below 2^63.
inline QJsonValue numberOf(quint64 value)
{
    return static_cast<qint64>(value);
}

inline QByteArrayView bytesOf(std::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
}

/// What a call's detail tells of a message, for programs that read exports.
struct EventFields
{
    std::optional<qint64> messageType; ///< of a System V message that was sent or came
    std::optional<qint64> priority;    ///< of a POSIX message
    std::string peer;                  ///< the address that the call names
};
EventFields fieldsOf(const ipc::EventView& event);

} // namespace byteyard::model
