#include "model/topology/topology.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QSet>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct TopologyText
{
    Q_DECLARE_TR_FUNCTIONS(Topology)
};

/// "stem", or "stem" + separator + the first number from 2 that is not taken.
QString firstFree(const QString& stem, QChar separator, qsizetype maxLength, const QSet<QString>& taken)
{
    if (stem.size() <= maxLength && !taken.contains(stem))
        return stem;
    const QString base = stem.left(maxLength - 8);
    for (int number = 2;; ++number) {
        const QString candidate = base + separator + QString::number(number);
        if (!taken.contains(candidate))
            return candidate;
    }
}

template <typename List, typename Member>
QSet<QString> setOf(const List& list, Member member)
{
    QSet<QString> set;
    set.reserve(list.size());
    for (const auto& item : list)
        set.insert(item.*member);
    return set;
}

/// Why this fd or handle of the process cannot be used for that port; empty when it can.
QString portFault(const Topology& topology, const Node& process, const QString& port, const Node& endpoint,
                  const QString& endpointPort)
{
    const bool isFd = isFdPort(port);
    if (!isFd && !isHandlePort(port))
        return TopologyText::tr(
                   "%1 is neither a file descriptor from 0 to %2 nor a handle of a–z, 0–9 and _.")
            .arg(port, QString::number(maxFd));
    for (const Edge& edge : topology.edges)
        if (edge.process == process.id && edge.processPort == port)
            return isFd ? TopologyText::tr("%1's fd %2 is connected already.").arg(process.name, port)
                        : TopologyText::tr("%1 has a connection named %2 already.").arg(process.name, port);
    if (isFd && needsHandle(endpoint.kind))
        return TopologyText::tr("%1 has no descriptor: connect it under a name, such as %2.")
            .arg(endpoint.name, topology.freeHandle(process.id, endpoint.id));
    if (!isFd && process.kind == Kind::Command && isAnonymous(endpoint.kind))
        return TopologyText::tr("%1 has no name by which %2 could open it: use a file descriptor.")
            .arg(endpoint.name, process.name);
    if (isFd && endpointPort != "connect"_L1 && endpointPort != "send"_L1 &&
        endpoint.property(u"made-by"_s).toString() == "program"_L1 && endpoint.kind != Kind::Fifo &&
        endpoint.kind != Kind::File)
        return TopologyText::tr("%1 is made by a program, so nobody can be given its descriptor: use a name.")
            .arg(endpoint.name);
    const bool standard = process.kind == Kind::Command && isFd;
    if (standard && port == "0"_L1 && !portReads(endpointPort) && endpointPort == "write"_L1)
        return TopologyText::tr(
                   "%1 reads from fd 0, and %2's write end only takes bytes: use fd 1, or the read end.")
            .arg(process.name, endpoint.name);
    if (standard && (port == "1"_L1 || port == "2"_L1) && endpointPort == "read"_L1)
        return TopologyText::tr(
                   "%1 writes to fd %2, and %3's read end only gives bytes: use fd 0, or the write end.")
            .arg(process.name, port, endpoint.name);
    return {};
}

} // namespace

bool Node::liesInMemory() const
{
    return kind == Kind::PosixSemaphore && !property(u"memory"_s).toString().isEmpty();
}

QJsonValue Node::property(const QString& key) const
{
    const auto it = properties.find(key);
    return it != properties.end() ? QJsonValue(it.value()) : defaultValue(kind, key);
}

QStringList Node::argv() const
{
    QStringList arguments;
    const QJsonArray array = property(u"argv"_s).toArray();
    for (const auto& value : array)
        arguments.append(value.toString());
    return arguments;
}

const Node* Topology::node(const QString& id) const
{
    for (const Node& candidate : nodes)
        if (candidate.id == id)
            return &candidate;
    return nullptr;
}

const Edge* Topology::edge(const QString& id) const
{
    for (const Edge& candidate : edges)
        if (candidate.id == id)
            return &candidate;
    return nullptr;
}

QList<Edge> Topology::edgesOf(const QString& nodeId) const
{
    QList<Edge> found;
    for (const Edge& candidate : edges)
        if (candidate.process == nodeId || candidate.endpoint == nodeId)
            found.append(candidate);
    return found;
}

const Group* Topology::group(const QString& id) const
{
    for (const Group& candidate : groups)
        if (candidate.id == id)
            return &candidate;
    return nullptr;
}

const Group* Topology::groupOf(const QString& nodeId) const
{
    for (const Group& candidate : groups)
        if (candidate.members.contains(nodeId))
            return &candidate;
    return nullptr;
}

QList<const Node*> Topology::membersOf(const Group& group) const
{
    const QSet<QString> ids(group.members.begin(), group.members.end());
    QList<const Node*> found;
    for (const Node& candidate : nodes)
        if (ids.contains(candidate.id))
            found.append(&candidate);
    return found;
}

