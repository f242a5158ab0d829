#include "gui/canvas/canvas_private.h"
#include "gui/canvas/group_look.h"
#include "gui/canvas/scene_plan.h"

namespace byteyard::gui {

/// Moves parts in one step to undo, which says what it was; none when they are there already.
void CanvasView::Private::moveTo(QHash<QString, QPointF> positions, const QString& undoText)
{
    erase_if(positions, [this](const std::pair<const QString&, QPointF&>& place) {
        const model::Node* node = document.topology().node(place.first);
        return node == nullptr || node->position == place.second;
    });
    if (positions.isEmpty())
        return;
    document.undoStack()->beginMacro(undoText);
    document.moveNodes(positions);
    document.undoStack()->endMacro();
}

/// Also what programs made, which is no step to undo: the document knows nothing of it.
void CanvasView::arrange()
{
    d->foundLayout.cancel();
    if (isEmpty())
        return;
    const LayoutPlan plan = planOfAll(d->scene);
    d->layout.start(plan);
    if (plan.arcs.size() > manyArcs)
        Q_EMIT hint(tr("Laying out…"));
}

void CanvasView::Private::moveAll(const QHash<QString, QPointF>& positions)
{
    const QHash<QString, QPointF> places = placesOfAll(scene, positions);
    moveTo(places, tr("Arrange"));
    scene.placeDiscovered(places);
    view.fit();
    Q_EMIT view.arranged();
}

bool CanvasView::isEmpty() const
{
    return d->scene.nodes().isEmpty();
}

/// Moves the selected parts, each by its own way, selected groups as wholes: one step to undo.
void CanvasView::Private::moveSelectedBy(
    const std::function<QHash<QString, QPointF>(const QHash<QString, QRectF>&)>& ways,
    const QString& undoText)
{
    QHash<QString, QRectF> bodies;
    const auto groupOf = [this](const QString& id) {
        const QString group = scene.groupOf(id);
        return scene.selection().groups.contains(group) ? group : QString();
    };
    const QStringList nodes = drawnSelection();
    for (const QString& id : nodes)
        if (groupOf(id).isEmpty())
            bodies.insert(id, bodyOf(id).translated(scene.homeOf(id)));
    for (const QString& id : scene.selection().groups)
        bodies.insert(groupKey(id), scene.group(id)->body());
    const QHash<QString, QPointF> moves = ways(bodies);
    QHash<QString, QPointF> positions;
    for (const QString& id : nodes) {
        const QString group = groupOf(id);
        const auto move = moves.constFind(group.isEmpty() ? id : groupKey(group));
        if (move != moves.constEnd())
            positions.insert(id, scene.homeOf(id) + *move);
    }
    moveTo(positions, undoText);
}

void CanvasView::align(Alignment alignment)
{
    d->moveSelectedBy(
        [alignment](const QHash<QString, QRectF>& bodies) { return alignedBy(bodies, alignment); },
        tr("Align"));
}

void CanvasView::distribute(Qt::Orientation direction)
{
    d->moveSelectedBy(
        [direction](const QHash<QString, QRectF>& bodies) { return distributedBy(bodies, direction); },
        tr("Distribute"));
}

} // namespace byteyard::gui
