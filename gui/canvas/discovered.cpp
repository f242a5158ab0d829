// The part of LiveBinding that shows what programs made by themselves.
#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/edge_look.h"
#include "gui/canvas/live_binding.h"
#include "gui/canvas/metrics.h"
#include "model/session/keep.h"

#include <algorithm>
#include <cmath>
#include <tuple>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

/// A shell loop forks thousands: of those that have ended only the newest stay in sight, more of those that
/// bytes went through, and more when no others come any more.
constexpr qsizetype endedSilentMost = 4;
constexpr qsizetype endedTalkersMost = 8;
constexpr qsizetype moreAtEnd = 2;
constexpr qsizetype endedConnectionsMost = 12;
constexpr qsizetype shownMost = 400;
constexpr qsizetype connectionsMost = 64;
constexpr int ancestorsMost = 64;

bool hasEnded(const model::LiveProcess& process)
{
    return process.entry.state == u"exited" || process.entry.state == u"killed" ||
           process.entry.state == u"detached";
}

/// What is there goes before what has ended, what has ended last before what did earlier.
bool isNewer(const model::LiveProcess& a, const model::LiveProcess& b)
{
    const auto key = [](const model::LiveProcess& process) {
        const bool isOver = hasEnded(process);
        return std::tuple(!isOver, isOver ? process.entry.since : 0, process.entry.number);
    };
    return key(a) > key(b);
}

QString idOfProcess(quint32 number)
{
    return u"process:%1"_s.arg(number);
}

QString idOfEdge(const model::LiveEdge& edge)
{
    return u"edge:%1:%2"_s.arg(edge.process).arg(edge.endpoint);
}

} // namespace

/// An edge that nobody drew.
struct LiveBinding::Found
{
    model::LiveEdge live;
    QString process;
    QString endpoint;
    bool ownEndpoint = false; ///< a program made the endpoint
    model::Kind kind{};
    QString fd;
    QString port;
};

/// The node of a part of the run; empty when nobody drew it, or drawing it has been undone.
template <typename Part>
QString LiveBinding::nodeOf(const Part& part) const
{
    return part.kept && m_document.topology().node(part.entry.node) == nullptr ? QString() : part.entry.node;
}

QString LiveBinding::idOfEndpoint(const model::LiveEndpoint& endpoint) const
{
    const QString node = nodeOf(endpoint);
    return node.isEmpty() ? u"endpoint:%1"_s.arg(endpoint.entry.number) : node;
}

bool LiveBinding::isDrawn(const model::LiveEdge& edge) const
{
    if (edge.edge.isEmpty())
        return false;
    const model::LiveProcess* process = m_session.process(edge.process);
    const model::LiveEndpoint* endpoint = m_session.endpoint(edge.endpoint);
    const bool isKept = (process != nullptr && process->kept) || (endpoint != nullptr && endpoint->kept);
    return !isKept || m_document.topology().edge(edge.edge) != nullptr;
}

QPointF LiveBinding::placeBelow(const QString& listener, const NodeLook& look) const
{
    const NodeItem* above = m_scene.node(listener);
    const QRectF from = above != nullptr ? above->body() : m_scene.content();
    const QRectF body = NodeItem::bodyFor(look);
    const auto snapped = [](double value) { return std::round(value / gridStep) * gridStep; };
    QPointF place(snapped(from.center().x() - body.width() / 2),
                  snapped(from.bottom() + 2 * gridStep - body.top()));
    while (!m_scene.isFree(body.translated(place)))
        place.ry() += 4 * gridStep;
    return place;
}

QPointF LiveBinding::placeFor(const QString& beside, const NodeLook& look) const
{
    const NodeItem* origin = m_scene.node(beside);
    const QRectF from = origin != nullptr ? origin->body() : m_scene.content();
    const QRectF body = NodeItem::bodyFor(look);
    // Below the node that it came from, then column by column to the right.
    const QPointF start(std::round((from.left() + gridStep) / gridStep) * gridStep,
                        std::ceil((from.bottom() + 2 * gridStep) / gridStep) * gridStep);
    for (int column = 0;; ++column)
        for (int row = 0; row < 3; ++row) {
            const QPointF position = start + QPointF(column * 12 * gridStep, row * 6 * gridStep);
            if (m_scene.isFree(body.translated(position)))
                return position;
        }
}

