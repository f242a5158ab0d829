#pragma once

#include "model/session/session.h"
#include "model/topology/topology.h"

#include <optional>

namespace byteyard::gui {

enum class NodeState { None, Planned, Waiting, Starting, Running, Blocked, Stopped, Exited, Killed, Failed };

enum class Side { Left, Right, Bottom };

/// A place where an edge meets a node.
struct PortLook
{
    QString name;
    Side side = Side::Left;
    int row = 0;
    bool operator==(const PortLook&) const = default;
};

/// What of the session a node shows: values, so that a node is only looked at again when one of them has
/// changed.
struct NodeLive
{
    bool sessionRuns = false;
    bool nextRun = false; ///< the document has changed since this part started
    quint32 number = 0;   ///< the engine's; 0: nothing of it exists
    QString state;        ///< as in docs/protocol.md
    QString name;         ///< what a program's own part is called
    QString kind;         ///< of a program's own endpoint
    qint64 pid = 0;
    std::optional<int> exitCode;
    QString signal;
    QString blockedCall; ///< the call that does not return
    bool paced = false;  ///< held by pace or pause, not by the kernel
    bool paused = false;
    QString error;
    bool sampled = false;
    quint64 fill = 0;
    quint64 fill2 = 0;
    quint64 capacity = 0;
    bool writeBlocks = false;
    quint64 through = 0; ///< bytes that passed, of a closed endpoint
    bool operator==(const NodeLive&) const = default;
};

/// Everything that is painted of a node.
struct NodeLook
{
    model::Kind kind = model::Kind::Command;
    QString title;
    QString corner; ///< "pid 4711"
    QString detail; ///< a command's line, how full an endpoint is
    NodeState state = NodeState::None;
    QString stateText;
    QString error;
    QList<PortLook> ports;
    double fill = -1;  ///< 0…1; below 0: not known
    double fill2 = -1; ///< a socketpair's other way
    bool sampled = false;
    bool exists = false; ///< its kernel object or process is there; before, it is drawn as a plan
    bool discovered = false;
    bool nextRun = false;
    bool operator==(const NodeLook&) const = default;
};

/// `fds`: the descriptors that edges use at a process, with the side on which each is drawn.
using UsedPorts = QHash<QString, Side>;

/// How a node of the document looks.
NodeLook lookOf(const model::Node& node, const UsedPorts& used, const NodeLive& live);
/// How a process (endpoint) that a program made by itself looks.
NodeLook lookOfDiscovered(model::Kind kind, const UsedPorts& used, const NodeLive& live);

/// The side of a process on which an edge to this endpoint port leaves: bytes go out at the right and come in
/// at the left.
Side sideOfFd(int fd, const QString& endpointPort);

/// "12.1 of 64 KiB".
QString fillText(quint64 fill, quint64 capacity);

} // namespace byteyard::gui
