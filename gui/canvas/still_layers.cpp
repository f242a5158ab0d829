#include "gui/canvas/still_layers.h"

#include <QElapsedTimer>
#include <QPainter>

#include <cmath>
#include <utility>

namespace byteyard::gui {

namespace {

/// More pieces than this cost more than what lies between them.
constexpr int piecesMost = 24;

/// Half of what a frame has (ui.md's bound, with room for what moves).
constexpr double frameMs = 8;

void draw(QPainter& painter, const QPixmap& picture, const QRegion& region)
{
    const qreal ratio = picture.devicePixelRatio();
    for (const QRect& rect : region)
        painter.drawPixmap(
            QRectF(rect), picture,
            QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio));
}

} // namespace

void StillLayers::fit(const QTransform& toView, const QSize& size, qreal pixelRatio, const QColor& around)
{
    if (size != m_size || pixelRatio != m_pixelRatio) {
        m_size = size;
        m_pixelRatio = pixelRatio;
        const QSize pixels(static_cast<int>(std::ceil(size.width() * pixelRatio)),
                           static_cast<int>(std::ceil(size.height() * pixelRatio)));
        m_below = QPixmap(pixels);
        m_above = QPixmap(pixels);
        m_above.fill(Qt::transparent);
        for (QPixmap* picture : {&m_below, &m_above})
            picture->setDevicePixelRatio(pixelRatio);
        invalidateAll();
    } else if (toView != m_toView) {
        const double dx = (toView.dx() - m_toView.dx()) * pixelRatio;
        const double dy = (toView.dy() - m_toView.dy()) * pixelRatio;
        const bool whole =
            std::round(dx) == dx && std::round(dy) == dy && std::round(pixelRatio) == pixelRatio;
        const QTransform moved =
            m_toView * QTransform::fromTranslate(toView.dx() - m_toView.dx(), toView.dy() - m_toView.dy());
        if (whole && moved == toView && std::abs(dx) < m_below.width() && std::abs(dy) < m_below.height())
            scroll({static_cast<int>(dx / pixelRatio), static_cast<int>(dy / pixelRatio)});
        else if (m_wholeMs > frameMs)
            scale(toView, around);
        else
            invalidateAll();
    }
    m_toView = toView;
}

void StillLayers::scroll(const QPoint& by)
{
    const QPoint pixels = by * m_pixelRatio;
    for (QPixmap* picture : {&m_below, &m_above})
        picture->scroll(pixels.x(), pixels.y(), picture->rect());
    m_dirty.translate(by);
    m_dirty &= QRect({}, m_size);
    m_dirty |= QRegion(QRect({}, m_size)) - QRect(by, m_size);
}

void StillLayers::scale(const QTransform& toView, const QColor& around)
{
    if (!m_coarse) {
        m_coarse = true;
        m_sharpBelow = m_below;
        m_sharpAbove = m_above;
        m_sharpToView = m_toView;
    }
    const QTransform change = m_sharpToView.inverted() * toView;
    const QRectF to = change.mapRect(QRectF({}, QSizeF(m_size)));
    m_below.fill(around);
    m_above.fill(Qt::transparent);
    for (const auto& [picture, sharp] :
         {std::pair(&m_below, &m_sharpBelow), std::pair(&m_above, &m_sharpAbove)}) {
        QPainter painter(picture);
        painter.setCompositionMode(QPainter::CompositionMode_Source);
        painter.drawPixmap(to, *sharp, QRectF(sharp->rect()));
    }
    m_dirty = {};
}

void StillLayers::invalidate(const QRect& rect)
{
    m_dirty |= rect & QRect({}, m_size);
}

void StillLayers::invalidateAll()
{
    m_dirty = QRect({}, m_size);
    m_coarse = false;
    m_sharpBelow = m_sharpAbove = {};
}

void StillLayers::refresh(const Paint& paintBelow, const Paint& paintAbove)
{
    if (m_dirty.isEmpty())
        return;
    if (m_dirty.rectCount() > piecesMost)
        m_dirty = m_dirty.boundingRect();
    const bool isWhole = m_dirty == QRect({}, m_size);
    QElapsedTimer clock;
    clock.start();
    QPainter below(&m_below);
    QPainter above(&m_above);
    for (const QRect& rect : m_dirty) {
        below.save();
        below.setClipRect(rect);
        paintBelow(below, rect);
        below.restore();
        above.save();
        above.setClipRect(rect);
        above.setCompositionMode(QPainter::CompositionMode_Source);
        above.fillRect(rect, Qt::transparent);
        above.setCompositionMode(QPainter::CompositionMode_SourceOver);
        paintAbove(above, rect);
        above.restore();
    }
    m_dirty = {};
    if (isWhole)
        m_wholeMs = static_cast<double>(clock.nsecsElapsed()) / 1e6;
}

void StillLayers::drawBelow(QPainter& painter, const QRegion& region) const
{
    draw(painter, m_below, region);
}

void StillLayers::drawAbove(QPainter& painter, const QRegion& region) const
{
    draw(painter, m_above, region);
}

} // namespace byteyard::gui
