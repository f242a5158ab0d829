#include "gui/canvas/canvas_private.h"
#include "gui/canvas/metrics.h"

#include <QKeyEvent>

#include <algorithm>
#include <cmath>

namespace byteyard::gui {

namespace {

QPointF directionOf(int key)
{
    switch (key) {
    case Qt::Key_Left:
        return {-1, 0};
    case Qt::Key_Right:
        return {1, 0};
    case Qt::Key_Up:
        return {0, -1};
    case Qt::Key_Down:
        return {0, 1};
    default:
        return {};
    }
}

} // namespace

void CanvasView::Private::walk(const QPointF& direction)
{
    // Nodes, and groups: frames by their titles, cards as what they are.
    QHash<QString, QRectF> places;
    for (auto it = scene.nodes().begin(); it != scene.nodes().end(); ++it)
        if (it.value()->isVisible())
            places.insert(it.key(), it.value()->body());
    for (auto it = scene.groups().begin(); it != scene.groups().end(); ++it)
        places.insert(groupKey(it.key()), it.value()->handle());
    const QString from = scene.cursorGroup().isEmpty() ? scene.cursorNode() : groupKey(scene.cursorGroup());
    const bool somewhere = places.contains(from);
    const QPointF start = places.value(from).center();
    QString best;
    double bestCost = 1e300;
    for (auto it = places.cbegin(); it != places.cend(); ++it) {
        const QPointF centre = it->center();
        double cost = centre.x() + centre.y(); // nowhere yet: the first as one reads
        if (somewhere) {
            const QPointF away = centre - start;
            const double along = QPointF::dotProduct(away, direction);
            const double across = std::abs(away.x() * direction.y() - away.y() * direction.x());
            if (it.key() == from || along <= 0)
                continue;
            cost = along + 2.5 * across;
        }
        if (cost < bestCost || (cost == bestCost && it.key() < best)) {
            bestCost = cost;
            best = it.key();
        }
    }
    if (best.isEmpty())
        return;
    view.ensureVisible(places.value(best), 40, 40);
    if (const GroupItem* group = scene.group(groupOfKey(best))) {
        scene.setCursorGroup(group->id());
        Q_EMIT view.hint(group->description());
        return;
    }
    scene.setCursorNode(best);
    const model::Node* node = document.topology().node(best);
    Q_EMIT view.hint(node != nullptr ? scene.node(best)->description() : QString());
}

/// Among the ports of the node where the keyboard is: to the other side, or up and down on one.
void CanvasView::Private::walkPorts(const QPointF& direction)
{
    const QString id = scene.cursorNode();
    const NodeItem* here = scene.node(id);
    if (here == nullptr)
        return;
    const bool some = !scene.cursorPort().isEmpty();
    const QPointF from = some ? here->portPosition(scene.cursorPort()) : here->body().center();
    QString best;
    double bestCost = 1e300;
    for (const PortLook& port : here->look().ports) {
        const QPointF away = here->portPosition(port.name) - from;
        const double along = QPointF::dotProduct(away, direction);
        const double across = std::abs(away.x() * direction.y() - away.y() * direction.x());
        if (port.name == scene.cursorPort() || along <= 0 || along + 2.5 * across >= bestCost)
            continue;
        bestCost = along + 2.5 * across;
        best = port.name;
    }
    if (best.isEmpty())
        return;
    scene.setCursorNode(id, best);
    Q_EMIT view.hint(toolTip(view.mapFromScene(here->portPosition(best))));
}

void CanvasView::Private::nudge(const QPointF& by)
{
    QStringList ids = drawnSelection();
    if (ids.isEmpty() && !scene.cursorNode().isEmpty() && !CanvasScene::isDiscovered(scene.cursorNode()))
        ids << scene.cursorNode();
    if (ids.isEmpty())
        ids = scene.membersOf(scene.cursorGroup());
    QHash<QString, QPointF> positions;
    for (const QString& id : ids)
        positions.insert(id, scene.homeOf(id) + by);
    if (positions.isEmpty())
        return;
    // Nudges of the same parts are one step to undo.
    ids.sort();
    const int drag = static_cast<int>(qHash(ids) & 0x3fffffff) | 0x40000000;
    document.moveNodes(positions, drag);
}

void CanvasView::Private::startConnection()
{
    const QString id = !scene.cursorNode().isEmpty() ? scene.cursorNode() : scene.selection().nodes.value(0);
    const QStringList ports =
        document.topology().node(id) != nullptr ? startingPorts(document.topology(), id) : QStringList();
    if (ports.isEmpty()) {
        Q_EMIT view.hint(tr("Choose a node with the arrows first; C then begins a connection at it."));
        return;
    }
    // It begins at the port where the keyboard is; C again goes on to the next.
    qsizetype next = std::max<qsizetype>(0, ports.indexOf(scene.cursorPort()));
    if (byKeyboard && gesture) {
        const PortRef from = static_cast<ConnectGesture*>(gesture.get())->from();
        next = from.node == id ? (ports.indexOf(from.port) + 1) % ports.size() : 0;
        cancelGesture();
    }
    scene.setCursorNode(id, ports.at(next));
    auto connecting = std::make_unique<ConnectGesture>(context, PortRef{id, ports.at(next)});
    gesture = std::move(connecting);
    byKeyboard = true;
    Q_EMIT view.hint(
        tr("Connecting %1 of %2: arrows choose the target, C the next port, Enter connects, Esc leaves it")
            .arg(ports.at(next) == newPort ? tr("a new handle") : ports.at(next),
                 document.topology().node(id)->name));
    view.viewport()->update();
}

void CanvasView::connectFrom(const QString& nodeId, const QString& port)
{
    setFocus(Qt::OtherFocusReason);
    d->cancelGesture();
    d->scene.setCursorNode(nodeId, port);
    d->startConnection();
}

bool CanvasView::Private::pressKey(QKeyEvent* event)
{
    const int key = event->key();
    const Qt::KeyboardModifiers how = event->modifiers() & ~Qt::KeypadModifier;
    const QPointF direction = directionOf(key);
    if (key == Qt::Key_Escape) {
        if (gesture)
            cancelGesture();
        else if (!scene.cursorNode().isEmpty() && !scene.selection().nodes.contains(scene.cursorNode()))
            scene.setCursorNode({});
        else if (!scene.cursorGroup().isEmpty() && !scene.selection().groups.contains(scene.cursorGroup()))
            scene.setCursorGroup({});
        else
            scene.select({});
        return true;
    }
    if (byKeyboard && gesture) {
        auto* connecting = static_cast<ConnectGesture*>(gesture.get());
        if (!direction.isNull()) {
            connecting->aimTowards(direction);
        } else if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            if (connecting->makeAimed()) {
                gesture.reset();
                byKeyboard = false;
            }
        } else if (key == Qt::Key_C && how == Qt::NoModifier) {
            startConnection();
        } else {
            return false;
        }
        return true;
    }
    if (gesture)
        return false;
    if (!direction.isNull()) {
        if (how == Qt::NoModifier)
            walk(direction);
        else if (how == Qt::ControlModifier)
            nudge(direction);
        else if (how == (Qt::ControlModifier | Qt::ShiftModifier))
            nudge(direction * gridStep);
        else if (how == Qt::AltModifier)
            walkPorts(direction);
        else
            return false;
        return true;
    }
    if (key == Qt::Key_Space && !event->isAutoRepeat()) {
        spaceHeld = true;
        spaceUsed = false;
        view.viewport()->setCursor(Qt::OpenHandCursor);
        return true;
    }
    if (how != Qt::NoModifier)
        return false;
    if (key == Qt::Key_Return || key == Qt::Key_Enter) {
        view.editSelected();
        return true;
    }
    if (key == Qt::Key_C) {
        startConnection();
        return true;
    }
    if (key == Qt::Key_Insert) {
        view.quickInsert();
        return true;
    }
    if (key == Qt::Key_F2) {
        view.renameSelected();
        return true;
    }
    if (key == Qt::Key_Delete) {
        view.deleteSelection();
        return true;
    }
    return key == Qt::Key_Space;
}

