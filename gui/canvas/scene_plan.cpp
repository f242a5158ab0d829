#include "gui/canvas/scene_plan.h"

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/group_look.h"
#include "gui/canvas/metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

/// Of the connections that hang below a listener, their places seen from its position: a column, in the order
/// in which they came.
QHash<QString, QPointF> hangingPlaces(const CanvasScene& scene, const QString& listener)
{
    QHash<QString, QPointF> places;
    const NodeItem* above = scene.node(listener);
    if (above == nullptr)
        return places;
    const QRectF body = above->body().translated(-above->pos());
    double top = body.bottom();
    for (const QString& id : scene.hangingFrom(listener)) {
        const NodeItem* item = scene.node(id);
        if (item == nullptr)
            continue;
        const QRectF own = item->body().translated(-item->pos());
        const double y = std::ceil((top + gridStep - own.top()) / gridStep) * gridStep;
        places.insert(id, {body.center().x() - own.center().x(), y});
        top = y + own.bottom();
    }
    return places;
}

/// A node with the connections that hang below it, seen from its position.
QRectF outlineOf(const CanvasScene& scene, const QString& id)
{
    const NodeItem* item = scene.node(id);
    if (item == nullptr)
        return {};
    QRectF outline = item->body().translated(-item->pos());
    const QHash<QString, QPointF> hanging = hangingPlaces(scene, id);
    for (auto place = hanging.begin(); place != hanging.end(); ++place)
        if (const NodeItem* connection = scene.node(place.key()))
            outline |= connection->body().translated(*place - connection->pos());
    return outline;
}

/// The connections go along with their listeners.
void placeHanging(const CanvasScene& scene, QHash<QString, QPointF>& places)
{
    const QStringList listeners = places.keys();
    for (const QString& listener : listeners) {
        const QHash<QString, QPointF> hanging = hangingPlaces(scene, listener);
        for (auto place = hanging.begin(); place != hanging.end(); ++place)
            places.insert(place.key(), places.value(listener) + *place);
    }
}

/// The middle of its box is where its first ports lie, so that a row of parts is a row of straight edges;
/// that of a tall endpoint is its own.
LayoutPlan::Box boxOf(const CanvasScene& scene, const QString& id)
{
    const QRectF outline = outlineOf(scene, id);
    const NodeItem* item = scene.node(id);
    const bool isProcess = item != nullptr && model::isProcess(item->look().kind);
    double middle = isProcess ? cardLine : endpointLine;
    if (!isProcess && std::abs(outline.center().y() - middle) > gridStep / 2)
        middle = outline.center().y();
    const double height = 2 * std::max(middle - outline.top(), outline.bottom() - middle);
    return {id, {outline.width(), height}, {outline.center().x(), middle}, {}};
}

/// Which way bytes run along edges, of those that may go both ways too: as they have; who listens stands
/// behind an endpoint; of the ends of connections of which that is not known the older processes, as servers
/// are; of others that use one endpoint the second half.
class Directions
{
public:
    Directions(const CanvasScene& scene, const QList<model::Edge>& edges) : m_scene(scene)
    {
        for (const model::Edge& edge : edges) {
            QStringList& users = isBothWays(edge) ? m_users[edge.endpoint] : m_listeners[edge.endpoint];
            if ((isBothWays(edge) || edge.endpointPort == "listen"_L1) && !users.contains(edge.process))
                users.append(edge.process);
        }
    }

    LayoutPlan::Arc arcOf(const model::Edge& edge) const
    {
        const EdgeLook* look = m_scene.edges().look(edge.id);
        const auto kind = look != nullptr && look->held ? LayoutPlan::Arc::Held : LayoutPlan::Arc::Bytes;
        return isInto(edge) ? LayoutPlan::Arc{edge.process, edge.endpoint, kind}
                            : LayoutPlan::Arc{edge.endpoint, edge.process, kind};
    }

private:
    static bool isBothWays(const model::Edge& edge)
    {
        return edge.endpointPort != "a"_L1 && edge.endpointPort != "b"_L1 &&
               model::portReads(edge.endpointPort) && model::portWrites(edge.endpointPort);
    }

    bool isInto(const model::Edge& edge) const
    {
        if (!isBothWays(edge)) // the first side of a socketpair stands at the left
            return edge.endpointPort == "a"_L1 ||
                   (model::portWrites(edge.endpointPort) && edge.endpointPort != "b"_L1);
        const EdgeLook* look = m_scene.edges().look(edge.id);
        if (look != nullptr && look->writes != look->reads)
            return look->writes;
        const QStringList listeners = m_listeners.value(edge.endpoint);
        const QStringList users = m_users.value(edge.endpoint);
        const auto listens = [&](const QString& user) { return listeners.contains(user); };
        if (!listeners.isEmpty() && !std::all_of(users.begin(), users.end(), listens))
            return !listens(edge.process);
        const qsizetype at = users.indexOf(edge.process);
        return edge.endpointPort == "end"_L1 ? at >= users.size() / 2 : at < (users.size() + 1) / 2;
    }

