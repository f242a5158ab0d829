#include "gui/canvas/edge_look.h"

#include "gui/canvas/shape.h"
#include "model/log/format.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

struct EdgeLookText
{
    Q_DECLARE_TR_FUNCTIONS(EdgeLook)
};

/// What was only looked at comes to that at least.
QString totalText(quint64 total, bool sampled)
{
    return sampled ? u"≥ "_s + model::formatBytes(total) : model::formatBytes(total);
}

void setLive(EdgeLook& look, const model::LiveEdge& live, quint64 now)
{
    const quint64 total = live.bytesIn + live.bytesOut;
    look.rateIn = live.rateIn;
    look.rateOut = live.rateOut;
    look.sampled = live.capture == "sampled"_L1 && !live.blocked;
    if (live.blocked) {
        look.state = EdgeLook::State::Blocked;
        const quint64 since = live.blockedFor(now);
        // Tenths are enough, and a text that stays is not painted again.
        look.label = EdgeLookText::tr("blocked %1").arg(model::formatDuration(since - since % 100'000'000));
    } else if (live.open) {
        look.state = EdgeLook::State::Open;
        if (live.capture == "unobserved"_L1)
            look.label = EdgeLookText::tr("unobserved");
        else if (look.rateIn + look.rateOut > 0)
            look.label = model::formatRate(look.rateIn + look.rateOut);
        else if (total > 0)
            look.label = totalText(total, look.sampled);
    } else if (live.wasOpen) {
        look.state = EdgeLook::State::Ended;
        if (live.capture == "unobserved"_L1)
            look.label = EdgeLookText::tr("unobserved");
        else if (total > 0)
            look.label = totalText(total, look.sampled);
    }
}

} // namespace

EdgeLook lookOf(const model::Edge& edge, model::Kind kind, const model::LiveEdge* live, quint64 now,
                bool sessionRuns)
{
    EdgeLook look;
    look.kind = kind;
    look.writes = model::portWrites(edge.endpointPort);
    look.reads = model::portReads(edge.endpointPort);
    if (live != nullptr)
        setLive(look, *live, now);
    look.nextRun = sessionRuns && live == nullptr;
    if (look.nextRun)
        look.label = EdgeLookText::tr("next run");
    return look;
}

EdgeLook lookOfDiscovered(model::Kind kind, const model::LiveEdge& live, quint64 now, bool isMap)
{
    EdgeLook look;
    look.kind = kind;
    look.discovered = true;
    look.writes = live.bytesIn > 0;
    look.reads = live.bytesOut > 0;
    setLive(look, live, now);
    if (isMap) { // nothing that moves is observed: what its descriptors allow, and no word on each line
        look.writes = live.access == "write"_L1;
        look.reads = live.access == "read"_L1;
        if (!live.blocked)
            look.label.clear();
        return look;
    }
    const bool isSeen =
        live.capture != "unobserved"_L1 && shapeOf(kind) != Shape::Memory; // stores are no calls
    look.held = look.state == EdgeLook::State::Open && isSeen &&
                live.bytesIn + live.bytesOut + live.messagesIn + live.messagesOut == 0;
    return look;
}

} // namespace byteyard::gui
