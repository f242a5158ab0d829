#include "gui/canvas/canvas_scene.h"

#include "gui/canvas/live_binding.h"
#include "gui/canvas/memory_peeks.h"
#include "gui/canvas/metrics.h"
#include "gui/canvas/tether_item.h"

#include <algorithm>

namespace byteyard::gui {

namespace {

const QRectF firstRect(-4000, -4000, 8000, 8000);
constexpr double roomAround = 2000;

} // namespace

CanvasScene::CanvasScene(model::Document& document, model::Session& session, QObject* parent)
    : QGraphicsScene(parent), m_document(document), m_edges(new EdgeLayer)
{
    // A fixed rectangle: a scene that follows its items lays its index out anew at every move.
    setSceneRect(firstRect);
    m_edges->setBounds(firstRect);
    m_edges->setNodesNear([this](const QRectF& rect) {
        QList<QRectF> covered;
        const auto near = items(rect, Qt::IntersectsItemBoundingRect);
        for (const QGraphicsItem* each : near) {
            if (const auto* item = qgraphicsitem_cast<const NodeItem*>(each))
                covered << item->covered();
            else if (const auto* group = qgraphicsitem_cast<const GroupItem*>(each))
                covered << group->covered();
        }
        return covered;
    });
    addItem(m_edges);
    m_live = std::make_unique<LiveBinding>(*this, document, session);

    using model::Document;
    connect(&document, &Document::nodeAdded, this, [this](const QString& id) { m_live->showNode(id); });
    connect(&document, &Document::nodeChanged, this, [this](const QString& id) {
        m_live->showNode(id);
        layEdgesOf(id);
    });
    connect(&document, &Document::nodeRemoved, this, [this](const QString& id) { dropNode(id); });
    connect(&document, &Document::edgeAdded, this, [this](const QString& id) { m_live->showEdge(id); });
    connect(&document, &Document::edgeChanged, this, [this](const QString& id) { m_live->showEdge(id); });
    connect(&document, &Document::edgeRemoved, this, [this](const QString& id) { dropEdge(id); });
    for (const auto signal : {&Document::groupAdded, &Document::groupChanged, &Document::groupRemoved})
        connect(&document, signal, this, &CanvasScene::syncGroups);
    connect(&document, &Document::wasReset, this, &CanvasScene::rebuild);
    rebuild();
    m_peeks = std::make_unique<MemoryPeeks>(*this, session);
}

CanvasScene::~CanvasScene() = default;

QList<NodeItem*> CanvasScene::memoryNodes() const
{
    QList<NodeItem*> nodes;
    for (const QString& id : m_memoryNodes)
        if (NodeItem* item = node(id); item != nullptr && item->isVisible())
            nodes.append(item);
    return nodes;
}

void CanvasScene::hideFoundKinds(const QSet<QString>& kinds)
{
    m_live->hideKinds(kinds);
}

QList<model::UndrawnPart> CanvasScene::undrawn(const QStringList& ids) const
{
    return m_live->undrawn(ids);
}

void CanvasScene::rebuild()
{
    select({});
    m_cursor.clear();
    m_cursorGroup.clear();
    m_found.clear();
    m_fitting.reset();
    m_edges->clear();
    m_ends.clear();
    m_edgesOf.clear();
    m_home.clear();
    m_covered.clear();
    m_previewed.clear();
    for (Tethers* tethers : {&m_tethers, &m_descents})
        for (const Tether& tether : std::exchange(*tethers, {}))
            delete tether.item;
    m_memoryNodes.clear();
    qDeleteAll(m_nodes);
    m_nodes.clear();
    m_origins.clear();
    m_groupOf.clear();
    qDeleteAll(std::exchange(m_groups, {}));
    m_live->showAll();
    syncGroups();
    tellEmptiness();
}

void CanvasScene::tellEmptiness()
{
    const bool empty = m_nodes.isEmpty();
    if (empty == m_wasEmpty)
        return;
    m_wasEmpty = empty;
    Q_EMIT emptinessChanged(empty);
}

void CanvasScene::growTo(const QRectF& rect)
{
    const QRectF now = sceneRect();
    if (now.adjusted(roomAround / 2, roomAround / 2, -roomAround / 2, -roomAround / 2).contains(rect))
        return;
    const QRectF grown = now.united(rect.adjusted(-roomAround, -roomAround, roomAround, roomAround));
    setSceneRect(grown);
    m_edges->setBounds(grown);
}

void CanvasScene::putNode(const QString& id, const NodeLook& look, const QPointF& position)
{
    m_home.insert(id, position);
    NodeItem* item = node(id);
    if (item == nullptr) {
        item = new NodeItem(id, look);
        m_nodes.insert(id, item);
        if (shapeOf(look.kind) == Shape::Memory)
            m_memoryNodes.insert(id);
        item->setPos(position);
        item->setVisible(cardOf(id).isEmpty());
        addItem(item);
        applyMarks(id);
        tellEmptiness();
    } else {
        item->setLook(look);
        if (!m_previewed.contains(id))
            item->setPos(position);
    }
    growTo(item->body());
    coverAnew(id);
}

void CanvasScene::setNodeLook(const QString& id, const NodeLook& look)
{
    NodeItem* item = node(id);
    if (item != nullptr && item->setLook(look))
        layEdgesOf(id);
}

void CanvasScene::dropNode(const QString& id)
{
    delete m_tethers.take(id).item;
    dropDescents(id);
    m_memoryNodes.remove(id);
    delete m_nodes.take(id);
    m_home.remove(id);
    m_origins.remove(id);
    coverAnew(id, true);
    m_previewed.remove(id);
    m_live->forget(id);
    if (m_cursor == id)
        m_cursor.clear();
    if (m_selectedNodes.contains(id)) {
        Selection left = m_selection;
        left.nodes.removeAll(id);
        select(left);
    }
    tellEmptiness();
}

void CanvasScene::putEdge(const QString& id, const QString& process, const QString& processPort,
                          const QString& endpoint, const QString& endpointPort)
{
    const Ends ends{process, processPort, endpoint, endpointPort};
    const auto known = m_ends.constFind(id);
    if (known == m_ends.constEnd()) {
        m_edgesOf[process].append(id);
        m_edgesOf[endpoint].append(id);
    }
    const bool same = known != m_ends.constEnd() && *known == ends;
    m_ends.insert(id, ends);
    layEdge(id);
    if (!same)
        layCardsOf(ends);
}

void CanvasScene::dropEdge(const QString& id)
{
    const Ends ends = m_ends.take(id);
    m_edgesOf[ends.process].removeAll(id);
    m_edgesOf[ends.endpoint].removeAll(id);
    m_edges->remove(id);
    layCardsOf(ends);
    m_live->forgetEdge(id, ends.process);
    if (m_selectedEdges.contains(id)) {
        Selection left = m_selection;
        left.edges.removeAll(id);
        select(left);
    }
}

void CanvasScene::layEdge(const QString& id)
{
    const auto ends = m_ends.constFind(id);
    if (ends == m_ends.constEnd())
        return;
    const NodeItem* process = node(ends->process);
    const NodeItem* endpoint = node(ends->endpoint);
    if (process == nullptr || endpoint == nullptr)
        return;
    const GroupItem* processCard = group(cardOf(ends->process));
    const GroupItem* endpointCard = group(cardOf(ends->endpoint));
    const QPointF target = bodyShown(ends->endpoint).center();
    EdgeLayer::End from{process->portPosition(ends->processPort, target),
                        process->portSide(ends->processPort, target)};
    if (processCard != nullptr)
        from = processCard->stubEnd(id);
    EdgeLayer::End to{endpoint->portPosition(ends->endpointPort, from.position),
                      endpoint->portSide(ends->endpointPort, from.position)};
    if (endpointCard != nullptr)
        to = endpointCard->stubEnd(id);
    m_edges->setEdge(id, from, to);
    m_edges->setHidden(id, processCard != nullptr && processCard == endpointCard);
}

/// An edge that leads out of a collapsed group has come or gone.
void CanvasScene::layCardsOf(const Ends& ends)
{
    for (const QString& end : {ends.process, ends.endpoint})
        if (const QString card = cardOf(end); !card.isEmpty())
            layGroup(card);
}

bool CanvasScene::tie(Tethers& tethers, const QString& from, const QString& to)
{
    const NodeItem* origin = node(from);
    if (origin == nullptr || node(to) == nullptr)
        return false;
    Tether& tether = tethers[to];
    if (tether.item == nullptr) {
        tether.item = new TetherItem(origin->look().kind);
        addItem(tether.item);
    }
    tether.from = from;
    tether.item->setVisible(cardOf(to).isEmpty());
    return true;
}

void CanvasScene::hang(const QString& connection, const QString& listener)
{
    if (tie(m_tethers, listener, connection))
        layTether(connection);
}

void CanvasScene::layTether(const QString& connection)
{
    const auto tether = m_tethers.constFind(connection);
    const NodeItem* below = node(connection);
    const NodeItem* above = tether == m_tethers.constEnd() ? nullptr : node(tether->from);
    if (above == nullptr || below == nullptr)
        return;
    const QRectF from = bodyShown(tether->from);
    const QRectF to = below->body();
    tether->item->setLine({{from.center().x(), from.bottom()}, {to.center().x(), to.top()}});
}

void CanvasScene::coverAnew(const QString& id, bool gone)
{
    const NodeItem* item = gone ? nullptr : node(id);
    const QRectF now = item == nullptr ? QRectF() : item->covered();
    const QRectF before = gone ? m_covered.take(id) : std::exchange(m_covered[id], now);
    if (before == now)
        return;
    for (const QRectF& place : {before, now})
        if (!place.isEmpty())
            m_edges->relabel(place);
    groupMoved(id);
}

void CanvasScene::layEdgesOf(const QString& node)
{
    layTether(node);
    for (auto it = m_tethers.cbegin(); it != m_tethers.cend(); ++it)
        if (it->from == node)
            layTether(it.key());
    layDescents(node);
    for (const QString& edge : m_edgesOf.value(node)) {
        layEdge(edge);
        // A card's edges leave it in the order of their other ends.
        const Ends ends = m_ends.value(edge);
        if (const QString card = cardOf(ends.process == node ? ends.endpoint : ends.process); !card.isEmpty())
            m_movedGroups.insert(card);
    }
    layMovedGroups();
    coverAnew(node);
}

Hit CanvasScene::hit(const QPointF& position, double reach) const
{
    // Ports go before bodies: a port at a border belongs to its node even where another node lies below.
    const QRectF around(position.x() - reach, position.y() - reach, 2 * reach, 2 * reach);
    NodeItem* below = nullptr;
    const GroupItem* card = nullptr;
    const GroupItem* title = nullptr;
    const auto near = items(around, Qt::IntersectsItemBoundingRect);
    for (QGraphicsItem* each : near) {
        if (const auto* group = qgraphicsitem_cast<GroupItem*>(each);
            group != nullptr && group->handle().contains(position))
            (group->look().collapsed ? card : title) = group;
        auto* item = qgraphicsitem_cast<NodeItem*>(each);
        if (item == nullptr)
            continue;
        const QString port = item->portAt(position, reach);
        if (!port.isEmpty())
            return {item, port, {}};
        if (below == nullptr && item->body().contains(position))
            below = item;
    }
    if (below != nullptr)
        return {below, {}, {}};
    if (const GroupItem* taken = card != nullptr ? card : title; taken != nullptr)
        return {nullptr, {}, {}, taken->id(), taken->fold().contains(position)};
    return {nullptr, {}, m_edges->at(position, reach * 0.6)};
}

QRectF CanvasScene::content() const
{
    QRectF rect;
    for (const NodeItem* item : m_nodes)
        if (item->isVisible())
            rect |= item->sceneBoundingRect();
    for (const GroupItem* item : m_groups)
        rect |= item->boundingRect();
    return m_nodes.isEmpty() ? QRectF() : rect | m_edges->edgesRect();
}

void CanvasScene::preview(const QHash<QString, QPointF>& positions)
{
    m_manyMove = true;
    for (auto it = positions.begin(); it != positions.end(); ++it) {
        NodeItem* item = node(it.key());
        if (item == nullptr)
            continue;
        m_previewed.insert(it.key());
        item->setPos(it.value());
        growTo(item->body());
        layEdgesOf(it.key());
    }
    m_manyMove = false;
    layMovedGroups();
}

void CanvasScene::endPreview()
{
    m_manyMove = true;
    for (const QString& id : std::exchange(m_previewed, {})) {
        if (NodeItem* item = node(id)) {
            item->setPos(m_home.value(id));
            layEdgesOf(id);
        }
    }
    m_manyMove = false;
    layMovedGroups();
}

bool CanvasScene::isFree(const QRectF& body) const
{
    const QRectF place = body.adjusted(-gridStep + 1, -gridStep + 1, gridStep - 1, gridStep - 1);
    return std::none_of(
               m_nodes.begin(), m_nodes.end(),
               [&](const NodeItem* item) { return item->isVisible() && item->body().intersects(place); }) &&
           std::none_of(m_groups.begin(), m_groups.end(),
                        [&](const GroupItem* item) { return item->handle().intersects(place); });
}

QPointF CanvasScene::homeOf(const QString& id) const
{
    return m_home.value(id);
}

void CanvasScene::refresh()
{
    forgetCanvasFonts();
    for (NodeItem* item : std::as_const(m_nodes))
        item->refresh();
    for (GroupItem* item : std::as_const(m_groups)) {
        item->refresh();
        layGroup(item->id());
    }
    for (auto it = m_ends.begin(); it != m_ends.end(); ++it)
        layEdge(it.key());
    update();
}

} // namespace byteyard::gui
