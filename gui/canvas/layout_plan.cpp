#include "gui/canvas/layout_plan.h"

#include "gui/canvas/metrics.h"

#include <algorithm>
#include <cmath>

namespace byteyard::gui {

namespace {

constexpr double perInch = 72; ///< dot counts in inches
constexpr double rowGap = 2 * gridStep;
constexpr double frameMargin = 2 * gridStep; ///< a frame's title has room above its members

QByteArray inches(double length)
{
    return QByteArray::number(length / perInch, 'f', 4);
}

QByteArray nameOf(qsizetype box)
{
    return 'n' + QByteArray::number(box);
}

/// The boxes in the order that dot is told of them: parts of the plan that hang together stand below each
/// other in the opposite order.
QList<qsizetype> order(const LayoutPlan& plan, const QHash<QString, qsizetype>& numbers)
{
    QList<qsizetype> first; // of each box one before it that it hangs together with, at last the first one
    for (qsizetype i = 0; i < plan.boxes.size(); ++i)
        first.append(i);
    const auto rootOf = [&first](qsizetype box) {
        while (first.at(box) != box)
            box = first[box] = first.at(first.at(box));
        return box;
    };
    const auto join = [&](qsizetype a, qsizetype b) {
        const auto [low, high] = std::minmax({rootOf(a), rootOf(b)});
        first[high] = low;
    };
    for (const LayoutPlan::Arc& arc : plan.arcs)
        if (numbers.contains(arc.from) && numbers.contains(arc.to))
            join(numbers.value(arc.from), numbers.value(arc.to));
    QHash<QString, qsizetype> frames;
    for (qsizetype i = 0; i < plan.boxes.size(); ++i)
        if (const QString& frame = plan.boxes.at(i).frame; !frame.isEmpty())
            join(i, frames.contains(frame) ? frames.value(frame) : *frames.insert(frame, i));
    QList<qsizetype> boxes;
    for (qsizetype i = 0; i < plan.boxes.size(); ++i)
        boxes.append(i);
    std::stable_sort(boxes.begin(), boxes.end(),
                     [&](qsizetype a, qsizetype b) { return rootOf(a) > rootOf(b); });
    return boxes;
}

} // namespace

QByteArray toDot(const LayoutPlan& plan)
{
    QHash<QString, qsizetype> numbers;
    QList<QString> frames;
    QByteArray text = "digraph {\ngraph [rankdir=LR splines=none ranksep=" + inches(columnGap) +
                      " nodesep=" + inches(rowGap);
    // Passes over the order in a column and over the places, as shares of the usual number.
    if (plan.arcs.size() > manyArcs)
        text += " mclimit=0.05 nslimit=0.1 nslimit1=0.5";
    text += "]\nnode [shape=box fixedsize=true label=\"\"]\n";
    for (qsizetype i = 0; i < plan.boxes.size(); ++i)
        numbers.insert(plan.boxes.at(i).id, i);
    for (const qsizetype i : order(plan, numbers)) {
        const LayoutPlan::Box& box = plan.boxes.at(i);
        text += nameOf(i) + " [width=" + inches(box.size.width()) + " height=" + inches(box.size.height()) +
                "]\n";
        if (!box.frame.isEmpty() && !frames.contains(box.frame))
            frames.append(box.frame);
    }
    for (qsizetype frame = 0; frame < frames.size(); ++frame) {
        text += "subgraph cluster" + QByteArray::number(frame) +
                " { margin=" + QByteArray::number(frameMargin) + ';';
        for (qsizetype i = 0; i < plan.boxes.size(); ++i)
            if (plan.boxes.at(i).frame == frames.at(frame))
                text += ' ' + nameOf(i) + ';';
        text += " }\n";
    }
    for (const LayoutPlan::Arc& arc : plan.arcs) {
        const qsizetype from = numbers.value(arc.from, -1);
        const qsizetype to = numbers.value(arc.to, -1);
        if (from < 0 || to < 0 || from == to)
            continue;
        text += nameOf(from) + " -> " + nameOf(to);
        text += arc.kind == LayoutPlan::Arc::Bytes  ? " [weight=8]\n"
                : arc.kind == LayoutPlan::Arc::Held ? "\n"
                                                    : " [weight=2]\n";
    }
    return text + "}\n";
}

QHash<QString, QPointF> fromDot(const LayoutPlan& plan, const QByteArray& plain)
{
    QHash<QString, QPointF> positions;
    const auto onGrid = [](double value) { return std::round(value / gridStep) * gridStep; };
    for (const QByteArray& line : plain.split('\n')) {
        const QList<QByteArray> words = line.split(' ');
        if (words.size() < 4 || words.at(0) != "node" || !words.at(1).startsWith('n'))
            continue;
        bool isNumber[3] = {};
        const qsizetype number = words.at(1).mid(1).toLongLong(&isNumber[0]);
        const double x = words.at(2).toDouble(&isNumber[1]) * perInch;
        const double y = words.at(3).toDouble(&isNumber[2]) * perInch;
        if (!isNumber[0] || !isNumber[1] || !isNumber[2] || number < 0 || number >= plan.boxes.size() ||
            !std::isfinite(x) || !std::isfinite(y))
            return {};
        const LayoutPlan::Box& box = plan.boxes.at(number);
        positions.insert(box.id, {onGrid(x - box.anchor.x()), onGrid(y - box.anchor.y())});
    }
    return positions.size() == plan.boxes.size() ? positions : QHash<QString, QPointF>();
}

} // namespace byteyard::gui
