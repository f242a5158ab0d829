#include "model/topology/topology.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QSet>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct Text
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

/// Why this fd of the process cannot be used for that port; empty when it can.
QString fdFault(const Topology& topology, const Node& process, const QString& fd, const Node& endpoint,
                const QString& port)
{
    if (!isFdPort(fd))
        return Text::tr("%1 is no file descriptor: they go from 0 to %2.").arg(fd, QString::number(maxFd));
    for (const Edge& edge : topology.edges)
        if (edge.process == process.id && edge.processPort == fd)
            return Text::tr("%1's fd %2 is connected already.").arg(process.name, fd);
    if (fd == "0"_L1 && !portReads(port))
        return Text::tr("%1 reads from fd 0, and %2's write end only takes bytes: use fd 1, or the read end.")
            .arg(process.name, endpoint.name);
    if ((fd == "1"_L1 || fd == "2"_L1) && !portWrites(port))
        return Text::tr("%1 writes to fd %2, and %3's read end only gives bytes: use fd 0, or the write end.")
            .arg(process.name, fd, endpoint.name);
    return {};
}

} // namespace

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

QString nameFault(const QString& name)
{
    if (name.isEmpty())
        return Text::tr("is empty");
    if (name.size() > maxNameLength)
        return Text::tr("is longer than %1 characters").arg(maxNameLength);
    if (!name.isValidUtf16())
        return Text::tr("is no valid text");
    for (const QChar c : name)
        if (c.category() == QChar::Other_Control || c == u'{' || c == u'}')
            return Text::tr("holds a control character or a brace");
    return {};
}

QString connectionFault(const Topology& topology, const QString& process, const QString& processPort,
                        const QString& endpoint, const QString& endpointPort)
{
    const Node* from = topology.node(process);
    const Node* to = topology.node(endpoint);
    if (!from || !to)
        return Text::tr("One of the two ends is gone.");
    if (from == to)
        return Text::tr("%1 cannot be connected to itself.").arg(from->name);
    if (!isProcess(from->kind))
        return Text::tr("%1 is no process: a connection joins a process and an endpoint.").arg(from->name);
    if (isProcess(to->kind))
        return Text::tr("%1 is a process: two processes need a pipe or another endpoint between them.")
            .arg(to->name);
    const QStringList ports = kindInfo(to->kind).ports;
    if (!ports.contains(endpointPort))
        return Text::tr("%1 has no end “%2”, only %3.").arg(to->name, endpointPort, ports.join(", "_L1));
    if (topology.edges.size() >= maxEdges)
        return Text::tr("A topology holds at most %1 connections.").arg(maxEdges);
    if (!processPort.isEmpty())
        return fdFault(topology, *from, processPort, *to, endpointPort);
    if (topology.freeFd(process, endpointPort).isEmpty())
        return Text::tr("All file descriptors of %1 are connected.").arg(from->name);
    return {};
}

} // namespace byteyard::model
