#pragma once

#include <QColor>
#include <QPixmap>
#include <QRegion>
#include <QTransform>

#include <functional>

class QPainter;

namespace byteyard::gui {

/// The part of the canvas that stands still, as two pictures of the viewport: what lies below the dots that
/// move along the edges (grid, edges), and what lies above them (labels, nodes). They are kept per transform
/// and pixel ratio; only what has changed is drawn anew, and scrolling draws only what comes into sight.
/// Where a whole drawing takes longer than a frame may, a zoom shows the old pictures in their new size
/// first.
class StillLayers
{
public:
    using Paint = std::function<void(QPainter& painter, const QRect& rect)>;

    /// Makes the pictures fit a viewport; `toView` maps the scene to it. `around` is the colour of what no
    /// picture has yet.
    void fit(const QTransform& toView, const QSize& size, qreal pixelRatio, const QColor& around);
    /// True after a zoom that shows the old pictures: when it has come to rest all has to be drawn anew.
    bool isCoarse() const { return m_coarse; }
    /// A part of the viewport has to be drawn anew.
    void invalidate(const QRect& rect);
    void invalidateAll();
    /// Draws what has to be drawn, each time in a rectangle of the viewport.
    void refresh(const Paint& paintBelow, const Paint& paintAbove);

    void drawBelow(QPainter& painter, const QRegion& region) const;
    void drawAbove(QPainter& painter, const QRegion& region) const;

private:
    void scroll(const QPoint& by);
    void scale(const QTransform& toView, const QColor& around);

    QPixmap m_below;
    QPixmap m_above;
    QPixmap m_sharpBelow; ///< as drawn before the zoom
    QPixmap m_sharpAbove;
    QTransform m_sharpToView;
    bool m_coarse = false;
    double m_wholeMs = 0; ///< what drawing all took last
    QTransform m_toView;
    QSize m_size;
    qreal m_pixelRatio = 0;
    QRegion m_dirty;
};

} // namespace byteyard::gui
