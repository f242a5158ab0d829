#include "gui/canvas/group_item.h"

#include "gui/canvas/metrics.h"
#include "gui/canvas/paint.h"
#include "gui/theme/theme.h"

#include <QPainter>
#include <QPolygonF>
#include <QStyleOptionGraphicsItem>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr double groupRadius = 12;
constexpr double foldSide = 20; ///< to be hit easily; the triangle in it is smaller
constexpr double titleHeight = 24;
constexpr double titleInset = 6; ///< from the frame's corner
constexpr double groupCardWidth = 190;
constexpr double stackOffset = 4; ///< the second card that shows below: there is more in it
constexpr double stubRadius = 3.5;
constexpr int stubRowsMost = 8; ///< more edges share rows
constexpr double farFrameWidth = 1;

const Colors& groupColors()
{
    return Theme::instance().colors();
}

} // namespace

GroupItem::GroupItem(QString id, const GroupLook& look) : m_id(std::move(id)), m_look(look)
{
    setAcceptedMouseButtons(Qt::NoButton);
    layOut();
}

void GroupItem::setLook(const GroupLook& look)
{
    if (look == m_look)
        return;
    // A frame shows its name alone.
    const bool seen = m_look.collapsed || look.collapsed || m_look.name != look.name;
    m_look = look;
    layOut();
    if (seen)
        update();
}

void GroupItem::setMarks(const Marks& marks)
{
    if (marks == m_marks)
        return;
    m_marks = marks;
    update();
}

void GroupItem::setMembers(const QRectF& covered)
{
    if (covered == m_members)
        return;
    m_members = covered;
    layOut();
    update();
}

void GroupItem::setStubs(const QHash<QString, Stub>& stubs)
{
    if (stubs == m_stubs)
        return;
    m_stubs = stubs;
    layOut();
    update();
}

void GroupItem::refresh()
{
    layOut();
    update();
}

QRectF GroupItem::frameAround(const QRectF& covered)
{
    return covered.adjusted(-gridStep, -2 * gridStep, gridStep, gridStep);
}

QRectF GroupItem::fold() const
{
    return m_look.collapsed ? QRectF(m_body.left() + 6, m_body.top() + 9, foldSide, foldSide)
                            : QRectF(m_title.left(), m_title.top() + 2, foldSide, foldSide);
}

void GroupItem::layOut()
{
    const QRectF frame = frameAround(m_members);
    const double name = textWidth(Text::Title, m_look.name);
    // Collapsed and expanded, name and triangle stand in the same place.
    setZValue(m_look.collapsed ? 0 : -2);
    QRectF bounds;
    if (m_look.collapsed) {
        const double title = 28 + name + 14;
        const double rows = 2 * 24 + textWidth(Text::Small, m_look.detail);
        const double width = std::clamp(std::max(title, rows), groupCardWidth, cardWidthMost);
        int most = 2;
        for (const Stub& stub : m_stubs)
            most = std::max(most, std::min(stub.row + 1, stubRowsMost));
        m_body = {frame.left(), frame.top(), std::ceil(width / 10) * 10, cardLine + rowHeight * (most + 0.5)};
        m_title = {};
        m_elided = title > m_body.width();
        bounds = m_body.adjusted(-12, -12, 12 + stackOffset, 12 + stackOffset);
    } else {
        m_body = frame;
        const double room = frame.width() - 2 * titleInset;
        m_title = {frame.left() + titleInset, frame.top() + titleInset,
                   std::min(room, foldSide + 2 + name + 10), titleHeight};
        m_elided = foldSide + 2 + name + 10 > room;
        bounds = m_body.adjusted(-12, -12, 12, 12);
    }
    if (bounds != m_bounds) {
        prepareGeometryChange();
        m_bounds = bounds;
    }
}

QPointF GroupItem::stubPoint(const Stub& stub) const
{
    const double y = m_body.top() + cardLine + rowHeight * (stub.row % stubRowsMost);
    return {stub.side == Side::Left ? m_body.left() : m_body.right(), y};
}

EdgeLayer::End GroupItem::stubEnd(const QString& edge) const
{
    const Stub stub = m_stubs.value(edge);
    return {stubPoint(stub), stub.side};
}

QString GroupItem::description() const
{
    QStringList words{m_look.name, m_look.detail};
    if (!m_look.stateText.isEmpty())
        words << m_look.stateText;
    return words.join(u" · "_s);
}

void GroupItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*)
{
    const double zoom = painter->worldTransform().m11();
    painter->setRenderHint(QPainter::Antialiasing, zoom >= zoomForShapes);
    m_look.collapsed ? paintCard(*painter, zoom) : paintFrame(*painter, zoom);
}

