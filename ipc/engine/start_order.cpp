#include "ipc/engine/start_order.h"

#include <algorithm>

namespace byteyard::ipc::engine {

void StartOrder::add(std::uint32_t process, const StartRule& rule, std::uint64_t now)
{
    m_waiting.push_back({process, rule, now});
}

bool StartOrder::takeOut(std::uint32_t process)
{
    return std::erase_if(m_waiting, [&](const Waiting& entry) { return entry.process == process; }) > 0;
}

std::vector<std::uint32_t> StartOrder::waiting() const
{
    std::vector<std::uint32_t> processes;
    for (const Waiting& entry : m_waiting)
        processes.push_back(entry.process);
    return processes;
}

StartOrder::Decision StartOrder::decide(std::uint64_t now, const ProgressOf& progress,
                                        const HasListened& hasListened, bool othersLive)
{
    using When = StartRule::When;
    Decision decision;
    const auto decided = [&](const Waiting& entry) {
        const StartRule& rule = entry.rule;
        bool starts =
            rule.when == When::AtOnce ||
            (rule.when == When::After && static_cast<double>(now - entry.since) >= rule.seconds * 1e9);
        if (rule.when == When::Listens && hasListened(rule.node)) {
            starts = true;
        } else if (rule.when == When::Runs || rule.when == When::Listens || rule.when == When::Exits) {
            const Progress other = progress(rule.node);
            if (other == Progress::Failed || (other == Progress::Ended && rule.when == When::Listens)) {
                decision.hopeless.emplace_back(entry.process, rule.node);
                return true;
            }
            starts = other == Progress::Ended || (other == Progress::Running && rule.when == When::Runs);
        }
        if (starts)
            decision.release.push_back(entry.process);
        return starts;
    };
    std::erase_if(m_waiting, decided);
    if (othersLive || !decision.release.empty() || !decision.hopeless.empty())
        return decision;
    // Those that are left wait for each other, unless time or a hand will start one.
    const bool hope = std::any_of(m_waiting.begin(), m_waiting.end(), [](const Waiting& entry) {
        return entry.rule.when == When::After || entry.rule.when == When::ByHand;
    });
    if (!hope) {
        for (const Waiting& entry : m_waiting)
            decision.hopeless.emplace_back(entry.process, entry.rule.node);
        m_waiting.clear();
    }
    return decision;
}

} // namespace byteyard::ipc::engine
