#include "ipc/capture/sampler.h"

#include <algorithm>

namespace byteyard::ipc {

Sampler::Result Sampler::look(Tracer& tracer, std::span<const SampleTarget> targets)
{
    Result result;
    std::vector<std::vector<TableHolder>> holders(targets.size());
    std::vector<std::optional<Look>> looks(targets.size());
    host::SocketTable::Wanted wanted;
    for (const SampleTarget& target : targets) {
        const std::string_view kind = target.endpoint->kind();
        wanted.unix = wanted.unix || kind.starts_with("unix-");
        wanted.tcp = wanted.tcp || kind == "tcp";
        wanted.udp = wanted.udp || kind == "udp";
    }
    m_sockets.refresh(wanted);
    if (std::any_of(targets.begin(), targets.end(),
                    [](const SampleTarget& target) { return target.endpoint->kind() == "file"; }))
        m_locks.refresh();
    {
        const auto lock = tracer.lockTable();
        for (std::size_t i = 0; i < targets.size(); ++i) {
            const SampleTarget& target = targets[i];
            holders[i] = tracer.holders(target.number);
            if (target.endpoint->looksUnderLock() && tracer.mayPeek(target.number))
                looks[i] = target.endpoint->look(
                    {holders[i], &m_sockets, &m_locks, !tracer.isInCall(target.number)});
        }
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const SampleTarget& target = targets[i];
        if (holders[i].empty())
            result.unheld.push_back(target.number);
        if (!target.endpoint->looksUnderLock())
            looks[i] = target.endpoint->look({holders[i], &m_sockets, &m_locks});
        if (!looks[i])
            continue;
        Look& look = *looks[i];
        if (look.isRemoved) {
            result.removed.push_back(target.number);
            continue;
        }
        if (look.isOver) {
            result.over.push_back(target.number);
            continue;
        }
        // An endpoint without a look behind it is known to be empty.
        Look& before = m_last[target.number];
        if (before == look)
            continue;
        Sample sample;
        sample.number = target.number;
        sample.rank = target.endpoint->rankName();
        sample.newFacts = before.facts != look.facts;
        sample.newTiles = before.tiles != look.tiles || before.tilesTotal != look.tilesTotal;
        sample.newAttached = before.attached != look.attached;
        before = look;
        sample.look = std::move(look);
        result.changed.push_back(std::move(sample));
    }
    return result;
}

} // namespace byteyard::ipc
