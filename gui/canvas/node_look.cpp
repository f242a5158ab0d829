#include "gui/canvas/node_look.h"

#include "model/log/format.h"
#include "model/topology/pipeline_text.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("byteyard::gui::NodeLook", text);
}

QList<PortLook> processPorts(const UsedPorts& used)
{
    QList<int> left{0};
    QList<int> right{1, 2};
    for (auto it = used.begin(); it != used.end(); ++it) {
        const int fd = it.key().toInt();
        if (fd > 2)
            (it.value() == Side::Left ? left : right).append(fd);
    }
    QList<PortLook> ports;
    for (auto* side : {&left, &right}) {
        std::sort(side->begin(), side->end());
        for (int row = 0; row < side->size(); ++row)
            ports.append({QString::number(side->at(row)), side == &left ? Side::Left : Side::Right, row});
    }
    return ports;
}

QList<PortLook> endpointPorts(model::Kind kind)
{
    const QStringList names = model::kindInfo(kind).ports;
    QList<PortLook> ports;
    for (int i = 0; i < names.size(); ++i)
        ports.append({names.at(i), i == 0 ? Side::Left : i == 1 ? Side::Right : Side::Bottom, 0});
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

void setProcessState(NodeLook& look, const NodeLive& live)
{
    const auto say = [&look](NodeState state, const QString& text) {
        look.state = state;
        look.stateText = text;
    };
    if (live.number == 0)
        return say(NodeState::Planned, tr("planned"));
    look.exists = live.state != u"planned" && live.state != u"failed";
    if (live.state == u"planned")
        say(NodeState::Waiting, tr("waits to start"));
    else if (live.state == u"starting")
        say(NodeState::Starting, tr("starting"));
    else if (live.state == u"stopped")
        say(NodeState::Stopped, live.signal.isEmpty() ? tr("stopped") : tr("stopped · %1").arg(live.signal));
    else if (live.state == u"exited")
        say(NodeState::Exited, tr("exited %1").arg(live.exitCode.value_or(0)));
    else if (live.state == u"killed")
        say(NodeState::Killed, tr("killed · %1").arg(live.signal));
    else if (live.state == u"failed")
        say(NodeState::Failed, tr("failed"));
    else if (live.paused)
        say(NodeState::Stopped, tr("paused"));
    else if (!live.blockedCall.isEmpty())
        live.paced ? say(NodeState::Running, tr("paced · %1").arg(live.blockedCall))
                   : say(NodeState::Blocked, tr("blocked · %1").arg(live.blockedCall));
    else
        say(NodeState::Running, tr("running"));
}

QString endpointDetail(model::Kind kind, const NodeLive& live, qint64 plannedCapacity, const QString& path)
{
    if (live.number != 0 && live.state == u"live" && live.sampled) {
        if (kind == model::Kind::Socketpair)
            return u"→ %1   ← %2"_s.arg(model::formatBytes(live.fill), model::formatBytes(live.fill2));
        if (kind == model::Kind::File)
            return model::formatBytes(live.fill);
        return fillText(live.fill, live.capacity);
    }
    if (live.number != 0 && live.state == u"closed")
        return tr("%1 passed").arg(model::formatBytes(live.through));
    if (!path.isEmpty())
        return path;
    return plannedCapacity > 0
               ? tr("capacity %1").arg(model::formatBytes(static_cast<quint64>(plannedCapacity)))
               : QString();
}

void setEndpointState(NodeLook& look, const NodeLive& live)
{
    look.exists = live.number != 0 && live.state == u"live";
    look.sampled = look.exists && live.sampled;
    if (live.state == u"failed")
        look.state = NodeState::Failed;
    if (!look.sampled || look.kind == model::Kind::File || live.capacity == 0)
        return;
    const auto share = [&live](quint64 fill) {
        return std::min(1.0, static_cast<double>(fill) / static_cast<double>(live.capacity));
    };
    look.fill = share(live.fill);
    if (look.kind == model::Kind::Socketpair)
        look.fill2 = share(live.fill2);
}

} // namespace

Side sideOfFd(int fd, const QString& endpointPort)
{
    if (fd >= 0 && fd <= 2)
        return fd == 0 ? Side::Left : Side::Right;
    return model::portReads(endpointPort) && !model::portWrites(endpointPort) ? Side::Left : Side::Right;
}

QString fillText(quint64 fill, quint64 capacity)
{
    const QString all = model::formatBytes(capacity);
    const QString some = model::formatBytes(fill);
    if (capacity == 0)
        return some;
    // The unit is said once where both have the same.
    const QString unit = all.section(u' ', -1);
    return tr("%1 of %2").arg(some.endsWith(u' ' + unit) ? some.chopped(unit.size() + 1) : some, all);
}

NodeLook lookOf(const model::Node& node, const UsedPorts& used, const NodeLive& live)
{
    NodeLook look;
    look.kind = node.kind;
    look.error = live.error;
    look.nextRun = live.nextRun;
    if (model::isProcess(node.kind)) {
        nameCommand(look, node.name, node.argv());
        look.ports = processPorts(used);
        if (live.pid > 0)
            look.corner = tr("pid %1").arg(live.pid);
        setProcessState(look, live);
    } else {
        look.title = node.name;
        look.ports = endpointPorts(node.kind);
        look.detail = endpointDetail(node.kind, live, node.property(u"capacity"_s).toInteger(),
                                     node.property(u"path"_s).toString());
        setEndpointState(look, live);
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
    return look;
}

} // namespace byteyard::gui
