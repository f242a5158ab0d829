#include "gui/canvas/rect_index.h"

#include <algorithm>
#include <cmath>

namespace byteyard::gui {

namespace {

/// About as large as what is near an edge: a cell holds tens of them.
constexpr double cellSide = 400;
constexpr qsizetype cellsMost = 4096; ///< a larger rectangle asks for all

} // namespace

QRect RectIndex::cellsOf(const QRectF& rect)
{
    const auto cell = [](double at) {
        return static_cast<int>(std::floor(std::clamp(at, -1e8, 1e8) / cellSide));
    };
    return {QPoint(cell(rect.left()), cell(rect.top())), QPoint(cell(rect.right()), cell(rect.bottom()))};
}

template <typename Work>
void RectIndex::forEachCell(const QRect& cells, Work work)
{
    for (int y = cells.top(); y <= cells.bottom(); ++y)
        for (int x = cells.left(); x <= cells.right(); ++x)
            work(QPair<int, int>(x, y));
}

void RectIndex::put(qsizetype item, const QRectF& rect)
{
    if (item >= m_spans.size())
        m_spans.resize(item + 1);
    const QRect cells = rect.isEmpty() ? QRect() : cellsOf(rect);
    QRect& known = m_spans[item];
    if (cells == known)
        return;
    forEachCell(known, [&](const QPair<int, int>& cell) { m_cells[cell].removeOne(item); });
    forEachCell(cells, [&](const QPair<int, int>& cell) { m_cells[cell].append(item); });
    known = cells;
}

void RectIndex::clear()
{
    m_cells.clear();
    m_spans.clear();
}

QList<qsizetype> RectIndex::near(const QRectF& rect) const
{
    QList<qsizetype> items;
    const QRect cells = cellsOf(rect);
    if (static_cast<qsizetype>(cells.width()) * cells.height() > cellsMost) {
        for (qsizetype item = 0; item < m_spans.size(); ++item)
            if (!m_spans.at(item).isEmpty())
                items.append(item);
        return items;
    }
    forEachCell(cells, [&](const QPair<int, int>& cell) {
        if (const auto found = m_cells.constFind(cell); found != m_cells.cend())
            items.append(*found);
    });
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
    return items;
}

} // namespace byteyard::gui
