// The part of CanvasScene that knows where stands what programs made by themselves.
#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/group_item.h"
#include "gui/canvas/live_binding.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/tether_item.h"

#include <algorithm>

namespace byteyard::gui {

namespace {

/// In the order in which they came; the session numbers them.
void sortFound(QStringList& ids)
{
    std::sort(ids.begin(), ids.end(), [](const QString& a, const QString& b) {
        const auto key = [](const QString& id) {
            return std::tuple(id.section(u':', 0, 0), id.section(u':', 1, 1).toUInt(),
                              id.section(u':', 2, 2).toUInt());
        };
        return key(a) < key(b);
    });
}

constexpr double guideInset = 8;   ///< from a parent's left side
constexpr double trunkGap = 24;    ///< from its right side
constexpr double titleMiddle = 14; ///< below a card's upper side: its ports stand lower

/// As the lines of a tree: down from the parent's left side, and to the child's title; to one that stands
/// beside it, from title to title.
QPolygonF lineOfDescent(const QRectF& parent, const QRectF& child)
{
    const double title = child.top() + titleMiddle;
    // To the columns beside it all lines leave on one way.
    const bool isRight = child.left() > parent.right() + trunkGap;
    if (isRight || child.right() < parent.left() - trunkGap) {
        const QPointF from(isRight ? parent.right() : parent.left(), parent.top() + titleMiddle);
        const double trunk = from.x() + (isRight ? trunkGap : -trunkGap);
        return {from, {trunk, from.y()}, {trunk, title}, {isRight ? child.left() : child.right(), title}};
    }
    const double down = parent.left() + guideInset;
    if (child.top() >= parent.bottom() && child.left() > down)
        return {{down, parent.bottom()}, {down, title}, {child.left(), title}};
    if (child.top() >= parent.bottom() || child.bottom() <= parent.top()) {
        const bool isBelow = child.top() >= parent.bottom();
        const double from = isBelow ? parent.bottom() : parent.top();
        const double to = isBelow ? child.top() : child.bottom();
        const double across = (from + to) / 2;
        const double at = std::clamp(down, child.left() + guideInset, child.right() - guideInset);
        return {{down, from}, {down, across}, {at, across}, {at, to}};
    }
    const bool isBeside = child.center().x() >= parent.center().x();
    const double from = isBeside ? parent.right() : parent.left();
    const double to = isBeside ? child.left() : child.right();
    const double across = (from + to) / 2;
    return {{from, parent.top() + titleMiddle},
            {across, parent.top() + titleMiddle},
            {across, title},
            {to, title}};
}

} // namespace

void CanvasScene::descend(const QString& child, const QString& parent)
{
    if (tie(m_descents, parent, child))
        layDescent(child);
}

void CanvasScene::layDescent(const QString& child)
{
    const auto descent = m_descents.constFind(child);
    const NodeItem* item = descent == m_descents.constEnd() ? nullptr : node(child);
    if (item != nullptr && node(descent->from) != nullptr)
        descent->item->setLine(lineOfDescent(bodyShown(descent->from), item->body()));
}

/// Of one that has moved: its own, and those to its children.
void CanvasScene::layDescents(const QString& node)
{
    layDescent(node);
    for (auto it = m_descents.cbegin(); it != m_descents.cend(); ++it)
        if (it->from == node)
            layDescent(it.key());
}

/// Of one that goes.
void CanvasScene::dropDescents(const QString& node)
{
    m_descents.removeIf([&](const std::pair<const QString&, Tether&>& each) {
        const bool goes = each.first == node || each.second.from == node;
        if (goes)
            delete each.second.item;
        return goes;
    });
}

bool CanvasScene::hasDiscovered() const
{
    return std::any_of(m_nodes.keyBegin(), m_nodes.keyEnd(), isDiscovered);
}

QRectF CanvasScene::drawn() const
{
    QRectF rect;
    for (auto item = m_nodes.begin(); item != m_nodes.end(); ++item)
        if (!isDiscovered(item.key()) && (*item)->isVisible())
            rect |= (*item)->sceneBoundingRect();
    for (const GroupItem* item : m_groups)
        rect |= item->boundingRect();
    return rect;
}

void CanvasScene::placeDiscovered(const QHash<QString, QPointF>& positions)
{
    for (auto it = positions.begin(); it != positions.end(); ++it) {
        if (NodeItem* item = isDiscovered(it.key()) ? node(it.key()) : nullptr) {
            m_home.insert(it.key(), it.value());
            item->setPos(it.value());
            layEdgesOf(it.key());
        }
    }
    m_live->updateDiscovered(); // a port is at the side where what it leads to stands
}

QStringList CanvasScene::hangingFrom(const QString& listener) const
{
    QStringList connections;
    for (auto tether = m_tethers.begin(); tether != m_tethers.end(); ++tether)
        if (tether->from == listener)
            connections.append(tether.key());
    sortFound(connections);
    return connections;
}

QList<std::pair<QString, QString>> CanvasScene::descents() const
{
    QStringList children(m_descents.keyBegin(), m_descents.keyEnd());
    sortFound(children);
    QList<std::pair<QString, QString>> found;
    for (const QString& child : std::as_const(children))
        found.append({m_descents.value(child).from, child});
    return found;
}

model::Topology CanvasScene::shownTopology() const
{
    model::Topology shown = m_document.topology();
    QStringList found;
    for (auto item = m_nodes.begin(); item != m_nodes.end(); ++item)
        if (isDiscovered(item.key()) && !m_tethers.contains(item.key()))
            found.append(item.key());
    sortFound(found); // what is shown has the same places each time
    for (const QString& id : std::as_const(found)) {
        model::Node node;
        node.id = id;
        node.kind = m_nodes.value(id)->look().kind;
        node.position = homeOf(id);
        shown.nodes.append(node);
        for (model::Group& group : shown.groups)
            if (group.id == groupOf(id))
                group.members.append(id);
    }
    QStringList edges;
    for (auto ends = m_ends.begin(); ends != m_ends.end(); ++ends)
        if (isDiscovered(ends.key()))
            edges.append(ends.key());
    sortFound(edges);
    for (const QString& id : std::as_const(edges)) {
        const Ends ends = m_ends.value(id);
        const auto tether = m_tethers.constFind(ends.endpoint);
        model::Edge edge;
        edge.id = id;
        edge.process = ends.process;
        edge.processPort = ends.processPort;
        edge.endpoint = tether == m_tethers.constEnd() ? ends.endpoint : tether->from;
        edge.endpointPort = ends.endpointPort;
        shown.edges.append(edge);
    }
    return shown;
}

} // namespace byteyard::gui
