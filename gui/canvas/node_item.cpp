#include "gui/canvas/node_item.h"

#include "gui/canvas/family_paint.h"
#include "gui/canvas/metrics.h"
#include "gui/canvas/paint.h"

#include <QCoreApplication>
#include <QFontMetricsF>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr double errorWidth = 240;
constexpr double errorGap = 8;

} // namespace

NodeItem::NodeItem(QString id, const NodeLook& look) : m_id(std::move(id)), m_look(look)
{
    layOut();
}

bool NodeItem::setLook(const NodeLook& look)
{
    if (look == m_look)
        return false;
    const bool portsChanged = look.ports != m_look.ports;
    const QRectF body = m_body;
    m_look = look;
    layOut();
    changed();
    return portsChanged || body != m_body;
}

void NodeItem::setMarks(const Marks& marks)
{
    if (marks == m_marks)
        return;
    m_marks = marks;
    changed();
}

void NodeItem::setMemory(const MemoryPicture& memory)
{
    if (memory == m_memory)
        return;
    m_memory = memory;
    changed();
}

QString NodeItem::tipAt(const QPointF& scenePosition) const
{
    const QPointF at = mapFromScene(scenePosition);
    switch (shapeOf(m_look.kind)) {
    case Shape::Queue:
        return queueTip(m_look, m_body, at);
    case Shape::Semaphore:
        return semaphoreTip(m_look, m_body, at);
    default:
        return {};
    }
}

void NodeItem::refresh()
{
    layOut();
    changed();
}

void NodeItem::changed()
{
    if (const QPixmapCache::Key before = std::exchange(m_picture, {}); before.isValid())
        QPixmapCache::remove(before);
    update();
}

void NodeItem::layOut()
{
    m_body = bodyFor(m_look);
    m_outline = QPainterPath();
    const Shape shape = shapeOf(m_look.kind);
    if (shape == Shape::Card || shape == Shape::Queue || shape == Shape::Memory ||
        shape == Shape::Semaphore) {
        m_outline.addRoundedRect(m_body, 9, 9);
    } else if (shape == Shape::Page) {
        const double fold = 14;
        m_outline.moveTo(m_body.topLeft());
        m_outline.lineTo(m_body.topRight() - QPointF(fold, 0));
        m_outline.lineTo(m_body.topRight() + QPointF(0, fold));
        m_outline.lineTo(m_body.bottomRight());
        m_outline.lineTo(m_body.bottomLeft());
        m_outline.closeSubpath();
    } else {
        m_outline.addRoundedRect(m_body, m_body.height() / 2, m_body.height() / 2);
    }
    m_error = {};
    if (!m_look.error.isEmpty()) {
        const double width = std::max(errorWidth, m_body.width());
        const QRectF text = QFontMetricsF(canvasFont(Text::Small))
                                .boundingRect(QRectF(0, 0, width - 36, 400), Qt::TextWordWrap, m_look.error);
        m_error = {m_body.left(), m_body.bottom() + errorGap, width, text.height() + 12};
    }
    const double corner =
        shape == Shape::Capsule || m_look.corner.isEmpty() ? 0 : textWidth(Text::Small, m_look.corner) + 10;
    m_elided = textWidth(model::isProcess(m_look.kind) ? Text::Data : Text::Title, m_look.title) + corner >
                   m_body.width() - 28 ||
               textWidth(Text::SmallData, m_look.detail) > m_body.width() - 28;
    const QRectF bounds = m_body.adjusted(-12, -12, 12, 12).united(m_error);
    if (bounds != m_bounds) {
        prepareGeometryChange();
        m_bounds = bounds;
    }
    m_shape = QPainterPath();
    m_shape.addRect(m_body.adjusted(-portReach, 0, portReach, 0));
}

QPointF NodeItem::portPoint(const PortLook& port) const
{
    const double line = model::isProcess(m_look.kind) ? cardLine : endpointLine;
    switch (port.side) {
    case Side::Left:
        return {m_body.left(), line + rowHeight * port.row};
    case Side::Right:
        return {m_body.right(), line + rowHeight * port.row};
    case Side::Bottom:
        return {m_body.center().x(), m_body.bottom()};
    }
    return {};
}

const PortLook* NodeItem::findPort(const QString& port, std::optional<QPointF> towards) const
{
    const PortLook* best = nullptr;
    for (const PortLook& each : m_look.ports) {
        if (each.name != port)
            continue;
        const auto away = [&](const PortLook& look) {
            return QLineF(mapToScene(portPoint(look)), *towards).length();
        };
        if (best == nullptr || (towards && away(each) < away(*best)))
            best = &each;
    }
    return best;
}

QPointF NodeItem::portPosition(const QString& port, std::optional<QPointF> towards) const
{
    const PortLook* found = findPort(port, towards);
    return mapToScene(found != nullptr ? portPoint(*found) : m_body.center());
}

bool NodeItem::hasPort(const QString& port) const
{
    return std::any_of(m_look.ports.begin(), m_look.ports.end(),
                       [&](const PortLook& p) { return p.name == port; });
}

QPointF NodeItem::normal(Side side)
{
    return side == Side::Left ? QPointF(-1, 0) : side == Side::Right ? QPointF(1, 0) : QPointF(0, 1);
}

Side NodeItem::portSide(const QString& port, std::optional<QPointF> towards) const
{
    const PortLook* found = findPort(port, towards);
    return found != nullptr ? found->side : Side::Right;
}

QString NodeItem::portAt(const QPointF& scenePosition, double reach) const
{
    const QPointF point = mapFromScene(scenePosition);
    QString best;
    double bestDistance = reach;
    for (const PortLook& port : m_look.ports) {
        const QPointF away = portPoint(port) - point;
        const double distance = std::hypot(away.x(), away.y());
        if (distance <= bestDistance) {
            bestDistance = distance;
            best = port.name;
        }
    }
    return best;
}

QString NodeItem::description() const
{
    QStringList words{model::kindInfo(m_look.kind).title, m_look.title};
    for (const QString& word : {m_look.detail, m_look.corner, m_look.warning, m_look.stateText, m_look.error})
        if (!word.isEmpty())
            words << word;
    for (const SemaphoreLook& semaphore : m_look.semaphores)
        words << semaphore.tip;
    return words.join(u" · "_s);
}

} // namespace byteyard::gui
