#pragma once

#include "model/topology/topology.h"

#include <QJsonObject>
#include <QSet>

namespace byteyard::model {

/// The text of a ready-made script (resources/actors); empty when there is no such role.
QString roleScript(const QString& role);
/// What a process of this kind runs: its own script, or its role's.
QString scriptOf(const Node& actor);
/// It starts when startNode() says so.
void waitForHand(Node& process);
/// Of the processes only these start by themselves, at once where they would wait for another one or for a
/// hand; the others wait to be started by hand.
void startOnly(Topology& topology, const QStringList& processes);
/// These processes and the endpoints that they use, nothing else. They start as by startOnly().
Topology reducedTo(Topology topology, const QStringList& processes);
/// The ids of these nodes and of all that cannot be without them: who is connected to them, starts after them
/// or is told of them by a placeholder, and what lies in them.
QSet<QString> withDependents(const Topology& topology, QSet<QString> nodes);
/// Without what is faulty, or needs it, and is none of reducedTo()'s business: a run in which only these
/// processes start does not fail because of it.
Topology withoutFaultyOthers(const Topology& topology, const QStringList& processes);
/// The document as the engine gets it: each actor brings its script along.
QJsonObject topologyForEngine(const Topology& topology);

} // namespace byteyard::model
