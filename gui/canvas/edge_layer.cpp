#include "gui/canvas/edge_layer.h"

#include "gui/canvas/metrics.h"

#include <QGraphicsScene>
#include <QLineF>

#include <algorithm>
#include <cmath>
#include <utility>

namespace byteyard::gui {

namespace {

double distanceToSegment(const QPointF& p, const QPointF& a, const QPointF& b)
{
    const QPointF ab = b - a;
    const double squared = QPointF::dotProduct(ab, ab);
    const double t = squared > 0 ? std::clamp(QPointF::dotProduct(p - a, ab) / squared, 0.0, 1.0) : 0;
    return QLineF(p, a + ab * t).length();
}

QPointF normalOf(Side side)
{
    return side == Side::Left ? QPointF(-1, 0) : side == Side::Right ? QPointF(1, 0) : QPointF(0, 1);
}

/// Dots' pace in units a second: an order of magnitude more bytes is a step faster.
double paceOf(double rate)
{
    return 24 + 26 * std::log10(1 + rate);
}

} // namespace

EdgeLayer::EdgeLayer()
{
    setZValue(-1);
    // Without it the exposed rectangle is the whole layer.
    setFlag(ItemUsesExtendedStyleOption);
}

/// Of the Bézier curve between them: its ends, and what they are pulled to.
std::array<QPointF, 4> EdgeLayer::controls(const End& from, const End& to)
{
    const QPointF away = to.position - from.position;
    const double distance = std::hypot(away.x(), away.y());
    const double pull = std::clamp(distance * 0.45, std::min(distance * 0.5, 30.0), 160.0);
    return {from.position, from.position + normalOf(from.side) * pull, to.position + normalOf(to.side) * pull,
            to.position};
}

QPainterPath EdgeLayer::curve(const End& from, const End& to)
{
    const auto [p0, p1, p2, p3] = controls(from, to);
    QPainterPath path(p0);
    path.cubicTo(p1, p2, p3); // nothing, where all of them are one point
    return path;
}

/// Tells the scene, not the item: an item that changes is taken as changed all over by those who listen to
/// QGraphicsScene::changed(), and this one is as large as the scene.
void EdgeLayer::changed(const QRectF& rect)
{
    if (scene() != nullptr && !rect.isEmpty())
        scene()->update(rect);
}

void EdgeLayer::layOut(Line& line)
{
    changed(line.bounds);
    if (line.hidden) {
        line.path = {};
        line.points.clear();
        line.distances.clear();
        line.label = {};
        spread(line);
        return;
    }
    line.path = curve(line.process, line.endpoint);
    const auto [p0, p1, p2, p3] = controls(line.process, line.endpoint);
    // Fewer pieces where the curve is short: they are what is drawn, and what dots and hit tests walk along.
    const int pieces = std::clamp(static_cast<int>(QLineF(p0, p3).length() / 10), 10, 96);
    line.points.clear();
    line.distances.clear();
    double distance = 0;
    for (int i = 0; i <= pieces; ++i) {
        const double t = static_cast<double>(i) / pieces;
        const double u = 1 - t;
        const QPointF point =
            p0 * (u * u * u) + p1 * (3 * u * u * t) + p2 * (3 * u * t * t) + p3 * (t * t * t);
        if (i > 0)
            distance += QLineF(line.points.last(), point).length();
        line.points.append(point);
        line.distances.append(distance);
    }
    placeLabel(line);
    spread(line);
    changed(line.bounds);
}

void EdgeLayer::spread(Line& line)
{
    line.bounds =
        line.hidden ? QRectF() : line.path.boundingRect().adjusted(-12, -12, 12, 12).united(line.label);
    if (m_placesStale)
        return;
    const qsizetype at = &line - m_lines.constData();
    m_places.put(at, line.bounds);
    m_labels.put(at, line.label);
}

QList<qsizetype> EdgeLayer::near(const QRectF& rect) const
{
    refreshPlaces();
    return m_places.near(rect);
}

/// Edges mostly go many at once, and each takes those above it one down.
void EdgeLayer::refreshPlaces() const
{
    if (!std::exchange(m_placesStale, false))
        return;
    m_places.clear();
    m_labels.clear();
    for (qsizetype i = 0; i < m_lines.size(); ++i) {
        m_places.put(i, m_lines.at(i).bounds);
        m_labels.put(i, m_lines.at(i).label);
    }
}

QPointF EdgeLayer::Line::pointAt(double distance, double* angle) const
{
    const auto above = std::lower_bound(distances.begin(), distances.end(), distance);
    const auto i = std::clamp<qsizetype>(above - distances.begin(), 1, points.size() - 1);
    const double span = distances.at(i) - distances.at(i - 1);
    const double t = span > 0 ? std::clamp((distance - distances.at(i - 1)) / span, 0.0, 1.0) : 0;
    const QPointF step = points.at(i) - points.at(i - 1);
    if (angle != nullptr)
        *angle = std::atan2(step.y(), step.x());
    return points.at(i - 1) + step * t;
}

EdgeLayer::Line* EdgeLayer::line(const QString& id)
{
    const auto it = m_index.constFind(id);
    return it == m_index.constEnd() ? nullptr : &m_lines[*it];
}

void EdgeLayer::setEdge(const QString& id, const End& process, const End& endpoint)
{
    Line* known = line(id);
    if (known == nullptr) {
        m_index.insert(id, m_lines.size());
        m_lines.append(Line());
        known = &m_lines.last();
        known->id = id;
    } else if (known->process == process && known->endpoint == endpoint) {
        return;
    }
    known->process = process;
    known->endpoint = endpoint;
    layOut(*known);
}

void EdgeLayer::setHidden(const QString& id, bool hidden)
{
    Line* known = line(id);
    if (known == nullptr || known->hidden == hidden)
        return;
    known->hidden = hidden;
    layOut(*known);
}

bool EdgeLayer::isHidden(const QString& id) const
{
    const auto it = m_index.constFind(id);
    return it != m_index.constEnd() && m_lines.at(*it).hidden;
}

void EdgeLayer::setLook(const QString& id, const EdgeLook& look)
{
    Line* known = line(id);
    if (known == nullptr || known->look == look)
        return;
    const bool lineChanged = known->look.state != look.state || known->look.nextRun != look.nextRun ||
                             known->look.kind != look.kind || known->look.writes != look.writes ||
                             known->look.reads != look.reads || known->look.flows() != look.flows();
    const EdgeLook before = std::exchange(known->look, look);
    if (known->hidden)
        return;
    updateLabel(*known, before);
    if (lineChanged)
        changed(known->bounds);
}

void EdgeLayer::setMarks(const QString& id, const Marks& marks)
{
    Line* known = line(id);
    if (known == nullptr || known->marks == marks)
        return;
    known->marks = marks;
    changed(known->bounds);
}

void EdgeLayer::remove(const QString& id)
{
    const auto it = m_index.constFind(id);
    if (it == m_index.constEnd())
        return;
    const qsizetype at = *it;
    changed(m_lines.at(at).bounds);
    m_lines.removeAt(at);
    m_placesStale = true;
    m_index.remove(id);
    for (qsizetype& index : m_index)
        if (index > at)
            --index;
}

void EdgeLayer::clear()
{
    m_lines.clear();
    m_index.clear();
    m_places.clear();
    m_labels.clear();
    m_placesStale = false;
    m_freed.clear();
    update();
}

const EdgeLook* EdgeLayer::look(const QString& id) const
{
    const auto it = m_index.constFind(id);
    return it == m_index.constEnd() ? nullptr : &m_lines.at(*it).look;
}

QStringList EdgeLayer::ids() const
{
    QStringList ids;
    for (const Line& each : m_lines)
        if (!each.hidden)
            ids << each.id;
    return ids;
}

QString EdgeLayer::at(const QPointF& position, double reach) const
{
    const QList<qsizetype> around =
        near(QRectF(position.x() - reach, position.y() - reach, 2 * reach, 2 * reach));
    for (auto at = around.crbegin(); at != around.crend(); ++at) {
        const Line& each = m_lines.at(*at);
        if (!each.bounds.adjusted(-reach, -reach, reach, reach).contains(position))
            continue;
        for (qsizetype i = 1; i < each.points.size(); ++i)
            if (distanceToSegment(position, each.points.at(i - 1), each.points.at(i)) <= reach)
                return each.id;
    }
    return {};
}

QStringList EdgeLayer::within(const QRectF& rect) const
{
    QStringList ids;
    for (const Line& each : m_lines)
        // A level line has an empty rectangle, which QRectF::contains() never contains.
        if (const QRectF lies = each.path.boundingRect();
            !each.hidden && rect.contains(lies.topLeft()) && rect.contains(lies.bottomRight()))
            ids << each.id;
    return ids;
}

QPointF EdgeLayer::middle(const QString& id) const
{
    const auto it = m_index.constFind(id);
    return it == m_index.constEnd() || m_lines.at(*it).hidden
               ? QPointF()
               : m_lines.at(*it).pointAt(m_lines.at(*it).length() / 2);
}

QRectF EdgeLayer::edgesRect() const
{
    QRectF rect;
    for (const Line& each : m_lines)
        rect |= each.bounds;
    return rect;
}

void EdgeLayer::setBounds(const QRectF& bounds)
{
    if (bounds == m_bounds)
        return;
    prepareGeometryChange();
    m_bounds = bounds;
}

bool EdgeLayer::flows() const
{
    return std::any_of(m_lines.begin(), m_lines.end(), [](const Line& each) { return each.flows(); });
}

bool EdgeLayer::advanceDots(double seconds)
{
    bool any = false;
    for (Line& each : m_lines) {
        if (!each.flows())
            continue;
        any = true;
        each.phaseIn += paceOf(each.look.rateIn) * seconds;
        each.phaseOut += paceOf(each.look.rateOut) * seconds;
    }
    return any;
}

QList<QRectF> EdgeLayer::flowing() const
{
    QList<QRectF> rects;
    for (const Line& each : m_lines)
        if (each.flows())
            rects.append(each.bounds);
    return rects;
}

} // namespace byteyard::gui
