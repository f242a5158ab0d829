#include "gui/canvas/arrange.h"

#include "gui/canvas/group_look.h"
#include "gui/canvas/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace byteyard::gui {

namespace {

constexpr double columnGap = 5 * gridStep; ///< room for a rate on the edge
constexpr double rowGap = 2 * gridStep;

double onGrid(double value)
{
    return std::ceil(value / gridStep) * gridStep;
}

/// The topology as numbers: arcs run as bytes do.
struct Graph
{
    std::vector<std::vector<int>> out;
    std::vector<std::vector<int>> in;
    std::vector<int> layer;
    std::vector<std::vector<int>> layers;
    std::vector<double> y;

    explicit Graph(std::size_t size) : out(size), in(size), layer(size, 0), y(size, 0) {}
    std::size_t size() const { return out.size(); }
};

auto at(int index)
{
    return static_cast<std::size_t>(index);
}

/// Turns round the arcs that close a circle, found from the first node on.
void breakCircles(Graph& graph)
{
    enum Mark : char { New, Open, Done };
    std::vector<Mark> marks(graph.size(), New);
    std::vector<std::vector<int>> forward(graph.size());
    struct Step
    {
        int node;
        std::size_t next;
    };
    // Where bytes begin is where the picture begins.
    std::vector<int> order(graph.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_partition(order.begin(), order.end(), [&](int node) { return graph.in[at(node)].empty(); });
    for (const int root : order) {
        if (marks[at(root)] != New)
            continue;
        std::vector<Step> stack{{root, 0}};
        marks[at(root)] = Open;
        while (!stack.empty()) {
            Step& step = stack.back();
            const int node = step.node;
            if (step.next == graph.out[at(node)].size()) {
                marks[at(node)] = Done;
                stack.pop_back();
                continue;
            }
            const int to = graph.out[at(node)][step.next++];
            if (marks[at(to)] == Open) {
                if (to != node)
                    forward[at(to)].push_back(node);
                continue;
            }
            forward[at(node)].push_back(to);
            if (marks[at(to)] == New) {
                marks[at(to)] = Open;
                stack.push_back({to, 0});
            }
        }
    }
    graph.out = forward;
    for (auto& arcs : graph.in)
        arcs.clear();
    for (std::size_t from = 0; from < forward.size(); ++from)
        for (const int to : forward[from])
            graph.in[at(to)].push_back(static_cast<int>(from));
}

/// Layers by the longest way; a node with nothing before it stands right before what it feeds.
void assignLayers(Graph& graph)
{
    std::vector<std::size_t> waiting(graph.size());
    std::vector<int> ready;
    for (std::size_t i = 0; i < graph.size(); ++i) {
        waiting[i] = graph.in[i].size();
        if (waiting[i] == 0)
            ready.push_back(static_cast<int>(i));
    }
    for (std::size_t next = 0; next < ready.size(); ++next) {
        const int node = ready[next];
        for (const int to : graph.out[at(node)]) {
            graph.layer[at(to)] = std::max(graph.layer[at(to)], graph.layer[at(node)] + 1);
            if (--waiting[at(to)] == 0)
                ready.push_back(to);
        }
    }
    for (std::size_t i = 0; i < graph.size(); ++i) {
        if (!graph.in[i].empty() || graph.out[i].empty())
            continue;
        int first = graph.layer[at(graph.out[i].front())];
        for (const int to : graph.out[i])
            first = std::min(first, graph.layer[at(to)]);
        graph.layer[i] = first - 1;
    }
    for (std::size_t i = 0; i < graph.size(); ++i) {
        graph.layers.resize(std::max(graph.layers.size(), at(graph.layer[i]) + 1));
        graph.layers[at(graph.layer[i])].push_back(static_cast<int>(i));
    }
}

/// Orders each layer by the middle of its neighbours, there and back a few times.
void orderLayers(Graph& graph)
{
    std::vector<double> place(graph.size());
    const auto number = [&](const std::vector<int>& layer) {
        for (std::size_t i = 0; i < layer.size(); ++i)
            place[at(layer[i])] = static_cast<double>(i);
    };
    for (const auto& layer : graph.layers)
        number(layer);
    const auto sortBy = [&](std::vector<int>& layer, const std::vector<std::vector<int>>& neighbours) {
        std::vector<double> middle(graph.size());
        for (const int node : layer) {
            double sum = 0;
            for (const int other : neighbours[at(node)])
                sum += place[at(other)];
            const auto count = neighbours[at(node)].size();
            middle[at(node)] = count == 0 ? place[at(node)] : sum / static_cast<double>(count);
        }
        std::stable_sort(layer.begin(), layer.end(),
                         [&](int a, int b) { return middle[at(a)] < middle[at(b)]; });
        number(layer);
    };
    for (int sweep = 0; sweep < 4; ++sweep) {
        for (auto& layer : graph.layers)
            sortBy(layer, graph.in);
        for (auto it = graph.layers.rbegin(); it != graph.layers.rend(); ++it)
            sortBy(*it, graph.out);
    }
}

/// Heights: each node as near to its neighbours' middle as its layer's order and the room allow.
void placeRows(Graph& graph, const std::vector<double>& heights)
{
    for (const auto& layer : graph.layers) {
        double y = 0;
        for (const int node : layer) {
            graph.y[at(node)] = y;
            y += heights[at(node)];
        }
    }
    const auto settle = [&](const std::vector<int>& layer, const std::vector<std::vector<int>>& neighbours) {
        double wished = 0;
        double got = 0;
        double lowest = -1e300;
        std::vector<double> rows;
        for (const int node : layer) {
            double sum = 0;
            for (const int other : neighbours[at(node)])
                sum += graph.y[at(other)];
            const auto count = neighbours[at(node)].size();
            const double wish = count == 0 ? graph.y[at(node)] : sum / static_cast<double>(count);
            const double row = std::max(wish, lowest);
            rows.push_back(row);
            lowest = row + heights[at(node)];
            wished += wish;
            got += row;
        }
        const double back = layer.empty() ? 0 : (wished - got) / static_cast<double>(layer.size());
        for (std::size_t i = 0; i < layer.size(); ++i)
            graph.y[at(layer[i])] = rows[i] + back;
    };
    for (int sweep = 0; sweep < 3; ++sweep) {
        for (auto& layer : graph.layers)
            settle(layer, graph.in);
        for (auto it = graph.layers.rbegin(); it != graph.layers.rend(); ++it)
            settle(*it, graph.out);
    }
    // The rounding to the grid is the same for a whole layer, so that nothing comes to overlap.
    for (const auto& layer : graph.layers) {
        double lowest = -1e300;
        for (const int node : layer) {
            graph.y[at(node)] = std::max(std::round(graph.y[at(node)] / gridStep) * gridStep, lowest);
            lowest = graph.y[at(node)] + heights[at(node)];
        }
    }
}

/// The parts of the topology that hang together, each by its nodes in the document's order.
std::vector<std::vector<int>> components(const Graph& graph)
{
    std::vector<std::vector<int>> parts;
    std::vector<bool> seen(graph.size(), false);
    for (std::size_t root = 0; root < graph.size(); ++root) {
        if (seen[root])
            continue;
        std::vector<int> part{static_cast<int>(root)};
        seen[root] = true;
        for (std::size_t next = 0; next < part.size(); ++next)
            for (const auto* arcs : {&graph.out[at(part[next])], &graph.in[at(part[next])]})
                for (const int other : *arcs)
                    if (!seen[at(other)]) {
                        seen[at(other)] = true;
                        part.push_back(other);
                    }
        std::sort(part.begin(), part.end());
        parts.push_back(part);
    }
    return parts;
}

/// What is placed as one: a node, or a group.
struct Box
{
    QRectF outline;  ///< seen from its position
    double drop = 0; ///< how much lower its ports lie than those of a process
};

struct Arc
{
    int from;
    int to;
};

/// Where each box goes; arcs run from left to right.
std::vector<QPointF> placed(const std::vector<Box>& boxes, const std::vector<Arc>& arcs)
{
    Graph whole(boxes.size());
    for (const Arc& arc : arcs) {
        whole.out[at(arc.from)].push_back(arc.to);
        whole.in[at(arc.to)].push_back(arc.from);
    }
    std::vector<QPointF> positions(boxes.size());
    double top = 0;
    for (const std::vector<int>& part : components(whole)) {
        Graph graph(part.size());
        std::vector<int> local(whole.size(), -1);
        for (std::size_t i = 0; i < part.size(); ++i)
            local[at(part[i])] = static_cast<int>(i);
        std::vector<double> heights;
        std::vector<double> widths;
        for (std::size_t i = 0; i < part.size(); ++i) {
            for (const int to : whole.out[at(part[i])])
                graph.out[i].push_back(local[at(to)]);
            for (const int from : whole.in[at(part[i])])
                graph.in[i].push_back(local[at(from)]);
            const Box& box = boxes[at(part[i])];
            heights.push_back(onGrid(std::max(box.outline.bottom() + box.drop, 2 * cardLine) + rowGap));
            widths.push_back(box.outline.width());
        }
        breakCircles(graph);
        assignLayers(graph);
        orderLayers(graph);
        placeRows(graph, heights);
        const double highest = *std::min_element(graph.y.begin(), graph.y.end());
        double bottom = top;
        double left = 0;
        for (const auto& layer : graph.layers) {
            double widest = 0;
            for (const int node : layer)
                widest = std::max(widest, widths[at(node)]);
            for (const int node : layer) {
                const double x = left + std::floor((widest - widths[at(node)]) / 2 / gridStep) * gridStep;
                const double y = top + graph.y[at(node)] - highest + boxes[at(part[at(node)])].drop;
                positions[at(part[at(node)])] = {x, y};
                bottom = std::max(bottom, top + graph.y[at(node)] - highest + heights[at(node)]);
            }
            left += onGrid(widest + columnGap);
        }
        top = bottom + gridStep;
    }
    return positions;
}

/// The process and the endpoint of an edge in the order in which bytes run.
std::pair<QString, QString> directed(const model::Edge& edge)
{
    // Of a socketpair's sides, and of what both reads and writes, the first side stands at the left.
    const bool into =
        edge.endpointPort == u"a" || (model::portWrites(edge.endpointPort) && edge.endpointPort != u"b");
    return into ? std::pair{edge.process, edge.endpoint} : std::pair{edge.endpoint, edge.process};
}

/// Places boxes that have names: `boxOf` tells in which box a node is, or in none.
QHash<QString, QPointF> placedByName(const QList<std::pair<QString, Box>>& named,
                                     const QList<model::Edge>& edges,
                                     const std::function<QString(const QString& node)>& boxOf)
{
    QHash<QString, int> numbers;
    std::vector<Box> boxes;
    for (const auto& [name, box] : named) {
        numbers.insert(name, static_cast<int>(boxes.size()));
        boxes.push_back(box);
    }
    std::vector<Arc> arcs;
    for (const model::Edge& edge : edges) {
        const auto [source, target] = directed(edge);
        const int from = numbers.value(boxOf(source), -1);
        const int to = numbers.value(boxOf(target), -1);
        if (from >= 0 && to >= 0 && from != to)
            arcs.push_back({from, to});
    }
    const std::vector<QPointF> positions = placed(boxes, arcs);
    QHash<QString, QPointF> byName;
    for (const auto& [name, box] : named)
        byName.insert(name, positions[at(numbers.value(name))]);
    return byName;
}

} // namespace

QHash<QString, QPointF> arranged(const model::Topology& topology, const Outline& body,
                                 const GroupOutline& groupBody)
{
    // In a row the ports lie on one line.
    const auto boxFor = [&](const model::Node& node) {
        return Box{body(node.id), model::isProcess(node.kind) ? 0.0 : cardLine - endpointLine};
    };
    // First each group's inside, then groups as wholes among the other nodes: nothing else comes to lie in a
    // frame.
    QHash<QString, QString> groupOf;
    QHash<QString, QPointF> inside;
    QList<std::pair<QString, Box>> boxes;
    QHash<QString, const model::Node*> nodes;
    for (const model::Node& node : topology.nodes)
        nodes.insert(node.id, &node);
    for (const model::Group& group : topology.groups) {
        QList<std::pair<QString, Box>> members;
        for (const QString& id : group.members) {
            groupOf.insert(id, group.id);
            if (const model::Node* node = nodes.value(id))
                members.append({id, boxFor(*node)});
        }
        // What is collapsed keeps its inside and moves as one card.
        QHash<QString, QPointF> places;
        if (group.collapsed)
            for (const auto& [id, box] : members)
                places.insert(id, nodes.value(id)->position);
        else
            places = placedByName(members, topology.edges, [](const QString& node) { return node; });
        QRectF covered;
        for (const auto& [id, box] : members)
            covered |= box.outline.translated(places.value(id));
        const QRectF outline = groupBody(group, covered);
        const auto down = [](double value) { return std::floor(value / gridStep) * gridStep; };
        const QPointF corner(down(outline.left()), down(outline.top()));
        for (const auto& [id, box] : members)
            inside.insert(id, places.value(id) - corner);
        boxes.append({groupKey(group.id), Box{outline.translated(-corner), 0}});
    }
    for (const model::Node& node : topology.nodes)
        if (!groupOf.contains(node.id))
            boxes.append({node.id, boxFor(node)});
    const QHash<QString, QPointF> outer = placedByName(boxes, topology.edges, [&](const QString& node) {
        const auto group = groupOf.constFind(node);
        return group == groupOf.constEnd() ? node : groupKey(*group);
    });
    QHash<QString, QPointF> positions;
    for (const model::Node& node : topology.nodes) {
        const auto group = groupOf.constFind(node.id);
        positions.insert(node.id, group == groupOf.constEnd()
                                      ? outer.value(node.id)
                                      : outer.value(groupKey(*group)) + inside.value(node.id));
    }
    return positions;
}

} // namespace byteyard::gui