QString Topology::freeNodeId(const QString& stem) const
{
    QString plain;
    for (const QChar c : stem) {
        const bool fits = (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') ||
                          c == u'_' || c == u'.' || c == u'-';
        plain.append(fits ? c : QChar(u'-'));
    }
    return firstFree(plain.isEmpty() ? u"node"_s : plain, u'-', maxIdLength, setOf(nodes, &Node::id));
}

QString Topology::freeEdgeId() const
{
    const QSet<QString> taken = setOf(edges, &Edge::id);
    for (qsizetype number = edges.size() + 1;; ++number) {
        const QString candidate = u'e' + QString::number(number);
        if (!taken.contains(candidate))
            return candidate;
    }
}

QString Topology::freeGroupId(const QString& stem) const
{
    return firstFree(stem, u'-', maxIdLength, setOf(groups, &Group::id));
}

QString Topology::freeGroupName(const QString& stem) const
{
    return firstFree(stem, u' ', maxNameLength, setOf(groups, &Group::name));
}

QString Topology::freeName(const QString& stem) const
{
    return firstFree(stem.isEmpty() ? u"node"_s : stem, u' ', maxNameLength, setOf(nodes, &Node::name));
}

QString Topology::freeFd(const QString& process, const QString& endpointPort) const
{
    QSet<QString> taken;
    for (const Edge& candidate : edges)
        if (candidate.process == process)
            taken.insert(candidate.processPort);
    const QString natural = endpointPort == "write"_L1 ? u"1"_s : endpointPort == "read"_L1 ? u"0"_s : u"3"_s;
    if (!taken.contains(natural))
        return natural;
    for (int fd = 3; fd <= maxFd; ++fd)
        if (!taken.contains(QString::number(fd)))
            return QString::number(fd);
    return {};
}

QString Topology::freeHandle(const QString& process, const QString& endpoint) const
{
    QSet<QString> taken;
    for (const Edge& candidate : edges)
        if (candidate.process == process)
            taken.insert(candidate.processPort);
    const Node* named = node(endpoint);
    QString stem;
    for (const QChar c : named ? named->name.toLower() : QString())
        stem.append(isHandlePort(u'_' + QString(c)) ? c : QChar(u'_'));
    stem.truncate(maxHandleLength - 8);
    if (stem.isEmpty() || stem.front().isDigit())
        stem.prepend(u'_');
    return firstFree(stem, u'_', maxHandleLength, taken);
}

QString Topology::freePort(const QString& process, const QString& endpoint, const QString& endpointPort) const
{
    const Node* from = node(process);
    const Node* to = node(endpoint);
    if (!from || !to)
        return {};
    const bool reserved =
        to->property(u"made-by"_s).toString() == "program"_L1 && endpointPort == "listen"_L1;
    if (needsHandle(to->kind) || reserved || from->kind == Kind::Actor)
        return freeHandle(process, endpoint);
    return freeFd(process, endpointPort);
}

QString nameFault(const QString& name)
{
    if (name.isEmpty())
        return TopologyText::tr("is empty");
    if (name.size() > maxNameLength)
        return TopologyText::tr("is longer than %1 characters").arg(maxNameLength);
    if (!name.isValidUtf16())
        return TopologyText::tr("is no valid text");
    for (const QChar c : name)
        if (c.category() == QChar::Other_Control || c == u'{' || c == u'}')
            return TopologyText::tr("holds a control character or a brace");
    return {};
}

QString connectionFault(const Topology& topology, const QString& process, const QString& processPort,
                        const QString& endpoint, const QString& endpointPort)
{
    const Node* from = topology.node(process);
    const Node* to = topology.node(endpoint);
    if (!from || !to)
        return TopologyText::tr("One of the two ends is gone.");
    if (from == to)
        return TopologyText::tr("%1 cannot be connected to itself.").arg(from->name);
    if (!isProcess(from->kind))
        return TopologyText::tr("%1 is no process: a connection joins a process and an endpoint.")
            .arg(from->name);
    if (isProcess(to->kind))
        return TopologyText::tr(
                   "%1 is a process: two processes need a pipe or another endpoint between them.")
            .arg(to->name);
    const QStringList ports = kindInfo(to->kind).ports;
    if (!ports.contains(endpointPort))
        return TopologyText::tr("%1 has no end “%2”, only %3.")
            .arg(to->name, endpointPort, ports.join(", "_L1));
    if (topology.edges.size() >= maxEdges)
        return TopologyText::tr("A topology holds at most %1 connections.").arg(maxEdges);
    if (!processPort.isEmpty())
        return portFault(topology, *from, processPort, *to, endpointPort);
    if (topology.freePort(process, endpoint, endpointPort).isEmpty())
        return TopologyText::tr("All file descriptors of %1 are connected.").arg(from->name);
    return {};
}

} // namespace byteyard::model
