#pragma once

#include "model/topology/kind.h"

#include <QGraphicsItem>

namespace byteyard::gui {

/// The dotted line on which a connection hangs below its listener, or by which a process descends from the
/// one that forked it.
class TetherItem final : public QGraphicsItem
{
public:
    explicit TetherItem(model::Kind kind);
    /// In the scene.
    void setLine(const QPolygonF& line);

    QRectF boundingRect() const override;
    QPainterPath shape() const override { return {}; } // nothing to take hold of
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    model::Kind m_kind;
    QPolygonF m_line;
};

} // namespace byteyard::gui
