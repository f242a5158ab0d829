#pragma once

#include "model/topology/topology.h"

#include <optional>

namespace byteyard::model {

/// Reads and validates a topology file. Each fault becomes a line of stderr: `FILE:LINE: error: what. what to
/// do.`, or `COMMAND: …` when the file cannot be read at all. Warnings are said when asked for. Nothing when
/// it is not sound. With a group's name (or id) only that group's processes and what they use are looked at
/// and returned.
std::optional<Topology> readSoundTopology(const QString& command, const QString& path, bool withWarnings,
                                          const QString& group = {});

} // namespace byteyard::model
