#include "gui/live_lookup.h"

#include "model/log/format.h"

#include <QCoreApplication>
#include <QJsonObject>

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

/// When a process starts that has not begun.
QString startText(const byteyard::model::Session& session, const QJsonObject& start)
{
    const QString when = start.value("when"_L1).toString();
    const byteyard::model::Node* node = session.topology().node(start.value("node"_L1).toString());
    const QString other = node != nullptr ? node->name : QString();
    if (when == "after"_L1)
        return StateText::tr("waits: starts after %1 s").arg(start.value("seconds"_L1).toDouble());
    if (when == "runs"_L1)
        return StateText::tr("waits: starts when %1 runs").arg(other);
    if (when == "listens"_L1)
        return StateText::tr("waits: starts when %1 listens").arg(other);
    if (when == "exits"_L1)
        return StateText::tr("waits: starts when %1 has exited").arg(other);
    return StateText::tr("waits: started by hand");
}

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
    if (const QJsonObject start = session.awaitedStart(process); !start.isEmpty())
        return startText(session, start);
    // One that is only starting may wait too: in open() of a FIFO, before exec.
    if (entry.state == "running"_L1 || entry.state == "starting"_L1) {
        for (const model::PendingCall& call : session.pending()) {
            if (call.process != entry.number)
                continue;
            if (call.paced)
                return StateText::tr("paced · %1").arg(call.call);
            return session.deadlocks().stuck.contains(entry.number)
                       ? StateText::tr("deadlock · %1").arg(call.call)
                       : StateText::tr("blocked · %1").arg(call.call);
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
        return entry.exitCode ? StateText::tr("exited %1").arg(*entry.exitCode) : StateText::tr("ended");
    if (entry.state == "killed"_L1)
        return StateText::tr("killed · %1").arg(entry.signal);
    if (entry.state == "failed"_L1)
        return StateText::tr("not started");
    return entry.state;
}

} // namespace byteyard::gui
