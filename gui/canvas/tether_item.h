#pragma once

#include "model/topology/kind.h"

#include <QGraphicsItem>

namespace byteyard::gui {

/// The dotted line on which a connection hangs below its listener.
class TetherItem final : public QGraphicsItem
{
public:
    explicit TetherItem(model::Kind kind);
    /// From the listener to the connection, in the scene.
    void setLine(const QLineF& line);

    QRectF boundingRect() const override;
    QPainterPath shape() const override { return {}; } // nothing to take hold of
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    model::Kind m_kind;
    QLineF m_line;
};

} // namespace byteyard::gui
