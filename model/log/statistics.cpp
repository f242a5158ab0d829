#include "model/log/statistics.h"

#include <algorithm>

namespace byteyard::model {

Totals& Statistics::descriptor(const DescriptorKey& key)
{
    Cached& cached = m_cache[(key.edge.process * 5 + key.edge.endpoint + static_cast<quint32>(key.fd) * 3) %
                             m_cache.size()];
    if (!cached.totals || cached.key != key)
        cached = {key, &m_descriptors[key]};
    return *cached.totals;
}

void Statistics::add(const ipc::EventView& event)
{
    using ipc::Flow;
    const ipc::Transfer moved = ipc::transferOf(event);
    const Flow flow = moved.flow;
    const std::scoped_lock lock(m_mutex);
    ++m_events;
    m_lastTime = std::max<quint64>(m_lastTime, event.time);
    m_timeLine.add(event.time, event.duration);

    Totals& one = descriptor({{event.process, event.endpoint}, event.fd});
    ++one.calls;
    one.errors += event.error != 0;
    if (flow == Flow::In) {
        one.bytesIn += moved.bytes;
        one.messagesIn += moved.messages;
    } else if (flow == Flow::Out || flow == Flow::Through) {
        one.bytesOut += moved.bytes;
        one.messagesOut += moved.messages;
    }
    if ((flow == Flow::Through || flow == Flow::Copy) && event.endpoint2 != 0) {
        Totals& other = descriptor({{event.process, event.endpoint2}, event.fd2});
        if (event.endpoint2 != event.endpoint) {
            ++other.calls;
            other.errors += event.error != 0;
        }
        other.bytesIn += moved.bytes;
        other.messagesIn += moved.messages;
    }
}

void Statistics::add(const DescriptorKey& key, const Totals& missing)
{
    const std::scoped_lock lock(m_mutex);
    descriptor(key) += missing;
}

Statistics::Snapshot Statistics::totals() const
{
    Snapshot snapshot;
    {
        const std::scoped_lock lock(m_mutex);
        snapshot.events = m_events;
        snapshot.lastTime = m_lastTime;
        snapshot.descriptors.assign(m_descriptors.begin(), m_descriptors.end());
    }
    snapshot.edges.reserve(static_cast<qsizetype>(snapshot.descriptors.size()));
    for (const auto& [key, totals] : snapshot.descriptors)
        snapshot.edges[key.edge] += totals;
    for (auto edge = snapshot.edges.cbegin(); edge != snapshot.edges.cend(); ++edge) {
        snapshot.processes[edge.key().process] += edge.value();
        if (edge.key().endpoint != 0)
            snapshot.endpoints[edge.key().endpoint] += edge.value();
    }
    return snapshot;
}

TimeLine Statistics::timeLine() const
{
    const std::scoped_lock lock(m_mutex);
    return m_timeLine;
}

void Statistics::clear()
{
    const std::scoped_lock lock(m_mutex);
    m_timeLine = {};
    m_descriptors.clear();
    m_cache = {};
    m_events = 0;
    m_lastTime = 0;
}

void Statistics::Snapshot::applyTo(Catalog& catalog) const
{
    for (auto endpoint = endpoints.cbegin(); endpoint != endpoints.cend(); ++endpoint) {
        const auto entry = catalog.endpoints.find(endpoint.key());
        if (entry != catalog.endpoints.end())
            entry->totals = endpoint.value();
    }
    // What goes over a connection is what its listener served.
    for (const EndpointEntry& entry : std::as_const(catalog.endpoints))
        if (entry.parent != 0 && endpoints.contains(entry.number))
            if (const auto parent = catalog.endpoints.find(entry.parent); parent != catalog.endpoints.end())
                parent->totals += endpoints.value(entry.number);
    for (auto process = processes.cbegin(); process != processes.cend(); ++process) {
        const auto entry = catalog.processes.find(process.key());
        if (entry != catalog.processes.end()) {
            entry->bytesRead = process->bytesOut;
            entry->bytesWritten = process->bytesIn;
        }
    }
}

} // namespace byteyard::model
