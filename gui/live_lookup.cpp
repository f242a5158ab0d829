#include "gui/live_lookup.h"

#include "model/log/format.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace {

struct WayText
{
    Q_DECLARE_TR_FUNCTIONS(Way)
};

struct StateText
{
    Q_DECLARE_TR_FUNCTIONS(State)
};

} // namespace

namespace byteyard::gui {

QString processKey(const model::ProcessEntry& entry)
{
    return entry.node.isEmpty() ? u"process:%1"_s.arg(entry.number) : entry.node;
}

QString endpointKey(const model::EndpointEntry& entry)
{
    return entry.node.isEmpty() ? u"endpoint:%1"_s.arg(entry.number) : entry.node;
}

bool hasBegun(const model::LiveProcess* process)
{
    return process != nullptr &&
           (process->entry.state == "running"_L1 || process->entry.state == "stopped"_L1);
}

bool isAlive(const model::LiveProcess* process)
{
    return hasBegun(process) || (process != nullptr && process->entry.state == "starting"_L1);
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

QString wayText(const model::LiveEndpoint& endpoint, model::Way way)
{
    const bool forth = way == model::Way::AToB;
    if (endpoint.entry.kind == "socketpair"_L1)
        return forth ? WayText::tr("a to b") : WayText::tr("b to a");
    if (endpoint.entry.kind == "pty"_L1)
        return forth ? WayText::tr("master to slave") : WayText::tr("slave to master");
    return forth ? WayText::tr("client to server") : WayText::tr("server to client");
}

QString limitText(const model::Session& session, const QString& name)
{
    const QJsonValue limit = session.limits().value(name);
    return limit.isDouble() ? model::formatCount(static_cast<quint64>(std::max<qint64>(0, limit.toInteger())))
                            : limit.toString();
}

QString stateText(const model::Session& session, const model::LiveProcess& process)
{
    const model::ProcessEntry& entry = process.entry;
    if (entry.state == "detached"_L1)
        return StateText::tr("detached, goes on");
    if (process.leaving)
        return StateText::tr("detaching");
    if (session.isHeldBack(entry.node))
        return StateText::tr("held back: a group runs alone");
    // One that is only starting may wait too: in open() of a FIFO, before exec.
    if (entry.state == "running"_L1 || entry.state == "starting"_L1) {
        for (const model::PendingCall& call : session.pending()) {
            if (call.process != entry.number)
                continue;
            if (call.paced)
                return StateText::tr("paced · %1").arg(call.call);
            return StateText::tr("blocked · %1").arg(call.call);
        }
        if (entry.state == "starting"_L1)
            return StateText::tr("starting");
        return process.paused ? StateText::tr("paused") : StateText::tr("running");
    }
    if (entry.state == "planned"_L1)
        return StateText::tr("planned");
    if (entry.state == "stopped"_L1)
        return StateText::tr("stopped");
    if (entry.state == "exited"_L1)
        return StateText::tr("exited %1").arg(entry.exitCode.value_or(0));
    if (entry.state == "killed"_L1)
        return StateText::tr("killed · %1").arg(entry.signal);
    if (entry.state == "failed"_L1)
        return StateText::tr("not started");
    return entry.state;
}

} // namespace byteyard::gui
