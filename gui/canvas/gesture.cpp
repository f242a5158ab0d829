#include "gui/canvas/gesture.h"

#include "gui/canvas/metrics.h"
#include "gui/theme/theme.h"

#include <QCoreApplication>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace byteyard::gui {

namespace {

/// Near the border the canvas follows the pointer.
void followPointer(QGraphicsView& view, const QPoint& position)
{
    constexpr int margin = 24;
    constexpr int step = 16;
    const QRect inside = view.viewport()->rect().adjusted(margin, margin, -margin, -margin);
    const auto push = [](QScrollBar* bar, int by) { bar->setValue(bar->value() + by); };
    if (position.x() < inside.left() || position.x() > inside.right())
        push(view.horizontalScrollBar(), position.x() < inside.left() ? -step : step);
    if (position.y() < inside.top() || position.y() > inside.bottom())
        push(view.verticalScrollBar(), position.y() < inside.top() ? -step : step);
}

template <typename List>
void toggle(List& list, const List& items)
{
    for (const auto& item : items)
        if (!list.removeAll(item))
            list.append(item);
}

} // namespace

double GestureContext::reach() const
{
    // In scene units; a port stays as easy to hit when everything is small.
    return std::clamp(portReach / zoom(), portReach * 0.6, portReach * 1.6);
}

QPointF Gesture::toScene(const QPoint& position) const
{
    return m_context.view.mapToScene(position);
}

MoveGesture::MoveGesture(GestureContext& context, const QPoint& start, const QString& lead)
    : Gesture(context), m_start(toScene(start)), m_lead(lead)
{
    for (const QString& id : context.scene.selection().nodes)
        m_from.insert(id, context.scene.homeOf(id));
}

QHash<QString, QPointF> MoveGesture::positionsAt(const QPoint& position,
                                                 Qt::KeyboardModifiers modifiers) const
{
    QPointF by = toScene(position) - m_start;
    const QPointF lead = m_from.value(m_lead);
    if (!(modifiers & Qt::ShiftModifier)) {
        const auto snapped = [](double value) { return std::round(value / gridStep) * gridStep; };
        by = QPointF(snapped(lead.x() + by.x()), snapped(lead.y() + by.y())) - lead;
    }
    QHash<QString, QPointF> positions;
    for (auto it = m_from.begin(); it != m_from.end(); ++it)
        positions.insert(it.key(), it.value() + by);
    return positions;
}

void MoveGesture::move(const QPoint& position, Qt::KeyboardModifiers modifiers)
{
    followPointer(m_context.view, position);
    m_context.scene.preview(positionsAt(position, modifiers));
}

void MoveGesture::release(const QPoint& position, Qt::KeyboardModifiers modifiers)
{
    QHash<QString, QPointF> drawn;
    QHash<QString, QPointF> discovered;
    const QHash<QString, QPointF> positions = positionsAt(position, modifiers);
    for (auto it = positions.begin(); it != positions.end(); ++it)
        (CanvasScene::isDiscovered(it.key()) ? discovered : drawn).insert(it.key(), it.value());
    m_context.scene.endPreview();
    m_context.scene.placeDiscovered(discovered);
    if (!drawn.isEmpty() && drawn.value(m_lead, QPointF()) != m_from.value(m_lead))
        m_context.document.moveNodes(drawn);
}

void MoveGesture::cancel()
{
    m_context.scene.endPreview();
}

BandGesture::BandGesture(GestureContext& context, const QPoint& start, Qt::KeyboardModifiers modifiers)
    : Gesture(context), m_start(toScene(start)), m_before(context.scene.selection()), m_how(modifiers)
{
    if (!(modifiers & (Qt::ShiftModifier | Qt::ControlModifier)))
        context.scene.select({});
}

void BandGesture::move(const QPoint& position, Qt::KeyboardModifiers)
{
    followPointer(m_context.view, position);
    m_band = QRectF(m_start, toScene(position)).normalized();
    Selection inside;
    for (auto it = m_context.scene.nodes().begin(); it != m_context.scene.nodes().end(); ++it)
        if (it.value()->isVisible() && m_band.intersects(it.value()->body()))
            inside.nodes << it.key();
    for (const GroupItem* group : m_context.scene.groups())
        if (group->look().collapsed && m_band.intersects(group->body()))
            inside.nodes << m_context.scene.membersOf(group->id());
    inside.nodes.sort();
    inside.edges = m_context.scene.edges().within(m_band);
    Selection all;
    if (m_how & (Qt::ShiftModifier | Qt::ControlModifier))
        all = m_before;
    if (m_how & Qt::ControlModifier) {
        toggle(all.nodes, inside.nodes);
        toggle(all.edges, inside.edges);
    } else {
        all.nodes += inside.nodes;
        all.edges += inside.edges;
    }
    m_context.scene.select(all);
    m_context.view.viewport()->update();
}

void BandGesture::release(const QPoint&, Qt::KeyboardModifiers)
{
    m_context.view.viewport()->update();
}

void BandGesture::cancel()
{
    m_context.scene.select(m_before);
    m_context.view.viewport()->update();
}

void BandGesture::paint(QPainter& painter) const
{
    QColor accent = Theme::instance().colors().accent;
    QPen pen(accent, 1);
    pen.setCosmetic(true);
    painter.setPen(pen);
    accent.setAlphaF(0.1F);
    painter.setBrush(accent);
    painter.drawRect(m_band);
}

PanGesture::PanGesture(GestureContext& context, const QPoint& start, Qt::MouseButton button)
    : Gesture(context), m_last(start), m_button(button)
{
    context.view.viewport()->setCursor(Qt::ClosedHandCursor);
}

void PanGesture::move(const QPoint& position, Qt::KeyboardModifiers)
{
    const QPoint by = position - m_last;
    m_last = position;
    QGraphicsView& view = m_context.view;
    view.horizontalScrollBar()->setValue(view.horizontalScrollBar()->value() - by.x());
    view.verticalScrollBar()->setValue(view.verticalScrollBar()->value() - by.y());
}

void PanGesture::release(const QPoint&, Qt::KeyboardModifiers)
{
    m_context.view.viewport()->unsetCursor();
}

void PanGesture::cancel()
{
    m_context.view.viewport()->unsetCursor();
}

} // namespace byteyard::gui
