#pragma once

#include "gui/canvas/edge_layer.h"
#include "gui/canvas/group_look.h"

#include <QGraphicsItem>

namespace byteyard::gui {

/// A group on the canvas: a frame with a title behind its members, or, collapsed, one card that stands for
/// them. It lies in the scene's own coordinates.
class GroupItem final : public QGraphicsItem
{
public:
    enum { Type = UserType + 2 };
    /// What is marked on it for the moment.
    struct Marks
    {
        bool selected = false;
        bool cursor = false; ///< where the keyboard is
        bool found = false;  ///< find() matches it, or what it hides
        bool operator==(const Marks&) const = default;
    };
    /// Where an edge of a member meets the card.
    struct Stub
    {
        Side side = Side::Left;
        int row = 0;
        bool operator==(const Stub&) const = default;
    };

    GroupItem(QString id, const GroupLook& look);

    const QString& id() const { return m_id; }
    const GroupLook& look() const { return m_look; }
    void setLook(const GroupLook& look);
    void setMarks(const Marks& marks);
    const Marks& marks() const { return m_marks; }
    /// What its members cover, in the scene.
    void setMembers(const QRectF& covered);
    /// By edge.
    void setStubs(const QHash<QString, Stub>& stubs);
    EdgeLayer::End stubEnd(const QString& edge) const;
    /// Theme or fonts have changed.
    void refresh();

    int type() const override { return Type; }
    QRectF boundingRect() const override { return m_bounds; }
    /// The frame, or the card.
    QRectF body() const { return m_body; }
    /// The frame that it has, or will have when it is expanded.
    QRectF frame() const { return frameAround(m_members); }
    /// What one takes hold of: a frame's title, a card altogether.
    QRectF handle() const { return m_look.collapsed ? m_body : m_title; }
    /// The triangle that collapses and expands.
    QRectF fold() const;
    /// What labels keep off.
    QRectF covered() const { return handle(); }
    /// True when its name had to be cut.
    bool isElided() const { return m_elided; }
    /// The whole of it in words, for tool tips and assistive programs.
    QString description() const;

    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

    /// The frame around members that cover a rectangle.
    static QRectF frameAround(const QRectF& covered);

private:
    void layOut();
    QPointF stubPoint(const Stub& stub) const;
    void paintFrame(QPainter& painter, double zoom) const;
    void paintCard(QPainter& painter, double zoom) const;
    void paintMarks(QPainter& painter) const;
    void paintTitle(QPainter& painter, const QRectF& room) const;

    QString m_id;
    GroupLook m_look;
    Marks m_marks;
    QHash<QString, Stub> m_stubs;
    QRectF m_members;
    QRectF m_body;
    QRectF m_title;
    QRectF m_bounds;
    bool m_elided = false;
};

} // namespace byteyard::gui
