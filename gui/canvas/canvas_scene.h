#pragma once

#include "gui/canvas/edge_layer.h"
#include "gui/canvas/group_item.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/selection.h"
#include "model/session/keep.h"

#include <QGraphicsScene>

namespace byteyard::gui {

class LiveBinding;
class MemoryPeeks;
class TetherItem;

/// What lies under a position: a port of a node, a node, an edge, a group's title or card, or nothing.
struct Hit
{
    NodeItem* node = nullptr;
    QString port;
    QString edge;
    QString group = {};
    bool fold = false; ///< the triangle that collapses and expands it
};

/// Keeps an item for each node, and a line for each edge, of the document and of what programs made by
/// themselves.
class CanvasScene : public QGraphicsScene
{
    Q_OBJECT

public:
    CanvasScene(model::Document& document, model::Session& session, QObject* parent = nullptr);
    ~CanvasScene() override;

    model::Document& document() const { return m_document; }
    NodeItem* node(const QString& id) const { return m_nodes.value(id); }
    const QHash<QString, NodeItem*>& nodes() const { return m_nodes; }
    /// Those that show a hexdump of shared memory.
    QList<NodeItem*> memoryNodes() const;
    EdgeLayer& edges() const { return *m_edges; }
    /// Groups, by id.
    const QHash<QString, GroupItem*>& groups() const { return m_groups; }
    GroupItem* group(const QString& id) const { return m_groups.value(id); }
    /// The group that a node is in; what programs made is where it came from.
    QString groupOf(const QString& node) const;
    /// The drawn node that what a program made came from, at last; a drawn node itself. Empty when there is
    /// none.
    QString originOf(const QString& node) const;
    /// The collapsed group whose card stands for a node; empty when it is shown itself.
    QString cardOf(const QString& node) const;
    QStringList membersOf(const QString& group) const;
    /// A group alone, selected.
    Selection withGroup(const QString& group) const;
    Hit hit(const QPointF& position, double reach) const;
    /// Everything that is drawn; empty when nothing is.
    QRectF content() const;
    /// The part of it that programs did not make.
    QRectF drawn() const;
    bool hasDiscovered() const;
    /// What nobody drew: out of sight by kind, or as parts that can be kept.
    /// Kinds of what programs made, and foundFilesOfOne().
    void hideFoundKinds(const QSet<QString>& kinds);
    QList<model::UndrawnPart> undrawn(const QStringList& ids) const;
    static bool isDiscovered(const QString& id) { return id.contains(u':'); }

    const Selection& selection() const { return m_selection; }
    void select(const Selection& selection);
    QString cursorNode() const { return m_cursor; }
    /// One of its ports, or empty: the node as a whole.
    QString cursorPort() const { return m_cursorPort; }
    void setCursorNode(const QString& id, const QString& port = {});
    /// The group where the keyboard is, instead of a node.
    QString cursorGroup() const { return m_cursorGroup; }
    void setCursorGroup(const QString& id);
    /// Node ids, and keys of groups.
    void setFound(const QStringList& nodes);
    /// While a connection is made: which ports fit it; everything else is dimmed.
    void showFitting(const QHash<QString, QStringList>& fitting, const QString& origin);
    void endFitting();
    /// The port that a release would take, or under the pointer.
    void aim(const QString& node, const QString& port);
    void hover(const QString& edge);

    /// Shows nodes elsewhere without changing the document (during a drag).
    void preview(const QHash<QString, QPointF>& positions);
    void endPreview();
    /// Puts what programs made elsewhere, and leaves what is drawn: the document knows nothing of it.
    void placeDiscovered(const QHash<QString, QPointF>& positions);
    /// The document's topology with what programs made in it, as it is shown. What hangs below a listener
    /// goes along with it: its edges lead to the listener.
    model::Topology shownTopology() const;
    QStringList hangingFrom(const QString& listener) const;
    /// Processes and those that they forked, in the order of the latter.
    QList<std::pair<QString, QString>> descents() const;
    /// True when an outline would touch no node, with some room around it.
    bool isFree(const QRectF& body) const;
    /// Where a node belongs, whatever a drag shows.
    QPointF homeOf(const QString& id) const;

