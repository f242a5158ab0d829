// The part of CanvasScene that marks: what is selected, where the keyboard is, what matches or fits.
#include "gui/canvas/canvas_scene.h"

#include "gui/canvas/metrics.h"
#include "gui/canvas/node_item.h"

#include <QPainter>
#include <QSet>

#include <algorithm>
#include <utility>

namespace byteyard::gui {

void CanvasScene::paintErrors(QPainter& painter, const QRectF& exposed) const
{
    if (painter.worldTransform().m11() < zoomForText)
        return;
    for (const NodeItem* item : m_nodes)
        if (item->hasError() && item->isVisible() && item->covered().intersects(exposed))
            item->paintError(painter);
}

void CanvasScene::select(const Selection& selection)
{
    Selection known;
    QSet<QString> nodes;
    const auto add = [&](const QString& id) {
        if (m_nodes.contains(id) && !nodes.contains(id)) {
            nodes.insert(id);
            known.nodes << id;
        }
    };
    // A card is selected with what it stands for, and what it stands for with the card.
    QStringList groups = selection.groups;
    QSet<QString> cards;
    for (const QString& id : selection.nodes) {
        const QString card = cardOf(id);
        if (card.isEmpty()) {
            add(id);
            continue;
        }
        if (cards.contains(card))
            continue;
        cards.insert(card);
        groups << card;
        for (const QString& member : membersOf(card))
            add(member);
    }
    for (const QString& id : std::as_const(groups)) {
        const QStringList members = membersOf(id);
        if (!members.isEmpty() && !known.groups.contains(id) &&
            std::all_of(members.begin(), members.end(),
                        [&](const QString& each) { return nodes.contains(each); }))
            known.groups << id;
    }
    for (const QString& id : selection.edges)
        if (m_ends.contains(id) && !m_edges->isHidden(id) && !known.edges.contains(id))
            known.edges << id;
    if (known == m_selection)
        return;
    const QSet<QString> nodesBefore = m_selectedNodes;
    const QSet<QString> edgesBefore = m_selectedEdges;
    m_selection = known;
    m_selectedNodes = {known.nodes.begin(), known.nodes.end()};
    m_selectedEdges = {known.edges.begin(), known.edges.end()};
    for (const QString& id : nodesBefore | m_selectedNodes)
        applyMarks(id);
    for (const QString& id : edgesBefore | m_selectedEdges)
        applyEdgeMarks(id);
    applyGroupMarks();
    Q_EMIT selectionMoved();
}

void CanvasScene::setCursorNode(const QString& id, const QString& port)
{
    if (const QString card = cardOf(id); !card.isEmpty())
        return setCursorGroup(card);
    if (!std::exchange(m_cursorGroup, {}).isEmpty())
        applyGroupMarks();
    const QString before = std::exchange(m_cursor, m_nodes.contains(id) ? id : QString());
    m_cursorPort = !m_cursor.isEmpty() && node(id)->hasPort(port) ? port : QString();
    applyMarks(before);
    applyMarks(m_cursor);
}

void CanvasScene::setFound(const QStringList& nodes)
{
    const QSet<QString> before = std::exchange(m_found, {nodes.begin(), nodes.end()});
    for (const QString& id : before | m_found)
        applyMarks(id);
    applyGroupMarks();
}

void CanvasScene::showFitting(const QHash<QString, QStringList>& fitting, const QString& origin)
{
    m_fitting = fitting;
    m_fittingOrigin = origin;
    for (auto it = m_nodes.begin(); it != m_nodes.end(); ++it)
        applyMarks(it.key());
}

void CanvasScene::endFitting()
{
    m_fitting.reset();
    m_aimedNode.clear();
    for (auto it = m_nodes.begin(); it != m_nodes.end(); ++it)
        applyMarks(it.key());
}

void CanvasScene::aim(const QString& node, const QString& port)
{
    const QString before = std::exchange(m_aimedNode, node);
    m_aimedPort = port;
    applyMarks(before);
    applyMarks(node);
}

void CanvasScene::hover(const QString& edge)
{
    const QString before = std::exchange(m_hoveredEdge, edge);
    applyEdgeMarks(before);
    applyEdgeMarks(edge);
}

void CanvasScene::applyMarks(const QString& id)
{
    NodeItem* item = node(id);
    if (item == nullptr)
        return;
    NodeItem::Marks marks;
    marks.selected = m_selectedNodes.contains(id);
    marks.cursor = m_cursor == id;
    marks.found = m_found.contains(id);
    if (m_fitting) {
        marks.fitting = m_fitting->value(id);
        marks.dimmed = marks.fitting.isEmpty() && id != m_fittingOrigin;
    }
    if (m_aimedNode == id)
        marks.aimed = m_aimedPort;
    else if (marks.cursor)
        marks.aimed = m_cursorPort;
    item->setMarks(marks);
}

void CanvasScene::applyEdgeMarks(const QString& id)
{
    m_edges->setMarks(
        id, {.selected = m_selectedEdges.contains(id), .hovered = m_hoveredEdge == id && !id.isEmpty()});
}

} // namespace byteyard::gui
