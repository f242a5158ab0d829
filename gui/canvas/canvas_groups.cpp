// The part of CanvasView that is about groups.
#include "gui/canvas/canvas_private.h"
#include "gui/canvas/metrics.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace byteyard::gui {

namespace {

/// More parts than that in the way are no arrangement that anybody made: they stay.
constexpr qsizetype mostAside = 1000;

/// How far a rectangle goes one way until it meets none of the others, in whole steps of the grid.
double wayOut(const QRectF& place, const QPointF& way, const QList<QRectF>& taken)
{
    // Along the way: from where on it would touch each that lies on it, and from where on no longer.
    const bool across = way.x() != 0;
    const bool forth = way.x() + way.y() > 0;
    QList<std::pair<double, double>> met;
    for (const QRectF& each : taken) {
        if (across ? each.top() >= place.bottom() || each.bottom() <= place.top()
                   : each.left() >= place.right() || each.right() <= place.left())
            continue;
        const double from = across  ? forth ? each.left() - place.right() : place.left() - each.right()
                             : forth ? each.top() - place.bottom()
                                    : place.top() - each.bottom();
        met.append({from, from + (across ? each.width() + place.width() : each.height() + place.height())});
    }
    std::sort(met.begin(), met.end());
    double away = 0;
    for (const auto& [from, past] : std::as_const(met)) {
        if (from >= away)
            break; // nor do those behind it
        if (past > away)
            away = std::ceil(past / gridStep) * gridStep;
    }
    return away;
}

} // namespace

QString CanvasView::selectedGroup() const
{
    const Selection now = selection();
    const QString id = now.groups.value(0);
    return now.groups.size() == 1 && now.edges.isEmpty() && now.nodes.size() == d->scene.membersOf(id).size()
               ? id
               : QString();
}

void CanvasView::selectGroup(const QString& groupId)
{
    d->scene.select(d->scene.withGroup(groupId));
}

QStringList CanvasView::touchedGroups() const
{
    QStringList touched;
    for (const QString& id : selection().nodes)
        if (const QString group = d->scene.groupOf(id); !group.isEmpty() && !touched.contains(group))
            touched << group;
    if (touched.isEmpty() && !d->scene.cursorGroup().isEmpty())
        touched << d->scene.cursorGroup();
    return touched;
}

QRect CanvasView::groupRect(const QString& groupId) const
{
    const GroupItem* item = d->scene.group(groupId);
    return item == nullptr ? QRect() : mapFromScene(item->body()).boundingRect();
}

QRect CanvasView::groupHandle(const QString& groupId) const
{
    const GroupItem* item = d->scene.group(groupId);
    return item == nullptr ? QRect() : mapFromScene(item->handle()).boundingRect();
}

QPoint CanvasView::groupFold(const QString& groupId) const
{
    const GroupItem* item = d->scene.group(groupId);
    return item == nullptr ? QPoint() : mapFromScene(item->fold().center());
}

/// The group that F2, Enter and the context menu are about: the one that is selected, else where the keyboard
/// is.
QString CanvasView::Private::chosenGroup() const
{
    return scene.selection().isEmpty() ? scene.cursorGroup() : view.selectedGroup();
}

void CanvasView::Private::editGroupName(const model::Group& group)
{
    const GroupItem* item = scene.group(group.id);
    if (item == nullptr)
        return;
    InlineEdit::Purpose purpose;
    purpose.accessibleName = tr("Group's name");
    purpose.text = group.name;
    purpose.data = false;
    purpose.takeOnLeave = true;
    purpose.take = [this, id = group.id](const QString& name) -> QString {
        const model::Group* now = document.topology().group(id);
        return now == nullptr || now->name == name ? QString() : document.renameGroup(id, name);
    };
    openEdit(std::move(purpose), item->fold().topLeft());
}

