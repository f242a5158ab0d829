// The part of CanvasScene that shows groups: frames behind their members, or one card for all of them.
#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/live_binding.h"
#include "gui/canvas/tether_item.h"

#include <algorithm>
#include <utility>

namespace byteyard::gui {

namespace {

/// A program's child of a child of a child: as far as it is looked for where they came from.
constexpr int originsMost = 16;

} // namespace

QString CanvasScene::originOf(const QString& node) const
{
    QString at = node;
    for (int depth = 0; depth < originsMost && isDiscovered(at); ++depth)
        at = m_origins.value(at);
    return isDiscovered(at) ? QString() : at;
}

QString CanvasScene::groupOf(const QString& node) const
{
    return m_groupOf.value(originOf(node));
}

QString CanvasScene::cardOf(const QString& node) const
{
    if (m_groups.isEmpty())
        return {};
    const QString id = groupOf(node);
    const GroupItem* item = m_groups.value(id);
    return item != nullptr && item->look().collapsed ? id : QString();
}

QStringList CanvasScene::membersOf(const QString& group) const
{
    const model::Group* known = m_document.topology().group(group);
    return known == nullptr ? QStringList() : known->members;
}

Selection CanvasScene::withGroup(const QString& group) const
{
    return {membersOf(group), {}, {group}};
}

QRectF CanvasScene::bodyShown(const QString& id) const
{
    const GroupItem* card = m_groups.value(cardOf(id));
    const NodeItem* item = node(id);
    return card != nullptr ? card->body() : item != nullptr ? item->body() : QRectF();
}

/// The document's groups have changed: who is in which, what is hidden, where the frames are.
void CanvasScene::syncGroups()
{
    const model::Topology& topology = m_document.topology();
    m_groupOf.clear();
    QSet<QString> known;
    for (const model::Group& group : topology.groups) {
        known.insert(group.id);
        for (const QString& member : group.members)
            m_groupOf.insert(member, group.id);
        if (!m_groups.contains(group.id)) {
            auto* item = new GroupItem(group.id, {});
            m_groups.insert(group.id, item);
            addItem(item);
        }
    }
    const QStringList before = m_groups.keys();
    for (const QString& id : before)
        if (!known.contains(id))
            delete m_groups.take(id);
    if (!m_groups.contains(m_cursorGroup))
        m_cursorGroup.clear();
    m_live->showGroups();
    const QStringList nodes = m_nodes.keys();
    for (const QString& id : nodes)
        showOrHide(id);
    for (GroupItem* item : std::as_const(m_groups))
        layGroup(item->id());
    for (auto it = m_ends.cbegin(); it != m_ends.cend(); ++it)
        layEdge(it.key());
    if (!m_cursor.isEmpty() && !node(m_cursor)->isVisible())
        setCursorNode(m_cursor);
    // What is hidden is selected with its card, and a group that lost a member is not as it was.
    select(m_selection);
    applyGroupMarks();
    m_edges->relabel(sceneRect());
}

void CanvasScene::setGroupLook(const QString& id, const GroupLook& look)
{
    if (GroupItem* item = m_groups.value(id))
        item->setLook(look);
}

void CanvasScene::setOrigin(const QString& discovered, const QString& beside)
{
    m_origins.insert(discovered, beside);
}

void CanvasScene::showOrHide(const QString& id)
{
    NodeItem* item = node(id);
    const bool shown = cardOf(id).isEmpty();
    if (item == nullptr || item->isVisible() == shown)
        return;
    item->setVisible(shown);
    if (const auto tether = m_tethers.constFind(id); tether != m_tethers.cend())
        tether->item->setVisible(shown);
    if (const auto descent = m_descents.constFind(id); descent != m_descents.cend())
        descent->item->setVisible(shown);
}

/// Lays a frame around its members, or the card's ends of the edges that lead out of it.
void CanvasScene::layGroup(const QString& id)
{
    GroupItem* item = m_groups.value(id);
    if (item == nullptr)
        return;
    QRectF covered;
    const QStringList members = membersOf(id);
    for (const QString& member : members)
        if (const NodeItem* each = node(member))
            covered |= each->covered();
    item->setMembers(covered);
    growTo(item->body());
    if (!item->look().collapsed)
        return;
    struct Crossing
    {
        QString edge;
        Side side;
        QPointF other;
    };
    QStringList hidden = members;
    for (auto it = m_origins.cbegin(); it != m_origins.cend(); ++it)
        if (groupOf(it.key()) == id)
            hidden << it.key();
    QList<Crossing> crossings;
    for (const QString& inner : std::as_const(hidden)) {
        const NodeItem* member = node(inner);
        for (const QString& edge : m_edgesOf.value(inner)) {
            const Ends ends = m_ends.value(edge);
            const bool process = ends.process == inner;
            const QString& outer = process ? ends.endpoint : ends.process;
            if (member == nullptr || groupOf(outer) == id)
                continue;
            const NodeItem* outerItem = node(outer);
            const QPointF other =
                outerItem != nullptr && outerItem->isVisible()
                    ? outerItem->portPosition(process ? ends.endpointPort : ends.processPort,
                                              item->body().center())
                    : bodyShown(outer).center();
            // As if the member stood where the card is.
            const QPointF towards = other - item->body().center() + member->body().center();
            Side side = member->portSide(process ? ends.processPort : ends.endpointPort, towards);
            if (side == Side::Bottom)
                side = other.x() < item->body().center().x() ? Side::Left : Side::Right;
            crossings.append({edge, side, other});
        }
    }
    // In the order in which their other ends stand, so that they do not cross before the card.
    std::sort(crossings.begin(), crossings.end(), [](const Crossing& a, const Crossing& b) {
        return a.other.y() != b.other.y() ? a.other.y() < b.other.y() : a.edge < b.edge;
    });
    QHash<QString, GroupItem::Stub> stubs;
    int left = 0;
    int right = 0;
    for (const Crossing& each : std::as_const(crossings))
        stubs.insert(each.edge, {each.side, each.side == Side::Left ? left++ : right++});
    item->setStubs(stubs);
    for (const Crossing& each : std::as_const(crossings))
        layEdge(each.edge);
}

/// A member has moved or changed its outline. While many move at once, each group is laid when all have.
void CanvasScene::groupMoved(const QString& member)
{
    const QString id = groupOf(member);
    if (id.isEmpty())
        return;
    m_movedGroups.insert(id);
    layMovedGroups();
}

void CanvasScene::layMovedGroups()
{
    if (m_manyMove)
        return;
    for (const QString& id : std::exchange(m_movedGroups, {}))
        layGroup(id);
}

void CanvasScene::setCursorGroup(const QString& id)
{
    const QString before = std::exchange(m_cursor, {});
    m_cursorPort.clear();
    m_cursorGroup = m_groups.contains(id) ? id : QString();
    applyMarks(before);
    applyGroupMarks();
}

void CanvasScene::applyGroupMarks()
{
    const QSet<QString> selected(m_selection.groups.begin(), m_selection.groups.end());
    QSet<QString> found;
    for (const QString& key : std::as_const(m_found))
        found.insert(groupOfKey(key).isEmpty() ? cardOf(key) : groupOfKey(key));
    for (GroupItem* item : std::as_const(m_groups))
        item->setMarks({.selected = selected.contains(item->id()),
                        .cursor = m_cursorGroup == item->id(),
                        .found = found.contains(item->id())});
}

} // namespace byteyard::gui
