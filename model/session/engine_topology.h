#pragma once

#include "model/topology/topology.h"

#include <QJsonObject>

namespace byteyard::model {

/// The text of a ready-made script (resources/actors); empty when there is no such role.
QString roleScript(const QString& role);
/// What a process of this kind runs: its own script, or its role's.
QString scriptOf(const Node& actor);
/// Of the processes only these start by themselves, at once where they would wait for another one or for a
/// hand; the others wait to be started by hand.
void startOnly(Topology& topology, const QStringList& processes);
/// The document as the engine gets it: each actor brings its script along.
QJsonObject topologyForEngine(const Topology& topology);

} // namespace byteyard::model
