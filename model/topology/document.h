#pragma once

#include "model/topology/topology.h"

#include <QObject>
#include <QUndoStack>

#include <optional>

namespace byteyard::model {

/// The open topology, changed only through undo commands. Every change is told by a signal, also when it is
/// undone.
class Document : public QObject
{
    Q_OBJECT

public:
    explicit Document(QObject* parent = nullptr);

    const Topology& topology() const { return m_topology; }
    QUndoStack* undoStack() { return &m_undo; }
    QString path() const { return m_path; }
    bool isModified() const { return !m_undo.isClean(); }
    /// File name, title, or "untitled".
    QString displayName() const;

    // Each of these is one undo step; what changes nothing is none.
    /// The new node's id; empty when the topology is full.
    QString addNode(Kind kind, QPointF position, const QJsonObject& properties = {},
                    const QString& name = {});
    /// Adds a fragment (paste, a typed pipeline); ids and names that are taken are changed. Returns the new
    /// node ids.
    QStringList addFragment(const Topology& fragment, QPointF offset, const QString& undoText);
    /// Adds nodes as they are, their ids and names free ones of this topology, and edges between them and any
    /// node.
    void adopt(const QList<Node>& nodes, const QList<Edge>& edges, const QString& undoText);
    /// Removes nodes, edges, and the edges of removed nodes. A group goes with its last member.
    void remove(const QStringList& nodes, const QStringList& edges);
    /// Moves with the same `dragId` merge into one step.
    void moveNodes(const QHash<QString, QPointF>& positions, int dragId = 0);
    // These return the sentence of why it cannot be, and then change nothing; empty when it went well.
    /// A property set to its default leaves the node's map.
    QString setProperty(const QString& node, const QString& key, const QJsonValue& value);
    QString renameNode(const QString& node, const QString& name);
    /// Returns the edge's id; empty when connectionFault() has something to say. An empty `processPort` takes
    /// the natural free one (1 for a write end, 0 for a read end, else from 3).
    QString connectNodes(const QString& process, const QString& processPort, const QString& endpoint,
                         const QString& endpointPort);
    /// A pipe between two processes, at `position` or in the middle: one step. Returns the pipe's id.
    QString connectProcesses(const QString& writer, const QString& writerPort, const QString& reader,
                             const QString& readerPort, std::optional<QPointF> position = {});
    QString setEdgeProperty(const QString& edge, const QString& key, const QJsonValue& value);
    QString setEdgeProcessPort(const QString& edge, const QString& processPort);
    /// These nodes become a group; they leave those that they were in. A group whose members are all among
    /// them takes the others in. Returns its id; empty when there is no such node.
    QString group(const QStringList& nodes);
    /// These nodes leave their groups; a group that has none left goes.
    void ungroup(const QStringList& nodes);
    QString renameGroup(const QString& group, const QString& name);
    /// There and back, one after the other, is no step.
    void setCollapsed(const QString& group, bool collapsed);
    void setTitle(const QString& title);
    void setPace(int callsPerSecond);

    /// Replaces everything and clears the undo history.
    void reset(const Topology& topology, const QString& path = {});
    /// Empty when it went well; the document is untouched when not.
    QString load(const QString& path);
    QString save(const QString& path);

    friend class DocumentEdit; ///< the undo commands' way in

Q_SIGNALS:
    void nodeAdded(const QString& id);
    void nodeChanged(const QString& id);
    void nodeRemoved(const QString& id);
    void edgeAdded(const QString& id);
    void edgeChanged(const QString& id);
    void edgeRemoved(const QString& id);
    // A group never names a node that is not there, whichever of the signals comes first.
    void groupAdded(const QString& id);
    void groupChanged(const QString& id);
    void groupRemoved(const QString& id);
    void infoChanged(); ///< title, pace, files
    void wasReset();
    void modifiedChanged(bool modified);
    void pathChanged(const QString& path);

private:
    void setPath(const QString& path);

    Topology m_topology;
    QUndoStack m_undo;
    QString m_path;
};

} // namespace byteyard::model