void GroupItem::paintMarks(QPainter& painter) const
{
    painter.setBrush(Qt::NoBrush);
    if (m_marks.found) {
        painter.setPen(QPen(groupColors().highlight, 16));
        painter.drawRoundedRect(m_look.collapsed ? m_body : m_title, groupRadius, groupRadius);
    }
    if (m_marks.selected) {
        // Two ink lines with the canvas between them, as at a node.
        painter.setPen(QPen(groupColors().ink, 1.4));
        painter.drawRoundedRect(m_body.adjusted(-4.5, -4.5, 4.5, 4.5), groupRadius + 4, groupRadius + 4);
        painter.setPen(QPen(groupColors().canvas, 4.5));
        painter.drawRoundedRect(m_body.adjusted(-2, -2, 2, 2), groupRadius + 2, groupRadius + 2);
    }
    if (m_marks.cursor) {
        QPen pen(groupColors().accent, 2);
        pen.setDashPattern({3, 2});
        painter.setPen(pen);
        const double around = m_look.collapsed ? (m_marks.selected ? 8 : 5) : 0;
        const double below = m_look.collapsed ? around + stackOffset : 0;
        painter.drawRoundedRect(handle().adjusted(-around, -around, below, below), 12, 12);
    }
}

void GroupItem::paintTitle(QPainter& painter, const QRectF& room) const
{
    const QRectF at = fold();
    const QPointF middle = at.center();
    const QPolygonF triangle =
        m_look.collapsed
            ? QPolygonF{middle + QPointF(-2.5, -5), middle + QPointF(-2.5, 5), middle + QPointF(3.5, 0)}
            : QPolygonF{middle + QPointF(-5, -2.5), middle + QPointF(5, -2.5), middle + QPointF(0, 3.5)};
    painter.setPen(Qt::NoPen);
    painter.setBrush(groupColors().inkMuted);
    painter.drawPolygon(triangle);
    painter.setBrush(Qt::NoBrush);
    paintText(painter, {at.right() + 2, at.top(), room.right() - at.right() - 2, at.height()}, Text::Title,
              m_look.name, groupColors().ink);
}

void GroupItem::paintFrame(QPainter& painter, double zoom) const
{
    const Colors& colors = groupColors();
    if (zoom < zoomForShapes) {
        QPen pen(m_marks.selected ? colors.ink : colors.outline, m_marks.selected ? 2 : farFrameWidth);
        pen.setCosmetic(true);
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(m_body);
        return;
    }
    QColor inside = colors.surface;
    inside.setAlphaF(0.55F);
    paintMarks(painter);
    painter.setBrush(inside);
    painter.setPen(QPen(m_marks.selected ? colors.ink : colors.outline, m_marks.selected ? 2 : 1));
    painter.drawRoundedRect(m_body, groupRadius, groupRadius);
    if (zoom >= zoomForText)
        paintTitle(painter, m_title);
}

void GroupItem::paintCard(QPainter& painter, double zoom) const
{
    const Colors& colors = groupColors();
    if (zoom < zoomForShapes) {
        painter.fillRect(m_body, m_marks.selected ? colors.ink : colors.outline);
        return;
    }
    const double radius = 9;
    painter.setPen(QPen(colors.outline, outlineWidth));
    painter.setBrush(colors.field);
    painter.drawRoundedRect(m_body.translated(stackOffset, stackOffset), radius, radius);
    paintMarks(painter);
    painter.setBrush(colors.surface);
    painter.setPen(QPen(m_marks.selected ? colors.ink : colors.outline, m_marks.selected ? 2 : outlineWidth));
    painter.drawRoundedRect(m_body, radius, radius);
    if (zoom < zoomForText)
        return paintFarName(painter, m_body, m_look.name, zoom);
    paintTitle(painter, m_body.adjusted(0, 0, -14, 0));
    paintText(painter, {m_body.left() + 28, m_body.top() + 31, m_body.width() - 48, 18}, Text::Small,
              m_look.detail, colors.inkMuted);
    if (!m_look.stateText.isEmpty())
        paintPill(painter, {m_body.left() + 28, m_body.bottom() - 31, pillWidth(m_look.stateText), 19},
                  m_look.state, m_look.stateText);
    painter.setPen(QPen(colors.outline, 1.4));
    painter.setBrush(colors.surface);
    for (const Stub& stub : m_stubs)
        painter.drawEllipse(stubPoint(stub), stubRadius, stubRadius);
}

} // namespace byteyard::gui
