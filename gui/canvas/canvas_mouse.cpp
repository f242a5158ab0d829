#include "gui/canvas/canvas_private.h"
#include "gui/canvas/metrics.h"

#include <QApplication>
#include <QDropEvent>
#include <QGestureEvent>
#include <QHelpEvent>
#include <QMenu>
#include <QMimeData>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QScrollBar>
#include <QToolTip>

#include <cmath>

#include "gui/theme/theme.h"

using namespace Qt::StringLiterals;

namespace byteyard::gui {

void CanvasView::Private::cancelGesture()
{
    mayMove = false;
    byKeyboard = false;
    if (const auto ending = std::move(gesture))
        ending->cancel();
}

void CanvasView::Private::click(const Hit& hit, Qt::KeyboardModifiers modifiers)
{
    Selection now = scene.selection();
    if (!hit.group.isEmpty()) {
        // A group is taken with all its members, and left with them.
        const Selection whole = scene.withGroup(hit.group);
        const bool chosen = now.groups.contains(hit.group);
        if (modifiers & Qt::ControlModifier && chosen) {
            now.nodes.removeIf([&](const QString& each) { return whole.nodes.contains(each); });
        } else if (modifiers & (Qt::ShiftModifier | Qt::ControlModifier)) {
            now.nodes += whole.nodes;
            now.groups += whole.groups;
        } else if (!chosen) {
            now = whole;
        }
        return scene.select(now);
    }
    QStringList& list = hit.node != nullptr ? now.nodes : now.edges;
    const QString id = hit.node != nullptr ? hit.node->id() : hit.edge;
    if (id.isEmpty()) {
        if (!(modifiers & (Qt::ShiftModifier | Qt::ControlModifier)))
            scene.select({});
        return;
    }
    if (modifiers & Qt::ControlModifier) {
        if (!list.removeAll(id))
            list.append(id);
    } else if (modifiers & Qt::ShiftModifier) {
        if (!list.contains(id))
            list.append(id);
    } else if (!list.contains(id)) {
        now = {};
        list.append(id);
    }
    scene.select(now);
}

void CanvasView::Private::pressLeft(const QPoint& position, Qt::KeyboardModifiers modifiers)
{
    pressed = position;
    pressedOn = scene.hit(view.mapToScene(position), context.reach());
    scene.setCursorNode({});
    if (!pressedOn.port.isEmpty() && !CanvasScene::isDiscovered(pressedOn.node->id())) {
        gesture = std::make_unique<ConnectGesture>(context, PortRef{pressedOn.node->id(), pressedOn.port});
    } else if (pressedOn.fold) {
        fold({pressedOn.group});
    } else if (pressedOn.node != nullptr || !pressedOn.group.isEmpty()) {
        click(pressedOn, modifiers);
        mayMove = scene.selection().nodes.contains(leadOf(pressedOn));
    } else if (!pressedOn.edge.isEmpty()) {
        click(pressedOn, modifiers);
    } else {
        gesture = std::make_unique<BandGesture>(context, position, modifiers);
    }
}

void CanvasView::mousePressEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    event->accept();
    d->followsFound = false; // nothing moves away under somebody's hands
    if (d->gesture) {
        // Another button, whatever it is, ends what was going on.
        d->cancelGesture();
        return;
    }
    if (event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && d->spaceHeld)) {
        d->spaceUsed = d->spaceHeld;
        d->gesture = std::make_unique<PanGesture>(d->context, position, event->button());
    } else if (event->button() == Qt::LeftButton) {
        d->pressLeft(position, event->modifiers());
    } else {
        d->mayMove = false;
        event->ignore();
    }
}

void CanvasView::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    if (d->mayMove && !d->gesture && (event->buttons() & Qt::LeftButton) &&
        (position - d->pressed).manhattanLength() >= QApplication::startDragDistance()) {
        d->mayMove = false;
        d->gesture = std::make_unique<MoveGesture>(d->context, d->pressed, d->leadOf(d->pressedOn));
    }
    if (d->gesture && !d->byKeyboard)
        d->gesture->move(position, event->modifiers());
    else if (!d->gesture && event->buttons() == Qt::NoButton)
        d->hover(position);
}

void CanvasView::mouseReleaseEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    if (d->gesture && !d->byKeyboard && event->button() == d->gesture->button()) {
        const auto ending = std::move(d->gesture);
        const bool still = (position - d->pressed).manhattanLength() < QApplication::startDragDistance();
        if (still && !d->pressedOn.port.isEmpty() && event->button() == Qt::LeftButton) {
            ending->cancel();
            d->click({d->pressedOn.node, {}, {}}, event->modifiers());
        } else {
            ending->release(position, event->modifiers());
        }
    } else if (d->mayMove && event->button() == Qt::LeftButton &&
               !(event->modifiers() & (Qt::ShiftModifier | Qt::ControlModifier))) {
        // A click on one of several that are selected leaves that one.
        d->scene.select(d->selectionOf(d->pressedOn));
    }
    d->mayMove = false;
}

