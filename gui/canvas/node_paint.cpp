#include "gui/canvas/connecting.h"
#include "gui/canvas/family_paint.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/node_text.h"
#include "gui/canvas/paint.h"
#include "gui/theme/colors.h"
#include "gui/theme/icons.h"
#include "gui/theme/theme.h"

#include <QCoreApplication>
#include <QPaintEngine>
#include <QStyleOptionGraphicsItem>

#include <cmath>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

const Colors& colors()
{
    return Theme::instance().colors();
}

} // namespace

QPen NodeItem::outlinePen() const
{
    const bool process = model::isProcess(m_look.kind);
    QColor color = process ? colors().outline : Theme::instance().kindOutline(m_look.kind);
    if (m_look.state == NodeState::Failed)
        color = colors().markFailed;
    QPen pen(color, process ? outlineWidth : 1.8);
    // A dashed outline says: not there yet, or not drawn by the person.
    if (m_look.discovered)
        pen.setDashPattern({2, 2});
    else if (!m_look.exists)
        pen.setDashPattern({5, 3.5});
    return pen;
}

void NodeItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*)
{
    const double zoom = painter->worldTransform().m11();
    if (zoom < zoomForShapes) {
        const bool process = model::isProcess(m_look.kind);
        painter->setRenderHint(QPainter::Antialiasing, false);
        painter->fillRect(m_body, m_marks.selected ? colors().ink
                                  : process        ? colors().outline
                                                   : Theme::instance().kindColor(m_look.kind));
        return;
    }
    if (zoom >= zoomForText && painter->paintEngine()->type() == QPaintEngine::Raster &&
        painter->deviceTransform().type() <= QTransform::TxScale)
        return paintKept(*painter);
    if (m_marks.dimmed)
        painter->setOpacity(0.4);
    painter->setRenderHint(QPainter::Antialiasing, true);
    if (zoom >= zoomForText) {
        paintNear(*painter);
    } else {
        paintFar(*painter, zoom);
    }
    painter->setOpacity(1);
}

/// What it is called, as large as it can still be read: all else would be too small.
void NodeItem::paintFar(QPainter& painter, double zoom) const
{
    paintMarks(painter);
    painter.setPen(outlinePen());
    painter.setBrush(colors().surface);
    painter.drawPath(m_outline);
    if (!model::isProcess(m_look.kind))
        painter.fillPath(m_outline, Theme::instance().kindFill(m_look.kind));
    paintFarName(painter, m_body, m_look.title, zoom);
}

void NodeItem::paintNear(QPainter& painter) const
{
    paintMarks(painter);
    painter.setPen(outlinePen());
    painter.setBrush(colors().surface);
    painter.drawPath(m_outline);
    paintInside(painter);
    paintPorts(painter);
}

/// Its picture, drawn once for each scale: shaping its texts and stroking its outline costs many times as
/// much as copying it, and most of what is drawn anew has only come into sight or stands beside what has
/// changed.
void NodeItem::paintKept(QPainter& painter) const
{
    const QTransform toDevice = painter.deviceTransform();
    const double scale = toDevice.m11();
    const QPointF place(std::floor(toDevice.dx()), std::floor(toDevice.dy()));
    const auto inParts = [](double value) { return std::round(value * 256) / 256; };
    const QPointF fraction(inParts(toDevice.dx() - place.x()), inParts(toDevice.dy() - place.y()));
    const QRect pixels =
        QRectF(m_bounds.topLeft() * scale + fraction, m_bounds.size() * scale).toAlignedRect();
    QPixmap picture;
    if (scale != m_pictureScale || fraction != m_pictureFraction ||
        !QPixmapCache::find(m_picture, &picture)) {
        picture = QPixmap(pixels.size());
        picture.fill(Qt::transparent);
        QPainter drawing(&picture);
        drawing.setRenderHint(QPainter::Antialiasing);
        drawing.translate(fraction - pixels.topLeft());
        drawing.scale(scale, scale);
        if (m_marks.dimmed)
            drawing.setOpacity(0.4);
        paintNear(drawing);
        drawing.end();
        if (m_picture.isValid())
            QPixmapCache::remove(m_picture);
        m_picture = QPixmapCache::insert(picture);
        m_pictureScale = scale;
        m_pictureFraction = fraction;
    }
    painter.save();
    painter.resetTransform();
    picture.setDevicePixelRatio(painter.device()->devicePixelRatioF());
    painter.drawPixmap(painter.deviceTransform().inverted().map(place + pixels.topLeft()), picture);
    painter.restore();
}

void NodeItem::paintInside(QPainter& painter) const
{
    switch (shapeOf(m_look.kind)) {
    case Shape::Card:
        return paintCard(painter);
    case Shape::Capsule:
        return paintCapsule(painter, m_look, m_body);
    case Shape::Page:
        return paintPage(painter, m_look, m_body, outlinePen().color());
    case Shape::Queue:
        return paintQueue(painter, m_look, m_body);
    case Shape::Memory:
        return paintMemory(painter, m_look, m_body, m_memory);
    case Shape::Semaphore:
        return paintSemaphores(painter, m_look, m_body);
    case Shape::Counter:
        return paintCounter(painter, m_look, m_body);
    }
}

