// Processes and endpoints as the JSON of a session file's notes.
#include "model/log/event_names.h"
#include "model/log/session_words.h"

#include <QJsonArray>

#include <limits>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

quint64 countIn(const QJsonObject& object, const QString& key)
{
    return static_cast<quint64>(qMax<qint64>(object.value(key).toInteger(), 0));
}

/// An entry's number; 0 when there is none that could be one.
quint32 numberIn(const QJsonObject& object, const QString& key)
{
    const qint64 number = object.value(key).toInteger();
    return number > 0 && number <= std::numeric_limits<quint32>::max() ? static_cast<quint32>(number) : 0;
}

} // namespace

QJsonObject entryToJson(const ProcessEntry& entry)
{
    QJsonObject object{{u"process"_s, numberOf(entry.number)},
                       {u"parent"_s, numberOf(entry.parent)},
                       {u"node"_s, entry.node},
                       {u"name"_s, entry.name},
                       {u"argv"_s, QJsonArray::fromStringList(entry.argv)},
                       {u"pid"_s, entry.pid},
                       {u"state"_s, entry.state},
                       {u"since"_s, numberOf(entry.since)},
                       {u"signal"_s, entry.signal},
                       {u"bytes_read"_s, numberOf(entry.bytesRead)},
                       {u"bytes_written"_s, numberOf(entry.bytesWritten)}};
    if (entry.exitCode)
        object.insert(u"exit_code"_s, *entry.exitCode);
    if (entry.attached)
        object.insert(u"attached"_s, true);
    return object;
}

QJsonObject entryToJson(const EndpointEntry& entry)
{
    QJsonObject object{{u"endpoint"_s, numberOf(entry.number)},
                       {u"node"_s, entry.node},
                       {u"kind"_s, entry.kind},
                       {u"name"_s, entry.name},
                       {u"state"_s, entry.state},
                       {u"inode"_s, QString::number(entry.inode)},
                       {u"path"_s, entry.path},
                       {u"capture"_s, entry.capture},
                       {u"bytes_in"_s, numberOf(entry.totals.bytesIn)},
                       {u"bytes_out"_s, numberOf(entry.totals.bytesOut)},
                       {u"messages_in"_s, numberOf(entry.totals.messagesIn)},
                       {u"messages_out"_s, numberOf(entry.totals.messagesOut)},
                       {u"messages_known"_s, entry.messagesKnown},
                       {u"calls"_s, numberOf(entry.totals.calls)},
                       {u"errors"_s, numberOf(entry.totals.errors)}};
    if (entry.id >= 0)
        object.insert(u"id"_s, entry.id);
    for (const auto& [key, text] : {std::pair(u"key"_s, entry.key), std::pair(u"address"_s, entry.address),
                                    std::pair(u"ends"_s, entry.ends)})
        if (!text.isEmpty())
            object.insert(key, text);
    if (entry.port != 0)
        object.insert(u"port"_s, entry.port);
    if (entry.parent != 0)
        object.insert(u"parent"_s, numberOf(entry.parent));
    if (!entry.facts.isEmpty())
        object.insert(u"facts"_s, entry.facts);
    return object;
}

std::optional<ProcessEntry> processFromJson(const QJsonObject& object)
{
    ProcessEntry entry;
    entry.number = numberIn(object, u"process"_s);
    if (entry.number == 0)
        return std::nullopt;
    entry.parent = numberIn(object, u"parent"_s);
    entry.node = object.value(u"node"_s).toString();
    entry.name = object.value(u"name"_s).toString();
    const QJsonArray argv = object.value(u"argv"_s).toArray();
    for (const auto& argument : argv)
        entry.argv.append(argument.toString());
    entry.pid = object.value(u"pid"_s).toInteger();
    entry.state = object.value(u"state"_s).toString();
    entry.since = countIn(object, u"since"_s);
    entry.signal = object.value(u"signal"_s).toString();
    entry.bytesRead = countIn(object, u"bytes_read"_s);
    entry.bytesWritten = countIn(object, u"bytes_written"_s);
    if (object.value(u"exit_code"_s).isDouble())
        entry.exitCode = object.value(u"exit_code"_s).toInt();
    entry.attached = object.value(u"attached"_s).toBool();
    return entry;
}

std::optional<EndpointEntry> endpointFromJson(const QJsonObject& object)
{
    EndpointEntry entry;
    entry.number = numberIn(object, u"endpoint"_s);
    if (entry.number == 0)
        return std::nullopt;
    entry.node = object.value(u"node"_s).toString();
    entry.kind = object.value(u"kind"_s).toString();
    entry.name = object.value(u"name"_s).toString();
    entry.state = object.value(u"state"_s).toString();
    entry.inode = object.value(u"inode"_s).toString().toULongLong();
    entry.path = object.value(u"path"_s).toString();
    entry.id = object.value(u"id"_s).toInt(-1);
    entry.key = object.value(u"key"_s).toString();
    entry.address = object.value(u"address"_s).toString();
    entry.port = object.value(u"port"_s).toInt();
    entry.ends = object.value(u"ends"_s).toString();
    entry.parent = numberIn(object, u"parent"_s);
    entry.facts = object.value(u"facts"_s).toObject();
    entry.capture = object.value(u"capture"_s).toString();
    entry.messagesKnown = object.value(u"messages_known"_s).toBool(true);
    entry.totals.bytesIn = countIn(object, u"bytes_in"_s);
    entry.totals.bytesOut = countIn(object, u"bytes_out"_s);
    entry.totals.messagesIn = countIn(object, u"messages_in"_s);
    entry.totals.messagesOut = countIn(object, u"messages_out"_s);
    entry.totals.calls = countIn(object, u"calls"_s);
    entry.totals.errors = countIn(object, u"errors"_s);
    return entry;
}

} // namespace byteyard::model
