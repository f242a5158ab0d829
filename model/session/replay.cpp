#include "model/session/replay.h"

#include "model/log/event_names.h"
#include "model/topology/kind.h"

#include <utility>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

constexpr quint64 blockedAfter = 100'000'000; ///< ns; as the engine tells of it

/// Of what the log's sums tell how much is in it: all that went in and not out.
bool holdsBytes(const QString& kind)
{
    return kind == "pipe"_L1 || kind == "fifo"_L1 || kind == "sysv-queue"_L1 || kind == "posix-queue"_L1;
}

PendingCall pendingOf(const ipc::EventView& event)
{
    PendingCall call;
    call.process = event.process;
    call.pid = event.pid;
    call.tid = event.tid;
    call.call = QString::fromLatin1(bytesOf(ipc::callInfo(event.call).name));
    call.fd = event.fd;
    call.endpoint = event.endpoint;
    call.requested = event.requested;
    call.since = event.time - event.duration;
    call.detail = QString::fromUtf8(event.detail.data(), static_cast<qsizetype>(event.detail.size()));
    call.how = u"exact"_s;
    return call;
}

protocol::ProcessChange changeOf(const ProcessEntry& entry, const QString& state, quint64 time)
{
    protocol::ProcessChange change;
    change.process = entry.number;
    change.parent = entry.parent;
    change.node = entry.node;
    change.name = entry.name;
    change.argv = entry.argv;
    change.pid = entry.pid;
    change.state = state;
    change.attached = entry.attached;
    change.time = time;
    return change;
}

} // namespace

Replay::Replay(std::shared_ptr<const EventStore> store, Catalog catalog, Topology topology, quint64 end)
    : m_store(std::move(store)), m_catalog(std::move(catalog)), m_topology(std::move(topology)), m_end(end)
{
    for (const ProcessEntry& process : m_catalog.sortedProcesses()) {
        m_children[{process.parent, process.pid}].append(process.number);
        m_hasAttached = m_hasAttached || process.attached;
    }
    m_store->forEach(m_store->first(), m_store->end(), [this](quint64, const ipc::EventView& event) {
        if (event.duration >= blockedAfter && event.duration <= event.time && event.call != ipc::Call::Gap)
            m_longCalls.push_back({event.time - event.duration + blockedAfter, event.time, pendingOf(event),
                                   ipc::callInfo(event.call).flow});
        return true;
    });
    begin();
    seek(0);
}

void Replay::begin()
{
    m_statistics = std::make_unique<Statistics>();
    m_live = LiveState(m_topology);
    m_held.clear();
    m_blocked.clear();
    m_forks.clear();
    m_position = m_store->first();
    m_time = 0;
    m_changed = true;
    // What is drawn was made before anything ran.
    for (const EndpointEntry& endpoint : m_catalog.endpoints)
        if (!endpoint.node.isEmpty())
            endpointBegins(endpoint.number);
}

bool Replay::seek(quint64 time)
{
    time = std::min(time, m_end);
    if (time < m_time)
        begin();
    quint64 position = m_position;
    m_store->forEach(m_position, m_store->end(), [&](quint64 at, const ipc::EventView& event) {
        if (event.time > time)
            return false;
        position = at + 1;
        return true;
    });
    advance(time, position);
    return std::exchange(m_changed, false);
}

bool Replay::step(qint64 count)
{
    const quint64 first = m_store->first();
    const quint64 end = m_store->end();
    const auto wanted = static_cast<qint64>(m_position) + count;
    const quint64 position = std::clamp(static_cast<quint64>(std::max<qint64>(wanted, 0)), first, end);
    if (position < m_position)
        begin();
    const EventStore::Row last = position > first ? m_store->at(position - 1) : EventStore::Row();
    // Where threads overlap, events need not stand in the order of their ends.
    advance(std::max(m_time, last ? std::min<quint64>(last->time, m_end) : 0), position);
    return std::exchange(m_changed, false);
}

void Replay::advance(quint64 time, quint64 position)
{
    m_store->forEach(m_position, position, [this](quint64, const ipc::EventView& event) {
        take(event);
        return true;
    });
    m_position = std::max(m_position, position);
    m_time = time;
    showBlocked();
    Statistics::Snapshot totals = m_statistics->totals();
    // Where the log's limit has removed the oldest events, at least so much has passed.
    if (m_store->first() > 0)
        for (auto endpoint = totals.endpoints.cbegin(); endpoint != totals.endpoints.cend(); ++endpoint)
            totals.knowledge[endpoint.key()] += Knowledge{ipc::How::Sampled, false};
    m_live.update(totals, m_time);
    showFill(totals);
}

