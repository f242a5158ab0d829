#include "model/session/engine_topology.h"

#include "model/topology/topology_file.h"

#include <QFile>
#include <QSet>

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

void startOnly(Topology& topology, const QStringList& processes)
{
    const QSet<QString> chosen(processes.begin(), processes.end());
    for (Node& node : topology.nodes) {
        if (!isProcess(node.kind))
            continue;
        const QJsonObject start = node.property(u"start"_s).toObject();
        const QString when = start.value("when"_L1).toString();
        if (!chosen.contains(node.id))
            node.properties.insert(u"start"_s, QJsonObject{{u"when"_s, u"by-hand"_s}});
        else if (when == "by-hand"_L1 ||
                 (start.contains("node"_L1) && !chosen.contains(start.value("node"_L1).toString())))
            node.properties.remove(u"start"_s);
    }
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
