#include "model/session/engine_topology.h"

#include "model/topology/topology_file.h"

#include <QFile>

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

QJsonObject topologyForEngine(const Topology& topology)
{
    Topology whole = topology;
    for (Node& node : whole.nodes)
        if (node.kind == Kind::Actor)
            node.properties.insert(u"script"_s, scriptOf(node));
    return topologyToJson(whole);
}

} // namespace byteyard::model
