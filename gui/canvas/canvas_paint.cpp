#include "gui/canvas/canvas_private.h"
#include "gui/canvas/metrics.h"
#include "gui/theme/theme.h"

#include <QPaintEvent>
#include <QPainter>
#include <QStyleOptionGraphicsItem>

#include <cmath>

namespace byteyard::gui {

namespace {

/// More rectangles than this are one: a region of thousands costs more than it saves.
constexpr qsizetype rectsMost = 48;

QRegion regionOf(const QList<QRect>& rects)
{
    QRegion region;
    QRect whole;
    for (const QRect& rect : rects)
        whole |= rect;
    if (rects.size() > rectsMost)
        return whole;
    for (const QRect& rect : rects)
        region |= rect;
    return region;
}

/// The dots of the grid as a picture that repeats, where they lie a whole number of pixels apart: thousands
/// of points cost as much as all the nodes between them. False: they do not.
bool paintDotTiles(QPainter& painter, const QRectF& rect, double step, const Colors& colors)
{
    const QTransform toView = painter.worldTransform();
    const double ratio = painter.device()->devicePixelRatioF();
    const double apart = step * toView.m11();
    const double pixels = apart * ratio;
    if (ratio != std::round(ratio) || std::abs(pixels - std::round(pixels)) > 1e-6 ||
        toView.type() > QTransform::TxScale)
        return false;
    const int side = static_cast<int>(std::lround(pixels));
    QPixmap tile(side, side);
    tile.fill(colors.canvas);
    QPainter dot(&tile);
    const int wide = static_cast<int>(2 * ratio);
    dot.fillRect((side - wide) / 2, (side - wide) / 2, wide, wide, colors.canvasDot);
    dot.end();
    tile.setDevicePixelRatio(ratio);
    const QRectF lies = toView.mapRect(rect).toAlignedRect();
    // The dot stands in the tile's middle, and in the view where the grid has it.
    const double middle = side / 2 / ratio; // NOLINT(bugprone-integer-division): a whole pixel
    const QPointF origin(std::round(toView.dx()) - middle, std::round(toView.dy()) - middle);
    const auto into = [apart](double distance) { return distance - std::floor(distance / apart) * apart; };
    painter.save();
    painter.resetTransform();
    painter.drawTiledPixmap(lies, tile, {into(lies.x() - origin.x()), into(lies.y() - origin.y())});
    painter.restore();
    return true;
}

} // namespace

QRect CanvasView::Private::toViewport(const QRectF& rect) const
{
    // A pixel more on each side: smooth edges reach into it.
    return view.viewportTransform().mapRect(rect).toAlignedRect().adjusted(-1, -1, 1, 1) &
           view.viewport()->rect();
}

void CanvasView::Private::sceneChanged(const QList<QRectF>& rects)
{
    // The canvas may have scrolled since it was drawn: the pictures first go where the rectangles are.
    fitLayers();
    QList<QRect> seen;
    for (const QRectF& rect : rects)
        if (const QRect lies = toViewport(rect); !lies.isEmpty())
            seen.append(lies);
    const QRegion region = regionOf(seen);
    for (const QRect& rect : region)
        still.invalidate(rect);
    view.viewport()->update(region);
}

void CanvasView::Private::fitLayers()
{
    still.fit(view.viewportTransform(), view.viewport()->size(), view.viewport()->devicePixelRatioF(),
              Theme::instance().colors().canvas);
}

/// What the scene has queued to tell us: a paint event that comes before it must not draw what was.
void CanvasView::Private::catchUp()
{
    // Changed items first, then the rectangles that they make: two turns.
    for (int turn = 0; turn < 2; ++turn)
        QCoreApplication::sendPostedEvents(&scene, QEvent::MetaCall);
}

void CanvasView::Private::updateDots()
{
    QList<QRect> seen;
    for (const QRectF& rect : scene.edges().flowing())
        if (const QRect lies = toViewport(rect); !lies.isEmpty())
            seen.append(lies);
    view.viewport()->update(regionOf(seen));
}

void CanvasView::paintEvent(QPaintEvent* event)
{
    d->fitLayers();
    d->catchUp();
    d->still.refresh([this](QPainter& painter, const QRect& rect) { d->paintBelow(painter, rect); },
                     [this](QPainter& painter, const QRect& rect) { d->paintAbove(painter, rect); });
    QPainter painter(viewport());
    const QRegion& region = event->region();
    const QRectF exposed = viewportTransform().inverted().mapRect(QRectF(region.boundingRect()));
    d->still.drawBelow(painter, region);
    painter.setClipRegion(region);
    painter.setWorldTransform(viewportTransform());
    d->scene.edges().paintDots(painter, exposed, zoom());
    painter.resetTransform();
    d->still.drawAbove(painter, region);
    painter.setWorldTransform(viewportTransform());
    drawForeground(&painter, exposed);
}

void CanvasView::Private::paintBelow(QPainter& painter, const QRect& rect)
{
    const QRectF exposed = view.viewportTransform().inverted().mapRect(QRectF(rect));
    painter.setWorldTransform(view.viewportTransform(), true);
    view.drawBackground(&painter, exposed);
    paintItems(painter, exposed, false);
    painter.setWorldTransform(view.viewportTransform());
    scene.edges().paintLines(painter, exposed, view.zoom());
}

/// The items below the edges (frames), or those above them (cards, what hangs from them).
void CanvasView::Private::paintItems(QPainter& painter, const QRectF& exposed, bool aboveEdges)
{
    const QTransform toView = view.viewportTransform();
    const double edges = scene.edges().zValue();
    QStyleOptionGraphicsItem option;
    const auto items = scene.items(exposed, Qt::IntersectsItemBoundingRect, Qt::AscendingOrder);
    for (QGraphicsItem* item : items) {
        if (aboveEdges ? item->zValue() <= edges : item->zValue() >= edges)
            continue;
        // Items lie in the scene directly and are never turned.
        painter.setWorldTransform(QTransform::fromTranslate(item->x(), item->y()) * toView);
        option.exposedRect = item->boundingRect();
        item->paint(&painter, &option, view.viewport());
    }
}

void CanvasView::Private::paintAbove(QPainter& painter, const QRect& rect)
{
    const QTransform toView = view.viewportTransform();
    const QRectF exposed = toView.inverted().mapRect(QRectF(rect));
    painter.setWorldTransform(toView);
    scene.edges().paintLabels(painter, exposed, view.zoom());
    paintItems(painter, exposed, true);
    painter.setWorldTransform(toView);
    scene.paintErrors(painter, exposed);
}

void CanvasView::drawBackground(QPainter* painter, const QRectF& rect)
{
    const Colors& colors = Theme::instance().colors();
    painter->fillRect(rect, colors.canvas);
    double step = gridStep;
    while (step * zoom() < 15)
        step *= 2;
    if (zoom() < zoomForShapes)
        return;
    if (paintDotTiles(*painter, rect, step, colors))
        return;
    QPolygonF dots;
    for (double x = std::floor(rect.left() / step) * step; x <= rect.right(); x += step)
        for (double y = std::floor(rect.top() / step) * step; y <= rect.bottom(); y += step)
            dots << QPointF(x, y);
    QPen pen(colors.canvasDot, 1.4, Qt::SolidLine, Qt::SquareCap);
    pen.setCosmetic(true);
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setPen(pen);
    painter->drawPoints(dots);
}

void CanvasView::drawForeground(QPainter* painter, const QRectF&)
{
    if (d->gesture)
        d->gesture->paint(*painter);
    if (d->dropping) {
        NodeLook look;
        look.kind = d->dropPart.kind;
        const QRectF body = NodeItem::bodyFor(look).translated(d->positionFor(d->dropPart.kind, d->dropAt));
        painter->setRenderHint(QPainter::Antialiasing);
        QPen pen(Theme::instance().colors().accent, 1.6);
        pen.setDashPattern({4, 3});
        painter->setPen(pen);
        painter->setBrush(Qt::NoBrush);
        const double radius = model::isProcess(d->dropPart.kind) ? 9 : body.height() / 2;
        painter->drawRoundedRect(body, radius, radius);
    }
}

} // namespace byteyard::gui
