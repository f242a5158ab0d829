#pragma once

#include "gui/canvas/edge_layer.h"
#include "gui/canvas/node_item.h"
#include "gui/canvas/selection.h"
#include "model/session/keep.h"

#include <QGraphicsScene>

namespace byteyard::gui {

class LiveBinding;
class MemoryPeeks;
class TetherItem;

/// What lies under a position: a port of a node, a node, an edge, or nothing.
struct Hit
{
    NodeItem* node = nullptr;
    QString port;
    QString edge;
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
    Hit hit(const QPointF& position, double reach) const;
    /// Everything that is drawn; empty when nothing is.
    QRectF content() const;
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
    /// Puts what a program made by itself elsewhere: the document knows nothing of it.
    void placeDiscovered(const QHash<QString, QPointF>& positions);
    /// True when an outline would touch no node, with some room around it.
    bool isFree(const QRectF& body) const;
    /// Where a node belongs, whatever a drag shows.
    QPointF homeOf(const QString& id) const;

    // For the live binding.
    void putNode(const QString& id, const NodeLook& look, const QPointF& position);
    void setNodeLook(const QString& id, const NodeLook& look);
    void dropNode(const QString& id);
    void putEdge(const QString& id, const QString& process, const QString& processPort,
                 const QString& endpoint, const QString& endpointPort);
    void dropEdge(const QString& id);
    /// A connection hangs below its listener, on a dotted line.
    void hang(const QString& connection, const QString& listener);
    /// Theme or fonts have changed.
    void refresh();

Q_SIGNALS:
    void selectionMoved();
    /// Something was drawn where nothing was, or the other way round.
    void emptinessChanged(bool empty);

private:
    struct Ends
    {
        QString process, processPort, endpoint, endpointPort;
    };

    void rebuild();
    void layEdge(const QString& id);
    void layTether(const QString& connection);
    void layEdgesOf(const QString& node);
    void growTo(const QRectF& rect);
    void applyMarks(const QString& id);
    void applyEdgeMarks(const QString& id);
    void tellEmptiness();
    /// A node has come, changed its outline, moved, or (`gone`) goes: what keeps off it follows.
    void coverAnew(const QString& id, bool gone = false);

    model::Document& m_document;
    QHash<QString, NodeItem*> m_nodes;
    QHash<QString, Ends> m_ends;
    QHash<QString, QStringList> m_edgesOf;
    EdgeLayer* m_edges; ///< owned by the scene, as every item
    struct Tether
    {
        TetherItem* item = nullptr; ///< owned by the scene
        QString listener;
    };
    QHash<QString, Tether> m_tethers; ///< by the connection's id
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