void Replay::take(const ipc::EventView& event)
{
    m_statistics->add(event);
    if (event.call == ipc::Call::Gap)
        return;
    if (event.process != 0)
        processBegins(event.process, event.time);
    for (const quint32 endpoint : {event.endpoint, event.endpoint2})
        if (endpoint != 0)
            endpointBegins(endpoint);
    switch (event.call) {
    case ipc::Call::Fork:
    case ipc::Call::Vfork:
    case ipc::Call::Clone:
    case ipc::Call::Clone3:
        if (const Fork fork(event.process, event.result); event.error == 0 && m_children.contains(fork)) {
            const QList<quint32> children = m_children.value(fork);
            if (const qsizetype next = m_forks[fork]++; next < children.size())
                processBegins(children.at(next), event.time);
        }
        return;
    case ipc::Call::Exit:
        return processEnds(event.process, event.time);
    case ipc::Call::Close:
        if (event.error == 0)
            hold(event.process, event.endpoint, event.fd, {}, false);
        return;
    default:
        break;
    }
    const ipc::Flow flow = ipc::transferOf(event).flow;
    if (flow == ipc::Flow::In || flow == ipc::Flow::Out)
        hold(event.process, event.endpoint, event.fd, flow == ipc::Flow::In ? u"write"_s : u"read"_s, true);
    if (flow == ipc::Flow::Through || flow == ipc::Flow::Copy) {
        hold(event.process, event.endpoint, event.fd, u"read"_s, true);
        hold(event.process, event.endpoint2, event.fd2, u"write"_s, true);
    }
}

void Replay::processBegins(quint32 number, quint64 time)
{
    const auto entry = m_catalog.processes.constFind(number);
    if (entry == m_catalog.processes.constEnd() || m_live.process(number) != nullptr)
        return;
    m_live.apply(changeOf(*entry, u"running"_s, time), time);
    m_changed = true;
}

void Replay::processEnds(quint32 number, quint64 time)
{
    const auto entry = m_catalog.processes.constFind(number);
    if (entry == m_catalog.processes.constEnd())
        return;
    protocol::ProcessChange change =
        changeOf(*entry, hasEnded(entry->state) ? entry->state : u"exited"_s, time);
    change.exitCode = entry->exitCode;
    change.signal = entry->signal;
    m_live.apply(change, time);
    const auto held = m_held.value(number);
    for (const auto& [endpoint, fd] : held)
        hold(number, endpoint, fd, {}, false);
    m_changed = true;
}

void Replay::endpointBegins(quint32 number)
{
    const auto entry = m_catalog.endpoints.constFind(number);
    if (entry == m_catalog.endpoints.constEnd() || m_live.endpoint(number) != nullptr)
        return;
    protocol::EndpointChange change;
    change.endpoint = number;
    change.node = entry->node;
    change.kind = entry->kind;
    change.name = entry->name;
    change.state = u"live"_s;
    change.inode = entry->inode;
    change.path = entry->path;
    change.id = entry->id;
    change.key = entry->key;
    change.address = entry->address;
    change.port = entry->port;
    change.ends = entry->ends;
    change.parent = entry->parent;
    m_live.apply(change);
    m_changed = true;
}

void Replay::hold(quint32 process, quint32 endpoint, int fd, const QString& access, bool open)
{
    if (process == 0 || endpoint == 0 || m_live.process(process) == nullptr)
        return;
    auto& held = m_held[process];
    const std::pair key(endpoint, fd);
    if (open == held.contains(key))
        return;
    if (open)
        held.insert(key);
    else
        held.remove(key);
    m_live.apply(protocol::EdgeChange{process, endpoint, fd, access, open});
    m_changed = true;
}

void Replay::showBlocked()
{
    for (const qint64 tid : std::exchange(m_blocked, {}))
        m_live.apply(protocol::Unblocked{tid});
    for (const Long& each : m_longCalls)
        if (each.from <= m_time && m_time < each.to && m_live.process(each.call.process) != nullptr) {
            if (each.flow == ipc::Flow::In || each.flow == ipc::Flow::Out)
                hold(each.call.process, each.call.endpoint, each.call.fd,
                     each.flow == ipc::Flow::In ? u"write"_s : u"read"_s, true);
            m_live.apply(protocol::Blocked{each.call});
            m_blocked.append(each.call.tid);
        }
}

/// Whether something may have been in it before the log began: it was there before the run, or who made it
/// was.
bool Replay::mayHaveHeldMore(const EndpointEntry& endpoint) const
{
    if (const Node* node = m_topology.node(endpoint.node))
        return node->property(u"existing"_s).toBool();
    return m_hasAttached;
}

void Replay::showFill(const Statistics::Snapshot& totals)
{
    protocol::Sample sample;
    sample.time = m_time;
    for (const LiveEndpoint& endpoint : m_live.endpoints()) {
        const Totals sum = totals.endpoints.value(endpoint.entry.number);
        if (!holdsBytes(endpoint.entry.kind) || endpoint.entry.capture != "exact"_L1 ||
            sum.bytesOut > sum.bytesIn || mayHaveHeldMore(endpoint.entry))
            continue;
        protocol::EndpointSample one;
        one.endpoint = endpoint.entry.number;
        one.fill = sum.bytesIn - sum.bytesOut;
        sample.endpoints.append(one);
    }
    m_live.apply(sample);
}

} // namespace byteyard::model
