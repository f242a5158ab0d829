#include "gui/canvas/tether_item.h"

#include "gui/theme/theme.h"

#include <QPainter>
#include <QPainterPath>

namespace byteyard::gui {

TetherItem::TetherItem(model::Kind kind) : m_kind(kind)
{
    setZValue(-0.5); // above the edges, below every node
    setAcceptedMouseButtons(Qt::NoButton);
}

void TetherItem::setLine(const QLineF& line)
{
    if (line == m_line)
        return;
    prepareGeometryChange();
    m_line = line;
}

QRectF TetherItem::boundingRect() const
{
    return QRectF(m_line.p1(), m_line.p2()).normalized().adjusted(-3, -3, 3, 3);
}

void TetherItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*)
{
    QPen pen(Theme::instance().kindOutline(m_kind), 2, Qt::CustomDashLine, Qt::RoundCap);
    pen.setDashPattern({0.01, 2.5});
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(pen);
    painter->drawLine(m_line);
}

} // namespace byteyard::gui
