#include "ipc/capture/sampler.h"

namespace byteyard::ipc {

Sampler::Result Sampler::look(Tracer& tracer, std::span<const SampleTarget> targets)
{
    Result result;
    std::vector<std::vector<TableHolder>> holders(targets.size());
    std::vector<std::optional<Fill>> fills(targets.size());
    {
        const auto lock = tracer.lockTable();
        for (std::size_t i = 0; i < targets.size(); ++i) {
            const SampleTarget& target = targets[i];
            holders[i] = tracer.holders(target.number);
            if (target.endpoint->looksUnderLock() && tracer.mayPeek(target.number))
                fills[i] = target.endpoint->fill(holders[i]);
        }
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const SampleTarget& target = targets[i];
        if (holders[i].empty())
            result.unheld.push_back(target.number);
        if (!target.endpoint->looksUnderLock())
            fills[i] = target.endpoint->fill(holders[i]);
        if (!fills[i])
            continue;
        // An endpoint without a look behind it is known to be empty.
        const auto [last, isNew] = m_last.try_emplace(target.number);
        if ((isNew && *fills[i] == Fill{}) || last->second == *fills[i])
            continue;
        last->second = *fills[i];
        result.changed.push_back({target.number, *fills[i]});
    }
    return result;
}

} // namespace byteyard::ipc
