#include "gui/canvas/live_binding.h"

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/edge_look.h"
#include "gui/canvas/group_look.h"

#include <QJsonArray>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

LiveBinding::LiveBinding(CanvasScene& scene, model::Document& document, model::Session& session)
    : m_scene(scene), m_document(document), m_session(session)
{
    connect(&session, &model::Session::structureChanged, this, &LiveBinding::structureChanged);
    connect(&session, &model::Session::stateChanged, this, &LiveBinding::structureChanged);
    connect(&session, &model::Session::problemFound, this, &LiveBinding::structureChanged);
    connect(&session, &model::Session::opened, this, &LiveBinding::structureChanged);
    connect(&session, &model::Session::ticked, this, &LiveBinding::tick);
    connect(&session, &model::Session::storeChanged, this, [this] { m_lastPlaces.clear(); });
    // Keeping what a program made, and taking that back.
    const auto kept =
        connect(document.undoStack(), &QUndoStack::indexChanged, this, &LiveBinding::updateDiscovered);
    // A document that goes last clears its stack.
    connect(&session, &QObject::destroyed, this, [kept] { disconnect(kept); });
}

void LiveBinding::showAll()
{
    m_used.clear();
    m_usedLive.clear();
    m_shown.clear();
    m_shownEdges.clear();
    m_discoveredNodes.clear();
    m_discoveredEdges.clear();
    readSession();
    const model::Topology& topology = m_document.topology();
    for (const model::Edge& edge : topology.edges)
        m_used[edge.process].insert(edge.processPort, sideOf(edge));
    for (const model::Node& node : topology.nodes)
        updateNode(node, true);
    for (const model::Edge& edge : topology.edges)
        updateEdge(edge, true);
    updateDiscovered();
}

void LiveBinding::showNode(const QString& id)
{
    const model::Node* node = m_document.topology().node(id);
    if (node == nullptr)
        return;
    updateNode(*node, true);
    // What goes both ways leaves a process towards its endpoint: that may be elsewhere now.
    for (const model::Edge& edge : m_document.topology().edges)
        if ((edge.process == id || edge.endpoint == id) && model::portReads(edge.endpointPort) &&
            model::portWrites(edge.endpointPort))
            readPorts(edge.process);
}

Side LiveBinding::sideOf(const model::Edge& edge) const
{
    if (!model::portReads(edge.endpointPort) || !model::portWrites(edge.endpointPort))
        return sideOfPort(edge.processPort, edge.endpointPort);
    const model::Node* process = m_document.topology().node(edge.process);
    const model::Node* endpoint = m_document.topology().node(edge.endpoint);
    return sideOfPort(edge.processPort, edge.endpointPort,
                      process != nullptr && endpoint != nullptr &&
                          endpoint->position.x() < process->position.x());
}

void LiveBinding::showEdge(const QString& id)
{
    const model::Edge* edge = m_document.topology().edge(id);
    if (edge == nullptr)
        return;
    readPorts(edge->process);
    updateEdge(*edge, true);
}

/// An edge that is gone, or moved to another fd, leaves its old one.
void LiveBinding::readPorts(const QString& process)
{
    UsedPorts used;
    for (const model::Edge& each : m_document.topology().edges)
        if (each.process == process)
            used.insert(each.processPort, sideOf(each));
    if (m_used.value(process) == used)
        return;
    m_used.insert(process, used);
    refreshLook(process);
}

void LiveBinding::showGroups()
{
    const model::Topology& topology = m_document.topology();
    if (topology.groups.isEmpty())
        return;
    QHash<QString, QList<const model::Node*>> members;
    for (const model::Node& node : topology.nodes)
        if (const QString group = m_scene.groupOf(node.id); !group.isEmpty())
            members[group].append(&node);
    for (const model::Group& group : topology.groups)
        m_scene.setGroupLook(group.id, lookOf(group, members.value(group.id), m_session));
}

void LiveBinding::forget(const QString& node)
{
    m_used.remove(node);
    m_usedLive.remove(node);
    m_shown.remove(node);
}

void LiveBinding::forgetEdge(const QString& edge, const QString& process)
{
    m_shownEdges.remove(edge);
    if (!CanvasScene::isDiscovered(edge))
        readPorts(process);
}

UsedPorts LiveBinding::portsOf(const QString& process) const
{
    UsedPorts used = m_usedLive.value(process);
    used.insert(m_used.value(process));
    return used;
}

void LiveBinding::refreshLook(const QString& node)
{
    if (const model::Node* known = m_document.topology().node(node))
        m_scene.setNodeLook(node, lookOf(*known, portsOf(node), m_shown.value(node)));
}

void LiveBinding::readSession()
{
    m_problems.clear();
    for (const model::Problem& problem : m_session.problems())
        if (problem.severity == model::Fault::Severity::Error && !problem.node.isEmpty())
            m_problems.insert(problem.node,
                              problem.remedy.isEmpty() ? problem.what : problem.what + u' ' + problem.remedy);
    m_ranNodes.clear();
    m_ranEdges.clear();
    if (!m_session.isLive())
        return;
    const QJsonObject ran = m_session.catalog().topology;
    for (const QJsonValue& node : ran.value("nodes"_L1).toArray())
        m_ranNodes.insert(node["id"_L1].toString(), node["properties"_L1].toObject());
    for (const QJsonValue& edge : ran.value("edges"_L1).toArray())
        m_ranEdges.insert(edge["id"_L1].toString());
}

