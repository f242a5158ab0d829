#include "model/session/engine_topology.h"

#include "model/topology/placeholder.h"
#include "model/topology/topology_file.h"

#include <QFile>

#include <utility>

namespace byteyard::model {

using namespace Qt::StringLiterals;

QString roleScript(const QString& role)
{
    QFile file(u":/actors/"_s + role + u".lua"_s);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QString scriptOf(const Node& actor)
{
    const QString role = actor.property(u"role"_s).toString();
    return role == "script"_L1 ? actor.property(u"script"_s).toString() : roleScript(role);
}

void waitForHand(Node& process)
{
    process.properties.insert(u"start"_s, QJsonObject{{u"when"_s, u"by-hand"_s}});
}

void startOnly(Topology& topology, const QStringList& processes)
{
    const QSet<QString> chosen(processes.begin(), processes.end());
    for (Node& node : topology.nodes) {
        if (!isProcess(node.kind))
            continue;
        const QJsonObject start = node.property(u"start"_s).toObject();
        const QString when = start.value("when"_L1).toString();
        if (!chosen.contains(node.id))
            waitForHand(node);
        else if (when == "by-hand"_L1 ||
                 (start.contains("node"_L1) && !chosen.contains(start.value("node"_L1).toString())))
            node.properties.remove(u"start"_s);
    }
}

namespace {

/// Takes out these nodes, with their edges.
void removeNodes(Topology& topology, const QSet<QString>& gone)
{
    topology.nodes.removeIf([&](const Node& node) { return gone.contains(node.id); });
    topology.edges.removeIf(
        [&](const Edge& edge) { return gone.contains(edge.process) || gone.contains(edge.endpoint); });
    for (Group& group : topology.groups)
        group.members.removeIf([&](const QString& member) { return gone.contains(member); });
    topology.groups.removeIf([](const Group& group) { return group.members.isEmpty(); });
}

} // namespace

Topology reducedTo(Topology topology, const QStringList& processes)
{
    startOnly(topology, processes);
    QSet<QString> used(processes.begin(), processes.end());
    for (const Edge& edge : std::as_const(topology.edges))
        if (processes.contains(edge.process))
            used.insert(edge.endpoint);
    for (const Node& node : std::as_const(topology.nodes))
        if (used.contains(node.id) && node.liesInMemory())
            used.insert(node.property(u"memory"_s).toString());
    QSet<QString> others;
    for (const Node& node : std::as_const(topology.nodes))
        if (!used.contains(node.id))
            others.insert(node.id);
    removeNodes(topology, others);
    return topology;
}

QSet<QString> withDependents(const Topology& topology, QSet<QString> nodes)
{
    if (nodes.isEmpty())
        return nodes;
    QHash<QString, QStringList> needing; // by what they need
    QHash<QString, QString> ids;
    for (const Node& node : topology.nodes)
        ids.insert(node.name, node.id);
    for (const Node& node : topology.nodes) {
        if (node.liesInMemory())
            needing[node.property(u"memory"_s).toString()].append(node.id);
        if (!isProcess(node.kind))
            continue;
        needing[node.property(u"start"_s).toObject().value("node"_L1).toString()].append(node.id);
        for (const Placeholder& placeholder : placeholdersOf(node))
            needing[ids.value(placeholder.name)].append(node.id);
    }
    for (const Edge& edge : topology.edges)
        needing[edge.endpoint].append(edge.process);
    QStringList open(nodes.begin(), nodes.end());
    while (!open.isEmpty())
        for (const QString& id : needing.take(open.takeLast()))
            if (!nodes.contains(id)) {
                nodes.insert(id);
                open.append(id);
            }
    return nodes;
}

Topology withoutFaultyOthers(const Topology& topology, const QStringList& processes)
{
    Topology asRun = topology;
    startOnly(asRun, processes);
    const Topology needed = reducedTo(topology, processes);
    QSet<QString> gone;
    for (const Fault& fault : validate(asRun))
        if (fault.severity == Fault::Severity::Error && needed.node(fault.node) == nullptr)
            gone.insert(fault.node);
    gone = withDependents(asRun, gone);
    for (const Node& node : needed.nodes)
        gone.remove(node.id);
    Topology left = topology;
    removeNodes(left, gone);
    return left;
}

QJsonObject topologyForEngine(const Topology& topology)
{
    Topology whole = topology;
    whole.groups.clear(); // how parts are shown together is none of the engine's business
    for (Node& node : whole.nodes)
        if (node.kind == Kind::Actor)
            node.properties.insert(u"script"_s, scriptOf(node));
    return topologyToJson(whole);
}

} // namespace byteyard::model
