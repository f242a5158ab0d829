#pragma once

#include "gui/canvas/shape.h"
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

/// A message of a queue.
struct TileLook
{
    QString top; ///< its type or priority
    QString size;
    QString tip; ///< in words, with the first bytes
    bool known = true;
    bool operator==(const TileLook&) const = default;
};

/// A semaphore: of a set, one of its rows.
struct SemaphoreLook
{
    int value = 0;
    bool known = true; ///< false: it is there, and nobody could look yet
    int waitsUp = 0;   ///< processes that wait for it to rise
    int waitsZero = 0; ///< processes that wait for it to be 0
    QString tip;
    bool operator==(const SemaphoreLook&) const = default;
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
    bool stuck = false;  ///< it never will: who could help waits, too
    bool paced = false;  ///< held by pace or pause, not by the kernel
    bool paused = false;
    bool isAttached = false;   ///< a process that ran before the run
    bool leaving = false;      ///< it is let go
    bool heldBack = false;     ///< it waits because only others were to run
    bool waitsToStart = false; ///< as its start rule says
    QString error;
    bool sampled = false;
    std::optional<quint64> fill; ///< nothing: the kernel does not tell
    std::optional<quint64> fill2;
    quint64 capacity = 0;
    quint64 through = 0; ///< bytes that passed, of a closed endpoint
    int id = -1;         ///< System V's
    QString path;
    QString address;
    int port = 0;
    quint32 parent = 0; ///< of a connection: its listener's number
    QJsonObject facts;  ///< under the kernel's names, as in docs/protocol.md
    QList<model::LiveTile> tiles;
    quint64 tilesTotal = 0;
    qsizetype attached = 0;
    int line = 0; ///< of an actor's script: the one that runs; 0: none
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
    double fill2 = -1; ///< the other way of what goes both ways
    QString foot;      ///< a card's last line
    QString warning;   ///< a word that must not be missed: "marked for removal"
    QList<TileLook> tiles;
    quint64 tilesTotal = 0;
    QList<SemaphoreLook> semaphores;
    QList<double> offsets;   ///< 0…1: where the open file descriptions of a file stand
    bool connection = false; ///< of a listener: an accepted or waiting connection, a card below it
    quint32 number = 0;      ///< the engine's, to peek with; 0: nothing is there
    bool sampled = false;
    bool exists = false; ///< its kernel object or process is there; before, it is drawn as a plan
    bool discovered = false;
    bool nextRun = false;
    bool operator==(const NodeLook&) const = default;
};

/// The descriptors and handles that edges use at a process, with the side on which each is drawn.
using UsedPorts = QHash<QString, Side>;

/// How a node of the document looks.
NodeLook lookOf(const model::Node& node, const UsedPorts& used, const NodeLive& live);
/// How a process (endpoint) that a program made by itself looks.
NodeLook lookOfDiscovered(model::Kind kind, const UsedPorts& used, const NodeLive& live);

/// The side of a process on which an edge leaves: bytes go out at the right and come in at the left; what
/// goes both ways leaves towards its endpoint.
Side sideOfPort(const QString& processPort, const QString& endpointPort, bool endpointIsLeft = false);

/// "12.1 of 64 KiB".
QString fillText(quint64 fill, quint64 capacity);

} // namespace byteyard::gui