/// The processes that have moved bytes through what is shown.
QSet<quint32> LiveBinding::talkers(const QSet<quint32>& hiddenFiles) const
{
    QSet<quint32> found;
    for (const model::LiveEdge& edge : m_session.edges())
        if (edge.bytesIn + edge.bytesOut > 0 && !hiddenFiles.contains(edge.endpoint))
            found.insert(edge.process);
    return found;
}

/// The nearest process that is shown of those from which one descends; 0 when there is none.
quint32 LiveBinding::parentAmong(const QHash<quint32, QString>& shown,
                                 const model::LiveProcess& process) const
{
    quint32 parent = process.entry.parent;
    for (int climbed = 0; parent != 0 && !shown.contains(parent) && climbed < ancestorsMost; ++climbed) {
        const model::LiveProcess* next = m_session.process(parent);
        parent = next == nullptr ? 0 : next->entry.parent;
    }
    return shown.contains(parent) ? parent : 0;
}

QHash<quint32, QString> LiveBinding::processesToShow(QSet<QString>& discovered,
                                                     const QSet<quint32>& hiddenFiles) const
{
    QHash<quint32, QString> ids;
    const QSet<quint32> talking = talkers(hiddenFiles);
    const qsizetype times = m_session.isLive() ? 1 : moreAtEnd;
    qsizetype endedTalkers = 0;
    qsizetype endedSilent = 0;
    const QList<model::LiveProcess> processes = m_session.processes();
    QList<const model::LiveProcess*> sorted;
    for (const model::LiveProcess& each : processes)
        sorted.append(&each);
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return isNewer(*a, *b); });
    for (const model::LiveProcess* of : std::as_const(sorted)) {
        const model::LiveProcess& each = *of;
        const QString node = nodeOf(each);
        if (!node.isEmpty()) {
            // Of a node that ran twice only the newest process is on the canvas.
            const model::LiveProcess* newest = m_session.processOfNode(node);
            if (newest != nullptr && newest->entry.number == each.entry.number &&
                m_scene.node(node) != nullptr)
                ids.insert(each.entry.number, node);
            continue;
        }
        if (m_hidden.contains(u"command"_s) || discovered.size() >= shownMost)
            continue;
        if (hasEnded(each) && (talking.contains(each.entry.number) ? ++endedTalkers > times * endedTalkersMost
                                                                   : ++endedSilent > times * endedSilentMost))
            continue;
        discovered.insert(idOfProcess(each.entry.number));
        ids.insert(each.entry.number, idOfProcess(each.entry.number));
    }
    return ids;
}

QList<LiveBinding::Found> LiveBinding::edgesToShow(const QHash<quint32, QString>& processIds,
                                                   const QSet<quint32>& connections,
                                                   const QSet<quint32>& hiddenFiles) const
{
    QList<Found> found;
    for (const model::LiveEdge& edge : m_session.edges()) {
        // A descriptor that was inherited and closed unused says nothing.
        if (isDrawn(edge) || !processIds.contains(edge.process) ||
            (!edge.open && edge.bytesIn + edge.bytesOut == 0))
            continue;
        const model::LiveEndpoint* endpoint = m_session.endpoint(edge.endpoint);
        Found each;
        if (endpoint == nullptr || !model::kindFromId(endpoint->entry.kind, each.kind))
            continue;
        each.ownEndpoint = nodeOf(*endpoint).isEmpty();
        if (each.ownEndpoint &&
            (m_hidden.contains(endpoint->entry.kind) || hiddenFiles.contains(endpoint->entry.number)))
            continue;
        each.endpoint = idOfEndpoint(*endpoint);
        if (!each.ownEndpoint && m_scene.node(each.endpoint) == nullptr)
            continue;
        if (endpoint->entry.parent != 0 && !connections.contains(endpoint->entry.number))
            continue;
        each.live = edge;
        each.process = processIds.value(edge.process);
        const model::UndrawnEdge drawn = model::undrawnEdge(edge, *endpoint, each.kind);
        each.fd = drawn.fd;
        each.port = drawn.port;
        found.append(each);
    }
    return found;
}

