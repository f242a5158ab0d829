#include "ipc/capture/sampler.h"

#include <algorithm>

namespace byteyard::ipc {

namespace {

/// What nobody is seen to use is looked at ten times a second: others than traced processes may use it too.
constexpr std::uint32_t idleTicks = 6;

} // namespace

void Sampler::refreshTables(std::span<const SampleTarget> targets)
{
    host::SocketTable::Wanted wanted;
    bool files = false;
    for (const SampleTarget& target : targets) {
        const std::string_view kind = target.endpoint->kind();
        wanted.unix = wanted.unix || kind.starts_with("unix-");
        wanted.tcp = wanted.tcp || kind == "tcp";
        wanted.udp = wanted.udp || kind == "udp";
        files = files || kind == "file";
    }
    m_sockets.refresh(wanted);
    if (files)
        m_locks.refresh();
}

Sampler::Result Sampler::look(Tracer& tracer, std::span<const SampleTarget> targets,
                              const std::unordered_set<std::uint32_t>& active, bool all)
{
    Result result;
    std::vector<std::optional<Look>> looks(targets.size());
    refreshTables(targets);
    ++m_tick;
    std::unordered_map<std::uint32_t, std::vector<TableHolder>> holders;
    std::unordered_set<std::uint32_t> inCall;
    const auto isDue = [&](std::uint32_t number) {
        return all || (m_tick + number) % idleTicks == 0 || active.count(number) > 0 ||
               inCall.count(number) > 0 || m_last.count(number) == 0;
    };
    {
        const auto lock = tracer.lockTable();
        holders = tracer.allHolders();
        inCall = tracer.inCall();
        for (std::size_t i = 0; i < targets.size(); ++i) {
            const SampleTarget& target = targets[i];
            if (target.endpoint->looksUnderLock() && isDue(target.number) && tracer.mayPeek(target.number))
                looks[i] = target.endpoint->look({holders[target.number], &m_sockets, &m_locks,
                                                  tracer.seesEntries() && inCall.count(target.number) == 0});
        }
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const SampleTarget& target = targets[i];
        const std::vector<TableHolder>& those = holders[target.number];
        if (those.empty())
            result.unheld.push_back(target.number);
        if (!target.endpoint->looksUnderLock() && isDue(target.number))
            looks[i] = target.endpoint->look({those, &m_sockets, &m_locks});
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