    const CanvasScene& m_scene;
    QHash<QString, QStringList> m_users; ///< by endpoint, those that use it both ways
    QHash<QString, QStringList> m_listeners;
};

/// What the position of a collapsed group's card is to its members.
QPointF cornerOf(const GroupItem& card)
{
    const auto down = [](double value) { return std::floor(value / gridStep) * gridStep; };
    return {down(card.body().left()), down(card.body().top())};
}

QString boxIdOf(const CanvasScene& scene, const QString& node)
{
    const QString card = scene.cardOf(node);
    return card.isEmpty() ? node : groupKey(card);
}

/// The drawn node that a found part came from; of what is drawn, itself. Empty when nobody drew where it
/// began, or that has been removed since, or stands within a collapsed group.
QString rootOf(const CanvasScene& scene, const QString& id)
{
    const QString root = scene.originOf(id);
    return scene.node(root) != nullptr && scene.cardOf(root).isEmpty() ? root : QString();
}

/// What came from one drawn process.
struct Block
{
    QStringList parts;
    QRectF outline;        ///< where dot put them
    QPointF offset;        ///< from there to the canvas
    bool isBeside = false; ///< around the process, as dot put it
    std::tuple<bool, bool, double, double> order;
};

/// Its offset, further down until nothing that is taken is in its way.
QPointF freeOffset(const Block& block, const QList<QRectF>& taken)
{
    constexpr int stepsMost = 500;
    QPointF offset = block.offset;
    const auto isInWay = [&](const QRectF& other) {
        return other.intersects(block.outline.translated(offset).adjusted(-gridStep + 1, -gridStep + 1,
                                                                          gridStep - 1, gridStep - 1));
    };
    for (int step = 0; step < stepsMost && std::any_of(taken.begin(), taken.end(), isInWay); ++step)
        offset.ry() += 2 * gridStep;
    return offset;
}

/// What is drawn but one node: nodes, and the titles and cards of groups.
QList<QRectF> drawnBodies(const CanvasScene& scene, const QString& except = {})
{
    QList<QRectF> bodies;
    for (auto item = scene.nodes().begin(); item != scene.nodes().end(); ++item)
        if (!CanvasScene::isDiscovered(item.key()) && (*item)->isVisible() && item.key() != except)
            bodies.append((*item)->body());
    for (const GroupItem* group : scene.groups())
        bodies.append(group->handle());
    return bodies;
}

/// The connections of drawn listeners stay below them. Returns what they cover.
QList<QRectF> placeBelowDrawn(const CanvasScene& scene, QHash<QString, QPointF>& places)
{
    QList<QRectF> covered;
    QStringList listeners = scene.nodes().keys();
    listeners.removeIf([](const QString& id) { return CanvasScene::isDiscovered(id); });
    listeners.sort();
    for (const QString& listener : std::as_const(listeners)) {
        const QHash<QString, QPointF> hanging = hangingPlaces(scene, listener);
        if (hanging.isEmpty() || !scene.cardOf(listener).isEmpty())
            continue;
        Block block;
        block.offset = scene.homeOf(listener);
        for (auto place = hanging.begin(); place != hanging.end(); ++place)
            if (const NodeItem* item = scene.node(place.key()))
                block.outline |= item->body().translated(*place - item->pos());
        block.offset = freeOffset(block, drawnBodies(scene, listener) + covered);
        for (auto place = hanging.begin(); place != hanging.end(); ++place)
            places.insert(place.key(), *place + block.offset);
        covered.append(block.outline.translated(block.offset));
    }
    return covered;
}

/// From a parent to its child; from one that feeds its parent and gets nothing of it, as the programs of a
/// shell's $(...), to the parent, so that bytes run from left to right.
void appendDescents(const CanvasScene& scene, LayoutPlan& plan,
                    const std::function<bool(const QString& parent, const QString& child)>& isWanted)
{
    QHash<QString, QSet<QString>> fed; // by what bytes come from
    for (const LayoutPlan::Arc& arc : std::as_const(plan.arcs))
        if (arc.kind == LayoutPlan::Arc::Bytes)
            fed[arc.from].insert(arc.to);
    const auto feeds = [&fed](const QString& from, const QString& to) {
        const QSet<QString> through = fed.value(from);
        return std::any_of(through.begin(), through.end(),
                           [&](const QString& endpoint) { return fed.value(endpoint).contains(to); });
    };
    for (const auto& [parent, child] : scene.descents()) {
        if (!isWanted(parent, child))
            continue;
        const QString above = boxIdOf(scene, parent);
        const QString below = boxIdOf(scene, child);
        const bool isTurned = feeds(below, above) && !feeds(above, below);
        plan.arcs.append({isTurned ? below : above, isTurned ? above : below, LayoutPlan::Arc::Descent});
    }
}

} // namespace

