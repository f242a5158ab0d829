// The part of LiveState that knows which edge a use of an endpoint shows as.
#include "model/session/live_state.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;

LiveState::Use& LiveState::use(quint32 process, quint32 endpoint)
{
    const UseKey key(process, endpoint);
    const auto [at, isNew] = m_uses.try_emplace(key);
    if (isNew)
        draw(key, at->second);
    return at->second;
}

QList<const Edge*> LiveState::drawnEdges(const UseKey& key) const
{
    const LiveProcess* process = this->process(key.first);
    const LiveEndpoint* endpoint = this->endpoint(key.second);
    QList<const Edge*> drawn;
    if (process == nullptr || endpoint == nullptr || process->entry.node.isEmpty() ||
        endpoint->entry.node.isEmpty())
        return drawn;
    for (const Edge& edge : m_topology.edges)
        if (edge.process == process->entry.node && edge.endpoint == endpoint->entry.node)
            drawn.append(&edge);
    return drawn;
}

void LiveState::draw(const UseKey& key, Use& use)
{
    const QList<const Edge*> drawn = drawnEdges(key);
    const auto count = static_cast<std::size_t>(std::max<qsizetype>(1, drawn.size()));
    if (use.edges.size() == count && (drawn.isEmpty() || use.edges.front().live.edge == drawn.front()->id))
        return;
    use.edges.assign(count, {});
    for (std::size_t i = 0; i < count; ++i) {
        LiveEdge& live = use.edges[i].live;
        live.process = key.first;
        live.endpoint = key.second;
        if (!drawn.isEmpty())
            live.edge = drawn.at(static_cast<qsizetype>(i))->id;
    }
    for (auto fd = use.open.cbegin(); fd != use.open.cend(); ++fd) {
        LiveEdge& live = use.edges[edgeOfDescriptor(use, fd.key(), fd.value().access)].live;
        live.fds.append(fd.key());
        live.lastFd = fd.key();
        live.access =
            live.access.isEmpty() || live.access == fd.value().access ? fd.value().access : u"read-write"_s;
        live.open = live.wasOpen = true;
    }
}

/// Draws again what concerns a process or an endpoint that has become known; 0 means any.
void LiveState::drawAll(quint32 process, quint32 endpoint)
{
    for (auto& [key, use] : m_uses)
        if ((process == 0 || key.first == process) && (endpoint == 0 || key.second == endpoint))
            draw(key, use);
}

/// Which of the edges between the same two a descriptor belongs to: the one drawn at that fd, else one of its
/// direction.
std::size_t LiveState::edgeOfDescriptor(const Use& use, int fd, const QString& access) const
{
    if (use.edges.size() == 1)
        return 0;
    // A use without a descriptor (msgsnd, shmat) belongs to a handle's edge.
    std::size_t fitting = 0;
    for (std::size_t i = use.edges.size(); i-- > 0;) {
        const Edge* edge = m_topology.edge(use.edges[i].live.edge);
        if (edge == nullptr)
            continue;
        if (edge->processPort == QString::number(fd))
            return i;
        if (access == "write"_L1 ? portWrites(edge->endpointPort) : portReads(edge->endpointPort))
            fitting = i;
    }
    return fitting;
}

} // namespace byteyard::model
