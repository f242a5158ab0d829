#include "gui/live_lookup.h"

#include "model/log/format.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

QString processKey(const model::ProcessEntry& entry)
{
    return entry.node.isEmpty() ? u"process:%1"_s.arg(entry.number) : entry.node;
}

QString endpointKey(const model::EndpointEntry& entry)
{
    return entry.node.isEmpty() ? u"endpoint:%1"_s.arg(entry.number) : entry.node;
}

const model::LiveProcess* findProcess(const model::Session& session, const QString& key)
{
    if (key.startsWith("process:"_L1))
        return session.process(key.mid(8).toUInt());
    return session.processOfNode(key);
}

const model::LiveEndpoint* findEndpoint(const model::Session& session, const QString& key)
{
    if (key.startsWith("endpoint:"_L1))
        return session.endpoint(key.mid(9).toUInt());
    return session.endpointOfNode(key);
}

QString limitText(const model::Session& session, const QString& name)
{
    const QJsonValue limit = session.limits().value(name);
    return limit.isDouble() ? model::formatCount(static_cast<quint64>(std::max<qint64>(0, limit.toInteger())))
                            : limit.toString();
}

QString stateText(const model::Session& session, const model::LiveProcess& process)
{
    const auto say = [](const char* text) { return QCoreApplication::translate("State", text); };
    const model::ProcessEntry& entry = process.entry;
    if (entry.state == "running"_L1) {
        for (const model::PendingCall& call : session.pending()) {
            if (call.process != entry.number)
                continue;
            if (call.paced)
                return say(QT_TRANSLATE_NOOP("State", "paced · %1")).arg(call.call);
            return say(QT_TRANSLATE_NOOP("State", "blocked · %1")).arg(call.call);
        }
        return process.paused ? say(QT_TRANSLATE_NOOP("State", "paused"))
                              : say(QT_TRANSLATE_NOOP("State", "running"));
    }
    if (entry.state == "planned"_L1)
        return say(QT_TRANSLATE_NOOP("State", "planned"));
    if (entry.state == "starting"_L1)
        return say(QT_TRANSLATE_NOOP("State", "starting"));
    if (entry.state == "stopped"_L1)
        return say(QT_TRANSLATE_NOOP("State", "stopped"));
    if (entry.state == "exited"_L1)
        return say(QT_TRANSLATE_NOOP("State", "exited %1")).arg(entry.exitCode.value_or(0));
    if (entry.state == "killed"_L1)
        return say(QT_TRANSLATE_NOOP("State", "killed · %1")).arg(entry.signal);
    if (entry.state == "failed"_L1)
        return say(QT_TRANSLATE_NOOP("State", "not started"));
    return entry.state;
}

} // namespace byteyard::gui
