#include "gui/panels/live_facts.h"

#include "gui/live_lookup.h"
#include "gui/panels/kernel_facts.h"
#include "model/log/format.h"
#include "model/session/live_state.h"
#include "model/topology/pipeline_text.h"

#include <QCoreApplication>
#include <QJsonArray>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

namespace {

struct LiveFactsText
{
    Q_DECLARE_TR_FUNCTIONS(LiveFacts)
};

Fact bytesFact(const QString& label, quint64 bytes)
{
    return {label, formatBytes(bytes),
            spellBytes(bytes) + u" · "_s + LiveFactsText::tr("exact, counted from the calls' results"),
            false};
}

Fact rateFact(const QString& label, double rate)
{
    return {label, formatRate(rate), LiveFactsText::tr("over the last second"), false};
}

Fact fillFact(const QString& label, const LiveEndpoint& endpoint, const std::optional<quint64>& bytes)
{
    if (!bytes)
        return {
            label, LiveFactsText::tr("not known yet"),
            LiveFactsText::tr(
                "Not known until it is accepted: the kernel tells nothing of a UNIX socket that waits for "
                "that, and of what its sender has queued only the memory (snd_q)."),
            false};
    const QString text =
        endpoint.capacity > 0 && !isTwoWay(endpoint)
            ? LiveFactsText::tr("%1 of %2").arg(formatBytes(*bytes), formatBytes(endpoint.capacity))
            : formatBytes(*bytes);
    return {label, text,
            spellBytes(*bytes) + u" · "_s + LiveFactsText::tr("sampled: asked of the kernel while it runs"),
            true};
}

QList<Fact> fillFacts(const LiveEndpoint& endpoint)
{
    const QString filled = LiveFactsText::tr("fill");
    QList<Fact> facts;
    if (isTwoWay(endpoint))
        facts = {fillFact(filled + u" →"_s, endpoint, endpoint.fill),
                 fillFact(filled + u" ←"_s, endpoint, endpoint.fill2)};
    else
        facts = {fillFact(endpoint.entry.kind == "file"_L1 ? LiveFactsText::tr("size") : filled, endpoint,
                          endpoint.fill)};
    if (endpoint.writeBlocks)
        facts.append({LiveFactsText::tr("a write now"), LiveFactsText::tr("would block"),
                      LiveFactsText::tr("sampled"), true});
    return facts;
}

} // namespace

QString runStateText(const Session& session)
{
    if (session.isReplaying())
        return LiveFactsText::tr("replayed from the log");
    switch (session.state()) {
    case Session::State::Idle:
        return LiveFactsText::tr("not run yet");
    case Session::State::Starting:
        return LiveFactsText::tr("starting");
    case Session::State::Running:
        return LiveFactsText::tr("running");
    case Session::State::Paused:
        return LiveFactsText::tr("paused");
    case Session::State::Stopping:
        return LiveFactsText::tr("stopping");
    case Session::State::Ended:
        return LiveFactsText::tr("ended");
    case Session::State::Recorded:
        return LiveFactsText::tr("recorded, read-only");
    }
    return {};
}

/// Of this run's processes the name on the canvas: all scripts are run by the same program.
QString nameOf(const Session& session, const Holder& holder)
{
    const ProcessEntry known = session.catalog().processes.value(holder.process);
    return known.name.isEmpty() ? holder.name : known.name;
}

/// Why calls are not followed, for people.
QString sampledText(const QString& why)
{
    if (why == "attached"_L1)
        return LiveFactsText::tr("partly unobserved: threads sleep where they must not be disturbed");
    if (why == "budget"_L1)
        return LiveFactsText::tr("sampled: it is past its budget of calls a second");
    return why == "person"_L1 ? LiveFactsText::tr("sampled: as you chose") : LiveFactsText::tr("sampled");
}

/// A total of an endpoint, with what is known of it.
Fact totalFact(const QString& name, const EndpointEntry& entry, quint64 bytes)
{
    Fact fact = bytesFact(name, bytes);
    if (entry.capture == "unobserved"_L1) {
        fact.value = LiveFactsText::tr("unobserved");
        fact.tip =
            LiveFactsText::tr("calls on it were not followed, and the kernel keeps no count of its own");
    } else if (entry.capture == "sampled"_L1) {
        fact.value = u"≥ "_s + fact.value;
        fact.tip = spellBytes(bytes) + u" · "_s +
                   LiveFactsText::tr("at least: calls on it were not followed, and what it held "
                                     "was looked at 60 times a second");
        fact.sampled = true;
    } else if (!entry.messagesKnown) {
        fact.tip = spellBytes(bytes) + u" · "_s + LiveFactsText::tr("exact, by the kernel's own count");
    }
    return fact;
}

