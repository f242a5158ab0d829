// The part of CanvasScene that knows where stands what programs made by themselves.
#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/node_item.h"

namespace byteyard::gui {

void CanvasScene::placeDiscovered(const QHash<QString, QPointF>& positions)
{
    for (auto it = positions.begin(); it != positions.end(); ++it) {
        if (NodeItem* item = node(it.key())) {
            m_home.insert(it.key(), it.value());
            item->setPos(it.value());
            layEdgesOf(it.key());
        }
    }
}

QStringList CanvasScene::hangingFrom(const QString& listener) const
{
    QStringList connections;
    for (auto tether = m_tethers.begin(); tether != m_tethers.end(); ++tether)
        if (tether->listener == listener)
            connections.append(tether.key());
    return connections;
}

model::Topology CanvasScene::shownTopology() const
{
    model::Topology shown = m_document.topology();
    QStringList found;
    for (auto item = m_nodes.begin(); item != m_nodes.end(); ++item)
        if (isDiscovered(item.key()) && !m_tethers.contains(item.key()))
            found.append(item.key());
    found.sort(); // what is shown has the same places each time
    for (const QString& id : std::as_const(found)) {
        model::Node node;
        node.id = id;
        node.kind = m_nodes.value(id)->look().kind;
        node.position = homeOf(id);
        shown.nodes.append(node);
        for (model::Group& group : shown.groups)
            if (group.id == groupOf(id))
                group.members.append(id);
    }
    QStringList edges;
    for (auto ends = m_ends.begin(); ends != m_ends.end(); ++ends)
        if (isDiscovered(ends.key()))
            edges.append(ends.key());
    edges.sort();
    for (const QString& id : std::as_const(edges)) {
        const Ends ends = m_ends.value(id);
        const auto tether = m_tethers.constFind(ends.endpoint);
        model::Edge edge;
        edge.id = id;
        edge.process = ends.process;
        edge.processPort = ends.processPort;
        edge.endpoint = tether == m_tethers.constEnd() ? ends.endpoint : tether->listener;
        edge.endpointPort = ends.endpointPort;
        shown.edges.append(edge);
    }
    return shown;
}

} // namespace byteyard::gui
