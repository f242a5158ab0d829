#include "gui/canvas/node_look.h"

#include "gui/canvas/connecting.h"
#include "gui/canvas/endpoint_look.h"
#include "gui/canvas/node_text.h"
#include "model/log/format.h"
#include "model/session/engine_topology.h"
#include "model/topology/pipeline_text.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonArray>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

QList<PortLook> processPorts(model::Kind kind, const UsedPorts& used)
{
    // A script's descriptors 0, 1 and 2 show only where they are used: it speaks through its handles.
    const bool standard = kind == model::Kind::Command;
    QStringList left = standard ? QStringList{u"0"_s} : QStringList();
    QStringList right = standard ? QStringList{u"1"_s, u"2"_s} : QStringList();
    for (auto it = used.begin(); it != used.end(); ++it) {
        QStringList& side = it.value() == Side::Left ? left : right;
        if (!side.contains(it.key()))
            side.append(it.key());
    }
    QList<PortLook> ports;
    for (auto* side : {&left, &right}) {
        // Descriptors by number, then handles by name.
        std::sort(side->begin(), side->end(), [](const QString& a, const QString& b) {
            const bool fdA = model::isFdPort(a);
            const bool fdB = model::isFdPort(b);
            return fdA != fdB ? fdA : fdA ? a.toInt() < b.toInt() : a < b;
        });
        for (int row = 0; row < side->size(); ++row)
            ports.append({side->at(row), side == &left ? Side::Left : Side::Right, row});
    }
    if (!standard)
        ports.append({newPort, Side::Right, static_cast<int>(right.size())});
    return ports;
}

QList<PortLook> endpointPorts(model::Kind kind)
{
    const QStringList names = model::kindInfo(kind).ports;
    // What one only attaches to has its one port at either side: an edge takes the nearer one.
    if (names.size() == 1)
        return {{names.first(), Side::Left, 0}, {names.first(), Side::Right, 0}};
    QList<PortLook> ports;
    for (const QString& name : names) {
        const bool writes = model::portWrites(name);
        const bool reads = model::portReads(name);
        const bool secondOfTwo = names.size() == 2 && name == names.last();
        ports.append({name,
                      writes && reads
                          ? names.size() == 2 ? secondOfTwo ? Side::Right : Side::Left : Side::Bottom
                      : writes ? Side::Left
                               : Side::Right,
                      0});
    }
    return ports;
}

/// The command line as the card's title, where the node's name says no more than the program's.
void nameCommand(NodeLook& look, const QString& name, const QStringList& argv)
{
    const QString line = model::joinWords(argv);
    const QString program = argv.isEmpty() ? QString() : QFileInfo(argv.first()).fileName();
    if (name == program && line.size() <= 32) {
        look.title = line;
    } else {
        look.title = name;
        look.detail = line == name ? QString() : line;
    }
}

/// The line of its script that runs, in the room between its ports.
void nameActor(NodeLook& look, const model::Node& node, const NodeLive& live)
{
    look.title = node.name;
    const QStringList lines = live.line > 0 ? model::scriptOf(node).split(u'\n') : QStringList();
    if (live.line > 0 && live.line <= lines.size())
        look.detail = u"%1  %2"_s.arg(live.line).arg(lines.at(live.line - 1).trimmed());
    else
        look.detail = node.property(u"role"_s).toString();
}