/// Who is blocked on it, in which call.
QList<Fact> waiterFacts(const Session& session, quint32 endpoint)
{
    QList<Fact> facts;
    for (const PendingCall& call : session.pending()) {
        if (call.endpoint != endpoint || call.paced)
            continue;
        const quint64 since = call.waited(session.now());
        const ProcessEntry process = session.catalog().processes.value(call.process);
        facts.append({LiveFactsText::tr("waits"),
                      u"%1 · %2 · %3"_s.arg(process.name, call.call, formatDuration(since)),
                      u"%1 · pid %2"_s.arg(formatCall(call)).arg(process.pid), call.how == "sampled"_L1});
    }
    return facts;
}

QList<Fact> processFacts(const Session& session, const LiveProcess& process)
{
    QList<Fact> facts;
    const ProcessEntry& entry = process.entry;
    facts.append({LiveFactsText::tr("state"), stateText(session, process), process.error});
    if (entry.pid > 0)
        facts.append({u"pid"_s, QString::number(entry.pid), {}});
    if (const ProcessEntry parent = session.catalog().processes.value(entry.parent); parent.number != 0)
        facts.append({LiveFactsText::tr("parent"), u"%1 · pid %2"_s.arg(parent.name).arg(parent.pid), {}});
    if (entry.exitCode)
        facts.append({LiveFactsText::tr("exit code"), QString::number(*entry.exitCode), u"exit(3)"_s});
    if (!entry.signal.isEmpty())
        facts.append({LiveFactsText::tr("ended by"), entry.signal, u"signal(7)"_s});
    if (!process.unobserved.isEmpty())
        facts.append({LiveFactsText::tr("followed"),
                      LiveFactsText::tr("attached: unobserved (%1)").arg(process.unobserved),
                      LiveFactsText::tr("its calls are not those that are known here")});
    else if (entry.attached)
        facts.append({LiveFactsText::tr("followed"),
                      process.isSampled()
                          ? LiveFactsText::tr("attached: sampled")
                          : LiveFactsText::tr("attached: exact (%1)").arg(session.attachedCapture()),
                      LiveFactsText::tr("it ran before, or such a process started it: it is never ended by "
                                        "Byteyard")});
    if (session.isMap()) {
        facts.append({LiveFactsText::tr("calls"), LiveFactsText::tr("not followed"),
                      LiveFactsText::tr("a map looks at who has what; what moves is unobserved")});
    } else if (process.sampled) {
        facts.append(
            {LiveFactsText::tr("calls"), sampledText(process.sampledWhy),
             LiveFactsText::tr("those that move bytes are not followed one by one: the log has a gap "
                               "for that time"),
             true});
    } else {
        facts.append(bytesFact(LiveFactsText::tr("bytes read"), entry.bytesRead));
        facts.append(bytesFact(LiveFactsText::tr("bytes written"), entry.bytesWritten));
    }
    if (session.isLive() && !process.sampled && !session.isMap()) {
        facts.append(rateFact(LiveFactsText::tr("reads"), process.readRate));
        facts.append(rateFact(LiveFactsText::tr("writes"), process.writeRate));
    }
    if (process.pace > 0)
        facts.append(
            {LiveFactsText::tr("pace"), LiveFactsText::tr("%1 calls a second").arg(process.pace), {}});
    for (const PendingCall& call : session.pending()) {
        if (call.process != entry.number)
            continue;
        const quint64 since = call.waited(session.now());
        facts.append({LiveFactsText::tr("waits in"), formatCall(call) + u" · "_s + formatDuration(since),
                      call.paced ? LiveFactsText::tr("held by pace or pause, not by the kernel") : QString(),
                      call.how == "sampled"_L1});
    }
    return facts;
}

QList<Fact> endpointFacts(const Session& session, const LiveEndpoint& endpoint)
{
    QList<Fact> facts;
    const EndpointEntry& entry = endpoint.entry;
    // A socket's own state says more than that it is there.
    if (entry.state != "live"_L1 || !entry.facts.contains("state"_L1))
        facts.append({LiveFactsText::tr("state"), entry.state, endpoint.error});
    facts += kernelFacts(session, endpoint);
    facts += waiterFacts(session, entry.number);
    // Where the kernel has names of its own for it, they say more.
    const bool isOver = entry.facts.value("state"_L1) == "TIME_WAIT"_L1; // nobody holds bytes for it any more
    if (endpoint.sampled && !isOver && (entry.facts.isEmpty() || entry.parent != 0))
        facts += fillFacts(endpoint);
    facts.append(totalFact(LiveFactsText::tr("bytes in"), entry, entry.totals.bytesIn));
    facts.append(totalFact(LiveFactsText::tr("bytes out"), entry, entry.totals.bytesOut));
    if (entry.messagesKnown)
        facts.append(
            {LiveFactsText::tr("messages"),
             u"%1 / %2"_s.arg(formatCount(entry.totals.messagesIn), formatCount(entry.totals.messagesOut)),
             LiveFactsText::tr("in / out · calls that moved bytes")});
    if (endpoint.inRate > 0 || endpoint.outRate > 0) {
        facts.append(rateFact(LiveFactsText::tr("rate in"), endpoint.inRate));
        facts.append(rateFact(LiveFactsText::tr("rate out"), endpoint.outRate));
    }
    if (entry.totals.errors > 0)
        facts.append({LiveFactsText::tr("failed calls"), formatCount(entry.totals.errors), {}});
    if (!entry.path.isEmpty())
        facts.append({LiveFactsText::tr("path"), entry.path, {}});
    if (entry.port > 0)
        facts.append({LiveFactsText::tr("address"), u"%1 · %2"_s.arg(entry.address).arg(entry.port), {}});
    return facts;
}