void NodeItem::paintMarks(QPainter& painter) const
{
    if (m_marks.found) {
        painter.setPen(QPen(colors().highlight, 16, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(m_outline);
    }
    if (m_marks.selected) {
        // Two ink lines with the canvas between them.
        QPainterPathStroker wide;
        wide.setJoinStyle(Qt::RoundJoin);
        wide.setWidth(9);
        painter.setBrush(colors().canvas);
        painter.setPen(QPen(colors().ink, 1.4));
        painter.drawPath(wide.createStroke(m_outline).united(m_outline));
        painter.setPen(QPen(colors().ink, 4));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(m_outline);
    }
    if (m_marks.cursor) {
        QPen pen(colors().accent, 2);
        pen.setDashPattern({3, 2});
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        const double around = m_marks.selected ? 8 : 5;
        painter.drawRoundedRect(m_body.adjusted(-around, -around, around, around), 12, 12);
    }
}

void NodeItem::paintCard(QPainter& painter) const
{
    const QColor ink = colors().ink;
    const double right = m_body.right() - 14;
    const double cornerWidth = m_look.corner.isEmpty() ? 0 : textWidth(Text::Small, m_look.corner);
    paintText(painter, {14, 9, right - 14 - (cornerWidth > 0 ? cornerWidth + 10 : 0), 20}, Text::Data,
              m_look.title, ink);
    if (cornerWidth > 0)
        paintText(painter, {right - cornerWidth, 9, cornerWidth, 20}, Text::Small, m_look.corner,
                  colors().inkMuted, Qt::AlignRight | Qt::AlignVCenter);
    double left = 12;
    double most = right;
    for (const PortLook& port : m_look.ports) {
        if (port.name == newPort)
            continue;
        const QPointF at = portPoint(port);
        const double width = textWidth(Text::SmallData, port.name);
        if (port.side == Side::Left) {
            paintText(painter, {at.x() + 12, at.y() - 9, width, 18}, Text::SmallData, port.name,
                      colors().inkMuted);
            left = std::max(left, at.x() + 12 + width + 8);
        } else {
            paintText(painter, {at.x() - 12 - width, at.y() - 9, width, 18}, Text::SmallData, port.name,
                      colors().inkMuted);
            most = std::min(most, at.x() - 12 - width - 8);
        }
    }
    if (!m_look.detail.isEmpty())
        paintText(painter, {left, cardLine - 9, most - left, 18}, Text::SmallData, m_look.detail,
                  colors().inkMuted);
    const QRectF pill(12, m_body.bottom() - 29, pillWidth(m_look.stateText), 19);
    paintPill(painter, pill, m_look.state, m_look.stateText);
    if (m_look.nextRun)
        paintPill(painter, {pill.right() + 4, pill.top(), pillWidth(NodeText::tr("next run")), pill.height()},
                  NodeState::Planned, NodeText::tr("next run"));
}

void NodeItem::paintPorts(QPainter& painter) const
{
    const bool process = model::isProcess(m_look.kind);
    const QColor ring =
        process ? mixed(colors().ink, colors().inkMuted, 0.25) : Theme::instance().kindOutline(m_look.kind);
    for (const PortLook& port : m_look.ports) {
        const QPointF at = portPoint(port);
        const bool fits = m_marks.fitting.contains(port.name);
        const bool aimed = m_marks.aimed == port.name;
        if (fits || aimed) {
            QColor glow = colors().accent;
            glow.setAlphaF(aimed ? 0.45F : 0.22F);
            painter.setPen(Qt::NoPen);
            painter.setBrush(glow);
            painter.drawEllipse(at, portRadius + 5, portRadius + 5);
        }
        painter.setPen(QPen(fits || aimed ? colors().accent : ring, 1.8));
        painter.setBrush(aimed ? colors().accent : colors().surface);
        painter.drawEllipse(at, portRadius, portRadius);
        if (port.name == newPort) {
            painter.drawLine(at - QPointF(2.5, 0), at + QPointF(2.5, 0));
            painter.drawLine(at - QPointF(0, 2.5), at + QPointF(0, 2.5));
        }
    }
}

void NodeItem::paintError(QPainter& painter) const
{
    painter.translate(pos());
    painter.setOpacity(m_marks.dimmed ? 0.4 : 1);
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(QPen(colors().canvas, 2)); // apart from what it lies on
    painter.setBrush(colors().pillFailed);
    painter.drawRoundedRect(m_error, 6, 6);
    paintIcon(painter, u"state-failed"_s, {m_error.left() + 9, m_error.top() + 8, 12, 12},
              colors().markFailed);
    painter.setFont(canvasFont(Text::Small));
    painter.setPen(colors().ink);
    painter.drawText(m_error.adjusted(28, 6, -8, -6), Qt::TextWordWrap | Qt::AlignLeft, m_look.error);
    painter.setOpacity(1);
    painter.translate(-pos());
}

} // namespace byteyard::gui
