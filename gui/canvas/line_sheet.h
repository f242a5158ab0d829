#pragma once

#include <QColor>
#include <QImage>
#include <QPolygonF>

#include <vector>

class QPainter;

namespace byteyard::gui {

/// How a line is drawn; lengths in the scene's units.
struct LineStyle
{
    QColor color;
    double width = 2;
    double dash = 0; ///< 0: a solid line
    double gap = 0;
};

/// A transparent sheet for smooth lines and small shapes, put on a painter at once. Of each line only the
/// pixels near it are looked at; QPainter fills a line's outline as a path, which takes about ten times as
/// long and was most of a frame. A pixel's cover depends on where the line lies alone, not on what part of it
/// is drawn: parts drawn one after the other fit together. The painter may scale and move, not turn. One that
/// has no pixels (an SVG file) draws them itself.
class LineSheet
{
public:
    /// For what lies within `exposed`, in the painter's units.
    LineSheet(QPainter& painter, const QRectF& exposed);
    /// `distances` along the line, one a point.
    void draw(const QPolygonF& points, const QList<double>& distances, const LineStyle& style);
    /// A shape without bays.
    void fill(const QPolygonF& convex, const QColor& color);
    void put();

private:
    struct Dashes;
    void add(int x, int y, float share);
    void cover(const QPointF& a, const QPointF& b, double halfWidth, const Dashes& dashes, double from);
    void colour(const QColor& color);

    QPainter& m_painter;
    bool m_hasPixels;
    double m_scale = 1;
    QPointF m_fraction; ///< what the painter moves by, beside whole pixels
    QPoint m_origin;    ///< the sheet's first pixel, counted from the scene's origin
    QPoint m_place;     ///< and on the device
    QImage m_sheet;
    std::vector<uchar> m_cover; ///< of the line that is being drawn, one a pixel
    std::vector<int> m_touched; ///< pixels with a cover
    QRect m_used;
};

} // namespace byteyard::gui
