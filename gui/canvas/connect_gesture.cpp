#include "gui/canvas/gesture.h"
#include "gui/canvas/metrics.h"
#include "gui/theme/theme.h"

#include <QCoreApplication>
#include <QPainter>

#include <cmath>

namespace byteyard::gui {

namespace {

struct ConnectGestureText
{
    Q_DECLARE_TR_FUNCTIONS(ConnectGesture)
};

/// What a port is called while one connects.
QString portWord(const model::Topology& topology, const PortRef& port, const PortRef& other)
{
    const model::Node* node = topology.node(port.node);
    const model::Node* endpoint = topology.node(other.node);
    const bool handle =
        endpoint != nullptr && !model::isProcess(endpoint->kind) && model::needsHandle(endpoint->kind);
    if (node != nullptr && model::isProcess(node->kind) &&
        (port.port == newPort || (handle && model::isFdPort(port.port))))
        return ConnectGestureText::tr("a new handle");
    return port.port;
}

} // namespace

ConnectGesture::ConnectGesture(GestureContext& context, const PortRef& from)
    : Gesture(context), m_from(from), m_fitting(fittingPorts(context.document.topology(), from))
{
    m_end = context.scene.node(from.node)->portPosition(from.port);
    context.scene.showFitting(m_fitting, from.node);
    const model::Node* node = context.document.topology().node(from.node);
    if (node != nullptr)
        context.hint(ConnectGestureText::tr("Connecting %1 of %2")
                         .arg(portWord(context.document.topology(), from, {}), node->name));
}

void ConnectGesture::aim(const PortRef& target, const QPointF& end)
{
    m_to = target;
    m_end = end;
    m_context.scene.aim(target.node, target.port);
    m_context.view.viewport()->update();
}

void ConnectGesture::move(const QPoint& position, Qt::KeyboardModifiers)
{
    m_moved = true;
    const QPointF at = toScene(position);
    const Hit hit = m_context.scene.hit(at, m_context.reach());
    const model::Topology& topology = m_context.document.topology();
    if (const GroupItem* group = m_context.scene.group(hit.group);
        group != nullptr && group->look().collapsed) {
        m_context.hint(
            ConnectGestureText::tr("Expand %1 to connect to a part of it").arg(group->look().name));
        return aim({}, at);
    }
    if (hit.node == nullptr || (hit.node->id() == m_from.node && hit.port.isEmpty())) {
        m_context.hint(hit.node != nullptr
                           ? QString()
                           : ConnectGestureText::tr("Drop on a port, or here to choose a part that fits"));
        return aim({}, at);
    }
    const QString id = hit.node->id();
    QString port = hit.port;
    // Where the port that was hit does not fit, another of the same node is not taken behind the person's
    // back.
    if (port.isEmpty())
        port = naturalPort(topology, m_from, id);
    const QString fault = port.isEmpty()
                              ? connectingFault(topology, m_from, {id, hit.node->look().ports.value(0).name})
                              : connectingFault(topology, m_from, {id, port});
    if (id == m_from.node && port == m_from.port)
        return aim({}, at);
    if (!fault.isEmpty()) {
        m_context.hint(fault);
        return aim({}, at);
    }
    const model::Node* from = topology.node(m_from.node);
    const model::Node* to = topology.node(id);
    const PortRef target{id, port};
    m_context.hint(ConnectGestureText::tr("Connect %1 of %2 to %3 of %4")
                       .arg(portWord(topology, m_from, target), from->name,
                            portWord(topology, target, m_from), to->name));
    aim(target, hit.node->hasPort(port) ? hit.node->portPosition(port, fromPosition()) : at);
}

QPointF ConnectGesture::fromPosition() const
{
    const NodeItem* origin = m_context.scene.node(m_from.node);
    return origin != nullptr ? origin->portPosition(m_from.port, m_end) : m_end;
}

void ConnectGesture::release(const QPoint& position, Qt::KeyboardModifiers modifiers)
{
    if (m_moved)
        move(position, modifiers);
    const PortRef to = m_to;
    const QPointF at = m_end;
    const Hit hit = m_context.scene.hit(at, m_context.reach());
    const GroupItem* group = m_context.scene.group(hit.group);
    const bool card = group != nullptr && group->look().collapsed;
    const bool bare = m_moved && hit.node == nullptr && !card;
    end();
    if (!to.node.isEmpty())
        make(to);
    else if (bare)
        m_context.offerParts(m_from, at);
}

void ConnectGesture::cancel()
{
    end();
}

void ConnectGesture::end()
{
    m_context.hint({});
    m_context.scene.endFitting();
    m_context.scene.aim({}, {});
    m_context.view.viewport()->update();
}

void ConnectGesture::aimTowards(const QPointF& direction)
{
    const NodeItem* origin = m_context.scene.node(m_from.node);
    const bool aimed = !m_to.node.isEmpty();
    const QPointF start = aimed ? m_end : origin->portPosition(m_from.port, origin->body().center());
    PortRef best;
    QPointF bestEnd;
    double bestCost = 1e300;
    for (auto it = m_fitting.begin(); it != m_fitting.end(); ++it) {
        const NodeItem* item = m_context.scene.node(it.key());
        if (item == nullptr || !item->isVisible())
            continue;
        // A node is met at the port that suits; its other ports follow at the next press.
        for (const QString& port : it.value()) {
            if (!item->hasPort(port) || PortRef{it.key(), port} == m_to)
                continue;
            const QPointF away = item->portPosition(port, start) - start;
            const double along = QPointF::dotProduct(away, direction);
            const double across = std::abs(away.x() * direction.y() - away.y() * direction.x());
            if (along <= 0 && aimed)
                continue;
            const bool natural = naturalPort(m_context.document.topology(), m_from, it.key()) == port;
            const double cost =
                std::abs(along) + 2.5 * across + (along <= 0 ? 10000 : 0) + (natural ? 0 : 60);
            if (cost < bestCost) {
                bestCost = cost;
                best = {it.key(), port};
                bestEnd = item->portPosition(port, start);
            }
        }
    }
    if (best.node.isEmpty())
        return;
    const model::Topology& topology = m_context.document.topology();
    m_context.hint(ConnectGestureText::tr("Enter connects %1 of %2 to %3 of %4")
                       .arg(portWord(topology, m_from, best), topology.node(m_from.node)->name,
                            portWord(topology, best, m_from), topology.node(best.node)->name));
    aim(best, bestEnd);
}

bool ConnectGesture::makeAimed()
{
    if (m_to.node.isEmpty())
        return false;
    const PortRef to = m_to;
    end();
    return make(to);
}

bool ConnectGesture::make(const PortRef& to)
{
    const NodeItem* a = m_context.scene.node(m_from.node);
    const NodeItem* b = m_context.scene.node(to.node);
    // A pipe between two processes goes between their ports, or below where there is no room.
    NodeLook pipe;
    pipe.title = model::kindId(pipe.kind = model::Kind::Pipe);
    const QRectF body = NodeItem::bodyFor(pipe);
    const QPointF middle = (a->portPosition(m_from.port) + b->portPosition(to.port)) / 2;
    const auto snapped = [](double value) { return std::round(value / gridStep) * gridStep; };
    QPointF place(snapped(middle.x() - body.width() / 2), snapped(middle.y() - endpointLine));
    for (int step = 0; step < 20 && !m_context.scene.isFree(body.translated(place)); ++step)
        place.ry() += gridStep;
    return !makeConnection(m_context.document, m_from, to, place).isEmpty();
}

void ConnectGesture::paint(QPainter& painter) const
{
    const NodeItem* origin = m_context.scene.node(m_from.node);
    if (origin == nullptr)
        return;
    const QPointF from = fromPosition();
    const NodeItem* target = m_context.scene.node(m_to.node);
    const Side away = from.x() <= m_end.x() ? Side::Left : Side::Right;
    const Side side =
        target != nullptr && target->hasPort(m_to.port) ? target->portSide(m_to.port, from) : away;
    painter.setRenderHint(QPainter::Antialiasing);
    QPen pen(Theme::instance().colors().accent, 2.2);
    if (m_to.node.isEmpty())
        pen.setDashPattern({3, 2.5});
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(EdgeLayer::curve({from, origin->portSide(m_from.port, m_end)}, {m_end, side}));
    painter.setBrush(Theme::instance().colors().accent);
    painter.setPen(Qt::NoPen);
    painter.drawEllipse(m_end, 4, 4);
}

} // namespace byteyard::gui
