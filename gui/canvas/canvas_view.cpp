#include "gui/canvas/canvas_view.h"

#include "gui/canvas/accessible_canvas.h"
#include "gui/canvas/canvas_private.h"
#include "gui/canvas/metrics.h"
#include "gui/theme/motion.h"
#include "gui/theme/theme.h"

#include <QPainter>
#include <QPixmapCache>
#include <QSaveFile>
#include <QScrollBar>
#include <QSvgGenerator>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr double zoomStep = 1.25;
constexpr int restMs = 120;         ///< after the last step of a zoom
constexpr int foundSettledMs = 300; ///< what an attached process has open comes at once, then its counts
constexpr qreal pixelsMost = 64e6;  ///< of an exported picture, a quarter of a gibibyte
constexpr int picturesMostKiB = 64 * 1024; ///< of nodes and dots, those of some screens full

} // namespace

double zoomOf(const QGraphicsView& view)
{
    return view.transform().m11();
}

CanvasView::Private::Private(CanvasView& v, model::Document& doc, model::Session& run)
    : view(v), document(doc), session(run), scene(doc, run),
      offers(new EmptyOffers(v.viewport())), context{v, scene, doc,
                                                     [this](const QString& text) { Q_EMIT view.hint(text); },
                                                     [this](const PortRef& from, const QPointF& at) {
                                                         offerParts(from, at);
                                                     }}
{
}

CanvasView::CanvasView(model::Document& document, model::Session& session, QWidget* parent)
    : QGraphicsView(parent), d(std::make_unique<Private>(*this, document, session))
{
    installCanvasAccessibility();
    QPixmapCache::setCacheLimit(picturesMostKiB);
    setScene(&d->scene);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setTransformationAnchor(NoAnchor);
    setResizeAnchor(NoAnchor);
    // What is drawn when is our own business: canvas_paint.cpp.
    setViewportUpdateMode(NoViewportUpdate);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    viewport()->grabGesture(Qt::PinchGesture);
    setAcceptDrops(true);
    setAccessibleName(tr("Canvas"));
    setAccessibleDescription(
        tr("Processes and the kernel objects between them. Arrows walk, Space selects, Enter edits, "
           "C connects, Insert adds."));

    connect(&d->scene, &CanvasScene::changed, this,
            [this](const QList<QRectF>& rects) { d->sceneChanged(rects); });
    connect(&d->scene, &CanvasScene::selectionMoved, this, &CanvasView::selectionChanged);
    connect(&d->scene, &CanvasScene::emptinessChanged, this,
            [this](bool empty) { d->offers->setVisible(empty); });
    connect(d->offers, &EmptyOffers::typeWanted, this, &CanvasView::quickInsert);
    connect(d->offers, &EmptyOffers::labWanted, this, &CanvasView::openLabWanted);
    connect(d->offers, &EmptyOffers::mapWanted, this, &CanvasView::mapWanted);
    d->offers->setVisible(d->scene.nodes().isEmpty());
    connect(&Theme::instance(), &Theme::changed, &d->scene, &CanvasScene::refresh);
    connect(&document, &model::Document::wasReset, this, [this] {
        d->cancelGesture();
        find({});
        fit();
        // Nobody has looked around in it.
        d->forgetFound();
        d->watchFound();
    });
    d->zoomed.setParent(this);
    d->zoomed.setObjectName(u"zoomRest"_s);
    d->zoomed.setSingleShot(true);
    d->zoomed.setInterval(restMs);
    connect(&d->zoomed, &QTimer::timeout, this, [this] {
        if (!d->still.isCoarse())
            return;
        d->still.invalidateAll();
        viewport()->update();
    });
    d->flow.setInterval(frameMs);
    connect(&d->flow, &QTimer::timeout, this, [this] { d->animate(); });
    const auto mayFlow = [this] { d->startFlow(); };
    connect(&session, &model::Session::ticked, this, mayFlow);
    connect(&session, &model::Session::structureChanged, this, mayFlow);
    connect(&d->scene, &CanvasScene::foundChanged, this, [this] { d->watchFound(); });
    d->foundSettled.setParent(this);
    d->foundSettled.setSingleShot(true);
    d->foundSettled.setInterval(foundSettledMs);
    connect(&d->foundSettled, &QTimer::timeout, this, [this] { d->layOutFound(); });
    // Without dot, what programs make stands where it came.
    connect(&d->foundLayout, &LayoutJob::done, this,
            [this](const QHash<QString, QPointF>& positions) { d->moveFound(positions); });
    connect(&d->layout, &LayoutJob::done, this,
            [this](const QHash<QString, QPointF>& positions) { d->moveAll(positions); });
    connect(&d->layout, &LayoutJob::failed, this, &CanvasView::hint);
    fit();
}

