#pragma once

#include "model/session/session.h"
#include "model/topology/topology.h"

namespace byteyard::gui {

/// The same thing in a shell: the commands that make, look at and remove it. `live` may be null.
QString shellLines(const model::Topology& topology, const model::Node& node, const model::LiveEndpoint* live);
/// The same for a process.
QString shellLines(const model::Node& node, const model::LiveProcess* live);
/// The same with the C library, the lines that matter.
QString cLines(const model::Node& node);
/// The permissions in octal, as a shell and C write them.
QString modeOf(const model::Node& node);
/// What the kind is and what to know of it, as Markdown.
QString kindText(model::Kind kind);

} // namespace byteyard::gui
