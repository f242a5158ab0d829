#include "model/log/statistics.h"

#include <algorithm>

namespace byteyard::model {

void Knowledge::applyTo(EndpointEntry& entry) const
{
    if (bytes == ipc::How::Unobserved)
        entry.capture = QStringLiteral("unobserved");
    else if (bytes == ipc::How::Sampled && entry.capture == QLatin1String("exact"))
        entry.capture = QStringLiteral("sampled");
    entry.messagesKnown = entry.messagesKnown && messages;
}

Totals& Statistics::descriptor(const DescriptorKey& key)
{
    Cached& cached = m_cache[(key.edge.process * 5 + key.edge.endpoint + static_cast<quint32>(key.fd) * 3) %
                             m_cache.size()];
    if (!cached.totals || cached.key != key)
        cached = {key, &m_descriptors[key]};
    return *cached.totals;
}

/// With the mutex held.
void Statistics::count(const ipc::EventView& event)
{
    using ipc::Flow;
    const ipc::Transfer moved = ipc::transferOf(event);
    const Flow flow = moved.flow;
    if (event.call == ipc::Call::Gap) {
        m_lastTime = std::max<quint64>(m_lastTime, event.time);
        return addGap(event);
    }
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

/// Time in which calls were not followed, or were lost, and what they moved as far as that is known.
void Statistics::addGap(const ipc::EventView& gap)
{
    const ipc::GapSums sums = ipc::gapSums(gap);
    if (gap.endpoint == 0)
        return; // a thread's own counts, of whatever it read and wrote
    Totals& one = descriptor({{gap.process, gap.endpoint}, gap.fd});
    one.calls += sums.calls.value_or(0);
    one.bytesIn += sums.bytesIn.value_or(0);
    one.bytesOut += sums.bytesOut.value_or(0);
    one.messagesIn += sums.messagesIn.value_or(0);
    one.messagesOut += sums.messagesOut.value_or(0);
    if (gap.how != ipc::How::Exact || !sums.messagesIn)
        m_knowledge[gap.endpoint] += Knowledge{gap.how, sums.messagesIn.has_value()};
    const quint32 number =
        static_cast<quint32>(QByteArray::fromStdString(ipc::detailValue(gap.detail, "gap")).toUInt());
    if (number == 0)
        return;
    m_closed[gap.endpoint] = number;
    m_open.remove(gap.endpoint);
}

void Statistics::setOpen(quint32 endpoint, const OpenGap& open)
{
    const std::scoped_lock lock(m_mutex);
    if (open.gap > m_closed.value(endpoint)) // what comes late was told already
        m_open[endpoint] = open;
}

Statistics::Snapshot Statistics::totals() const
{
    Snapshot snapshot;
    {
        const std::scoped_lock lock(m_mutex);
        snapshot.events = m_events;
        snapshot.lastTime = m_lastTime;
        snapshot.descriptors.assign(m_descriptors.begin(), m_descriptors.end());
        snapshot.knowledge = m_knowledge;
        for (auto open = m_open.cbegin(); open != m_open.cend(); ++open) {
            Totals in;
            in.bytesIn = open->bytesIn;
            Totals out;
            out.bytesOut = open->bytesOut;
            snapshot.descriptors.push_back({{{open->writer, open.key()}, -1}, in});
            snapshot.descriptors.push_back({{{open->reader, open.key()}, -1}, out});
            snapshot.knowledge[open.key()] += Knowledge{open->how, false};
        }
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
    m_knowledge.clear();
    m_open.clear();
    m_closed.clear();
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
    for (auto known = knowledge.cbegin(); known != knowledge.cend(); ++known)
        for (const quint32 number : {known.key(), catalog.endpoints.value(known.key()).parent})
            if (const auto entry = catalog.endpoints.find(number); entry != catalog.endpoints.end())
                known->applyTo(*entry);
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
