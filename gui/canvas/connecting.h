#pragma once

#include "model/topology/document.h"

#include <QHash>

namespace byteyard::gui {

/// Stands at a process for a descriptor or handle that it does not have yet: the model names it.
inline const QString newPort = QStringLiteral("+");

/// One end of a connection that is being made. An empty port of a process, or newPort, means: any natural
/// free one.
struct PortRef
{
    QString node;
    QString port;
    bool operator==(const PortRef&) const = default;
};

/// Why these two cannot be connected, in a sentence; empty when they can. Two processes get a pipe between
/// them.
QString connectingFault(const model::Topology& topology, const PortRef& from, const PortRef& to);

/// Every port that `from` can be connected to, by node.
QHash<QString, QStringList> fittingPorts(const model::Topology& topology, const PortRef& from);

/// The port that is meant when a connection from `from` is dropped on a node as a whole: the one whose
/// direction suits; empty when none fits.
QString naturalPort(const model::Topology& topology, const PortRef& from, const QString& node);

/// The ports of a node at which a connection may begin, those that are free and likely first.
QStringList startingPorts(const model::Topology& topology, const QString& node);

/// Makes the connection: one undo step. Returns the id of the edge or the pipe that it made; empty when there
/// is a fault.
/// `pipePosition`: where a pipe between two processes goes.
QString makeConnection(model::Document& document, const PortRef& from, const PortRef& to,
                       std::optional<QPointF> pipePosition = {});

} // namespace byteyard::gui
