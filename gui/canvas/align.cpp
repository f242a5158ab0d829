#include "gui/canvas/align.h"

#include <QList>

#include <algorithm>
#include <cmath>

namespace byteyard::gui {

QHash<QString, QPointF> alignedBy(const QHash<QString, QRectF>& bodies, Alignment alignment)
{
    QRectF all;
    for (const QRectF& body : bodies)
        all |= body;
    QHash<QString, QPointF> moves;
    for (auto it = bodies.begin(); it != bodies.end(); ++it) {
        const QRectF& body = it.value();
        QPointF by;
        switch (alignment) {
        case Alignment::Left:
            by.setX(all.left() - body.left());
            break;
        case Alignment::Centre:
            by.setX(all.center().x() - body.center().x());
            break;
        case Alignment::Right:
            by.setX(all.right() - body.right());
            break;
        case Alignment::Top:
            by.setY(all.top() - body.top());
            break;
        case Alignment::Middle:
            by.setY(all.center().y() - body.center().y());
            break;
        case Alignment::Bottom:
            by.setY(all.bottom() - body.bottom());
            break;
        }
        moves.insert(it.key(), by);
    }
    return moves;
}

QHash<QString, QPointF> distributedBy(const QHash<QString, QRectF>& bodies, Qt::Orientation direction)
{
    const bool across = direction == Qt::Horizontal;
    const auto start = [&](const QRectF& body) { return across ? body.left() : body.top(); };
    const auto length = [&](const QRectF& body) { return across ? body.width() : body.height(); };
    QList<QString> order = bodies.keys();
    std::sort(order.begin(), order.end(), [&](const QString& a, const QString& b) {
        const double first = start(bodies[a]) + length(bodies[a]) / 2;
        const double second = start(bodies[b]) + length(bodies[b]) / 2;
        return first != second ? first < second : a < b;
    });
    QHash<QString, QPointF> moves;
    if (order.size() < 3)
        return moves;
    const QRectF& last = bodies[order.last()];
    double room = start(last) + length(last) - start(bodies[order.first()]);
    for (const QString& id : order)
        room -= length(bodies[id]);
    const double gap = room / static_cast<double>(order.size() - 1);
    double at = start(bodies[order.first()]);
    for (const QString& id : order) {
        const double by = std::round(at - start(bodies[id]));
        moves.insert(id, across ? QPointF(by, 0) : QPointF(0, by));
        at += length(bodies[id]) + gap;
    }
    return moves;
}

} // namespace byteyard::gui
