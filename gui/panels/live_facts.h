#pragma once

#include "gui/widgets/fact_list.h"
#include "model/session/session.h"
#include "model/topology/topology.h"

namespace byteyard::gui {

// What the inspector's Live page says of a thing, each line with how it is known.

QList<Fact> processFacts(const model::Session& session, const model::LiveProcess& process);
QList<Fact> endpointFacts(const model::Session& session, const model::LiveEndpoint& endpoint);
QList<Fact> edgeFacts(const model::Session& session, const model::Edge& edge);
/// Its state, its processes' totals, and its members.
QList<Fact> groupFacts(const model::Session& session, const model::Topology& topology,
                       const model::Group& group);
QList<Fact> runFacts(const model::Session& session);
QList<Fact> holderFacts(const model::Session& session, const QList<model::Holder>& holders);

/// "not run", "running", "paused", "ended", "recorded".
QString runStateText(const model::Session& session);

} // namespace byteyard::gui