void LiveBinding::showDiscovered(const QString& id, const NodeLook& look, const QString& beside, bool hangs)
{
    m_scene.setOrigin(id, beside);
    const auto last = m_lastPlaces.constFind(id);
    if (m_scene.node(id) != nullptr)
        m_scene.setNodeLook(id, look);
    else if (last != m_lastPlaces.constEnd() && m_scene.isFree(NodeItem::bodyFor(look).translated(*last)))
        m_scene.putNode(id, look, *last);
    else
        m_scene.putNode(id, look, hangs ? placeBelow(beside, look) : placeFor(beside, look));
    if (hangs)
        m_scene.hang(id, beside);
}

void LiveBinding::showDiscovered(const model::LiveEndpoint& endpoint, const QString& process)
{
    model::Kind kind{};
    if (!model::kindFromId(endpoint.entry.kind, kind))
        return;
    const QString id = idOfEndpoint(endpoint);
    const model::LiveEndpoint* listener = m_session.endpoint(endpoint.entry.parent);
    m_shown.insert(id, liveOf(endpoint));
    // A listener that nobody has open any more is not shown.
    const bool hangs = listener != nullptr && m_scene.node(idOfEndpoint(*listener)) != nullptr;
    showDiscovered(id, lookOfDiscovered(kind, {}, m_shown.value(id)),
                   hangs ? idOfEndpoint(*listener) : process, hangs);
}

/// Connections are there also while nobody has accepted them; of those that have ended the newest stay.
QList<model::LiveEndpoint> LiveBinding::connectionsToShow() const
{
    QList<model::LiveEndpoint> found;
    qsizetype ended = 0;
    const QList<model::LiveEndpoint> endpoints = m_session.endpoints();
    for (auto it = endpoints.crbegin(); it != endpoints.crend() && found.size() < connectionsMost; ++it)
        if (it->entry.parent != 0 && it->entry.node.isEmpty() && !m_hidden.contains(it->entry.kind) &&
            (it->entry.state == u"live" || ++ended <= endedConnectionsMost))
            found.prepend(*it);
    return found;
}

bool LiveBinding::isLeft(const QString& endpoint, const QString& process) const
{
    const NodeItem* left = m_scene.node(endpoint);
    const NodeItem* right = m_scene.node(process);
    return left != nullptr && right != nullptr && left->body().center().x() < right->body().center().x();
}

void LiveBinding::hideKinds(const QSet<QString>& kinds)
{
    m_hidden = kinds;
    updateDiscovered();
}

QList<model::UndrawnPart> LiveBinding::undrawn(const QStringList& ids) const
{
    QList<model::UndrawnPart> parts;
    for (const QString& id : ids) {
        if (!m_discoveredNodes.contains(id))
            continue;
        const quint32 number = id.section(u':', 1).toUInt();
        const bool isProcess = id.startsWith("process:"_L1);
        parts.append({isProcess ? number : 0, isProcess ? 0 : number, m_scene.homeOf(id)});
    }
    return parts;
}

