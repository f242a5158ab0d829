#pragma once

#include "model/session/session.h"
#include "model/topology/document.h"

namespace byteyard::model {

/// How a use that nobody drew would be drawn: by what goes through it.
struct UndrawnEdge
{
    QString fd; ///< or "id" of what is reached without one
    QString port;
};
UndrawnEdge undrawnEdge(const LiveEdge& edge, const LiveEndpoint& endpoint, Kind kind);

/// A process that a program started, or an endpoint that a program made, and its place on the canvas.
struct UndrawnPart
{
    quint32 process = 0; ///< the engine's number, or
    quint32 endpoint = 0;
    QPointF position;
};

/// Files that nobody drew and that one process alone has used: no communication.
QSet<quint32> filesOfOneProcess(const Session& session);

/// False of a connection, which comes with its listener, and of what no topology can hold.
bool canBeKept(const LiveEndpoint& endpoint);

/// Makes them parts of the topology, with their edges to each other and to what is drawn: one undo step. A
/// process becomes a command with its arguments; an endpoint without a name is made by the engine in the next
/// run, a socket and a file stay the program's to make. What runs belongs to its new node at once. Returns a
/// sentence for each edge that could not be kept.
QStringList keepUndrawn(Document& document, Session& session, const QList<UndrawnPart>& parts);

} // namespace byteyard::model
