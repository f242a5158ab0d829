#pragma once

#include "model/session/message.h"
#include "model/session/rate_meter.h"
#include "model/session/session.h"

#include "model/log/statistics.h"

#include <QMap>

#include <map>
#include <vector>

namespace byteyard::model {

/// What is live of a run: the engine's messages and the totals, put together. A value with no thread of its
/// own.
class LiveState
{
public:
    explicit LiveState(const Topology& topology = {}) : m_topology(topology) {}

    const Topology& topology() const { return m_topology; }
    /// More nodes and edges run than at the start.
    void setTopology(const Topology& topology);
    QString nodeName(const QString& node) const;
    /// What programs made is these nodes' from now on, whatever the engine says of it.
    void adopt(const QHash<quint32, QString>& nodesOfProcesses,
               const QHash<quint32, QString>& nodesOfEndpoints);

    void apply(const protocol::EndpointChange& change);
    void apply(const protocol::ProcessChange& change, quint64 now);
    void apply(const protocol::EdgeChange& change);
    void apply(const protocol::Sample& sample);
    void apply(const protocol::PauseChange& change);
    void apply(const protocol::SampledChange& change);
    void apply(const protocol::Blocked& blocked);
    void apply(const protocol::Unblocked& unblocked);
    void apply(const protocol::ActorLine& line);
    void apply(const protocol::ActorError& error);
    void setPace(const QString& node, int callsPerSecond);
    void setProcessError(quint32 process, const QString& sentence);
    void setEndpointError(quint32 endpoint, const QString& sentence);
    /// Nothing runs any more: rates are zero, nothing waits. `cut` is the sentence for what the end was not
    /// seen of.
    void end(quint64 now, const QString& cut);
    /// Takes over a recorded session.
    void load(const Catalog& catalog, const Statistics::Snapshot& totals);

    /// Totals, rates and what is blocked, as of now.
    void update(const Statistics::Snapshot& totals, quint64 now);
    /// True while a rate is not yet zero or a call waits: then numbers change without news.
    bool isMoving() const;
    void fill(Catalog& catalog) const;

    QList<LiveProcess> processes() const;
    QList<LiveEndpoint> endpoints() const;
    QList<LiveEdge> edges() const;
    QList<LiveDescriptor> descriptors() const;
    const LiveProcess* process(quint32 number) const;
    const LiveEndpoint* endpoint(quint32 number) const;
    const LiveProcess* processOfNode(const QString& node) const;
    const LiveEndpoint* endpointOfNode(const QString& node) const;
    const LiveEdge* edgeOf(const QString& edgeId) const;
    const QMap<qint64, PendingCall>& pending() const { return m_pending; }
    /// Who has an open descriptor of this endpoint with this access ("read", "write"; "read-write" counts as
    /// both).
    QList<quint32> holders(quint32 endpoint, const QString& access) const;

private:
    struct Meters
    {
        RateMeter in;
        RateMeter out;
    };
    template <typename Live>
    struct Metered
    {
        Live live;
        Meters meters;
    };
    /// One process's use of one endpoint. It shows as one edge, or as one for each edge of the topology
    /// between the two.
    struct Descriptor
    {
        QString access;
        quint32 description = 0;
    };
    struct Use
    {
        QMap<int, Descriptor> open; ///< by fd
        std::vector<Metered<LiveEdge>> edges;
    };
    using UseKey = std::pair<quint32, quint32>; ///< process, endpoint

    Use& use(quint32 process, quint32 endpoint);
    QList<const Edge*> drawnEdges(const UseKey& key) const;
    void draw(const UseKey& key, Use& use);
    void drawAll(quint32 process, quint32 endpoint);
    std::size_t edgeOfDescriptor(const Use& use, int fd, const QString& access) const;

    Topology m_topology;
    std::map<quint32, Metered<LiveProcess>> m_processes;
    std::map<quint32, Metered<LiveEndpoint>> m_endpoints;
    std::map<UseKey, Use> m_uses;
    QMap<qint64, PendingCall> m_pending; ///< by tid
    bool m_moving = false;
};

/// True for "exited", "killed", "failed" and "detached": nothing more will be heard of it.
bool hasEnded(const QString& processState);

} // namespace byteyard::model
