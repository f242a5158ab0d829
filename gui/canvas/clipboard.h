#pragma once

#include "model/topology/topology.h"

class QMimeData;

namespace byteyard::gui {

/// The chosen nodes, the edges that lie between them, and the groups that are chosen whole.
model::Topology fragmentOf(const model::Topology& topology, const QStringList& nodes);
/// A fragment as the text of a .byteyard file, under its own type and as plain text.
QMimeData* fragmentToMime(const model::Topology& fragment);
/// The fragment that the data holds; false when it holds none.
bool fragmentFromMime(const QMimeData* mime, model::Topology& fragment);

} // namespace byteyard::gui
