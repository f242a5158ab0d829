#pragma once

#include "ipc/capture/event.h"
#include "model/log/catalog.h"
#include "model/log/time_line.h"

#include <array>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace byteyard::model {

/// One process's use of one endpoint.
struct EdgeKey
{
    quint32 process = 0;
    quint32 endpoint = 0;
    bool operator==(const EdgeKey&) const = default;
};

inline size_t qHash(const EdgeKey& key, size_t seed = 0)
{
    return ::qHash(quint64{key.process} << 32 | key.endpoint, seed);
}

/// One descriptor of a process for an endpoint.
struct DescriptorKey
{
    EdgeKey edge;
    int fd = -1;
    bool operator==(const DescriptorKey&) const = default;
};

/// How totals are known.
struct Knowledge
{
    ipc::How bytes = ipc::How::Exact; ///< Exact, Sampled (at least so many) or Unobserved
    bool messages = true;
    /// What is put together is known as badly as its worst part.
    Knowledge& operator+=(const Knowledge& part)
    {
        bytes = std::max(bytes, part.bytes);
        messages = messages && part.messages;
        return *this;
    }
    void applyTo(EndpointEntry& entry) const;
};

/// What is known so far of an endpoint that is used by calls that are not followed.
struct OpenGap
{
    quint32 gap = 0; ///< the number of the gap that will tell of it in the end
    ipc::How how = ipc::How::Unobserved;
    quint64 bytesIn = 0;
    quint64 bytesOut = 0;
    quint32 writer = 0; ///< the process that moved them; 0: several, or none
    quint32 reader = 0;
};

/// Totals of a session, counted event by event from results, never from data. Adding belongs to the thread
/// that takes the events in; totals() may be asked from any thread.
class Statistics
{
public:
    /// A copy of what was counted so far.
    struct Snapshot
    {
        std::vector<std::pair<DescriptorKey, Totals>> descriptors;
        QHash<EdgeKey, Totals> edges;        ///< endpoint 0: calls that touch none
        QHash<quint32, Totals> endpoints;    ///< never 0
        QHash<quint32, Totals> processes;    ///< in: what the process put into endpoints
        QHash<quint32, Knowledge> knowledge; ///< of endpoints, where it is not exact
        quint64 events = 0;                  ///< without gaps
        quint64 lastTime = 0;                ///< ns since the run began, of the latest event
        /// Puts the totals into the entries that the catalog has.
        void applyTo(Catalog& catalog) const;
    };

    /// Adds events; whoever asks for totals waits for its end.
    class Batch
    {
    public:
        explicit Batch(Statistics& to) : m_to(to), m_lock(to.m_mutex) {}
        void add(const ipc::EventView& event) { m_to.count(event); }

    private:
        Statistics& m_to;
        std::unique_lock<std::mutex> m_lock;
    };
    void add(const ipc::EventView& event) { Batch(*this).add(event); }
    /// What a gap will tell, as far as it is known now. It replaces what was so before. From any thread.
    void setOpen(quint32 endpoint, const OpenGap& open);
    Snapshot totals() const;
    TimeLine timeLine() const;
    void clear();

private:
    Totals& descriptor(const DescriptorKey& key);
    void count(const ipc::EventView& event);
    void addGap(const ipc::EventView& gap);

    struct Hash
    {
        size_t operator()(const DescriptorKey& key) const
        {
            return qHash(key.edge, static_cast<size_t>(key.fd));
        }
    };
    struct Cached
    {
        DescriptorKey key;
        Totals* totals = nullptr;
    };

    mutable std::mutex m_mutex;
    std::unordered_map<DescriptorKey, Totals, Hash> m_descriptors; ///< its elements stay where they are
    std::array<Cached, 16> m_cache; ///< the descriptors seen last, by a hash of their key
    QHash<quint32, Knowledge> m_knowledge;
    QHash<quint32, OpenGap> m_open;
    QHash<quint32, quint32> m_closed; ///< of each endpoint the last gap that was told
    TimeLine m_timeLine;
    quint64 m_events = 0;
    quint64 m_lastTime = 0;
};

} // namespace byteyard::model