    // For the live binding.
    void putNode(const QString& id, const NodeLook& look, const QPointF& position);
    void setNodeLook(const QString& id, const NodeLook& look);
    void dropNode(const QString& id);
    void setGroupLook(const QString& id, const GroupLook& look);
    /// A part that nobody drew belongs to the group of the one that it came from.
    void setOrigin(const QString& discovered, const QString& beside);
    void putEdge(const QString& id, const QString& process, const QString& processPort,
                 const QString& endpoint, const QString& endpointPort);
    void dropEdge(const QString& id);
    /// A connection hangs below its listener, on a dotted line.
    void hang(const QString& connection, const QString& listener);
    /// A dotted line leads to a process from the one that forked it.
    void descend(const QString& child, const QString& parent);
    /// Theme or fonts have changed.
    void refresh();
    /// The errors' texts, over all nodes.
    void paintErrors(QPainter& painter, const QRectF& exposed) const;

protected:
    void drawForeground(QPainter* painter, const QRectF& exposed) override { paintErrors(*painter, exposed); }

Q_SIGNALS:
    void selectionMoved();
    /// Something was drawn where nothing was, or the other way round.
    void emptinessChanged(bool empty);
    /// Parts that programs made have come or gone.
    void foundChanged();

private:
    struct Ends
    {
        QString process, processPort, endpoint, endpointPort;
        bool operator==(const Ends&) const = default;
    };

    void rebuild();
    void layEdge(const QString& id);
    void layTether(const QString& connection);
    // scene_found.cpp
    void layDescent(const QString& child);
    void layDescents(const QString& node);
    void dropDescents(const QString& node);
    void layEdgesOf(const QString& node);
    void layCardsOf(const Ends& ends);
    void growTo(const QRectF& rect);
    void applyMarks(const QString& id);
    void applyEdgeMarks(const QString& id);
    void tellEmptiness();
    /// A node has come, changed its outline, moved, or (`gone`) goes: what keeps off it follows.
    void coverAnew(const QString& id, bool gone = false);

    // scene_groups.cpp
    void syncGroups();
    void showOrHide(const QString& id);
    void layGroup(const QString& id);
    void groupMoved(const QString& member);
    void layMovedGroups();
    void applyGroupMarks();
    QRectF bodyShown(const QString& id) const;

    model::Document& m_document;
    QHash<QString, NodeItem*> m_nodes;
    QHash<QString, Ends> m_ends;
    QHash<QString, QStringList> m_edgesOf;
    EdgeLayer* m_edges; ///< owned by the scene, as every item
    struct Tether
    {
        TetherItem* item = nullptr; ///< owned by the scene
        QString from;
    };
    using Tethers = QHash<QString, Tether>; ///< by the id of what they lead to
    bool tie(Tethers& tethers, const QString& from, const QString& to);
    Tethers m_tethers;                   ///< from listeners to their connections
    Tethers m_descents;                  ///< from processes to those that they forked
    QHash<QString, GroupItem*> m_groups; ///< owned by the scene
    QHash<QString, QString> m_groupOf;   ///< by node
    QHash<QString, QString> m_origins;   ///< of what programs made: the node beside which it stands
    QSet<QString> m_movedGroups;
    bool m_manyMove = false; ///< groups are laid when all have moved
    QString m_cursorGroup;
    QSet<QString> m_memoryNodes;
    QHash<QString, QPointF> m_home;
    QHash<QString, QRectF> m_covered; ///< where each node last was
    QSet<QString> m_previewed;
    Selection m_selection;
    QSet<QString> m_selectedNodes;
    QSet<QString> m_selectedEdges;
    QString m_cursor;
    QString m_cursorPort;
    QSet<QString> m_found;
    std::optional<QHash<QString, QStringList>> m_fitting;
    QString m_fittingOrigin;
    QString m_aimedNode;
    QString m_aimedPort;
    QString m_hoveredEdge;
    bool m_wasEmpty = true;
    std::unique_ptr<LiveBinding> m_live;
    std::unique_ptr<MemoryPeeks> m_peeks;
};

} // namespace byteyard::gui
