#include "model/session/keep.h"

#include <QCoreApplication>
#include <QJsonArray>

#include <algorithm>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct KeepText
{
    Q_DECLARE_TR_FUNCTIONS(Keep)
};

bool isListenedOn(Kind kind)
{
    return kindInfo(kind).ports.contains(u"listen"_s);
}

/// A name as the engine tells it may hold what a node's name must not.
QString nodeName(const QString& told, const QString& otherwise)
{
    QString name = told;
    name.removeIf([](QChar c) { return c.category() == QChar::Other_Control || c == u'{' || c == u'}'; });
    name.truncate(maxNameLength - 8);
    return nameFault(name).isEmpty() ? name : otherwise;
}

Node nodeOf(const LiveProcess& process)
{
    Node node;
    node.kind = Kind::Command;
    node.name = nodeName(process.entry.name, u"command"_s);
    QJsonArray argv;
    for (QString argument : process.entry.argv)
        argv.append(argument.replace(u'{', u"{{"_s));
    node.properties.insert(u"argv"_s, argv);
    return node;
}

Node nodeOf(const LiveEndpoint& endpoint, Kind kind)
{
    const EndpointEntry& entry = endpoint.entry;
    Node node;
    node.kind = kind;
    node.name = isAnonymous(kind) ? kindId(kind) : nodeName(entry.name, kindId(kind));
    const auto set = [&](const QString& key, const QJsonValue& value) {
        if (!defaultValue(kind, key).isUndefined() && defaultValue(kind, key) != value)
            node.properties.insert(key, value);
    };
    if (!entry.path.isEmpty())
        set(u"path"_s, entry.path);
    if (!entry.key.isEmpty())
        set(u"key"_s, entry.key);
    if (!entry.address.isEmpty())
        set(u"address"_s, entry.address);
    if (entry.port != 0)
        set(u"port"_s, entry.port);
    set(u"made-by"_s, u"program"_s); // of those that a program may make
    return node;
}

} // namespace

bool canBeKept(const LiveEndpoint& endpoint)
{
    Kind kind{};
    return endpoint.entry.parent == 0 && kindFromId(endpoint.entry.kind, kind) && canBeDrawn(kind);
}

UndrawnEdge undrawnEdge(const LiveEdge& edge, const LiveEndpoint& endpoint, Kind kind)
{
    const int fd = edge.fds.isEmpty() ? edge.lastFd : edge.fds.first();
    const bool mayWrite = edge.access.isEmpty() ? fd == 1 || fd == 2 : edge.access == "write"_L1;
    const bool writes = edge.bytesIn > 0 || (edge.bytesOut == 0 && mayWrite);
    UndrawnEdge drawn;
    // What has no descriptor is reached by an id or an address.
    drawn.fd = fd >= 0 ? QString::number(fd) : endpoint.entry.id >= 0 ? u"id"_s : writes ? u"1"_s : u"0"_s;
    if (endpoint.entry.parent != 0) {
        drawn.port = u"end"_s; // of a connection
        return drawn;
    }
    // Programs have a terminal as their standard descriptors; its master is with who made it.
    if (kind == Kind::Pty && fd >= 0) {
        drawn.port = fd <= 2 ? u"slave"_s : u"master"_s;
        return drawn;
    }
    const QStringList ports = kindInfo(kind).ports;
    // Who has a socket that is listened on is, as a rule, who listens.
    const bool wanted = writes && !isListenedOn(kind);
    const auto fitting = std::find_if(ports.begin(), ports.end(), [wanted](const QString& port) {
        return wanted ? portWrites(port) : portReads(port);
    });
    drawn.port = fitting != ports.end() ? *fitting : ports.value(0);
    return drawn;
}

QSet<quint32> filesOfOneProcess(const Session& session)
{
    QHash<quint32, quint32> user; // of each file the first process
    QSet<quint32> several;
    for (const LiveEdge& edge : session.edges()) {
        if (!edge.open && edge.bytesIn + edge.bytesOut == 0)
            continue;
        const auto first = user.constFind(edge.endpoint);
        if (first == user.constEnd())
            user.insert(edge.endpoint, edge.process);
        else if (first.value() != edge.process)
            several.insert(edge.endpoint);
    }
    QSet<quint32> alone;
    for (const LiveEndpoint& endpoint : session.endpoints())
        if (endpoint.entry.node.isEmpty() && endpoint.entry.kind == "file"_L1 &&
            !several.contains(endpoint.entry.number))
            alone.insert(endpoint.entry.number);
    return alone;
}

QStringList keepUndrawn(Document& document, Session& session, const QList<UndrawnPart>& parts)
{
    Topology whole = document.topology();
    QHash<quint32, QString> processes;
    QHash<quint32, QString> endpoints;
    QList<Node> nodes;
    const auto add = [&](Node node, QPointF position, quint32 number, QHash<quint32, QString>& ids) {
        node.id = whole.freeNodeId(node.kind == Kind::Command ? u"command"_s : kindId(node.kind));
        node.name = whole.freeName(node.name);
        node.position = position;
        whole.nodes.append(node);
        nodes.append(node);
        ids.insert(number, node.id);
    };
    for (const UndrawnPart& part : parts) {
        const LiveProcess* process = session.process(part.process);
        const LiveEndpoint* endpoint = session.endpoint(part.endpoint);
        Kind kind{};
        if (whole.nodes.size() >= maxNodes)
            break;
        // What somebody attached to was not started by this topology, and shall not be.
        if (process != nullptr && !process->entry.argv.isEmpty() && !process->entry.attached)
            add(nodeOf(*process), part.position, part.process, processes);
        else if (endpoint != nullptr && canBeKept(*endpoint) && kindFromId(endpoint->entry.kind, kind))
            add(nodeOf(*endpoint, kind), part.position, part.endpoint, endpoints);
    }
    const auto drawn = [&](const QString& node) { return whole.node(node) != nullptr ? node : QString(); };
    QList<Edge> edges;
    QStringList refused;
    for (const LiveEdge& use : session.edges()) {
        const LiveProcess* process = session.process(use.process);
        const LiveEndpoint* endpoint = session.endpoint(use.endpoint);
        if (process == nullptr || endpoint == nullptr || (!use.open && use.bytesIn + use.bytesOut == 0))
            continue;
        Edge edge;
        edge.process = processes.value(use.process, drawn(process->entry.node));
        edge.endpoint = endpoints.value(use.endpoint, drawn(endpoint->entry.node));
        const Node* to = whole.node(edge.endpoint);
        const bool isNew = processes.contains(use.process) || endpoints.contains(use.endpoint);
        if (!isNew || edge.process.isEmpty() || to == nullptr)
            continue;
        const UndrawnEdge found = undrawnEdge(use, *endpoint, to->kind);
        edge.endpointPort = found.port;
        // What has a name the program opens by itself.
        edge.processPort = isAnonymous(to->kind) ? found.fd : whole.freeHandle(edge.process, edge.endpoint);
        edge.id = whole.freeEdgeId();
        const QString fault =
            connectionFault(whole, edge.process, edge.processPort, edge.endpoint, edge.endpointPort);
        if (!fault.isEmpty()) {
            refused.append(fault);
            continue;
        }
        whole.edges.append(edge);
        edges.append(edge);
    }
    if (nodes.isEmpty())
        return refused;
    // Before the document tells of them: the session must not start them once more.
    session.adopt(whole, processes, endpoints);
    document.adopt(nodes, edges, KeepText::tr("Keep %n part(s)", nullptr, static_cast<int>(nodes.size())));
    return refused;
}

} // namespace byteyard::model
