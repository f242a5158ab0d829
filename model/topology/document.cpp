#include "model/topology/document.h"

#include "model/topology/document_edit.h"
#include "model/topology/topology_file.h"

#include <QFileInfo>

#include <cmath>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

constexpr double gridStep = 20;

template <typename Item>
qsizetype indexOf(const QList<Item>& list, const QString& id)
{
    for (qsizetype i = 0; i < list.size(); ++i)
        if (list.at(i).id == id)
            return i;
    return -1;
}

/// Sets `key` in the map, or takes it out when it says what is so anyway.
void put(QJsonObject& properties, const PropertySpec& spec, const QJsonValue& value)
{
    const QJsonValue canonical = spec.canonical(value);
    if (canonical == spec.defaultValue)
        properties.remove(spec.key);
    else
        properties.insert(spec.key, canonical);
}

/// The "start" of a process and the "memory" of a semaphore name another node: they follow when that node
/// gets another id.
void renameNodesNamed(Node& node, const QHash<QString, QString>& newIds)
{
    if (const auto it = newIds.find(node.properties.value("memory"_L1).toString()); it != newIds.end())
        node.properties.insert("memory"_L1, it.value());
    QJsonObject start = node.properties.value("start"_L1).toObject();
    const auto it = newIds.find(start.value("node"_L1).toString());
    if (it == newIds.end())
        return;
    start.insert("node"_L1, it.value());
    node.properties.insert("start"_L1, start);
}

Edge makeEdge(const Topology& topology, const QString& process, const QString& processPort,
              const QString& endpoint, const QString& endpointPort)
{
    Edge edge;
    edge.id = topology.freeEdgeId();
    edge.process = process;
    edge.processPort =
        processPort.isEmpty() ? topology.freePort(process, endpoint, endpointPort) : processPort;
    edge.endpoint = endpoint;
    edge.endpointPort = endpointPort;
    return edge;
}

} // namespace

Document::Document(QObject* parent) : QObject(parent)
{
    connect(&m_undo, &QUndoStack::cleanChanged, this, [this](bool clean) { Q_EMIT modifiedChanged(!clean); });
}

QString Document::displayName() const
{
    if (!m_path.isEmpty())
        return QFileInfo(m_path).fileName();
    return m_topology.title.isEmpty() ? tr("untitled") : m_topology.title;
}

QString Document::addNode(Kind kind, QPointF position, const QJsonObject& properties, const QString& name)
{
    if (m_topology.nodes.size() >= maxNodes)
        return {};
    const KindInfo info = kindInfo(kind);
    Node node;
    node.kind = kind;
    node.position = position;
    for (const PropertySpec& spec : info.properties)
        if (const auto it = properties.find(spec.key); it != properties.end() && spec.fault(*it).isEmpty())
            put(node.properties, spec, *it);
    QString stem = nameFault(name).isEmpty() ? name : QString();
    if (const QStringList argv = node.argv();
        stem.isEmpty() && !argv.isEmpty() && nameFault(argv.first()).isEmpty())
        stem = QFileInfo(argv.first()).fileName();
    if (stem.isEmpty())
        stem = info.id;
    node.name = m_topology.freeName(stem);
    node.id = m_topology.freeNodeId(stem);
    auto edit = std::make_unique<DocumentEdit>(*this, tr("Add %1").arg(node.name));
    edit->addNode(node);
    DocumentEdit::commit(std::move(edit));
    return node.id;
}

QStringList Document::addFragment(const Topology& fragment, QPointF offset, const QString& undoText)
{
    if (m_topology.nodes.size() + fragment.nodes.size() > maxNodes ||
        m_topology.edges.size() + fragment.edges.size() > maxEdges)
        return {};
    auto edit = std::make_unique<DocumentEdit>(*this, undoText);
    Topology all = m_topology; // grows as ids and names are taken
    QHash<QString, QString> newIds;
    for (Node node : fragment.nodes) {
        const QString id = all.freeNodeId(node.id);
        newIds.insert(node.id, id);
        node.id = id;
        node.name = all.freeName(node.name);
        node.position += offset;
        all.nodes.append(node);
    }
    QStringList added;
    for (Node node : all.nodes.sliced(m_topology.nodes.size())) {
        renameNodesNamed(node, newIds);
        edit->addNode(node);
        added.append(node.id);
    }
    for (Edge edge : fragment.edges) {
        if (!newIds.contains(edge.process) || !newIds.contains(edge.endpoint))
            continue; // a copied part of a topology: its other end was not copied
        edge.id = all.freeEdgeId();
        edge.process = newIds.value(edge.process);
        edge.endpoint = newIds.value(edge.endpoint);
        all.edges.append(edge);
        edit->addEdge(edge);
    }
    for (Group group : fragment.groups) {
        group.id = all.freeGroupId(group.id);
        group.name = all.freeGroupName(group.name);
        for (QString& member : group.members)
            member = newIds.value(member);
        all.groups.append(group);
    }
    edit->setGroups(all.groups);
    DocumentEdit::commit(std::move(edit));
    return added;
}