void CanvasView::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    d->cancelGesture();
    const QPointF at = mapToScene(event->position().toPoint());
    const Hit hit = d->scene.hit(at, d->context.reach());
    if (hit.fold) {
        d->fold({hit.group}); // the second of two quick presses
    } else if (hit.node != nullptr || !hit.group.isEmpty()) {
        d->scene.select(d->selectionOf(hit));
        editSelected();
    } else if (!hit.edge.isEmpty()) {
        d->scene.select({{}, {hit.edge}});
        editSelected();
    } else {
        d->insertAt(at);
    }
}

void CanvasView::Private::hover(const QPoint& position)
{
    const Hit hit = scene.hit(view.mapToScene(position), context.reach());
    scene.aim(hit.node != nullptr && !hit.port.isEmpty() ? hit.node->id() : QString(), hit.port);
    scene.hover(hit.edge);
    view.viewport()->setCursor(!hit.port.isEmpty() ? Qt::CrossCursor
                               : spaceHeld         ? Qt::OpenHandCursor
                                                   : Qt::ArrowCursor);
}

QString CanvasView::Private::toolTip(const QPoint& position) const
{
    const Hit hit = scene.hit(view.mapToScene(position), context.reach());
    if (hit.node != nullptr && !hit.port.isEmpty()) {
        if (!model::isProcess(hit.node->look().kind))
            return tr("%1: %2. Drag to connect it.").arg(hit.node->look().title, hit.port);
        if (hit.port == newPort)
            return tr("A new handle of %1: drag it to what its script shall use.")
                .arg(hit.node->look().title);
        if (!model::isFdPort(hit.port))
            return tr("Handle %1: %2 speaks of its endpoint by this name. Drag to connect it.")
                .arg(hit.port, hit.node->look().title);
        const QString name = hit.port == u"0"   ? tr("standard input")
                             : hit.port == u"1" ? tr("standard output")
                             : hit.port == u"2" ? tr("standard error")
                                                : QString();
        return name.isEmpty() ? tr("fd %1. Drag to connect it.").arg(hit.port)
                              : tr("fd %1, %2. Drag to connect it.").arg(hit.port, name);
    }
    if (hit.node != nullptr) {
        const NodeLook& look = hit.node->look();
        const bool small = view.zoom() < zoomForText;
        QStringList lines;
        if (const QString inside = small ? QString() : hit.node->tipAt(view.mapToScene(position));
            !inside.isEmpty())
            lines << inside;
        if (small || hit.node->isElided() || !look.error.isEmpty())
            lines << hit.node->description();
        if (look.sampled)
            lines << tr("Sampled: the kernel is asked for it, up to 60 times a second.");
        if (look.nextRun)
            lines << tr("What was changed takes effect at the next run.");
        if (look.discovered)
            lines << tr("A program made this by itself; it is no part of the document.");
        return lines.join(u'\n');
    }
    if (const GroupItem* group = scene.group(hit.group)) {
        if (hit.fold)
            return group->look().collapsed ? tr("Expand") : tr("Collapse");
        return group->look().collapsed || group->isElided() ? group->description() : QString();
    }
    const EdgeLook* edge = scene.edges().look(hit.edge);
    if (edge == nullptr)
        return {};
    if (edge->label.isEmpty())
        return edge->state == EdgeLook::State::Planned ? tr("Planned: nothing of it exists yet.") : QString();
    return edge->state == EdgeLook::State::Ended ? tr("Ended; %1 passed.").arg(edge->label) : edge->label;
}

bool CanvasView::viewportEvent(QEvent* event)
{
    switch (event->type()) {
    case QEvent::ToolTip: {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString text = d->toolTip(help->pos());
        text.isEmpty() ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), text, viewport());
        return true;
    }
    case QEvent::Leave:
        if (!d->gesture) {
            d->scene.aim({}, {});
            d->scene.hover({});
        }
        break;
    case QEvent::Gesture: {
        auto* pinch =
            static_cast<QPinchGesture*>(static_cast<QGestureEvent*>(event)->gesture(Qt::PinchGesture));
        if (pinch != nullptr) {
            d->setZoom(zoom() * pinch->scaleFactor(),
                       viewport()->mapFromGlobal(pinch->centerPoint().toPoint()));
            return true;
        }
        break;
    }
    case QEvent::NativeGesture: {
        const auto* native = static_cast<QNativeGestureEvent*>(event);
        if (native->gestureType() == Qt::ZoomNativeGesture) {
            d->setZoom(zoom() * (1 + native->value()), native->position().toPoint());
            return true;
        }
        break;
    }
    default:
        break;
    }
    return QGraphicsView::viewportEvent(event);
}