CanvasView::~CanvasView()
{
    // The scene goes with d, before the view's base is done with it.
    d->gesture.reset();
    setScene(nullptr);
}

Selection CanvasView::selection() const
{
    return d->scene.selection();
}

QList<model::UndrawnPart> CanvasView::undrawn(const QStringList& ids) const
{
    return d->scene.undrawn(ids);
}

void CanvasView::hideFoundKinds(const QSet<QString>& kinds)
{
    d->scene.hideFoundKinds(kinds);
}

void CanvasView::select(const Selection& selection)
{
    d->scene.select(selection);
}

void CanvasView::reveal(const QString& nodeId)
{
    // What a collapsed group hides is shown by its card.
    const QString card = groupOfKey(nodeId).isEmpty() ? d->scene.cardOf(nodeId) : groupOfKey(nodeId);
    if (const GroupItem* group = d->scene.group(card)) {
        ensureVisible(group->boundingRect(), 40, 40);
        selectGroup(card);
        d->scene.setCursorGroup(hasFocus() ? card : QString());
        return;
    }
    const NodeItem* item = d->scene.node(nodeId);
    if (item == nullptr)
        return;
    ensureVisible(item->sceneBoundingRect(), 40, 40);
    d->scene.select({{nodeId}, {}});
    d->scene.setCursorNode(hasFocus() ? nodeId : QString());
}

double CanvasView::zoom() const
{
    return zoomOf(*this);
}

QRect CanvasView::nodeRect(const QString& nodeId) const
{
    const NodeItem* item = d->scene.node(nodeId);
    return item == nullptr || !item->isVisible() ? QRect() : mapFromScene(item->body()).boundingRect();
}

QPoint CanvasView::portPosition(const QString& nodeId, const QString& port) const
{
    const NodeItem* item = d->scene.node(nodeId);
    return item == nullptr ? QPoint() : mapFromScene(item->portPosition(port));
}

QImage CanvasView::picture(qreal scale) const
{
    const QRectF content = d->scene.content().adjusted(-20, -20, 20, 20);
    const qreal most = std::sqrt(pixelsMost / (content.width() * content.height()));
    QImage image((content.size() * std::min(scale, most)).toSize().expandedTo({1, 1}),
                 QImage::Format_ARGB32_Premultiplied);
    image.fill(Theme::instance().colors().canvas);
    QPainter painter(&image);
    d->scene.render(&painter, QRectF(image.rect()), content);
    return image;
}

bool CanvasView::savePicture(const QString& path) const
{
    if (!path.endsWith(".svg"_L1, Qt::CaseInsensitive))
        return picture(2).save(path);
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return false;
    const QRectF content = d->scene.content().adjusted(-20, -20, 20, 20);
    QSvgGenerator drawing;
    drawing.setOutputDevice(&file);
    drawing.setResolution(96); // of CSS: as large as at 100 % in a browser
    drawing.setSize(content.size().toSize());
    drawing.setViewBox(QRect({}, content.size().toSize()));
    drawing.setTitle(d->document.topology().title);
    QPainter painter(&drawing);
    painter.fillRect(QRectF({}, content.size()), Theme::instance().colors().canvas);
    d->scene.render(&painter, QRectF({}, content.size()), content);
    painter.end();
    return file.commit();
}

void CanvasView::Private::setZoom(double zoom, const QPoint& around)
{
    zoom = std::clamp(zoom, zoomLeast, zoomMost);
    const QPointF fixed = view.mapToScene(around);
    view.setTransform(QTransform::fromScale(zoom, zoom));
    view.viewport()->update();
    zoomed.start();
    const QPointF away = view.mapFromScene(fixed) - around;
    view.horizontalScrollBar()->setValue(view.horizontalScrollBar()->value() + qRound(away.x()));
    view.verticalScrollBar()->setValue(view.verticalScrollBar()->value() + qRound(away.y()));
    placeEdit();
    Q_EMIT view.zoomChanged(zoom);
}

void CanvasView::fit()
{
    const QRectF content = d->scene.content().adjusted(-40, -40, 40, 40);
    double zoom = 1;
    if (!d->scene.nodes().isEmpty())
        zoom = std::clamp(
            std::min(viewport()->width() / content.width(), viewport()->height() / content.height()),
            zoomLeast, 1.0);
    d->setZoom(zoom, viewport()->rect().center());
    centerOn(d->scene.nodes().isEmpty() ? QPointF() : content.center());
    d->placeEdit();
}