void setProcessState(NodeLook& look, const NodeLive& live)
{
    const auto say = [&look](NodeState state, const QString& text) {
        look.state = state;
        look.stateText = text;
    };
    if (live.number == 0)
        return say(NodeState::Planned, NodeText::tr("planned"));
    look.exists = live.state != u"planned" && live.state != u"failed";
    if (live.heldBack)
        say(NodeState::Waiting, NodeText::tr("held back"));
    else if (live.state == u"planned" || live.waitsToStart)
        say(NodeState::Waiting, NodeText::tr("waits to start"));
    else if (live.state == u"starting" && live.blockedCall.isEmpty())
        say(NodeState::Starting, NodeText::tr("starting"));
    else if (live.state == u"stopped")
        say(NodeState::Stopped,
            live.signal.isEmpty() ? NodeText::tr("stopped") : NodeText::tr("stopped · %1").arg(live.signal));
    else if (live.state == u"exited")
        say(NodeState::Exited,
            live.exitCode ? NodeText::tr("exited %1").arg(*live.exitCode) : NodeText::tr("ended"));
    else if (live.state == u"killed")
        say(NodeState::Killed, NodeText::tr("killed · %1").arg(live.signal));
    else if (live.state == u"failed")
        say(NodeState::Failed, NodeText::tr("failed"));
    else if (live.state == u"detached")
        say(NodeState::Exited, NodeText::tr("detached, goes on"));
    else if (live.leaving)
        say(NodeState::Stopped, NodeText::tr("detaching"));
    else if (live.paused)
        say(NodeState::Stopped, NodeText::tr("paused"));
    else if (!live.blockedCall.isEmpty())
        live.paced   ? say(NodeState::Running, NodeText::tr("paced · %1").arg(live.blockedCall))
        : live.stuck ? say(NodeState::Failed, NodeText::tr("deadlock · %1").arg(live.blockedCall))
                     : say(NodeState::Blocked, NodeText::tr("blocked · %1").arg(live.blockedCall));
    else
        say(NodeState::Running, live.sampled ? NodeText::tr("running · sampled") : NodeText::tr("running"));
}

} // namespace

Side sideOfPort(const QString& processPort, const QString& endpointPort, bool endpointIsLeft)
{
    if (model::isFdPort(processPort) && processPort.toInt() <= 2)
        return processPort == u"0" ? Side::Left : Side::Right;
    const bool reads = model::portReads(endpointPort);
    if (reads && model::portWrites(endpointPort))
        return endpointIsLeft ? Side::Left : Side::Right;
    return reads ? Side::Left : Side::Right;
}

QString fillText(quint64 fill, quint64 capacity)
{
    const QString all = model::formatBytes(capacity);
    const QString some = model::formatBytes(fill);
    if (capacity == 0)
        return some;
    // The unit is said once where both have the same.
    const QString unit = all.section(u' ', -1);
    return NodeText::tr("%1 of %2")
        .arg(some.endsWith(u' ' + unit) ? some.chopped(unit.size() + 1) : some, all);
}

NodeLook lookOf(const model::Node& node, const UsedPorts& used, const NodeLive& live)
{
    NodeLook look;
    look.kind = node.kind;
    look.error = live.error;
    look.nextRun = live.nextRun;
    look.number = live.number;
    if (model::isProcess(node.kind)) {
        if (node.kind == model::Kind::Command)
            nameCommand(look, node.name, node.argv());
        else
            nameActor(look, node, live);
        look.ports = processPorts(node.kind, used);
        if (live.pid > 0)
            look.corner = live.isAttached ? NodeText::tr("attached · pid %1").arg(live.pid)
                                          : NodeText::tr("pid %1").arg(live.pid);
        setProcessState(look, live);
    } else {
        look.title = node.name;
        look.ports = endpointPorts(node.kind);
        showEndpoint(look, node, live);
    }
    return look;
}

NodeLook lookOfDiscovered(model::Kind kind, const UsedPorts& used, const NodeLive& live)
{
    model::Node node;
    node.kind = kind;
    node.name = live.name;
    if (model::isProcess(kind))
        node.properties.insert(u"argv"_s, QJsonArray{live.name});
    NodeLook look = lookOf(node, used, live);
    look.discovered = true;
    // A connection's two ends are alike: an edge takes the nearer side.
    if (look.connection)
        look.ports = {{u"end"_s, Side::Left, 0}, {u"end"_s, Side::Right, 0}};
    return look;
}

} // namespace byteyard::gui