void CanvasView::wheelEvent(QWheelEvent* event)
{
    const QPoint delta = event->angleDelta();
    event->accept();
    if (event->modifiers() & Qt::ControlModifier) {
        d->setZoom(zoom() * std::pow(1.0015, delta.y()), event->position().toPoint());
        return;
    }
    // Alt turns a wheel by itself on some platforms; Shift does it here.
    const bool across = event->modifiers() & Qt::ShiftModifier;
    const int x = across && delta.x() == 0 ? delta.y() : delta.x();
    const int y = across ? 0 : delta.y();
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() - x);
    verticalScrollBar()->setValue(verticalScrollBar()->value() - y);
}

void CanvasView::contextMenuEvent(QContextMenuEvent* event)
{
    event->accept();
    d->cancelGesture();
    QPoint at = event->pos();
    Hit hit;
    if (event->reason() == QContextMenuEvent::Keyboard) {
        const QString id =
            !d->scene.cursorNode().isEmpty() ? d->scene.cursorNode() : selection().nodes.value(0);
        hit.node = d->scene.node(id);
        at = hit.node != nullptr ? nodeRect(id).center() : viewport()->rect().center();
        const QString chosen = d->chosenGroup();
        if (const GroupItem* group = d->scene.group(chosen.isEmpty() ? d->scene.cardOf(id) : chosen)) {
            hit = {nullptr, {}, {}, group->id()};
            at = mapFromScene(group->handle().center());
        } else if (hit.node == nullptr) {
            hit.edge = selection().edges.value(0);
        } else {
            hit.port = d->scene.cursorPort();
        }
    } else {
        hit = d->scene.hit(mapToScene(at), d->context.reach());
    }
    if (!hit.group.isEmpty()) {
        if (!selection().groups.contains(hit.group))
            selectGroup(hit.group);
        Q_EMIT groupMenuWanted(viewport()->mapToGlobal(at), hit.group);
        return;
    }
    const QString node = hit.node != nullptr ? hit.node->id() : QString();
    if (!node.isEmpty() && !selection().nodes.contains(node))
        select({{node}, {}});
    else if (!hit.edge.isEmpty() && !selection().edges.contains(hit.edge))
        select({{}, {hit.edge}});
    Q_EMIT contextMenuWanted(viewport()->mapToGlobal(at), node, hit.edge, hit.port);
}

void CanvasView::Private::offerParts(const PortRef& from, const QPointF& at)
{
    const model::Node* origin = document.topology().node(from.node);
    if (origin == nullptr)
        return;
    auto* menu = new QMenu(&view);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const bool fromProcess = model::isProcess(origin->kind);
    for (const Part& part : allParts()) {
        const bool process = model::isProcess(part.kind);
        if (!fromProcess && !process)
            continue;
        const QString text =
            fromProcess && process ? tr("%1, through a pipe").arg(part.title()) : part.title();
        menu->addAction(Theme::instance().kindIcon(part.kind), text, &view, [this, from, at, part] {
            document.undoStack()->beginMacro(tr("Add %1").arg(part.title()));
            const QString added =
                document.addNode(part.kind, positionFor(part.kind, at), part.properties(), part.name());
            const QString port = added.isEmpty() ? QString() : naturalPort(document.topology(), from, added);
            if (!port.isEmpty())
                makeConnection(document, from, {added, port});
            document.undoStack()->endMacro();
            scene.select({{added}, {}});
            beginEditing(part, added);
        });
    }
    menu->popup(view.viewport()->mapToGlobal(view.mapFromScene(at)));
}

void CanvasView::dragEnterEvent(QDragEnterEvent* event)
{
    const std::optional<Part> part = Part::fromId(QString::fromUtf8(event->mimeData()->data(partMime)));
    d->dropping = part.has_value();
    d->dropPart = part.value_or(Part{});
    event->setAccepted(d->dropping);
    if (d->dropping) {
        event->setDropAction(Qt::CopyAction);
        Q_EMIT hint(tr("Drop to add: %1").arg(d->dropPart.title()));
    }
}

void CanvasView::dragMoveEvent(QDragMoveEvent* event)
{
    event->setAccepted(d->dropping);
    if (!d->dropping)
        return;
    event->setDropAction(Qt::CopyAction);
    d->dropAt = mapToScene(event->position().toPoint());
    viewport()->update();
}

void CanvasView::dragLeaveEvent(QDragLeaveEvent*)
{
    d->dropping = false;
    Q_EMIT hint({});
    viewport()->update();
}

void CanvasView::dropEvent(QDropEvent* event)
{
    const std::optional<Part> part = Part::fromId(QString::fromUtf8(event->mimeData()->data(partMime)));
    d->dropping = false;
    Q_EMIT hint({});
    viewport()->update();
    event->setAccepted(part.has_value());
    if (!part)
        return;
    event->setDropAction(Qt::CopyAction);
    const QString id = d->addPart(*part, mapToScene(event->position().toPoint()));
    setFocus(Qt::OtherFocusReason);
    d->beginEditing(*part, id);
}

} // namespace byteyard::gui
