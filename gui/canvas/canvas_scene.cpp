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
        for (const QGraphicsItem* each : near)
            if (const auto* item = qgraphicsitem_cast<const NodeItem*>(each))
                covered << item->covered();
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
    connect(&document, &Document::wasReset, this, &CanvasScene::rebuild);
    rebuild();
    m_peeks = std::make_unique<MemoryPeeks>(*this, session);
}

CanvasScene::~CanvasScene() = default;

QList<NodeItem*> CanvasScene::memoryNodes() const
{
    QList<NodeItem*> nodes;
    for (const QString& id : m_memoryNodes)
        if (NodeItem* item = node(id))
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
    m_found.clear();
    m_fitting.reset();
    m_edges->clear();
    m_ends.clear();
    m_edgesOf.clear();
    m_home.clear();
    m_covered.clear();
    m_previewed.clear();
    for (const Tether& tether : std::exchange(m_tethers, {}))
        delete tether.item;
    m_memoryNodes.clear();
    qDeleteAll(m_nodes);
    m_nodes.clear();
    m_live->showAll();
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
    m_memoryNodes.remove(id);
    delete m_nodes.take(id);
    m_home.remove(id);
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
    if (!m_ends.contains(id)) {
        m_edgesOf[process].append(id);
        m_edgesOf[endpoint].append(id);
    }
    m_ends.insert(id, ends);
    layEdge(id);
}

void CanvasScene::dropEdge(const QString& id)
{
    const Ends ends = m_ends.take(id);
    m_edgesOf[ends.process].removeAll(id);
    m_edgesOf[ends.endpoint].removeAll(id);
    m_edges->remove(id);
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
    const QPointF from = process->portPosition(ends->processPort, endpoint->body().center());
    m_edges->setEdge(
        id, {from, process->portSide(ends->processPort, endpoint->body().center())},
        {endpoint->portPosition(ends->endpointPort, from), endpoint->portSide(ends->endpointPort, from)});
}

void CanvasScene::hang(const QString& connection, const QString& listener)
{
    const NodeItem* above = node(listener);
    if (above == nullptr || node(connection) == nullptr)
        return;
    Tether& tether = m_tethers[connection];
    if (tether.item == nullptr) {
        tether.item = new TetherItem(above->look().kind);
        addItem(tether.item);
    }
    tether.listener = listener;
    layTether(connection);
}

void CanvasScene::layTether(const QString& connection)
{
    const auto tether = m_tethers.constFind(connection);
    const NodeItem* below = node(connection);
    const NodeItem* above = tether == m_tethers.constEnd() ? nullptr : node(tether->listener);
    if (above == nullptr || below == nullptr)
        return;
    const QRectF from = above->body();
    const QRectF to = below->body();
    tether->item->setLine({from.center().x(), from.bottom(), to.center().x(), to.top()});
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
}

void CanvasScene::layEdgesOf(const QString& node)
{
    layTether(node);
    for (auto it = m_tethers.cbegin(); it != m_tethers.cend(); ++it)
        if (it->listener == node)
            layTether(it.key());
    for (const QString& edge : m_edgesOf.value(node))
        layEdge(edge);
    coverAnew(node);
}

