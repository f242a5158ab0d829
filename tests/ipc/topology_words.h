#pragma once

#include "engine_client.h"

namespace byteyard::tests {

/// What most topologies of tests are made of, in one word each.
inline QJsonObject command(const QString& id, const QStringList& argv, const QJsonObject& properties = {})
{
    return EngineClient::command(id, argv, properties);
}
inline QJsonObject shell(const QString& id, const QString& script, const QJsonObject& properties = {})
{
    return EngineClient::command(id, {u"sh"_s, u"-c"_s, script}, properties);
}
inline QJsonObject pipe(const QString& id, const QJsonObject& properties = {})
{
    return EngineClient::endpoint(id, u"pipe"_s, properties);
}
inline QJsonObject edge(const QString& process, int fd, const QString& endpoint, const QString& port,
                        const QJsonObject& properties = {})
{
    return EngineClient::edge(process, fd, endpoint, port, properties);
}

} // namespace byteyard::tests
