#pragma once

#include "ipc/capture/event.h"
#include "model/log/catalog.h"

#include <QByteArray>

#include <optional>

namespace byteyard::model {

// What stands in a session file's comments and notes (docs/files.md, Session).

/// The comment of an event's packet: `key=value` words, values percent-encoded, then ` : ` and the event's
/// own detail.
void appendEventWords(QByteArray& out, const ipc::EventView& event, const QByteArray& processName);

/// An event read back from its words. `data` is left to the caller.
struct WordsEvent
{
    ipc::Event event;
    QString processName;
};
std::optional<WordsEvent> eventFromWords(QByteArrayView comment);

/// The value of a word in a comment, decoded; empty when it is not there.
QString wordValue(QByteArrayView comment, QByteArrayView key);

QJsonObject entryToJson(const ProcessEntry& entry);
QJsonObject entryToJson(const EndpointEntry& entry);
/// Nothing without a number.
std::optional<ProcessEntry> processFromJson(const QJsonObject& object);
std::optional<EndpointEntry> endpointFromJson(const QJsonObject& object);

} // namespace byteyard::model
