#pragma once

#include "model/session/session.h"
#include "model/topology/topology.h"

namespace byteyard::gui {

/// Everything that is painted of an edge but its place.
struct EdgeLook
{
    enum class State {
        Planned, ///< no kernel object yet
        Open,
        Blocked, ///< a call of the process waits on the endpoint
        Ended,
    };
    model::Kind kind = model::Kind::Pipe; ///< of the endpoint: its hue
    State state = State::Planned;
    bool writes = false; ///< bytes go from the process into the endpoint
    bool reads = false;
    bool sampled = false; ///< the label's number is not exact
    QString label;        ///< rate, "blocked 1.2 s", total
    double rateIn = 0;    ///< into the endpoint, bytes a second
    double rateOut = 0;
    bool discovered = false;
    bool held = false; ///< a program has it open and has not used it: it matters to who waits for its end
    bool nextRun = false;
    bool operator==(const EdgeLook&) const = default;

    bool flows() const { return state == State::Open && (rateIn > 0 || rateOut > 0); }
};

/// How an edge of the document looks; `live` may be null. `now` in ns since the run began.
EdgeLook lookOf(const model::Edge& edge, model::Kind kind, const model::LiveEdge* live, quint64 now,
                bool sessionRuns);
/// How an edge looks that nobody drew: a descriptor that a program got by itself.
EdgeLook lookOfDiscovered(model::Kind kind, const model::LiveEdge& live, quint64 now, bool isMap = false);

} // namespace byteyard::gui