void LiveBinding::structureChanged()
{
    readSession();
    tick();
    updateDiscovered();
}

void LiveBinding::tick()
{
    m_pending.clear();
    for (const model::PendingCall& call : m_session.pending()) {
        const auto known = m_pending.constFind(call.process);
        if (known == m_pending.constEnd() || call.waited(call.since) > known->waited(call.since))
            m_pending.insert(call.process, call);
    }
    const model::Topology& topology = m_document.topology();
    for (const model::Node& node : topology.nodes)
        updateNode(node, false);
    for (const model::Edge& edge : topology.edges)
        updateEdge(edge, false);
    showGroups();
    tickDiscovered();
}

NodeLive LiveBinding::liveOf(const model::LiveProcess& process) const
{
    NodeLive live;
    live.number = process.entry.number;
    live.state = process.entry.state;
    live.name = process.entry.name;
    live.pid = process.entry.pid;
    live.exitCode = process.entry.exitCode;
    live.signal = process.entry.signal;
    live.error = process.error;
    live.paused = process.paused;
    live.sampled = process.sampled;
    live.isAttached = process.entry.attached;
    live.leaving = process.leaving;
    live.line = process.line;
    const auto pending = m_pending.constFind(process.entry.number);
    if (pending != m_pending.constEnd()) {
        live.blockedCall = pending->call;
        live.stuck = m_session.deadlocks().stuck.contains(process.entry.number);
        live.paced = pending->paced;
    }
    return live;
}

NodeLive LiveBinding::liveOf(const model::LiveEndpoint& endpoint) const
{
    NodeLive live;
    live.number = endpoint.entry.number;
    live.state = endpoint.entry.state;
    live.name = endpoint.entry.name;
    live.kind = endpoint.entry.kind;
    live.error = endpoint.error;
    live.sampled = endpoint.sampled;
    live.fill = endpoint.fill;
    live.fill2 = endpoint.fill2;
    live.capacity = endpoint.capacity;
    live.id = endpoint.entry.id;
    live.path = endpoint.entry.path;
    live.address = endpoint.entry.address;
    live.port = endpoint.entry.port;
    live.parent = endpoint.entry.parent;
    live.facts = endpoint.entry.facts;
    live.tiles = endpoint.tiles;
    live.tilesTotal = endpoint.tilesTotal;
    live.attached = endpoint.attached.size();
    if (live.state != u"live")
        live.through = std::max(endpoint.entry.totals.bytesIn, endpoint.entry.totals.bytesOut);
    return live;
}

NodeLive LiveBinding::liveOf(const model::Node& node) const
{
    NodeLive live;
    if (model::isProcess(node.kind)) {
        if (const model::LiveProcess* process = m_session.processOfNode(node.id)) {
            live = liveOf(*process);
            live.waitsToStart = !m_session.awaitedStart(*process).isEmpty();
        }
        live.heldBack = m_session.isHeldBack(node.id);
    } else if (const model::LiveEndpoint* endpoint = m_session.endpointOfNode(node.id)) {
        live = liveOf(*endpoint);
    }
    live.sessionRuns = m_session.isLive();
    const auto ran = m_ranNodes.constFind(node.id);
    live.nextRun = live.number != 0 && ran != m_ranNodes.constEnd() && *ran != node.properties;
    if (live.error.isEmpty())
        live.error = m_problems.value(node.id);
    return live;
}

void LiveBinding::updateNode(const model::Node& node, bool force)
{
    const NodeLive live = liveOf(node);
    NodeLive& shown = m_shown[node.id];
    if (!force && shown == live)
        return;
    shown = live;
    const NodeLook look = lookOf(node, portsOf(node.id), live);
    if (force)
        m_scene.putNode(node.id, look, node.position);
    else
        m_scene.setNodeLook(node.id, look);
}

LiveBinding::EdgeKey LiveBinding::keyOf(const model::LiveEdge* edge, bool ran) const
{
    EdgeKey key;
    key.ran = ran;
    if (edge == nullptr)
        return key;
    key.there = true;
    key.open = edge->open;
    key.wasOpen = edge->wasOpen;
    key.blocked = edge->blocked;
    if (edge->blocked)
        key.tenths = edge->blockedFor(m_session.now()) / 100'000'000;
    key.capture = edge->capture;
    key.total = edge->bytesIn + edge->bytesOut;
    key.rateIn = edge->rateIn;
    key.rateOut = edge->rateOut;
    return key;
}

void LiveBinding::updateEdge(const model::Edge& edge, bool force)
{
    const model::LiveEdge* live = m_session.edgeOf(edge.id);
    const bool later = m_session.isLive() && !m_ranEdges.contains(edge.id);
    const EdgeKey key = keyOf(live, later);
    EdgeKey& shown = m_shownEdges[edge.id];
    if (!force && shown == key)
        return;
    shown = key;
    if (force)
        m_scene.putEdge(edge.id, edge.process, edge.processPort, edge.endpoint, edge.endpointPort);
    const NodeItem* endpoint = m_scene.node(edge.endpoint);
    if (endpoint != nullptr)
        m_scene.edges().setLook(edge.id, lookOf(edge, endpoint->look().kind, live, m_session.now(), later));
}

} // namespace byteyard::gui
