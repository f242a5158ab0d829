#include "gui/canvas/edge_layer.h"

#include "gui/canvas/metrics.h"

#include <QTimer>

#include <algorithm>
#include <cmath>

namespace byteyard::gui {

namespace {

constexpr double labelHeight = 16;
constexpr int labelRowsMost = 8;   ///< as far from its edge a label may go
constexpr double labelGap = 9;     ///< from the line, so that dots and bars show
constexpr qsizetype freedFew = 16; ///< places that are looked at one by one
/// A label's width goes in such steps: a rate that changes does not make it move.
constexpr double labelWidthStep = 12;

/// What gives way when there is no room for both.
int importanceOf(const EdgeLook& look)
{
    return look.state == EdgeLook::State::Blocked ? 2 : look.state == EdgeLook::State::Open ? 1 : 0;
}

double labelWidth(const QString& label)
{
    return std::ceil(textWidth(Text::Pill, label) / labelWidthStep) * labelWidthStep + 8;
}

bool meetsAny(const QRectF& rect, const QList<QRectF>& others)
{
    return std::any_of(others.begin(), others.end(),
                       [&](const QRectF& other) { return other.intersects(rect); });
}

} // namespace

/// Where a label may stand, the best first: in the middle between the ends, above the line; then along it,
/// above, below, and beside it.
QList<QRectF> EdgeLayer::labelPlaces(const Line& line)
{
    const double width = labelWidth(line.look.label);
    const QPointF a = line.process.position;
    const QPointF b = line.endpoint.position;
    const auto above = [&](const QPointF& at) {
        return QRectF(at.x() - width / 2, at.y() - labelHeight - labelGap, width, labelHeight);
    };
    QList<QRectF> places;
    const QPointF centre = line.pointAt(line.length() / 2);
    if (std::abs(a.x() - b.x()) >= width + 12)
        places << above(centre);
    else if (std::abs(a.y() - b.y()) >= 3 * labelHeight)
        places << QRectF(centre.x() - width / 2, centre.y() - labelHeight / 2, width, labelHeight);
    else
        // Over the endpoint's rounded shoulder, where cards leave room.
        places << QRectF(b.x() >= a.x() ? a.x() + 8 : a.x() - 8 - width,
                         b.y() - capsuleHeight / 2 - labelHeight - 4, width, labelHeight);
    for (const double share : {0.5, 0.35, 0.65, 0.2, 0.8}) {
        const QPointF at = line.pointAt(line.length() * share);
        places << above(at) << QRectF(at.x() - width / 2, at.y() + labelGap, width, labelHeight)
               << QRectF(at.x() + labelGap, at.y() - labelHeight / 2, width, labelHeight)
               << QRectF(at.x() - labelGap - width, at.y() - labelHeight / 2, width, labelHeight);
    }
    // Where nodes stand closer than the label is wide: over them, or below.
    for (int rows = 1; rows <= labelRowsMost; ++rows) {
        const double away = rows * (labelHeight + 2);
        places << above(centre).translated(0, -away)
               << above(centre).translated(0, 2 * labelGap + labelHeight + away);
    }
    return places;
}

/// The first place that covers no node and no other label; where there is none, one that covers only labels
/// that matter less, which then go elsewhere or away.
void EdgeLayer::placeLabel(Line& line)
{
    line.label = {};
    if (line.look.label.isEmpty() || line.points.isEmpty())
        return;
    const int importance = importanceOf(line.look);
    QRectF second;
    QList<Line*> displaced;
    for (const QRectF& place : labelPlaces(line)) {
        if (m_nodesNear && meetsAny(place, m_nodesNear(place)))
            continue;
        const QList<Line*> there = labelledIn(place, line);
        if (there.isEmpty()) {
            line.label = place;
            return;
        }
        const bool areWeaker = std::all_of(there.begin(), there.end(), [&](const Line* other) {
            return importanceOf(other->look) < importance;
        });
        if (areWeaker && second.isEmpty()) {
            second = place;
            displaced = there;
        }
    }
    line.label = second;
    for (Line* other : std::as_const(displaced))
        setLabel(*other);
}

/// Those whose labels stand there, but for one.
QList<EdgeLayer::Line*> EdgeLayer::labelledIn(const QRectF& place, const Line& except)
{
    refreshPlaces();
    QList<Line*> lines;
    for (const qsizetype at : m_labels.near(place))
        if (Line& other = m_lines[at]; &other != &except && other.label.intersects(place))
            lines << &other;
    return lines;
}

/// Places a label and tells what has to be drawn anew for it.
void EdgeLayer::setLabel(Line& line)
{
    const QRectF before = line.label;
    placeLabel(line);
    if (line.label == before)
        return;
    changed(before);
    changed(line.label);
    spread(line);
}

void EdgeLayer::relabel(const QRectF& around)
{
    QList<Line*> labelled;
    for (const qsizetype at : near(around))
        if (Line& line = m_lines[at]; !line.look.label.isEmpty() && line.bounds.intersects(around))
            labelled << &line;
    std::stable_sort(labelled.begin(), labelled.end(), [](const Line* a, const Line* b) {
        return importanceOf(a->look) > importanceOf(b->look);
    });
    QList<QRectF> before;
    for (Line* line : labelled)
        before << std::exchange(line->label, {});
    for (qsizetype i = 0; i < labelled.size(); ++i) {
        Line& line = *labelled.at(i);
        placeLabel(line);
        if (line.label == before.at(i))
            continue;
        changed(before.at(i));
        changed(line.label);
        spread(line);
    }
}

/// A label says something else ten times a second: as long as it fits where it stands, it stays there.
void EdgeLayer::updateLabel(Line& line, const EdgeLook& before)
{
    if (line.look.label == before.label && line.look.state == before.state &&
        line.look.sampled == before.sampled)
        return;
    const bool sameWeight = importanceOf(line.look) == importanceOf(before);
    if (sameWeight && !line.label.isEmpty() && !line.look.label.isEmpty() &&
        labelWidth(line.look.label) == line.label.width())
        return changed(line.label);
    if (sameWeight && line.look.label.isEmpty() == before.label.isEmpty())
        return setLabel(line);
    // The others need a look only where room has become free.
    const QRectF freed = line.label;
    const bool isWeaker = importanceOf(line.look) < importanceOf(before);
    setLabel(line);
    if (!freed.isEmpty() && (isWeaker || line.label != freed))
        letGo(freed);
}

/// Labels mostly go many at once (all, when a run ends): who may stand there now is looked at behind the
/// last.
void EdgeLayer::letGo(const QRectF& place)
{
    m_freed << place;
    if (m_freed.size() == 1 && scene() != nullptr)
        QTimer::singleShot(0, scene(), [this] { settleLabels(); });
}

void EdgeLayer::settleLabels()
{
    const QList<QRectF> freed = std::exchange(m_freed, {});
    if (freed.size() <= freedFew) {
        for (const QRectF& place : freed)
            relabel(place);
        return;
    }
    QRectF all;
    for (const QRectF& place : freed)
        all |= place;
    relabel(all);
}

QRectF EdgeLayer::labelPlace(const QString& id)
{
    settleLabels();
    const auto it = m_index.constFind(id);
    return it == m_index.constEnd() ? QRectF() : m_lines.at(*it).label;
}

} // namespace byteyard::gui
