#include "gui/canvas/arrange.h"
#include "gui/canvas/canvas_private.h"

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

void CanvasView::arrange()
{
    const QHash<QString, QPointF> positions =
        arranged(d->document.topology(), [this](const QString& id) { return d->bodyOf(id); });
    if (positions.isEmpty())
        return;
    d->moveTo(positions, tr("Arrange"));
    fit();
}

/// Moves the selected parts, each by its own way: one step to undo.
void CanvasView::Private::moveSelectedBy(
    const std::function<QHash<QString, QPointF>(const QHash<QString, QRectF>&)>& ways,
    const QString& undoText)
{
    QHash<QString, QRectF> bodies;
    for (const QString& id : drawnSelection())
        bodies.insert(id, bodyOf(id).translated(scene.homeOf(id)));
    QHash<QString, QPointF> positions = ways(bodies);
    for (auto it = positions.begin(); it != positions.end(); ++it)
        it.value() += scene.homeOf(it.key());
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