LayoutPlan planOfAll(const CanvasScene& scene)
{
    LayoutPlan plan;
    const model::Topology shown = scene.shownTopology();
    for (const model::Node& node : shown.nodes) {
        if (!scene.cardOf(node.id).isEmpty())
            continue;
        LayoutPlan::Box box = boxOf(scene, node.id);
        box.frame = scene.groupOf(node.id);
        plan.boxes.append(box);
    }
    for (const model::Group& group : shown.groups)
        if (const GroupItem* card = scene.group(group.id); card != nullptr && card->look().collapsed)
            plan.boxes.append(
                {groupKey(group.id), card->body().size(), card->body().center() - cornerOf(*card), {}});
    const Directions directions(scene, shown.edges);
    for (const model::Edge& edge : shown.edges) {
        const LayoutPlan::Arc arc = directions.arcOf(edge);
        plan.arcs.append({boxIdOf(scene, arc.from), boxIdOf(scene, arc.to), arc.kind});
    }
    appendDescents(scene, plan, [](const QString&, const QString&) { return true; });
    return plan;
}

QHash<QString, QPointF> placesOfAll(const CanvasScene& scene, const QHash<QString, QPointF>& positions)
{
    QHash<QString, QPointF> places;
    QPointF first(1e9, 1e9);
    for (const QPointF& position : positions)
        first = {std::min(first.x(), position.x()), std::min(first.y(), position.y())};
    for (auto box = positions.begin(); box != positions.end(); ++box) {
        const QString group = groupOfKey(box.key());
        if (group.isEmpty()) {
            if (scene.node(box.key()) != nullptr)
                places.insert(box.key(), *box - first);
        } else if (const GroupItem* card = scene.group(group)) {
            for (auto item = scene.nodes().begin(); item != scene.nodes().end(); ++item)
                if (scene.groupOf(item.key()) == group)
                    places.insert(item.key(), *box - first + scene.homeOf(item.key()) - cornerOf(*card));
        }
    }
    placeHanging(scene, places);
    return places;
}

LayoutPlan planOfFound(const CanvasScene& scene)
{
    LayoutPlan plan;
    QSet<QString> roots;
    const model::Topology shown = scene.shownTopology();
    for (const model::Node& node : shown.nodes) {
        if (!CanvasScene::isDiscovered(node.id) || !scene.cardOf(node.id).isEmpty())
            continue;
        const QString root = rootOf(scene, node.id);
        if (!root.isEmpty() && !roots.contains(root)) {
            roots.insert(root);
            plan.boxes.append(boxOf(scene, root));
        }
        plan.boxes.append(boxOf(scene, node.id));
    }
    // An arc between two blocks would hold them together.
    const auto isWithin = [&scene](const QString& a, const QString& b) {
        return rootOf(scene, a) == rootOf(scene, b);
    };
    const Directions directions(scene, shown.edges);
    for (const model::Edge& edge : shown.edges)
        if (CanvasScene::isDiscovered(edge.id) && isWithin(edge.process, edge.endpoint))
            plan.arcs.append(directions.arcOf(edge));
    appendDescents(scene, plan, isWithin);
    return plan;
}

QHash<QString, QPointF> placesOfFound(const CanvasScene& scene, const QHash<QString, QPointF>& positions)
{
    QHash<QString, Block> byRoot;
    for (auto box = positions.begin(); box != positions.end(); ++box)
        if (CanvasScene::isDiscovered(box.key()) && scene.node(box.key()) != nullptr) {
            Block& block = byRoot[rootOf(scene, box.key())];
            block.parts.append(box.key());
            block.outline |= outlineOf(scene, box.key()).translated(*box);
        }
    QList<Block> blocks;
    for (auto block = byRoot.begin(); block != byRoot.end(); ++block) {
        const QPointF home = scene.homeOf(block.key());
        if (block.key().isEmpty()) {
            block->offset = -block->outline.topLeft();
        } else {
            block->offset = home - positions.value(block.key());
            block->isBeside = freeOffset(*block, drawnBodies(scene, block.key())) == block->offset;
            if (!block->isBeside)
                block->offset =
                    QPointF(home.x() + gridStep, scene.node(block.key())->body().bottom() + 2 * gridStep) -
                    block->outline.topLeft();
        }
        block->order = {!block->isBeside, block.key().isEmpty(), home.y(), home.x()};
        blocks.append(*block);
    }
    // What has room beside its origin first; then from top to bottom; what nobody drew comes last.
    std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) { return a.order < b.order; });
    QHash<QString, QPointF> places;
    const QList<QRectF> drawn = drawnBodies(scene);
    QList<QRectF> placed = placeBelowDrawn(scene, places);
    const auto onGrid = [](double value) { return std::round(value / gridStep) * gridStep; };
    for (Block& block : blocks) {
        block.offset = {onGrid(block.offset.x()), onGrid(block.offset.y())};
        if (!block.isBeside || freeOffset(block, placed) != block.offset)
            block.offset = freeOffset(block, drawn + placed);
        placed.append(block.outline.translated(block.offset));
        for (const QString& id : std::as_const(block.parts))
            places.insert(id, positions.value(id) + block.offset);
    }
    placeHanging(scene, places);
    return places;
}

} // namespace byteyard::gui
