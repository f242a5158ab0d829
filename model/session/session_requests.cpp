#include "model/session/session.h"

#include "model/session/session_private.h"

// What a person asks of single processes and objects: each is one message to the engine.

namespace byteyard::model {

using namespace Qt::StringLiterals;

void Session::startNode(const QString& node)
{
    d->post(u"start"_s, {{u"node"_s, node}});
}

void Session::stopNode(const QString& node)
{
    d->post(u"stop"_s, {{u"node"_s, node}});
}

void Session::pauseNode(const QString& node, bool paused)
{
    d->post(paused ? u"pause"_s : u"resume"_s, {{u"node"_s, node}});
}

void Session::setNodePace(const QString& node, int callsPerSecond)
{
    d->post(u"pace"_s, {{u"node"_s, node}, {u"callsPerSecond"_s, callsPerSecond}});
    d->live.setPace(node, callsPerSecond);
    Q_EMIT structureChanged();
}

void Session::sendSignal(quint32 process, int signal)
{
    d->post(u"signal"_s, {{u"process"_s, qint64{process}}, {u"signal"_s, signal}});
}

void Session::sendInput(quint32 process, const QByteArray& bytes, bool end)
{
    d->post(u"input"_s, {{u"process"_s, qint64{process}},
                         {u"data"_s, QString::fromLatin1(bytes.toBase64())},
                         {u"end"_s, end}});
}

void Session::setCapacity(quint32 endpoint, int bytes)
{
    d->post(u"set-capacity"_s, {{u"endpoint"_s, qint64{endpoint}}, {u"bytes"_s, bytes}});
}

void Session::writeInto(quint32 endpoint, const QByteArray& bytes, Way way)
{
    d->post(u"write"_s, {{u"endpoint"_s, qint64{endpoint}},
                         {u"data"_s, QString::fromLatin1(bytes.toBase64())},
                         {u"way"_s, static_cast<int>(way)}});
}

void Session::storeInto(quint32 endpoint, quint64 offset, const QByteArray& bytes)
{
    d->post(u"write"_s, {{u"endpoint"_s, qint64{endpoint}},
                         {u"data"_s, QString::fromLatin1(bytes.toBase64())},
                         {u"offset"_s, static_cast<qint64>(offset)}});
}

void Session::sendInto(quint32 endpoint, const QByteArray& message, qint64 rank)
{
    const LiveEndpoint* live = d->live.endpoint(endpoint);
    const bool isPosix = live && live->entry.kind == "posix-queue"_L1;
    d->post(u"write"_s, {{u"endpoint"_s, qint64{endpoint}},
                         {u"data"_s, QString::fromLatin1(message.toBase64())},
                         {isPosix ? u"priority"_s : u"messageType"_s, rank}});
}

void Session::setLimit(quint32 endpoint, const QString& name, qint64 value)
{
    d->post(u"set-limit"_s, {{u"endpoint"_s, qint64{endpoint}}, {u"name"_s, name}, {u"value"_s, value}});
}

void Session::setValue(quint32 endpoint, int index, qint64 value)
{
    d->post(u"set-value"_s, {{u"endpoint"_s, qint64{endpoint}}, {u"index"_s, index}, {u"value"_s, value}});
}

void Session::removeObject(quint32 endpoint)
{
    d->post(u"remove"_s, {{u"endpoint"_s, qint64{endpoint}}});
}

void Session::step(const QString& node)
{
    d->post(u"step"_s, {{u"node"_s, node}});
}

void Session::stepProcess(quint32 process)
{
    d->post(u"step"_s, {{u"process"_s, qint64{process}}});
}

void Session::pauseProcess(quint32 process, bool paused)
{
    d->post(paused ? u"pause"_s : u"resume"_s, {{u"process"_s, qint64{process}}});
}

void Session::followSystemFiles(bool too)
{
    d->options.systemFiles = too;
    d->post(u"files"_s, {{u"system"_s, too}});
}

void Session::sampleProcess(quint32 process, bool sampled)
{
    d->post(u"capture"_s,
            {{u"process"_s, qint64{process}}, {u"mode"_s, sampled ? u"sampled"_s : u"exact"_s}});
}

} // namespace byteyard::model
