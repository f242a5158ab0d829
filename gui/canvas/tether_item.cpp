#include "gui/canvas/tether_item.h"

#include "gui/theme/theme.h"

#include <QPainter>
#include <QPainterPath>

namespace byteyard::gui {

namespace {

constexpr float descentOpacity = 0.6F;

}

TetherItem::TetherItem(model::Kind kind) : m_kind(kind)
{
    setZValue(-0.5); // above the edges, below every node
    setAcceptedMouseButtons(Qt::NoButton);
}

void TetherItem::setLine(const QPolygonF& line)
{
    if (line == m_line)
        return;
    prepareGeometryChange();
    m_line = line;
}

QRectF TetherItem::boundingRect() const
{
    return m_line.boundingRect().adjusted(-3, -3, 3, 3);
}

void TetherItem::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*)
{
    QColor color = Theme::instance().kindOutline(m_kind);
    if (model::isProcess(m_kind))
        color.setAlphaF(descentOpacity); // bytes go along edges, which come first
    QPen pen(color, 2, Qt::CustomDashLine, Qt::RoundCap);
    pen.setDashPattern({0.01, 2.5});
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(pen);
    painter->drawPolyline(m_line);
}

} // namespace byteyard::gui
