#include "model/session/live_state.h"

#include <algorithm>
#include <tuple>

namespace byteyard::model {

using namespace Qt::StringLiterals;

bool hasEnded(const QString& processState)
{
    return processState == "exited"_L1 || processState == "killed"_L1 || processState == "failed"_L1 ||
           processState == "detached"_L1;
}

void LiveState::setTopology(const Topology& topology)
{
    m_topology = topology;
    drawAll(0, 0);
}

QString LiveState::nodeName(const QString& node) const
{
    const Node* found = m_topology.node(node);
    return found != nullptr ? found->name : node;
}

void LiveState::adopt(const QHash<quint32, QString>& nodesOfProcesses,
                      const QHash<quint32, QString>& nodesOfEndpoints)
{
    const auto give = [](auto& parts, const QHash<quint32, QString>& nodes) {
        for (auto node = nodes.cbegin(); node != nodes.cend(); ++node)
            if (const auto part = parts.find(node.key()); part != parts.end()) {
                part->second.live.entry.node = node.value();
                part->second.live.kept = true;
            }
    };
    give(m_processes, nodesOfProcesses);
    give(m_endpoints, nodesOfEndpoints);
}

// ---- What the engine says

void LiveState::apply(const protocol::EndpointChange& change)
{
    const bool isNew = !m_endpoints.contains(change.endpoint);
    LiveEndpoint& live = m_endpoints[change.endpoint].live;
    live.entry.number = change.endpoint;
    if (!live.kept)
        live.entry.node = change.node;
    live.entry.kind = change.kind;
    live.entry.name = change.name;
    live.entry.state = change.state;
    if (change.inode != 0)
        live.entry.inode = change.inode;
    if (!change.path.isEmpty())
        live.entry.path = change.path;
    if (change.id >= 0)
        live.entry.id = change.id;
    if (!change.key.isEmpty())
        live.entry.key = change.key;
    if (!change.address.isEmpty())
        live.entry.address = change.address;
    if (change.port != 0)
        live.entry.port = change.port;
    if (!change.ends.isEmpty())
        live.entry.ends = change.ends;
    live.entry.parent = change.parent;
    if (change.capacity != 0)
        live.capacity = change.capacity;
    if (isNew)
        drawAll(0, change.endpoint);
}

void LiveState::apply(const protocol::ProcessChange& change, quint64 now)
{
    const bool isNew = !m_processes.contains(change.process);
    LiveProcess& live = m_processes[change.process].live;
    if (isNew || live.entry.state != change.state)
        live.entry.since = change.time != 0 ? change.time : now;
    live.entry.number = change.process;
    live.entry.parent = change.parent;
    if (!live.kept)
        live.entry.node = change.node;
    if (!change.name.isEmpty())
        live.entry.name = change.name;
    if (!change.argv.isEmpty())
        live.entry.argv = change.argv;
    if (change.pid != 0)
        live.entry.pid = change.pid;
    live.entry.state = change.state;
    live.entry.exitCode = change.state == "exited"_L1 ? change.exitCode : std::nullopt;
    live.entry.signal = change.signal;
    live.entry.attached = change.attached;
    live.leaving = change.leaving;
    live.unobserved = change.unobserved;
    if (hasEnded(change.state)) {
        live.paused = false;
        m_pending.removeIf([&](auto call) { return call.value().process == change.process; });
    }
    if (isNew) {
        const Node* node = m_topology.node(change.node);
        const int own = node != nullptr ? node->property(u"pace"_s).toInt() : 0;
        live.pace = own != 0 ? own : m_topology.pace;
        drawAll(change.process, 0);
    }
}

void LiveState::apply(const protocol::EdgeChange& change)
{
    Use& use = this->use(change.process, change.endpoint);
    LiveEdge& live = use.edges[edgeOfDescriptor(use, change.fd, change.access)].live;
    live.fds.removeAll(change.fd);
    live.lastFd = change.fd;
    if (change.open) {
        use.open.insert(change.fd, {change.access, change.description});
        live.fds.append(change.fd);
        live.wasOpen = true;
    } else {
        use.open.remove(change.fd);
    }
    live.open = !live.fds.isEmpty();
    if (!change.open)
        return; // what it was allowed stays known
    const auto allows = [&](const QString& access) {
        return std::any_of(live.fds.begin(), live.fds.end(), [&](int fd) {
            const QString its = use.open.value(fd).access;
            return its == access || its == "read-write"_L1;
        });
    };
    const bool reads = allows(u"read"_s);
    const bool writes = allows(u"write"_s);
    live.access = reads && writes ? u"read-write"_s : writes ? u"write"_s : reads ? u"read"_s : QString();
}

void LiveState::apply(const protocol::Sample& sample)
{
    for (const protocol::EndpointSample& entry : sample.endpoints) {
        const auto found = m_endpoints.find(entry.endpoint);
        if (found == m_endpoints.end())
            continue; // gone between the look and the message
        LiveEndpoint& live = found->second.live;
        live.fill = entry.fill;
        live.fill2 = entry.fill2;
        if (entry.capacity != 0)
            live.capacity = entry.capacity;
        live.writeBlocks = entry.writeBlocks;
        live.sampled = true;
        if (entry.facts)
            live.entry.facts = *entry.facts;
        if (entry.tiles) {
            live.tiles = *entry.tiles;
            live.tilesTotal = entry.tilesTotal;
        }
        if (entry.attached)
            live.attached = *entry.attached;
    }
}

void LiveState::apply(const protocol::PauseChange& change)
{
    for (auto& [number, process] : m_processes) {
        const bool isMeant = change.process != 0
                                 ? number == change.process
                                 : change.node.isEmpty() || process.live.entry.node == change.node;
        if (isMeant && !hasEnded(process.live.entry.state))
            process.live.paused = change.paused;
    }
}

void LiveState::apply(const protocol::SampledChange& change)
{
    const auto found = m_processes.find(change.process);
    if (found == m_processes.end())
        return;
    found->second.live.sampled = change.sampled;
    found->second.live.sampledWhy = change.why;
}

void LiveState::apply(const protocol::Blocked& blocked)
{
    m_pending.insert(blocked.call.tid, blocked.call);
}

void LiveState::apply(const protocol::Unblocked& unblocked)
{
    m_pending.remove(unblocked.tid);
}

void LiveState::apply(const protocol::ActorLine& line)
{
    if (const auto found = m_processes.find(line.process); found != m_processes.end())
        found->second.live.line = line.line;
}

void LiveState::apply(const protocol::ActorError& error)
{
    const auto found = m_processes.find(error.process);
    if (found == m_processes.end())
        return;
    found->second.live.errorLine = error.line;
    found->second.live.error = error.text;
}

void LiveState::setPace(const QString& node, int callsPerSecond)
{
    for (auto& [number, process] : m_processes)
        if (node.isEmpty() || process.live.entry.node == node)
            process.live.pace = callsPerSecond;
}

void LiveState::setProcessError(quint32 process, const QString& sentence)
{
    m_processes[process].live.error = sentence;
}

void LiveState::setEndpointError(quint32 endpoint, const QString& sentence)
{
    m_endpoints[endpoint].live.error = sentence;
}

void LiveState::end(quint64 now, const QString& cut)
{
    m_pending.clear();
    m_moving = false;
    for (auto& [number, process] : m_processes) {
        LiveProcess& live = process.live;
        live.readRate = live.writeRate = 0;
        live.paused = false;
        if (hasEnded(live.entry.state) || live.entry.state == "planned"_L1)
            continue;
        live.entry.state = u"failed"_s;
        live.error = cut;
        live.entry.since = now;
    }
    for (auto& [number, endpoint] : m_endpoints) {
        endpoint.live.inRate = endpoint.live.outRate = 0;
        if (endpoint.live.entry.state == "live"_L1)
            endpoint.live.entry.state = u"closed"_s;
    }
    for (auto& [key, use] : m_uses) {
        use.open.clear();
        for (Metered<LiveEdge>& edge : use.edges) {
            edge.live.fds.clear();
            edge.live.open = false;
            edge.live.blocked = false;
            edge.live.rateIn = edge.live.rateOut = 0;
        }
    }
}

void LiveState::load(const Catalog& catalog, const Statistics::Snapshot& totals)
{
    for (const ProcessEntry& entry : catalog.processes)
        m_processes[entry.number].live.entry = entry;
    for (const EndpointEntry& entry : catalog.endpoints)
        m_endpoints[entry.number].live.entry = entry;
    for (auto edge = totals.edges.cbegin(); edge != totals.edges.cend(); ++edge)
        if (edge.key().process != 0 && edge.key().endpoint != 0)
            for (Metered<LiveEdge>& one : use(edge.key().process, edge.key().endpoint).edges)
                one.live.wasOpen = true;
    for (const auto& [key, total] : totals.descriptors)
        if (const auto known = m_uses.find({key.edge.process, key.edge.endpoint});
            known != m_uses.end() && key.fd >= 0 && total.bytesIn + total.bytesOut > 0) {
            LiveEdge& live = known->second.edges[edgeOfDescriptor(known->second, key.fd, {})].live;
            live.lastFd = live.lastFd < 0 ? key.fd : std::min(live.lastFd, key.fd);
        }
    update(totals, totals.lastTime);
    end(totals.lastTime, {});
    // The catalog's own totals rule: the file may have lost its oldest events.
    for (auto& [number, endpoint] : m_endpoints)
        endpoint.live.entry = catalog.endpoints.value(number);
    for (auto& [number, process] : m_processes)
        process.live.entry = catalog.processes.value(number);
}

// ---- Numbers

void LiveState::update(const Statistics::Snapshot& totals, quint64 now)
{
    m_moving = !m_pending.isEmpty();
    const auto measure = [&](Meters& meters, quint64 in, quint64 out, double& inRate, double& outRate) {
        meters.in.add(now, in);
        meters.out.add(now, out);
        inRate = meters.in.perSecond();
        outRate = meters.out.perSecond();
        m_moving = m_moving || inRate > 0 || outRate > 0;
    };
    for (auto& [number, process] : m_processes) {
        const Totals sum = totals.processes.value(number);
        LiveProcess& live = process.live;
        live.entry.bytesWritten = sum.bytesIn;
        live.entry.bytesRead = sum.bytesOut;
        measure(process.meters, sum.bytesIn, sum.bytesOut, live.writeRate, live.readRate);
    }
    for (auto& [number, endpoint] : m_endpoints) {
        endpoint.live.entry.totals = totals.endpoints.value(number);
        endpoint.live.entry.capture = u"exact"_s;
        endpoint.live.entry.messagesKnown = true;
    }
    for (auto known = totals.knowledge.cbegin(); known != totals.knowledge.cend(); ++known)
        if (const auto endpoint = m_endpoints.find(known.key()); endpoint != m_endpoints.end()) {
            known->applyTo(endpoint->second.live.entry);
            if (const auto parent = m_endpoints.find(endpoint->second.live.entry.parent);
                parent != m_endpoints.end())
                known->applyTo(parent->second.live.entry);
        }
    // What goes over a connection is what its listener served.
    for (const auto& [number, endpoint] : m_endpoints)
        if (const auto parent = m_endpoints.find(endpoint.live.entry.parent);
            endpoint.live.entry.parent != 0 && parent != m_endpoints.end())
            parent->second.live.entry.totals += endpoint.live.entry.totals;
    for (auto& [number, endpoint] : m_endpoints) {
        LiveEndpoint& live = endpoint.live;
        measure(endpoint.meters, live.entry.totals.bytesIn, live.entry.totals.bytesOut, live.inRate,
                live.outRate);
    }
    for (auto& [key, use] : m_uses)
        for (Metered<LiveEdge>& edge : use.edges) {
            LiveEdge& live = edge.live;
            live.bytesIn = live.messagesIn = live.bytesOut = live.messagesOut = 0;
            live.blocked = false;
            const auto endpoint = m_endpoints.find(key.second);
            live.capture = endpoint != m_endpoints.end() ? endpoint->second.live.entry.capture : QString();
        }
    for (const auto& [key, sum] : totals.descriptors) {
        const auto found = m_uses.find({key.edge.process, key.edge.endpoint});
        if (found == m_uses.end())
            continue;
        Use& use = found->second;
        LiveEdge& in = use.edges[edgeOfDescriptor(use, key.fd, u"write"_s)].live;
        in.bytesIn += sum.bytesIn;
        in.messagesIn += sum.messagesIn;
        LiveEdge& out = use.edges[edgeOfDescriptor(use, key.fd, u"read"_s)].live;
        out.bytesOut += sum.bytesOut;
        out.messagesOut += sum.messagesOut;
    }
    for (auto& [key, use] : m_uses)
        for (Metered<LiveEdge>& edge : use.edges)
            measure(edge.meters, edge.live.bytesIn, edge.live.bytesOut, edge.live.rateIn, edge.live.rateOut);
    for (const PendingCall& call : std::as_const(m_pending)) {
        const auto found = m_uses.find({call.process, call.endpoint});
        if (call.endpoint == 0 || call.paced || found == m_uses.end())
            continue;
        Use& use = found->second;
        LiveEdge& live = use.edges[edgeOfDescriptor(use, call.fd, use.open.value(call.fd).access)].live;
        if (!live.blocked || call.waited(call.since) > live.blockedFor(call.since)) {
            live.blockedSince = call.since;
            live.blockedBefore = call.before;
        }
        live.blocked = true;
    }
}

bool LiveState::isMoving() const
{
    return m_moving || !m_pending.isEmpty();
}

void LiveState::fill(Catalog& catalog) const
{
    for (const auto& [number, process] : m_processes)
        catalog.processes.insert(number, process.live.entry);
    for (const auto& [number, endpoint] : m_endpoints)
        catalog.endpoints.insert(number, endpoint.live.entry);
}

// ---- Asking

QList<LiveProcess> LiveState::processes() const
{
    QList<LiveProcess> list;
    for (const auto& [number, process] : m_processes)
        list.append(process.live);
    return list;
}

QList<LiveEndpoint> LiveState::endpoints() const
{
    QList<LiveEndpoint> list;
    for (const auto& [number, endpoint] : m_endpoints)
        list.append(endpoint.live);
    return list;
}

QList<LiveEdge> LiveState::edges() const
{
    QList<LiveEdge> list;
    for (const auto& [key, use] : m_uses)
        for (const Metered<LiveEdge>& edge : use.edges)
            list.append(edge.live);
    return list;
}

QList<LiveDescriptor> LiveState::descriptors() const
{
    QList<LiveDescriptor> list;
    for (const auto& [key, use] : m_uses)
        for (auto fd = use.open.cbegin(); fd != use.open.cend(); ++fd)
            list.append({key.first, fd.key(), fd.value().access, fd.value().description, key.second});
    std::sort(list.begin(), list.end(), [](const LiveDescriptor& a, const LiveDescriptor& b) {
        return std::tie(a.process, a.fd, a.endpoint) < std::tie(b.process, b.fd, b.endpoint);
    });
    return list;
}

const LiveProcess* LiveState::process(quint32 number) const
{
    const auto found = m_processes.find(number);
    return found != m_processes.end() ? &found->second.live : nullptr;
}

const LiveEndpoint* LiveState::endpoint(quint32 number) const
{
    const auto found = m_endpoints.find(number);
    return found != m_endpoints.end() ? &found->second.live : nullptr;
}

const LiveProcess* LiveState::processOfNode(const QString& node) const
{
    for (auto at = m_processes.rbegin(); at != m_processes.rend(); ++at)
        if (!node.isEmpty() && at->second.live.entry.node == node)
            return &at->second.live;
    return nullptr;
}

const LiveEndpoint* LiveState::endpointOfNode(const QString& node) const
{
    for (auto at = m_endpoints.rbegin(); at != m_endpoints.rend(); ++at)
        if (!node.isEmpty() && at->second.live.entry.node == node)
            return &at->second.live;
    return nullptr;
}

const LiveEdge* LiveState::edgeOf(const QString& edgeId) const
{
    for (auto at = m_uses.rbegin(); at != m_uses.rend(); ++at)
        for (const Metered<LiveEdge>& edge : at->second.edges)
            if (!edgeId.isEmpty() && edge.live.edge == edgeId)
                return &edge.live;
    return nullptr;
}

QList<quint32> LiveState::holders(quint32 endpoint, const QString& access) const
{
    QList<quint32> list;
    for (const auto& [key, use] : m_uses) {
        if (key.second != endpoint)
            continue;
        for (const Descriptor& one : use.open)
            if ((one.access == access || one.access == "read-write"_L1) && !list.contains(key.first))
                list.append(key.first);
    }
    return list;
}

} // namespace byteyard::model
