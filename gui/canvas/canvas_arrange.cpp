#include "gui/canvas/arrange.h"
#include "gui/canvas/canvas_private.h"
#include "gui/canvas/group_look.h"
#include "gui/canvas/metrics.h"

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

/// A listener with the connections that hang below it, seen from its position.
QRectF CanvasView::Private::bodyWithHanging(const QString& id) const
{
    QRectF body = bodyOf(id);
    for (const QString& connection : scene.hangingFrom(id))
        body |= bodyOf(connection).translated(scene.homeOf(connection) - scene.homeOf(id));
    return body;
}

/// Also what programs made, which is no step to undo: the document knows nothing of it.
void CanvasView::arrange()
{
    const QHash<QString, QPointF> positions = arranged(
        d->scene.shownTopology(), [this](const QString& id) { return d->bodyWithHanging(id); },
        [this](const model::Group& group, const QRectF& covered) {
            const QRectF frame = GroupItem::frameAround(covered);
            const GroupItem* item = d->scene.group(group.id);
            return group.collapsed && item != nullptr ? QRectF(frame.topLeft(), item->body().size()) : frame;
        });
    if (positions.isEmpty())
        return;
    QHash<QString, QPointF> discovered;
    for (auto place = positions.begin(); place != positions.end(); ++place) {
        const QPointF move = *place - d->scene.homeOf(place.key());
        if (CanvasScene::isDiscovered(place.key()))
            discovered.insert(place.key(), *place);
        for (const QString& connection : d->scene.hangingFrom(place.key()))
            discovered.insert(connection, d->scene.homeOf(connection) + move);
    }
    d->moveTo(positions, tr("Arrange"));
    d->scene.placeDiscovered(discovered);
    fit();
}

bool CanvasView::isEmpty() const
{
    return d->scene.nodes().isEmpty();
}

QRectF CanvasView::Private::inSight() const
{
    return view.mapToScene(view.viewport()->rect()).boundingRect();
}

/// Who sees all that is drawn goes on seeing all when programs make more, until they look elsewhere. On a
/// canvas where nothing is drawn (an attach, or a recording of one) what was made has no place that anybody
/// chose: it is laid out first.
void CanvasView::Private::watchFound()
{
    if (!scene.hasDiscovered()) {
        foundSeen.reset();
        foundSettled.stop();
        return;
    }
    if (!foundSeen) {
        foundSeen = Sight{middle(), view.zoom()};
        foundLaidOut = false;
        const QRectF drawn = scene.drawn();
        followsFound = drawn.isEmpty() || inSight().contains(drawn);
    }
    if (followsFound && !foundSettled.isActive())
        foundSettled.start();
}

void CanvasView::Private::bringFoundIntoSight()
{
    const bool isSame =
        foundSeen->zoom == view.zoom() && (foundSeen->middle - middle()).manhattanLength() < 2 / view.zoom();
    followsFound = followsFound && isSame;
    if (!followsFound || gesture || edit)
        return;
    const bool isBare = document.topology().nodes.isEmpty();
    if (isBare && !std::exchange(foundLaidOut, true)) {
        if (scene.selection().nodes.isEmpty())
            view.arrange();
    } else if (!inSight().contains(scene.content())) {
        view.fit();
        // Not so far off that a part is only a name: then what is drawn, and what has room with it.
        if (view.zoom() < zoomForText) {
            setZoom(zoomForText, view.viewport()->rect().center());
            view.ensureVisible(scene.drawn());
        }
    }
    foundSeen = Sight{middle(), view.zoom()};
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
