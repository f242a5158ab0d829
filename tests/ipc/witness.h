#pragma once

#include "engine_client.h"

#include <QProcess>

namespace byteyard::tests {

/// What another program says: the witness of a test.
inline QString sayingOf(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    process.waitForFinished();
    return QString::fromUtf8(process.readAllStandardOutput() + process.readAllStandardError());
}

/// The lines of /proc/sysvipc/FILE, by their column names; the object with this id.
inline QHash<QString, QString> sysvipc(const QString& file, int id)
{
    QFile proc(u"/proc/sysvipc/"_s + file);
    if (!proc.open(QIODevice::ReadOnly))
        return {};
    const QList<QByteArray> lines = proc.readAll().split('\n');
    const QStringList names = QString::fromLatin1(lines.first()).simplified().split(u' ');
    const QString idName = file == u"msg"_s ? u"msqid"_s : file == u"shm"_s ? u"shmid"_s : u"semid"_s;
    for (const QByteArray& line : lines.mid(1)) {
        const QStringList words = QString::fromLatin1(line).simplified().split(u' ');
        QHash<QString, QString> row;
        for (qsizetype i = 0; i < std::min(words.size(), names.size()); ++i)
            row[names[i]] = words[i];
        if (row[idName].toInt() == id)
            return row;
    }
    return {};
}

/// What the engine's samples have told of an endpoint, put together.
struct Seen
{
    QJsonObject entry;
    QJsonObject facts() const { return entry[u"facts"_s].toObject(); }
    QJsonArray tiles() const { return entry[u"tiles"_s].toArray(); }
    QJsonArray attached() const { return entry[u"attached"_s].toArray(); }
    qint64 fact(const QString& name) const { return facts()[name].toInteger(-1); }
    QList<int> list(const QString& name) const
    {
        QList<int> numbers;
        for (const QJsonValue& value : facts()[name].toArray())
            numbers.append(value.toInt());
        return numbers;
    }
};

inline quint32 numberOf(const EngineClient& engine, const QString& node)
{
    return static_cast<quint32>(engine.endpointOf(node)[u"endpoint"_s].toInt());
}

inline Seen seen(const EngineClient& engine, quint32 number)
{
    Seen all;
    for (const QJsonObject& message : engine.messages) {
        if (message[u"type"_s] != u"sample"_s)
            continue;
        for (const QJsonValue& value : message[u"endpoints"_s].toArray()) {
            const QJsonObject entry = value.toObject();
            if (static_cast<quint32>(entry[u"endpoint"_s].toInt()) != number)
                continue;
            for (auto it = entry.begin(); it != entry.end(); ++it)
                all.entry[it.key()] = it.value();
        }
    }
    return all;
}
inline Seen seen(const EngineClient& engine, const QString& node)
{
    return seen(engine, numberOf(engine, node));
}

/// Peeks `times` times; the last answer, or nothing when one did not come.
inline std::optional<EngineClient::Peeked> peekAt(EngineClient& engine, quint32 endpoint, int times = 1,
                                                  qint64 offset = 0, int size = 65536, int way = 1)
{
    const qsizetype before = engine.peeked.size();
    for (int i = 0; i < times; ++i) {
        engine.send({{"type", "peek"},
                     {"request", 1 + i},
                     {"endpoint", static_cast<qint64>(endpoint)},
                     {"offset", offset},
                     {"size", size},
                     {"way", way}});
        if (!engine.until([&] { return engine.peeked.size() == before + i + 1; }))
            return std::nullopt;
    }
    return engine.peeked.last();
}

inline QStringList wordsOf(const QString& text)
{
    return QStringList{QStringLiteral(BYTEYARD_PEERS "/ipc_words")} + text.split(u' ');
}

/// A process that does what the words say (peers/ipc_words.c).
inline QJsonObject words(const QString& id, const QString& text, const QJsonObject& properties = {})
{
    return EngineClient::command(id, wordsOf(text), properties);
}

inline QJsonObject node(const QString& id, const QString& kind, const QJsonObject& properties = {})
{
    return EngineClient::endpoint(id, kind, properties);
}
/// An edge to a handle that nothing but the topology names.
inline QJsonObject uses(const QString& process, const QString& endpoint, const QString& port)
{
    return EngineClient::edge(process, u"h_"_s + endpoint, endpoint, port);
}
inline int idOf(const EngineClient& engine, const QString& node)
{
    return engine.endpointOf(node)[u"id"_s].toInt(-1);
}
inline QString pathOf(const EngineClient& engine, const QString& node)
{
    return engine.endpointOf(node)[u"path"_s].toString();
}
inline bool isLive(EngineClient& engine, const QString& node)
{
    return engine.until([&] { return engine.endpointOf(node)[u"state"_s] == u"live"_s; });
}

/// A process that does with sockets what the words say (peers/sockets.c).
inline QJsonObject peer(const QString& id, const QString& text, const QJsonObject& properties = {})
{
    return EngineClient::command(
        id, QStringList{QStringLiteral(BYTEYARD_PEERS "/sockets")} + text.split(u' '), properties);
}

} // namespace byteyard::tests
