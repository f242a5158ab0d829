#pragma once

#include <QHash>
#include <QList>
#include <QRectF>

namespace byteyard::gui {

/// Which of many numbered rectangles lie near a place, without looking at all: each stands in the cells of a
/// grid that it touches.
class RectIndex
{
public:
    void put(qsizetype item, const QRectF& rect);
    void clear();
    /// The items that may touch `rect`, in the order of their numbers.
    QList<qsizetype> near(const QRectF& rect) const;

private:
    static QRect cellsOf(const QRectF& rect);
    template <typename Work>
    static void forEachCell(const QRect& cells, Work work);

    QHash<QPair<int, int>, QList<qsizetype>> m_cells;
    QList<QRect> m_spans; ///< by item; empty: nowhere
};

} // namespace byteyard::gui