QList<Fact> edgeFacts(const Session& session, const Edge& edge)
{
    QList<Fact> facts;
    facts.append(isFdPort(edge.processPort)
                     ? Fact{u"fd"_s, edge.processPort, LiveFactsText::tr("the process's descriptor")}
                     : Fact{LiveFactsText::tr("handle"), edge.processPort,
                            LiveFactsText::tr("by which the process speaks of it")});
    facts.append({LiveFactsText::tr("port"), edge.endpointPort, {}});
    QStringList flags;
    for (const QJsonValue& flag : edge.properties.value("flags"_L1).toArray())
        flags.append(flag.toString());
    if (!flags.isEmpty())
        facts.append({LiveFactsText::tr("flags"), flags.join(u" | "_s), u"open(2)"_s});
    if (const QString shared = edge.properties.value("shared"_L1).toString(); !shared.isEmpty())
        facts.append({LiveFactsText::tr("shares"), shared,
                      LiveFactsText::tr("edges with this word share one open file description")});
    const LiveEdge* live = session.edgeOf(edge.id);
    if (!live)
        return facts;
    facts.append({LiveFactsText::tr("state"),
                  live->open      ? LiveFactsText::tr("open")
                  : live->wasOpen ? LiveFactsText::tr("closed")
                                  : LiveFactsText::tr("planned"),
                  {}});
    facts.append(bytesFact(LiveFactsText::tr("bytes in"), live->bytesIn));
    facts.append(bytesFact(LiveFactsText::tr("bytes out"), live->bytesOut));
    facts.append({LiveFactsText::tr("messages"),
                  u"%1 / %2"_s.arg(formatCount(live->messagesIn), formatCount(live->messagesOut)),
                  {}});
    if (session.isLive()) {
        facts.append(rateFact(LiveFactsText::tr("rate in"), live->rateIn));
        facts.append(rateFact(LiveFactsText::tr("rate out"), live->rateOut));
    }
    if (live->blocked)
        facts.append({LiveFactsText::tr("blocked for"), formatDuration(live->blockedFor(session.now())), {}});
    return facts;
}

/// All that are drawn, and of those that programs forked (a shell loop forks thousands) the newest that are
/// there, and the newest that have ended.
QList<Fact> processFacts(const Session& session)
{
    constexpr qsizetype forkedMost = 24;
    const QList<LiveProcess> processes = session.processes();
    QList<Fact> facts;
    qsizetype forked = 0;
    qsizetype others = 0;
    const auto add = [&](bool ended) {
        for (auto process = processes.crbegin(); process != processes.crend(); ++process) {
            const bool isDrawn = !process->entry.node.isEmpty();
            if ((model::hasEnded(process->entry.state) && !isDrawn) != ended)
                continue;
            if (!isDrawn && ++forked > forkedMost) {
                ++others;
                continue;
            }
            facts.prepend({process->entry.name, stateText(session, *process),
                           process->entry.pid > 0 ? u"pid %1"_s.arg(process->entry.pid) : QString()});
        }
    };
    add(true);
    forked = 0;
    add(false);
    if (others > 0)
        facts.append({LiveFactsText::tr("others"), formatCount(static_cast<quint64>(others)),
                      LiveFactsText::tr("that programs forked; the log has them all")});
    return facts;
}

QList<Fact> runFacts(const Session& session)
{
    QList<Fact> facts;
    facts.append({LiveFactsText::tr("run"), runStateText(session), session.recordedFrom()});
    if (session.state() == Session::State::Idle)
        return facts;
    facts.append({LiveFactsText::tr("time"), formatDuration(session.now()), {}});
    facts.append({LiveFactsText::tr("capture"), session.captureText(), {}});
    if (session.isMap())
        return facts + processFacts(session); // no call is followed: none can be counted, or lost
    facts.append({LiveFactsText::tr("events"), formatCount(session.eventCount()), {}});
    facts.append({LiveFactsText::tr("lost"), formatCount(session.lost()), {}});
    return facts + processFacts(session);
}

QList<Fact> holderFacts(const Session& session, const QList<Holder>& holders)
{
    QList<Fact> facts;
    for (const Holder& holder : holders)
        facts.append({u"%1 · pid %2"_s.arg(nameOf(session, holder)).arg(holder.pid),
                      u"fd %1 · %2"_s.arg(holder.fd).arg(holder.access),
                      holder.process == 0
                          ? LiveFactsText::tr("sampled from /proc · not a process of this run")
                          : LiveFactsText::tr("sampled from /proc"),
                      true});
    return facts;
}

} // namespace byteyard::gui