/// Collapses them when one of them is not, else expands them: one step.
void CanvasView::Private::fold(const QStringList& groups)
{
    bool collapse = false;
    for (const QString& id : groups)
        if (const model::Group* group = document.topology().group(id))
            collapse = collapse || !group->collapsed;
    const QHash<QString, QPointF> aside = collapse ? QHash<QString, QPointF>() : roomFor(groups);
    if (groups.size() == 1 && aside.isEmpty())
        return document.setCollapsed(groups.first(), collapse);
    document.undoStack()->beginMacro(collapse ? tr("Collapse") : tr("Expand"));
    for (const QString& id : groups)
        document.setCollapsed(id, collapse);
    document.moveNodes(aside);
    document.undoStack()->endMacro();
}

/// Where parts go that stand where these groups' members come to light: each the shortest way aside that is
/// free, other groups as wholes.
QHash<QString, QPointF> CanvasView::Private::roomFor(const QStringList& expanding) const
{
    struct Block
    {
        QStringList nodes;
        QRectF place;
    };
    QList<Block> blocks;
    for (const model::Node& node : document.topology().nodes)
        if (const NodeItem* item = scene.node(node.id); item != nullptr && scene.groupOf(node.id).isEmpty())
            blocks.append({{node.id}, item->covered()});
    QList<QRectF> taken;
    for (const GroupItem* group : scene.groups()) {
        if (expanding.contains(group->id()))
            taken.append(group->frame());
        else
            blocks.append({scene.membersOf(group->id()), group->body()});
    }
    const auto meets = [](const QList<QRectF>& places, const QRectF& place) {
        return std::any_of(places.begin(), places.end(),
                           [&](const QRectF& other) { return other.intersects(place); });
    };
    const auto stay = std::partition(blocks.begin(), blocks.end(),
                                     [&](const Block& block) { return meets(taken, block.place); });
    if (std::distance(blocks.begin(), stay) > mostAside)
        return {};
    for (auto block = stay; block != blocks.end(); ++block)
        taken.append(block->place);
    QHash<QString, QPointF> moved;
    for (auto block = blocks.begin(); block != stay; ++block) {
        const QRectF around = block->place.adjusted(-gridStep / 2, -gridStep / 2, gridStep / 2, gridStep / 2);
        QList<QPointF> ways;
        for (const QPointF& way : {QPointF(1, 0), QPointF(0, 1), QPointF(-1, 0), QPointF(0, -1)})
            ways.append(way * wayOut(around, way, taken));
        const QPointF& by =
            *std::min_element(ways.cbegin(), ways.cend(), [](const QPointF& a, const QPointF& b) {
                return a.manhattanLength() < b.manhattanLength();
            });
        taken.append(block->place.translated(by));
        for (const QString& id : std::as_const(block->nodes))
            moved.insert(id, scene.homeOf(id) + by);
    }
    return moved;
}

/// The node whose place on the grid a drag keeps.
QString CanvasView::Private::leadOf(const Hit& hit) const
{
    return hit.node != nullptr ? hit.node->id() : scene.membersOf(hit.group).value(0);
}

Selection CanvasView::Private::selectionOf(const Hit& hit) const
{
    return hit.node != nullptr ? Selection{{hit.node->id()}, {}} : scene.withGroup(hit.group);
}

void CanvasView::groupSelection()
{
    QStringList nodes = d->drawnSelection();
    if (nodes.isEmpty() && !CanvasScene::isDiscovered(d->scene.cursorNode()))
        nodes << d->scene.cursorNode();
    const QString group = d->document.group(nodes);
    if (!group.isEmpty())
        selectGroup(group);
}

void CanvasView::ungroupSelection()
{
    QStringList nodes = d->drawnSelection();
    if (nodes.isEmpty())
        nodes = d->scene.membersOf(d->scene.cursorGroup());
    d->document.ungroup(nodes);
}

void CanvasView::setCollapsed(const QString& groupId, bool collapsed)
{
    const model::Group* group = d->document.topology().group(groupId);
    if (group != nullptr && group->collapsed != collapsed)
        d->fold({groupId});
}

void CanvasView::toggleCollapsed()
{
    if (const QStringList groups = touchedGroups(); !groups.isEmpty())
        d->fold(groups);
}

} // namespace byteyard::gui
