// The part of CanvasView that lays out what programs made, and brings it into sight.
#include "gui/canvas/canvas_private.h"
#include "gui/canvas/metrics.h"
#include "gui/canvas/scene_plan.h"

namespace byteyard::gui {

QRectF CanvasView::Private::inSight() const
{
    return view.mapToScene(view.viewport()->rect()).boundingRect();
}

void CanvasView::Private::forgetFound()
{
    foundSeen.reset();
    foundSettled.stop();
    foundLayout.cancel();
    foundPlans.clear();
}

/// Who sees all that is drawn goes on seeing all when programs make more, and has it laid out, until they
/// look elsewhere: then nothing moves any more.
void CanvasView::Private::watchFound()
{
    if (session.isReplaying())
        return; // each has its place already
    if (!scene.hasDiscovered())
        return forgetFound();
    if (!foundSeen) {
        foundSeen = Sight{middle(), view.zoom()};
        const QRectF drawn = scene.drawn();
        followsFound = drawn.isEmpty() || inSight().contains(drawn);
    }
    if (followsFound && !foundSettled.isActive() && !foundLayout.isBusy())
        foundSettled.start();
}

/// Whether nobody has looked elsewhere.
bool CanvasView::Private::isFollowing()
{
    const bool isSame = foundSeen && foundSeen->zoom == view.zoom() &&
                        (foundSeen->middle - middle()).manhattanLength() < 2 / view.zoom();
    followsFound = followsFound && isSame && !layout.isBusy();
    return followsFound && !gesture && !edit;
}

void CanvasView::Private::layOutFound()
{
    if (!isFollowing())
        return;
    const LayoutPlan plan = planOfFound(scene);
    const QByteArray text = toDot(plan);
    // Of the last two: parts that stand elsewhere may have their ports, and so their sizes, otherwise.
    if (foundPlans.contains(text))
        return bringFoundIntoSight();
    foundPlans = {text, foundPlans.value(0)};
    foundLayout.start(plan);
}

void CanvasView::Private::bringFoundIntoSight()
{
    if (!inSight().contains(scene.content())) {
        view.fit();
        // Not so far off that a part is only a name: then what is drawn, and what has room with it. Of a map
        // names will do.
        const double least = session.isMap() ? zoomForShapes : zoomForText;
        if (view.zoom() < least) {
            setZoom(least, view.viewport()->rect().center());
            view.ensureVisible(scene.drawn());
        }
    }
    foundSeen = Sight{middle(), view.zoom()};
}

void CanvasView::Private::moveFound(const QHash<QString, QPointF>& positions)
{
    if (!isFollowing())
        return;
    scene.placeDiscovered(placesOfFound(scene, positions));
    bringFoundIntoSight();
    watchFound(); // for what has come meanwhile
}

} // namespace byteyard::gui
