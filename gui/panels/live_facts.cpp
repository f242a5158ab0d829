#include "gui/panels/live_facts.h"

#include "gui/live_lookup.h"
#include "gui/panels/kernel_facts.h"
#include "model/log/format.h"
#include "model/topology/pipeline_text.h"

#include <QCoreApplication>
#include <QJsonArray>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

namespace {

QString say(const char* text)
{
    return QCoreApplication::translate("LiveFacts", text);
}

QString exactBytes(quint64 bytes)
{
    return say(QT_TRANSLATE_NOOP("LiveFacts", "%1 bytes")).arg(formatCount(bytes));
}

Fact bytesFact(const QString& label, quint64 bytes)
{
    return {label, formatBytes(bytes),
            exactBytes(bytes) + u" · "_s +
                say(QT_TRANSLATE_NOOP("LiveFacts", "exact, counted from the calls' results")),
            false};
}

Fact rateFact(const QString& label, double rate)
{
    return {label, formatRate(rate), say(QT_TRANSLATE_NOOP("LiveFacts", "over the last second")), false};
}

} // namespace

QString runStateText(const Session& session)
{
    switch (session.state()) {
    case Session::State::Idle:
        return say(QT_TRANSLATE_NOOP("LiveFacts", "not run yet"));
    case Session::State::Starting:
        return say(QT_TRANSLATE_NOOP("LiveFacts", "starting"));
    case Session::State::Running:
        return say(QT_TRANSLATE_NOOP("LiveFacts", "running"));
    case Session::State::Paused:
        return say(QT_TRANSLATE_NOOP("LiveFacts", "paused"));
    case Session::State::Stopping:
        return say(QT_TRANSLATE_NOOP("LiveFacts", "stopping"));
    case Session::State::Ended:
        return say(QT_TRANSLATE_NOOP("LiveFacts", "ended"));
    case Session::State::Recorded:
        return say(QT_TRANSLATE_NOOP("LiveFacts", "recorded, read-only"));
    }
    return {};
}

QList<Fact> processFacts(const Session& session, const LiveProcess& process)
{
    QList<Fact> facts;
    const ProcessEntry& entry = process.entry;
    facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "state")), stateText(session, process), process.error});
    if (entry.pid > 0)
        facts.append({u"pid"_s, QString::number(entry.pid), {}});
    if (const ProcessEntry parent = session.catalog().processes.value(entry.parent); parent.number != 0)
        facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "parent")),
                      u"%1 · pid %2"_s.arg(parent.name).arg(parent.pid),
                      {}});
    if (entry.exitCode)
        facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "exit code")), QString::number(*entry.exitCode),
                      u"exit(3)"_s});
    if (!entry.signal.isEmpty())
        facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "ended by")), entry.signal, u"signal(7)"_s});
    facts.append(bytesFact(say(QT_TRANSLATE_NOOP("LiveFacts", "bytes read")), entry.bytesRead));
    facts.append(bytesFact(say(QT_TRANSLATE_NOOP("LiveFacts", "bytes written")), entry.bytesWritten));
    if (session.isLive()) {
        facts.append(rateFact(say(QT_TRANSLATE_NOOP("LiveFacts", "reads")), process.readRate));
        facts.append(rateFact(say(QT_TRANSLATE_NOOP("LiveFacts", "writes")), process.writeRate));
    }
    if (process.pace > 0)
        facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "pace")),
                      say(QT_TRANSLATE_NOOP("LiveFacts", "%1 calls a second")).arg(process.pace),
                      {}});
    for (const PendingCall& call : session.pending()) {
        if (call.process != entry.number)
            continue;
        const quint64 since = session.now() > call.since ? session.now() - call.since : 0;
        facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "waits in")),
                      formatCall(call) + u" · "_s + formatDuration(since),
                      call.paced
                          ? say(QT_TRANSLATE_NOOP("LiveFacts", "held by pace or pause, not by the kernel"))
                          : QString(),
                      call.how == "sampled"_L1});
    }
    return facts;
}