Hit CanvasScene::hit(const QPointF& position, double reach) const
{
    // Ports go before bodies: a port at a border belongs to its node even where another node lies below.
    const QRectF around(position.x() - reach, position.y() - reach, 2 * reach, 2 * reach);
    NodeItem* below = nullptr;
    const auto near = items(around, Qt::IntersectsItemBoundingRect);
    for (QGraphicsItem* each : near) {
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
    return {nullptr, {}, m_edges->at(position, reach * 0.6)};
}

QRectF CanvasScene::content() const
{
    QRectF rect;
    for (const NodeItem* item : m_nodes)
        rect |= item->sceneBoundingRect();
    return m_nodes.isEmpty() ? QRectF() : rect | m_edges->edgesRect();
}

void CanvasScene::select(const Selection& selection)
{
    Selection known;
    for (const QString& id : selection.nodes)
        if (m_nodes.contains(id) && !known.nodes.contains(id))
            known.nodes << id;
    for (const QString& id : selection.edges)
        if (m_ends.contains(id) && !known.edges.contains(id))
            known.edges << id;
    if (known == m_selection)
        return;
    const QSet<QString> nodesBefore = m_selectedNodes;
    const QSet<QString> edgesBefore = m_selectedEdges;
    m_selection = known;
    m_selectedNodes = {known.nodes.begin(), known.nodes.end()};
    m_selectedEdges = {known.edges.begin(), known.edges.end()};
    for (const QString& id : nodesBefore | m_selectedNodes)
        applyMarks(id);
    for (const QString& id : edgesBefore | m_selectedEdges)
        applyEdgeMarks(id);
    Q_EMIT selectionMoved();
}

void CanvasScene::setCursorNode(const QString& id, const QString& port)
{
    const QString before = std::exchange(m_cursor, m_nodes.contains(id) ? id : QString());
    m_cursorPort = !m_cursor.isEmpty() && node(id)->hasPort(port) ? port : QString();
    applyMarks(before);
    applyMarks(m_cursor);
}

void CanvasScene::setFound(const QStringList& nodes)
{
    const QSet<QString> before = std::exchange(m_found, {nodes.begin(), nodes.end()});
    for (const QString& id : before | m_found)
        applyMarks(id);
}

void CanvasScene::showFitting(const QHash<QString, QStringList>& fitting, const QString& origin)
{
    m_fitting = fitting;
    m_fittingOrigin = origin;
    for (auto it = m_nodes.begin(); it != m_nodes.end(); ++it)
        applyMarks(it.key());
}

void CanvasScene::endFitting()
{
    m_fitting.reset();
    m_aimedNode.clear();
    for (auto it = m_nodes.begin(); it != m_nodes.end(); ++it)
        applyMarks(it.key());
}

void CanvasScene::aim(const QString& node, const QString& port)
{
    const QString before = std::exchange(m_aimedNode, node);
    m_aimedPort = port;
    applyMarks(before);
    applyMarks(node);
}

void CanvasScene::hover(const QString& edge)
{
    const QString before = std::exchange(m_hoveredEdge, edge);
    applyEdgeMarks(before);
    applyEdgeMarks(edge);
}

void CanvasScene::applyMarks(const QString& id)
{
    NodeItem* item = node(id);
    if (item == nullptr)
        return;
    NodeItem::Marks marks;
    marks.selected = m_selectedNodes.contains(id);
    marks.cursor = m_cursor == id;
    marks.found = m_found.contains(id);
    if (m_fitting) {
        marks.fitting = m_fitting->value(id);
        marks.dimmed = marks.fitting.isEmpty() && id != m_fittingOrigin;
    }
    if (m_aimedNode == id)
        marks.aimed = m_aimedPort;
    else if (marks.cursor)
        marks.aimed = m_cursorPort;
    item->setMarks(marks);
}

void CanvasScene::applyEdgeMarks(const QString& id)
{
    m_edges->setMarks(
        id, {.selected = m_selectedEdges.contains(id), .hovered = m_hoveredEdge == id && !id.isEmpty()});
}

void CanvasScene::preview(const QHash<QString, QPointF>& positions)
{
    for (auto it = positions.begin(); it != positions.end(); ++it) {
        NodeItem* item = node(it.key());
        if (item == nullptr)
            continue;
        m_previewed.insert(it.key());
        item->setPos(it.value());
        growTo(item->body());
        layEdgesOf(it.key());
    }
}

void CanvasScene::endPreview()
{
    for (const QString& id : std::exchange(m_previewed, {})) {
        if (NodeItem* item = node(id)) {
            item->setPos(m_home.value(id));
            layEdgesOf(id);
        }
    }
}

void CanvasScene::placeDiscovered(const QHash<QString, QPointF>& positions)
{
    for (auto it = positions.begin(); it != positions.end(); ++it) {
        if (NodeItem* item = node(it.key())) {
            m_home.insert(it.key(), it.value());
            item->setPos(it.value());
            layEdgesOf(it.key());
        }
    }
}

bool CanvasScene::isFree(const QRectF& body) const
{
    const QRectF place = body.adjusted(-gridStep + 1, -gridStep + 1, gridStep - 1, gridStep - 1);
    return std::none_of(m_nodes.begin(), m_nodes.end(),
                        [&](const NodeItem* item) { return item->body().intersects(place); });
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
    for (auto it = m_ends.begin(); it != m_ends.end(); ++it)
        layEdge(it.key());
    update();
}

} // namespace byteyard::gui