void LiveBinding::updateDiscovered()
{
    QSet<QString> nodes;
    QSet<QString> edges;
    const QSet<quint32> hiddenFiles =
        m_hidden.contains(foundFilesOfOne()) ? model::filesOfOneProcess(m_session) : QSet<quint32>();
    const QHash<quint32, QString> processIds = processesToShow(nodes, hiddenFiles);
    const QList<model::LiveEndpoint> connections = connectionsToShow();
    QSet<quint32> shownConnections;
    for (const model::LiveEndpoint& connection : connections)
        shownConnections.insert(connection.entry.number);
    QList<Found> found = edgesToShow(processIds, shownConnections, hiddenFiles);

    QHash<QString, UsedPorts> used;
    for (const Found& each : std::as_const(found))
        used[each.process].insert(each.fd,
                                  sideOfPort(each.fd, each.port, isLeft(each.endpoint, each.process)));
    const QHash<QString, UsedPorts> before = std::exchange(m_usedLive, used);
    for (const QString& process :
         QSet<QString>(before.keyBegin(), before.keyEnd()) + QSet<QString>(used.keyBegin(), used.keyEnd()))
        if (before.value(process) != used.value(process))
            refreshLook(process);

    QList<quint32> numbers = processIds.keys();
    std::sort(numbers.begin(), numbers.end()); // parents come before their children
    for (const quint32 number : numbers) {
        const QString id = processIds.value(number);
        const model::LiveProcess* process = m_session.process(number);
        if (!CanvasScene::isDiscovered(id) || process == nullptr)
            continue;
        m_shown.insert(id, liveOf(*process));
        const QString parent = processIds.value(parentAmong(processIds, *process));
        showDiscovered(id, lookOfDiscovered(model::Kind::Command, portsOf(id), m_shown.value(id)), parent);
        m_scene.descend(id, parent);
    }
    // A listener comes before what hangs below it.
    std::stable_partition(found.begin(), found.end(), [this](const Found& each) {
        const model::LiveEndpoint* endpoint = m_session.endpoint(each.live.endpoint);
        return endpoint == nullptr || endpoint->entry.parent == 0;
    });
    for (const Found& each : std::as_const(found)) {
        if (each.ownEndpoint && !nodes.contains(each.endpoint)) {
            nodes.insert(each.endpoint);
            showDiscovered(*m_session.endpoint(each.live.endpoint), each.process);
        }
        const QString id = idOfEdge(each.live);
        edges.insert(id);
        m_scene.putEdge(id, each.process, each.fd, each.endpoint, each.port);
        m_scene.edges().setLook(id,
                                lookOfDiscovered(each.kind, each.live, m_session.now(), m_session.isMap()));
    }
    for (const model::LiveEndpoint& connection : connections) {
        if (nodes.contains(idOfEndpoint(connection)))
            continue;
        nodes.insert(idOfEndpoint(connection));
        showDiscovered(connection, {});
    }
    const QSet<QString> nodesBefore = std::exchange(m_discoveredNodes, nodes);
    const QSet<QString> edgesBefore = std::exchange(m_discoveredEdges, edges);
    for (const QString& id : edgesBefore - edges)
        m_scene.dropEdge(id);
    for (const QString& id : nodesBefore - nodes) {
        m_lastPlaces.insert(id, m_scene.homeOf(id));
        m_scene.dropNode(id);
    }
    if (nodes != nodesBefore || edges != edgesBefore)
        Q_EMIT m_scene.foundChanged();
}

void LiveBinding::tickDiscovered()
{
    if (m_discoveredNodes.isEmpty() && m_discoveredEdges.isEmpty())
        return;
    for (const QString& id : std::as_const(m_discoveredNodes)) {
        const quint32 number = id.section(u':', 1).toUInt();
        NodeLive live;
        model::Kind kind = model::Kind::Command;
        if (id.startsWith("process:"_L1)) {
            if (const model::LiveProcess* process = m_session.process(number))
                live = liveOf(*process);
        } else if (const model::LiveEndpoint* endpoint = m_session.endpoint(number)) {
            live = liveOf(*endpoint);
            model::kindFromId(live.kind, kind);
        }
        if (live.number == 0 || m_shown.value(id) == live)
            continue;
        m_shown.insert(id, live);
        m_scene.setNodeLook(id, lookOfDiscovered(kind, portsOf(id), live));
    }
    for (const model::LiveEdge& edge : m_session.edges()) {
        const QString id = idOfEdge(edge);
        if (const EdgeLook* look = !isDrawn(edge) ? m_scene.edges().look(id) : nullptr)
            m_scene.edges().setLook(id,
                                    lookOfDiscovered(look->kind, edge, m_session.now(), m_session.isMap()));
    }
}

} // namespace byteyard::gui
