#pragma once

#include "model/topology/topology.h"

#include <optional>

namespace byteyard::model {

/// Reads and validates a topology file. Each fault becomes a line of stderr: `FILE:LINE: error: what. what to
/// do.`, or `COMMAND: …` when the file cannot be read at all. Warnings are said when asked for. Nothing when
/// it is not sound.
std::optional<Topology> readSoundTopology(const QString& command, const QString& path, bool withWarnings);

} // namespace byteyard::model
