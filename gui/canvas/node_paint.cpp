#include "gui/canvas/node_item.h"
#include "gui/canvas/paint.h"
#include "gui/theme/colors.h"
#include "gui/theme/icons.h"
#include "gui/theme/theme.h"

#include <QCoreApplication>
#include <QStyleOptionGraphicsItem>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

const Colors& colors()
{
    return Theme::instance().colors();
}

QString tr(const char* text)
{
    return QCoreApplication::translate("byteyard::gui::NodeItem", text);
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

void NodeItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*)
{
    const double zoom = option->levelOfDetailFromTransform(painter->worldTransform());
    if (zoom < zoomForShapes) {
        const bool process = model::isProcess(m_look.kind);
        painter->setRenderHint(QPainter::Antialiasing, false);
        painter->fillRect(m_body, m_marks.selected ? colors().ink
                                  : process        ? colors().outline
                                                   : Theme::instance().kindColor(m_look.kind));
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing, true);
    if (m_marks.dimmed)
        painter->setOpacity(0.4);
    paintMarks(*painter);
    painter->setPen(outlinePen());
    painter->setBrush(colors().surface);
    painter->drawPath(m_outline);
    if (zoom < zoomForText) {
        if (!model::isProcess(m_look.kind))
            painter->fillPath(m_outline, Theme::instance().kindFill(m_look.kind));
        painter->setOpacity(1);
        return;
    }
    if (model::isProcess(m_look.kind))
        paintCard(*painter);
    else if (m_look.kind == model::Kind::File)
        paintPage(*painter);
    else
        paintCapsule(*painter);
    paintPorts(*painter);
    if (!m_error.isEmpty())
        paintError(*painter);
    painter->setOpacity(1);
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
        paintPill(painter, {pill.right() + 4, pill.top(), pillWidth(tr("next run")), pill.height()},
                  NodeState::Planned, tr("next run"));
}

void NodeItem::paintCapsule(QPainter& painter) const
{
    const QColor fill = Theme::instance().kindFill(m_look.kind);
    const bool pair = m_look.kind == model::Kind::Socketpair;
    if (m_look.fill > 0 || m_look.fill2 > 0) {
        painter.save();
        const QRectF inside = m_body.adjusted(3, 3, -3, -3);
        QPainterPath clip;
        clip.addRoundedRect(inside, inside.height() / 2, inside.height() / 2);
        // Intersected once here: clipping to a path costs more than filling one.
        QPainterPath part;
        const double half = inside.height() / 2;
        if (pair) {
            part.addRect(inside.left(), inside.top(), inside.width() * m_look.fill, half);
            const double back = inside.width() * std::max(0.0, m_look.fill2);
            part.addRect(inside.right() - back, inside.top() + half, back, half);
        } else {
            part.addRect(inside.left(), inside.top(), inside.width() * m_look.fill, inside.height());
        }
        painter.fillPath(clip.intersected(part), fill);
        painter.restore();
    }
    const bool two = !m_look.detail.isEmpty();
    const double textLeft = m_body.left() + (pair ? 32 : 16);
    const double textSpace = m_body.width() - 2 * (textLeft - m_body.left());
    const double middle = m_body.center().y();
    const QRectF titleRow(textLeft, two ? middle - 18 : middle - 10, textSpace, 20);
    if (m_look.kind == model::Kind::Fifo) {
        const QString word = tr("FIFO");
        const double kindWidth = textWidth(Text::Title, word + u"  "_s);
        const double whole = std::min(kindWidth + textWidth(Text::Data, m_look.title), textSpace);
        const double from = titleRow.center().x() - whole / 2;
        paintText(painter, {from, titleRow.top(), kindWidth, 20}, Text::Title, word, colors().ink);
        paintText(painter, {from + kindWidth, titleRow.top(), whole - kindWidth, 20}, Text::Title,
                  m_look.title, colors().ink);
    } else {
        paintText(painter, titleRow, Text::Title, m_look.title, colors().ink, Qt::AlignCenter);
    }
    if (two) {
        const QRectF row(textLeft, middle - 1, textSpace, 17);
        const QColor ink = m_look.sampled ? colors().ink : colors().inkMuted;
        paintText(painter, row, Text::SmallData, m_look.detail, ink, Qt::AlignCenter);
        if (m_look.sampled)
            paintSampledLine(painter, row, std::min(textWidth(Text::SmallData, m_look.detail), textSpace),
                             colors().inkMuted);
    }
    if (pair)
        for (const PortLook& port : m_look.ports) {
            const bool left = port.side == Side::Left;
            paintText(painter, {left ? m_body.left() + 14 : m_body.right() - 30, middle - 9, 16, 18},
                      Text::SmallData, port.name, colors().inkMuted,
                      (left ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        }
}

void NodeItem::paintPage(QPainter& painter) const
{
    const QColor outline = outlinePen().color();
    const double fold = 14;
    const QPolygonF corner{m_body.topRight() - QPointF(fold, 0), m_body.topRight() + QPointF(-fold, fold),
                           m_body.topRight() + QPointF(0, fold)};
    painter.setPen(QPen(outline, outlineWidth));
    painter.setBrush(Theme::instance().kindFill(m_look.kind));
    painter.drawPolygon(corner);
    const bool two = !m_look.detail.isEmpty();
    const double middle = m_body.center().y();
    const double space = m_body.width() - 36;
    paintText(painter, {m_body.left() + 16, two ? middle - 19 : middle - 10, space, 20}, Text::Title,
              m_look.title, colors().ink);
    if (two) {
        const QRectF row(m_body.left() + 16, middle,
                         std::min(space, textWidth(Text::SmallData, m_look.detail)), 17);
        paintText(painter, row, Text::SmallData, m_look.detail,
                  m_look.sampled ? colors().ink : colors().inkMuted);
        if (m_look.sampled)
            paintSampledLine(painter, row, row.width(), colors().inkMuted);
    }
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
    }
}

void NodeItem::paintError(QPainter& painter) const
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors().pillFailed);
    painter.drawRoundedRect(m_error, 6, 6);
    paintIcon(painter, u"state-failed"_s, {m_error.left() + 9, m_error.top() + 8, 12, 12},
              colors().markFailed);
    painter.setFont(canvasFont(Text::Small));
    painter.setPen(colors().ink);
    painter.drawText(m_error.adjusted(28, 6, -8, -6), Qt::TextWordWrap | Qt::AlignLeft, m_look.error);
}

} // namespace byteyard::gui
