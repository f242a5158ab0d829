#include "ipc/capture/sampler.h"

#include <algorithm>
#include <array>

namespace byteyard::ipc {

namespace {

/// What nobody is seen to use is looked at ten times a second: others than traced processes may use it too.
constexpr std::uint32_t idleTicks = 6;
/// Of the 16.7 ms between two ticks.
constexpr double budgetNs = 1'400'000;
constexpr double smoothing = 0.2;
constexpr std::array<std::uint32_t, 4> possibleTurns = {1, 2, 3, idleTicks};

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

bool Sampler::isDue(std::uint32_t number, const std::unordered_set<std::uint32_t>& inCall) const
{
    const std::uint32_t turn = m_tick + number;
    return turn % idleTicks == 0 || !m_last.contains(number) ||
           (turn % m_turns == 0 && (m_used.contains(number) || inCall.contains(number)));
}

void Sampler::spent(std::uint64_t nanoseconds)
{
    m_cost += smoothing * (static_cast<double>(nanoseconds) * m_turns - m_cost);
    const auto* fits = std::find_if(possibleTurns.begin(), possibleTurns.end(),
                                    [&](std::uint32_t turns) { return m_cost / turns <= budgetNs; });
    m_turns = fits == possibleTurns.end() ? possibleTurns.back() : *fits;
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
    m_used.insert(active.begin(), active.end());
    std::vector<bool> due(targets.size());
    {
        const auto lock = tracer.lockTable();
        holders = tracer.allHolders();
        inCall = tracer.inCall();
        for (std::size_t i = 0; i < targets.size(); ++i) {
            const SampleTarget& target = targets[i];
            due[i] = all || isDue(target.number, inCall);
            if (target.endpoint->looksUnderLock() && due[i] && tracer.mayPeek(target.number))
                looks[i] = target.endpoint->look(
                    {holders[target.number], &m_sockets, &m_locks, inCall.count(target.number) == 0});
        }
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const SampleTarget& target = targets[i];
        const std::vector<TableHolder>& those = holders[target.number];
        if (those.empty())
            result.unheld.push_back(target.number);
        if (!target.endpoint->looksUnderLock() && due[i])
            looks[i] = target.endpoint->look({those, &m_sockets, &m_locks});
        if (!looks[i])
            continue;
        m_used.erase(target.number);
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