void Document::adopt(const QList<Node>& nodes, const QList<Edge>& edges, const QString& undoText)
{
    auto edit = std::make_unique<DocumentEdit>(*this, undoText);
    for (const Node& node : nodes)
        edit->addNode(node);
    for (const Edge& edge : edges)
        edit->addEdge(edge);
    DocumentEdit::commit(std::move(edit));
}

void Document::remove(const QStringList& nodes, const QStringList& edges)
{
    const qsizetype count = nodes.isEmpty() ? edges.size() : nodes.size();
    const QString text = nodes.size() == 1 && m_topology.node(nodes.first())
                             ? tr("Remove %1").arg(m_topology.node(nodes.first())->name)
                         : nodes.isEmpty() ? tr("Remove %n connection(s)", nullptr, static_cast<int>(count))
                                           : tr("Remove %n part(s)", nullptr, static_cast<int>(count));
    auto edit = std::make_unique<DocumentEdit>(*this, text);
    edit->remove(QSet<QString>(nodes.begin(), nodes.end()), QSet<QString>(edges.begin(), edges.end()));
    DocumentEdit::commit(std::move(edit));
}

void Document::moveNodes(const QHash<QString, QPointF>& positions, int dragId)
{
    auto edit = std::make_unique<DocumentEdit>(
        *this, tr("Move %n part(s)", nullptr, static_cast<int>(positions.size())));
    edit->setDrag(dragId);
    for (qsizetype i = 0; i < m_topology.nodes.size(); ++i) {
        Node node = m_topology.nodes.at(i);
        const auto it = positions.find(node.id);
        if (it == positions.end())
            continue;
        node.position = {qBound(-maxCoordinate, it->x(), maxCoordinate),
                         qBound(-maxCoordinate, it->y(), maxCoordinate)};
        edit->changeNode(i, node);
    }
    DocumentEdit::commit(std::move(edit));
}

QString Document::setProperty(const QString& id, const QString& key, const QJsonValue& value)
{
    const qsizetype index = indexOf(m_topology.nodes, id);
    if (index < 0)
        return tr("The part is gone.");
    Node node = m_topology.nodes.at(index);
    const QList<PropertySpec> specs = kindInfo(node.kind).properties;
    const PropertySpec* spec = findProperty(specs, key);
    if (!spec)
        return tr("%1 has no property “%2”.").arg(node.name, key);
    if (const QString fault = spec->fault(value); !fault.isEmpty())
        return tr("%1 %2.").arg(spec->label, fault);
    put(node.properties, *spec, value);
    auto edit = std::make_unique<DocumentEdit>(*this, tr("Set %1 of %2").arg(spec->label, node.name));
    edit->changeNode(index, node);
    DocumentEdit::commit(std::move(edit));
    return {};
}

QString Document::renameNode(const QString& id, const QString& name)
{
    const qsizetype index = indexOf(m_topology.nodes, id);
    if (index < 0)
        return tr("The part is gone.");
    if (const QString fault = nameFault(name); !fault.isEmpty())
        return tr("The name %1.").arg(fault);
    for (const Node& other : m_topology.nodes)
        if (other.id != id && other.name == name)
            return tr("Another part is named “%1” already.").arg(name);
    Node node = m_topology.nodes.at(index);
    auto edit = std::make_unique<DocumentEdit>(*this, tr("Rename %1").arg(node.name));
    node.name = name;
    edit->changeNode(index, node);
    DocumentEdit::commit(std::move(edit));
    return {};
}

QString Document::connectNodes(const QString& process, const QString& processPort, const QString& endpoint,
                               const QString& endpointPort)
{
    if (!connectionFault(m_topology, process, processPort, endpoint, endpointPort).isEmpty())
        return {};
    const Edge edge = makeEdge(m_topology, process, processPort, endpoint, endpointPort);
    auto edit = std::make_unique<DocumentEdit>(
        *this, tr("Connect %1 and %2").arg(m_topology.node(process)->name, m_topology.node(endpoint)->name));
    edit->addEdge(edge);
    DocumentEdit::commit(std::move(edit));
    return edge.id;
}

