#pragma once

#include "gui/canvas/edge_look.h"
#include "gui/canvas/node_look.h"
#include "gui/canvas/rect_index.h"

#include <QGraphicsItem>

#include <array>
#include <functional>

namespace byteyard::gui {

class LineSheet;

/// All edges in one item below the nodes: thousands of them cost one call of paint(), and only those within
/// the exposed rectangle are drawn. Dots move along those that flow. Lines, dots and labels can be drawn
/// apart: only the dots move, so that the canvas keeps the rest as a picture.
class EdgeLayer final : public QGraphicsItem
{
public:
    struct End
    {
        QPointF position;
        Side side = Side::Right;
        bool operator==(const End&) const = default;
    };
    struct Marks
    {
        bool selected = false;
        bool hovered = false;
        bool dimmed = false;
        bool operator==(const Marks&) const = default;
    };

    EdgeLayer();

    void setEdge(const QString& id, const End& process, const End& endpoint);
    void setLook(const QString& id, const EdgeLook& look);
    void setMarks(const QString& id, const Marks& marks);
    /// What lies within a collapsed group is not drawn and not hit, and keeps its look.
    void setHidden(const QString& id, bool hidden);
    bool isHidden(const QString& id) const;
    void remove(const QString& id);
    void clear();
    bool contains(const QString& id) const { return m_index.contains(id); }
    const EdgeLook* look(const QString& id) const;
    /// Of those that are not hidden.
    QStringList ids() const;
    /// The topmost edge within `reach` of a scene position, or empty.
    QString at(const QPointF& position, double reach) const;
    /// Edges that lie within a rectangle altogether.
    QStringList within(const QRectF& rect) const;
    /// The middle of an edge's line.
    QPointF middle(const QString& id) const;
    QRectF edgesRect() const;
    /// Where an edge's label stands; empty when it has none, or there is no room for it.
    QRectF labelPlace(const QString& id);
    /// How to ask for the nodes in a rectangle: labels keep off them.
    void setNodesNear(const std::function<QList<QRectF>(const QRectF&)>& nodesNear)
    {
        m_nodesNear = nodesNear;
    }
    /// Nodes have come, gone or moved there: labels are placed anew.
    void relabel(const QRectF& around);

    /// The rectangle in which edges may lie: the scene's.
    void setBounds(const QRectF& bounds);
    /// Moves the dots on by `seconds`; false when nothing flows. What they move in is flowing()'s.
    bool advanceDots(double seconds);
    bool flows() const;
    /// Where dots are, a rectangle an edge.
    QList<QRectF> flowing() const;

    /// Draws the edges that touch `exposed`.
    void paintLines(QPainter& painter, const QRectF& exposed, double zoom) const;
    void paintDots(QPainter& painter, const QRectF& exposed, double zoom) const;
    void paintLabels(QPainter& painter, const QRectF& exposed, double zoom) const;

    QRectF boundingRect() const override { return m_bounds; }
    QPainterPath shape() const override { return {}; }
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

    /// The curve between two ports.
    static QPainterPath curve(const End& from, const End& to);

private:
    struct Line
    {
        QString id;
        End process;
        End endpoint;
        QPainterPath path;
        QPolygonF points;        ///< of the flattened curve, from the process
        QList<double> distances; ///< along it, one a point
        QRectF bounds;           ///< with arrows, dots and label
        QRectF label;            ///< where it stands; empty: nowhere
        EdgeLook look;
        Marks marks;
        bool hidden = false;
        double phaseIn = 0;
        double phaseOut = 0;

        bool flows() const { return !hidden && look.flows(); }
        double length() const { return distances.isEmpty() ? 0 : distances.last(); }
        QPointF pointAt(double distance, double* angle = nullptr) const;
    };

    Line* line(const QString& id);
    /// How far it reaches has changed.
    void spread(Line& line);
    /// Those that may reach into a rectangle, the lowest first.
    QList<qsizetype> near(const QRectF& rect) const;
    void refreshPlaces() const;
    static std::array<QPointF, 4> controls(const End& from, const End& to);
    void layOut(Line& line);
    void changed(const QRectF& rect);
    void paintFar(QPainter& painter, const QRectF& exposed) const;
    static void drawLine(LineSheet& sheet, const Line& line);
    static void drawArrow(LineSheet& sheet, const Line& line, bool atEndpoint, const QColor& color);
    void paintLabel(QPainter& painter, const Line& line) const;

    // edge_labels.cpp
    static QList<QRectF> labelPlaces(const Line& line);
    QList<Line*> labelledIn(const QRectF& place, const Line& except);
    void placeLabel(Line& line);
    void setLabel(Line& line);
    void updateLabel(Line& line, const EdgeLook& before);
    void letGo(const QRectF& place);
    void settleLabels();

    QList<Line> m_lines;
    QHash<QString, qsizetype> m_index;
    mutable RectIndex m_places; ///< of their bounds
    mutable RectIndex m_labels; ///< of their labels
    mutable bool m_placesStale = false;
    QList<QRectF> m_freed; ///< where labels stood that have gone
    QRectF m_bounds;
    std::function<QList<QRectF>(const QRectF&)> m_nodesNear;
};

} // namespace byteyard::gui
