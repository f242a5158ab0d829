#pragma once

#include "model/topology/kind.h"

#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QPointF>
#include <QString>
#include <QStringList>

namespace byteyard::model {

inline constexpr qsizetype maxNodes = 10000;
inline constexpr qsizetype maxEdges = 20000;
inline constexpr qsizetype maxNameLength = 255; ///< of a node's name and of the title, in characters
inline constexpr qsizetype maxIdLength = 64;
inline constexpr double maxCoordinate = 1e6; ///< of a position, either way

/// A Process or an Endpoint on the canvas.
struct Node
{
    QString id;
    Kind kind = Kind::Command;
    QString name;
    QPointF position;
    QJsonObject properties; ///< only what differs from the default

    /// The property's value, or its default.
    QJsonValue property(const QString& key) const;
    /// A command's arguments.
    QStringList argv() const;
    /// True for a POSIX semaphore without a name.
    bool liesInMemory() const;
    bool operator==(const Node&) const = default;
};

/// One process's use of one endpoint.
struct Edge
{
    QString id;
    QString process;      ///< node id
    QString processPort;  ///< an fd: "1", or a handle: "queue"
    QString endpoint;     ///< node id
    QString endpointPort; ///< "read", "send", "a"…
    QJsonObject properties;
    bool operator==(const Edge&) const = default;
};

/// Nodes that are shown, moved and run together; a node is in one at most.
struct Group
{
    QString id;
    QString name;
    QStringList members;    ///< node ids, one at least
    bool collapsed = false; ///< drawn as one card
    bool operator==(const Group&) const = default;
};

/// The document's content: a value. Order is kept as it is on the canvas (later is above).
struct Topology
{
    QString title;
    QString lesson;
    int pace = 0;                  ///< data calls a second a process; 0: full
    QHash<QString, QString> files; ///< name in the session's directory -> text
    QList<Node> nodes;
    QList<Edge> edges;
    QList<Group> groups;

    const Node* node(const QString& id) const;
    const Edge* edge(const QString& id) const;
    QList<Edge> edgesOf(const QString& nodeId) const;
    const Group* group(const QString& id) const;
    /// The group that a node is in; null when it is in none.
    const Group* groupOf(const QString& nodeId) const;
    /// Its members in the order of the nodes.
    QList<const Node*> membersOf(const Group& group) const;
    /// An id that no node (edge) has yet: "pipe", "pipe-2", …
    QString freeNodeId(const QString& stem) const;
    QString freeEdgeId() const;
    /// "group", "group-2", …, and a name that no group has: "Group", "Group 2", …
    QString freeGroupId(const QString& stem) const;
    QString freeGroupName(const QString& stem) const;
    /// A node name that is not taken: "pipe", "pipe 2", …
    QString freeName(const QString& stem) const;
    /// The natural free fd for such a port: 1 for a write end, 0 for a read end, else the first from 3;
    /// empty: all taken.
    QString freeFd(const QString& process, const QString& endpointPort) const;
    /// A handle that the process has not given yet, after the endpoint's name: "work", "work_2", …
    QString freeHandle(const QString& process, const QString& endpoint) const;
    /// How such a process gets at this endpoint unless told otherwise: by the natural fd, or by a handle
    /// where it needs one and where a script would rather open it itself.
    QString freePort(const QString& process, const QString& endpoint, const QString& endpointPort) const;
    bool operator==(const Topology&) const = default;
};

/// A rule that the topology breaks, or a thing to know before Run.
struct Fault
{
    enum class Severity { Error, Warning };
    Severity severity = Severity::Error;
    QString node;   ///< id, or empty
    QString edge;   ///< id, or empty
    QString what;   ///< one sentence: what, where, why
    QString remedy; ///< one sentence: what to do
    int line = 0;   ///< in the file, from 1; 0: not from a file
};

/// What is wrong with a topology as it stands (model/topology/validate.cpp).
QList<Fault> validate(const Topology& topology);

/// Why a node cannot have this name (a clause: "is empty"), whatever the others are called; empty when it
/// can.
QString nameFault(const QString& name);

/// Why this connection cannot be made; empty when it can. `processPort` may be empty: any free one.
QString connectionFault(const Topology& topology, const QString& process, const QString& processPort,
                        const QString& endpoint, const QString& endpointPort);

} // namespace byteyard::model