QString Document::connectProcesses(const QString& writer, const QString& writerPort, const QString& reader,
                                   const QString& readerPort, std::optional<QPointF> position)
{
    const Node* from = m_topology.node(writer);
    const Node* to = m_topology.node(reader);
    if (!from || !to || m_topology.nodes.size() >= maxNodes)
        return {};
    Topology planned = m_topology;
    Node pipe;
    pipe.kind = Kind::Pipe;
    pipe.name = planned.freeName(kindId(Kind::Pipe));
    pipe.id = planned.freeNodeId(kindId(Kind::Pipe));
    const QPointF middle = position.value_or((from->position + to->position) / 2);
    pipe.position = {std::round(middle.x() / gridStep) * gridStep,
                     std::round(middle.y() / gridStep) * gridStep};
    planned.nodes.append(pipe);
    if (!connectionFault(planned, writer, writerPort, pipe.id, u"write"_s).isEmpty())
        return {};
    const Edge in = makeEdge(planned, writer, writerPort, pipe.id, u"write"_s);
    planned.edges.append(in);
    if (!connectionFault(planned, reader, readerPort, pipe.id, u"read"_s).isEmpty())
        return {};
    const Edge out = makeEdge(planned, reader, readerPort, pipe.id, u"read"_s);
    auto edit = std::make_unique<DocumentEdit>(*this, tr("Connect %1 and %2").arg(from->name, to->name));
    edit->addNode(pipe);
    edit->addEdge(in);
    edit->addEdge(out);
    DocumentEdit::commit(std::move(edit));
    return pipe.id;
}

QString Document::setEdgeProperty(const QString& id, const QString& key, const QJsonValue& value)
{
    const qsizetype index = indexOf(m_topology.edges, id);
    if (index < 0)
        return tr("The connection is gone.");
    Edge edge = m_topology.edges.at(index);
    const Node* endpoint = m_topology.node(edge.endpoint);
    const QList<PropertySpec> specs = edgeProperties(endpoint->kind, edge.endpointPort);
    const PropertySpec* spec = findProperty(specs, key);
    if (!spec)
        return tr("A connection to %1 has no property “%2”.").arg(endpoint->name, key);
    if (const QString fault = spec->fault(value); !fault.isEmpty())
        return tr("%1 %2.").arg(spec->label, fault);
    put(edge.properties, *spec, value);
    auto edit = std::make_unique<DocumentEdit>(*this, tr("Set %1 of the connection").arg(spec->label));
    edit->changeEdge(index, edge);
    DocumentEdit::commit(std::move(edit));
    return {};
}

QString Document::setEdgeProcessPort(const QString& id, const QString& processPort)
{
    const qsizetype index = indexOf(m_topology.edges, id);
    if (index < 0)
        return tr("The connection is gone.");
    Edge edge = m_topology.edges.at(index);
    if (edge.processPort == processPort)
        return {};
    if (const QString fault =
            connectionFault(m_topology, edge.process, processPort, edge.endpoint, edge.endpointPort);
        !fault.isEmpty())
        return fault;
    edge.processPort = processPort;
    auto edit = std::make_unique<DocumentEdit>(*this, tr("Use fd %1").arg(processPort));
    edit->changeEdge(index, edge);
    DocumentEdit::commit(std::move(edit));
    return {};
}

void Document::setTitle(const QString& title)
{
    if (!title.isEmpty() && !nameFault(title).isEmpty())
        return;
    auto edit = std::make_unique<DocumentEdit>(*this, tr("Change the title"));
    edit->setInfo(title, m_topology.pace);
    DocumentEdit::commit(std::move(edit));
}

void Document::setPace(int callsPerSecond)
{
    auto edit = std::make_unique<DocumentEdit>(*this, tr("Change the pace"));
    edit->setInfo(m_topology.title, qBound(0, callsPerSecond, maxPace));
    DocumentEdit::commit(std::move(edit));
}

void Document::setPath(const QString& path)
{
    if (m_path == path)
        return;
    m_path = path;
    Q_EMIT pathChanged(path);
}

void Document::reset(const Topology& topology, const QString& path)
{
    m_topology = topology;
    setPath(path);
    m_undo.clear();
    Q_EMIT wasReset();
}

QString Document::load(const QString& path)
{
    const ReadResult read = readTopologyFile(path);
    if (!read.ok()) {
        const Fault& first = read.faults.first();
        const QString sentence = first.what + u' ' + first.remedy;
        const int more = static_cast<int>(read.faults.size()) - 1;
        return more == 0 ? sentence
                         : sentence + u' ' + tr("There is/are %n more fault(s) in it.", nullptr, more);
    }
    reset(read.topology, path);
    return {};
}

QString Document::save(const QString& path)
{
    const QString fault = writeTopologyFile(m_topology, path);
    if (fault.isEmpty()) {
        setPath(path);
        m_undo.setClean();
    }
    return fault;
}

} // namespace byteyard::model
