#pragma once

#include <QHash>
#include <QPointF>
#include <QSizeF>
#include <QString>

namespace byteyard::gui {

/// What is laid out: boxes, and arcs that run from left to right. Sizes are those of the canvas.
struct LayoutPlan
{
    struct Box
    {
        QString id;
        QSizeF size;
        QPointF anchor; ///< its middle, seen from its position
        QString frame;  ///< those of one frame stand together, and nothing else among them
    };
    struct Arc
    {
        enum Kind {
            Bytes,
            Descent, ///< from a process to one that it forked: it gives way to what moves bytes
            Held     ///< open and not used: it gives way to both
        };
        QString from;
        QString to;
        Kind kind = Bytes;
    };
    QList<Box> boxes;
    QList<Arc> arcs;
};

/// So many take dot long: seconds, where they are tangled. They are laid out less carefully.
inline constexpr qsizetype manyArcs = 1000;

/// The plan for Graphviz's dot (dot(1), its language: graphviz.org/doc/info/lang.html). No text of a part
/// goes into it. The same plan gives the same lines.
QByteArray toDot(const LayoutPlan& plan);

/// Where dot's plain output (-Tplain -y) puts the boxes: positions on the grid, by id. Empty when one is
/// missing or the text is no such output.
QHash<QString, QPointF> fromDot(const LayoutPlan& plan, const QByteArray& plain);

} // namespace byteyard::gui
