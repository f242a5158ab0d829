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

/// Where a look counts the bytes that wait to be taken out.
std::optional<FillSeen> bytesSeen(const Endpoint& endpoint, const Look& look)
{
    const std::string_view kind = endpoint.kind();
    if (kind == "pipe" || kind == "fifo" || kind == "socketpair" || kind == "sysv-queue")
        return look.fill.bytes ? std::optional(FillSeen{*look.fill.bytes, look.fill.bytes2.value_or(0)})
                               : std::nullopt;
    if (!kind.starts_with("unix-") || !look.fill.bytes2)
        return std::nullopt;
    for (const auto& [name, value] : look.facts)
        if (const auto* ends = std::get_if<std::vector<std::int64_t>>(&value);
            name == "rcv_q" && ends != nullptr && ends->size() == 2)
            return FillSeen{static_cast<std::uint64_t>((*ends)[1]), static_cast<std::uint64_t>((*ends)[0])};
    return std::nullopt;
}

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
        for (const std::uint32_t endpoint : tracer.sampledEndpoints())
            m_used.insert(endpoint); // no event tells
        inCall = tracer.inCall();
        for (std::size_t i = 0; i < targets.size(); ++i) {
            const SampleTarget& target = targets[i];
            const bool rests = target.rests && m_last.contains(target.number) &&
                               !m_used.contains(target.number) && !holders.contains(target.number);
            due[i] = all || (!rests && isDue(target.number, inCall));
            if (target.endpoint->looksUnderLock() && due[i] && tracer.mayPeek(target.number))
                looks[i] = target.endpoint->look(
                    {holders[target.number], &m_sockets, &m_locks, inCall.count(target.number) == 0});
        }
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const SampleTarget& target = targets[i];
        if (target.rests && !due[i])
            continue;
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
    noteSampled(tracer, targets, result);
    return result;
}

/// What a look tells of calls that are not followed.
void Sampler::noteSampled(Tracer& tracer, std::span<const SampleTarget> targets, Result& result)
{
    const auto lock = tracer.lockTable();
    const std::vector<std::uint32_t> sampled = tracer.sampledEndpoints();
    if (sampled.empty()) {
        m_sums.clear();
        return;
    }
    for (const SampleTarget& target : targets) {
        if (!std::binary_search(sampled.begin(), sampled.end(), target.number))
            continue;
        const auto last = m_last.find(target.number);
        const SampledSums sums = tracer.noteFill(
            target.number, last == m_last.end() ? std::nullopt : bytesSeen(*target.endpoint, last->second));
        SampledSums& told = m_sums[target.number];
        if (told == sums)
            continue;
        told = sums;
        const auto sample = std::find_if(result.changed.begin(), result.changed.end(),
                                         [&](const Sample& each) { return each.number == target.number; });
        if (sample != result.changed.end()) {
            sample->sums = sums;
            continue;
        }
        Sample alone;
        alone.number = target.number;
        alone.look = m_last[target.number];
        alone.sums = sums;
        result.changed.push_back(std::move(alone));
    }
}

} // namespace byteyard::ipc
