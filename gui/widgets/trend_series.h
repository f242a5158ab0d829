#pragma once

#include <QColor>
#include <QList>
#include <QPointF>
#include <QString>

namespace byteyard::gui {

/// One value over time. It holds until the next point: a step, not a slope, is what was seen.
struct TrendSeries
{
    QString name;
    QColor color;
    QList<QPointF> points; ///< x: seconds since the run began, rising
};

} // namespace byteyard::gui