void CanvasView::keyPressEvent(QKeyEvent* event)
{
    event->setAccepted(d->pressKey(event));
    if (event->isAccepted())
        d->followsFound = false;
}

void CanvasView::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Space || event->isAutoRepeat()) {
        event->ignore();
        return;
    }
    if (d->spaceHeld && !d->spaceUsed && !d->scene.cursorNode().isEmpty()) {
        Selection now = selection();
        if (!now.nodes.removeAll(d->scene.cursorNode()))
            now.nodes << d->scene.cursorNode();
        select(now);
    }
    if (const QString group = d->scene.cursorGroup(); d->spaceHeld && !d->spaceUsed && !group.isEmpty())
        d->click({nullptr, {}, {}, group}, Qt::ControlModifier);
    d->spaceHeld = false;
    viewport()->unsetCursor();
}

void CanvasView::focusInEvent(QFocusEvent* event)
{
    QGraphicsView::focusInEvent(event);
    const bool byKeys = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason ||
                        event->reason() == Qt::ShortcutFocusReason;
    if (byKeys && d->scene.cursorNode().isEmpty() && d->scene.cursorGroup().isEmpty()) {
        const QString chosen = selection().nodes.value(0);
        chosen.isEmpty() ? d->walk({}) : d->scene.setCursorNode(chosen);
    }
}

void CanvasView::focusOutEvent(QFocusEvent* event)
{
    QGraphicsView::focusOutEvent(event);
    d->cancelGesture();
    d->spaceHeld = false;
}

} // namespace byteyard::gui