void CanvasView::zoomIn()
{
    d->setZoom(zoom() * zoomStep, viewport()->rect().center());
}

void CanvasView::zoomOut()
{
    d->setZoom(zoom() / zoomStep, viewport()->rect().center());
}

void CanvasView::zoomTo100()
{
    d->setZoom(1, viewport()->rect().center());
}

void CanvasView::selectAll()
{
    Selection all{d->scene.nodes().keys(), d->scene.edges().ids()};
    all.nodes.sort();
    d->scene.select(all);
}

void CanvasView::selectNone()
{
    d->scene.select({});
}

void CanvasView::invertSelection()
{
    const Selection now = d->scene.selection();
    Selection other;
    for (const QString& id : d->scene.nodes().keys())
        if (!now.nodes.contains(id))
            other.nodes << id;
    other.nodes.sort();
    for (const QString& id : d->scene.edges().ids())
        if (!now.edges.contains(id))
            other.edges << id;
    d->scene.select(other);
}

QRectF CanvasView::Private::bodyOf(const QString& id) const
{
    const NodeItem* item = scene.node(id);
    return item == nullptr ? QRectF() : item->body().translated(-item->pos());
}

QPointF CanvasView::Private::middle() const
{
    return view.mapToScene(view.viewport()->rect().center());
}

void CanvasView::find(const QString& text)
{
    d->found.clear();
    d->foundAt = -1;
    if (!text.isEmpty()) {
        for (auto it = d->scene.nodes().begin(); it != d->scene.nodes().end(); ++it)
            if (it.value()->description().contains(text, Qt::CaseInsensitive))
                d->found << it.key();
        for (auto it = d->scene.groups().begin(); it != d->scene.groups().end(); ++it)
            if (it.value()->look().name.contains(text, Qt::CaseInsensitive))
                d->found << groupKey(it.key());
        // As one reads: rows, and in a row from the left.
        std::sort(d->found.begin(), d->found.end(), [this](const QString& a, const QString& b) {
            const auto placeOf = [this](const QString& key) {
                const GroupItem* group = d->scene.group(groupOfKey(key));
                return group != nullptr ? group->body().topLeft() : d->scene.homeOf(key);
            };
            const QPointF pa = placeOf(a);
            const QPointF pb = placeOf(b);
            return pa.y() != pb.y() ? pa.y() < pb.y() : pa.x() < pb.x();
        });
        Q_EMIT hint(tr("%n part(s) match", nullptr, static_cast<int>(d->found.size())));
    }
    d->scene.setFound(d->found);
}

void CanvasView::findNext()
{
    if (d->found.isEmpty())
        return;
    d->foundAt = (d->foundAt + 1) % d->found.size();
    reveal(d->found.at(d->foundAt));
}

void CanvasView::findPrevious()
{
    if (d->found.isEmpty())
        return;
    d->foundAt = (std::max<qsizetype>(d->foundAt, 0) + d->found.size() - 1) % d->found.size();
    reveal(d->found.at(d->foundAt));
}

void CanvasView::Private::startFlow()
{
    if (flow.isActive() || !view.isVisible() || Theme::instance().reducedMotion() || !scene.edges().flows())
        return;
    sinceFlow.start();
    flow.start();
}

void CanvasView::Private::animate()
{
    // A late frame does not make the dots jump.
    const double seconds = std::min<double>(static_cast<double>(sinceFlow.restart()) / 1000.0, 0.1);
    if (!view.isVisible() || Theme::instance().reducedMotion() || !scene.edges().advanceDots(seconds))
        flow.stop();
    updateDots();
}

void CanvasView::Private::placeOffers()
{
    offers->adjustSize();
    offers->move(view.viewport()->rect().center() - offers->rect().center());
}

void CanvasView::resizeEvent(QResizeEvent* event)
{
    // What was in the middle stays there.
    const QSize before = event->oldSize();
    QGraphicsView::resizeEvent(event);
    if (before.isValid()) {
        const QSize grown = (event->size() - before) / 2;
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - grown.width());
        verticalScrollBar()->setValue(verticalScrollBar()->value() - grown.height());
    }
    d->placeOffers();
    d->placeEdit();
}

void CanvasView::scrollContentsBy(int dx, int dy)
{
    QGraphicsView::scrollContentsBy(dx, dy);
    viewport()->update();
    if (d)
        d->placeEdit();
}

void CanvasView::changeEvent(QEvent* event)
{
    QGraphicsView::changeEvent(event);
    if (d && (event->type() == QEvent::FontChange || event->type() == QEvent::LanguageChange)) {
        d->scene.refresh();
        d->placeOffers();
    }
}

} // namespace byteyard::gui
