#pragma once

#include "model/topology/topology.h"

#include <QJsonObject>

namespace byteyard::model {

/// The text of a ready-made script (resources/actors); empty when there is no such role.
QString roleScript(const QString& role);
/// What a process of this kind runs: its own script, or its role's.
QString scriptOf(const Node& actor);
/// The document as the engine gets it: each actor brings its script along.
QJsonObject topologyForEngine(const Topology& topology);

} // namespace byteyard::model