QList<Fact> endpointFacts(const Session& session, const LiveEndpoint& endpoint)
{
    QList<Fact> facts;
    const EndpointEntry& entry = endpoint.entry;
    facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "state")), entry.state, endpoint.error});
    facts += kernelFacts(session, endpoint);
    // Where the kernel has names of its own for it, they say more.
    if (endpoint.sampled && endpoint.entry.facts.isEmpty()) {
        const QString how =
            say(QT_TRANSLATE_NOOP("LiveFacts", "sampled: FIONREAD, asked of the kernel while it runs"));
        const QString fill = endpoint.capacity > 0
                                 ? say(QT_TRANSLATE_NOOP("LiveFacts", "%1 of %2"))
                                       .arg(formatBytes(endpoint.fill), formatBytes(endpoint.capacity))
                                 : formatBytes(endpoint.fill);
        facts.append({entry.kind == "file"_L1 ? say(QT_TRANSLATE_NOOP("LiveFacts", "size"))
                                              : say(QT_TRANSLATE_NOOP("LiveFacts", "fill")),
                      fill, exactBytes(endpoint.fill) + u" · "_s + how, true});
        if (entry.kind == "socketpair"_L1)
            facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "fill, b to a")), formatBytes(endpoint.fill2),
                          exactBytes(endpoint.fill2) + u" · "_s + how, true});
        if (endpoint.writeBlocks)
            facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "a write now")),
                          say(QT_TRANSLATE_NOOP("LiveFacts", "would block")),
                          say(QT_TRANSLATE_NOOP("LiveFacts", "sampled: POLLOUT")), true});
    }
    facts.append(bytesFact(say(QT_TRANSLATE_NOOP("LiveFacts", "bytes in")), entry.totals.bytesIn));
    facts.append(bytesFact(say(QT_TRANSLATE_NOOP("LiveFacts", "bytes out")), entry.totals.bytesOut));
    facts.append(
        {say(QT_TRANSLATE_NOOP("LiveFacts", "messages")),
         u"%1 / %2"_s.arg(formatCount(entry.totals.messagesIn), formatCount(entry.totals.messagesOut)),
         say(QT_TRANSLATE_NOOP("LiveFacts", "in / out · calls that moved bytes"))});
    if (endpoint.inRate > 0 || endpoint.outRate > 0) {
        facts.append(rateFact(say(QT_TRANSLATE_NOOP("LiveFacts", "rate in")), endpoint.inRate));
        facts.append(rateFact(say(QT_TRANSLATE_NOOP("LiveFacts", "rate out")), endpoint.outRate));
    }
    if (entry.totals.errors > 0)
        facts.append(
            {say(QT_TRANSLATE_NOOP("LiveFacts", "failed calls")), formatCount(entry.totals.errors), {}});
    if (!entry.path.isEmpty())
        facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "path")), entry.path, {}});
    if (entry.port > 0)
        facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "address")),
                      u"%1 · %2"_s.arg(entry.address).arg(entry.port),
                      {}});
    return facts;
}

QList<Fact> edgeFacts(const Session& session, const Edge& edge)
{
    QList<Fact> facts;
    facts.append(
        isFdPort(edge.processPort)
            ? Fact{u"fd"_s, edge.processPort, say(QT_TRANSLATE_NOOP("LiveFacts", "the process's descriptor"))}
            : Fact{say(QT_TRANSLATE_NOOP("LiveFacts", "handle")), edge.processPort,
                   say(QT_TRANSLATE_NOOP("LiveFacts", "by which the process speaks of it"))});
    facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "port")), edge.endpointPort, {}});
    QStringList flags;
    for (const QJsonValue& flag : edge.properties.value("flags"_L1).toArray())
        flags.append(flag.toString());
    if (!flags.isEmpty())
        facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "flags")), flags.join(u" | "_s), u"open(2)"_s});
    if (const QString shared = edge.properties.value("shared"_L1).toString(); !shared.isEmpty())
        facts.append(
            {say(QT_TRANSLATE_NOOP("LiveFacts", "shares")), shared,
             say(QT_TRANSLATE_NOOP("LiveFacts", "edges with this word share one open file description"))});
    const LiveEdge* live = session.edgeOf(edge.id);
    if (!live)
        return facts;
    facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "state")),
                  live->open      ? say(QT_TRANSLATE_NOOP("LiveFacts", "open"))
                  : live->wasOpen ? say(QT_TRANSLATE_NOOP("LiveFacts", "closed"))
                                  : say(QT_TRANSLATE_NOOP("LiveFacts", "planned")),
                  {}});
    facts.append(bytesFact(say(QT_TRANSLATE_NOOP("LiveFacts", "bytes in")), live->bytesIn));
    facts.append(bytesFact(say(QT_TRANSLATE_NOOP("LiveFacts", "bytes out")), live->bytesOut));
    facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "messages")),
                  u"%1 / %2"_s.arg(formatCount(live->messagesIn), formatCount(live->messagesOut)),
                  {}});
    if (session.isLive()) {
        facts.append(rateFact(say(QT_TRANSLATE_NOOP("LiveFacts", "rate in")), live->rateIn));
        facts.append(rateFact(say(QT_TRANSLATE_NOOP("LiveFacts", "rate out")), live->rateOut));
    }
    if (live->blocked && session.now() > live->blockedSince)
        facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "blocked for")),
                      formatDuration(session.now() - live->blockedSince),
                      {}});
    return facts;
}

QList<Fact> runFacts(const Session& session)
{
    QList<Fact> facts;
    facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "run")), runStateText(session), session.recordedFrom()});
    if (session.state() == Session::State::Idle)
        return facts;
    facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "time")), formatDuration(session.now()), {}});
    facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "capture")), session.captureText(), {}});
    facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "events")), formatCount(session.eventCount()), {}});
    facts.append({say(QT_TRANSLATE_NOOP("LiveFacts", "lost")), formatCount(session.lost()), {}});
    for (const LiveProcess& process : session.processes())
        facts.append({process.entry.name, stateText(session, process),
                      process.entry.pid > 0 ? u"pid %1"_s.arg(process.entry.pid) : QString()});
    return facts;
}

QList<Fact> holderFacts(const QList<Holder>& holders)
{
    QList<Fact> facts;
    for (const Holder& holder : holders)
        facts.append(
            {u"%1 · pid %2"_s.arg(holder.name).arg(holder.pid),
             u"fd %1 · %2"_s.arg(holder.fd).arg(holder.access),
             holder.process == 0
                 ? say(QT_TRANSLATE_NOOP("LiveFacts", "sampled from /proc · not a process of this run"))
                 : say(QT_TRANSLATE_NOOP("LiveFacts", "sampled from /proc")),
             true});
    return facts;
}

} // namespace byteyard::gui
