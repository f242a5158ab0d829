#include "gui/canvas/layout_plan.h"

#include "gui/canvas/metrics.h"

#include <cmath>

namespace byteyard::gui {

namespace {

constexpr double perInch = 72; ///< dot counts in inches
constexpr double rowGap = 2 * gridStep;
constexpr double frameMargin = 2 * gridStep; ///< a frame's title has room above its members
constexpr qsizetype manyArcs = 1000;         ///< what takes dot long is done less carefully

QByteArray inches(double length)
{
    return QByteArray::number(length / perInch, 'f', 4);
}

QByteArray nameOf(qsizetype box)
{
    return 'n' + QByteArray::number(box);
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
    for (qsizetype i = 0; i < plan.boxes.size(); ++i) {
        const LayoutPlan::Box& box = plan.boxes.at(i);
        numbers.insert(box.id, i);
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
        text += arc.kind == LayoutPlan::Arc::Bytes ? " [weight=4]\n" : "\n";
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
