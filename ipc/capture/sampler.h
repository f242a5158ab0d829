#pragma once

#include "ipc/endpoint/endpoint.h"

#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace byteyard::ipc {

/// An endpoint that the sampler looks at.
struct SampleTarget
{
    std::uint32_t number = 0;
    Endpoint* endpoint = nullptr;
    bool rests = false; ///< without a holder it is looked at only when it was used
};

/// What it saw, when that differs from the last look.
struct Sample
{
    std::uint32_t number = 0;
    Look look;
    bool newFacts = false;
    bool newTiles = false;
    bool newAttached = false;
    std::optional<SampledSums> sums; ///< set when calls on it are not followed, and this has changed
    std::string_view rank;           ///< what a tile's rank is: "type", "priority", or nothing
};

/// Looks how full endpoints are, through descriptors that it opens and closes at once. Never disturbs: a pipe
/// is asked through a write end alone, a FIFO only while both its sides are open and nobody can leave it.
class Sampler
{
public:
    struct Result
    {
        std::vector<Sample> changed;
        std::vector<std::uint32_t> unheld;  ///< nobody has a descriptor of these
        std::vector<std::uint32_t> removed; ///< gone, and not by us
        std::vector<std::uint32_t> over;    ///< come to their end
    };
    /// `active`: endpoints that were used since the last look; the others are looked at less often, unless
    /// it is `all`.
    Result look(Tracer& tracer, std::span<const SampleTarget> targets,
                const std::unordered_set<std::uint32_t>& active, bool all);
    /// What the last look, and telling of it, took of a processor. Where that comes to more than a twelfth,
    /// those that are busy are looked at in turns.
    void spent(std::uint64_t nanoseconds);
    /// What the kernel lacks for telling of sockets (host/socket_table.h).
    const std::set<std::string_view>& missing() const noexcept { return m_sockets.missing(); }

private:
    bool isDue(std::uint32_t number, const std::unordered_set<std::uint32_t>& inCall) const;
    void noteSampled(Tracer& tracer, std::span<const SampleTarget> targets, Result& result);
    void refreshTables(std::span<const SampleTarget> targets);

    std::uint32_t m_tick = 0;
    std::uint32_t m_turns = 1;                ///< each busy endpoint is looked at once in so many ticks
    double m_cost = 0;                        ///< of looking at all that is busy, in nanoseconds
    std::unordered_set<std::uint32_t> m_used; ///< since they were looked at
    host::SocketTable m_sockets;
    host::LockTable m_locks;
    std::unordered_map<std::uint32_t, Look> m_last;
    std::unordered_map<std::uint32_t, SampledSums> m_sums; ///< as told last
};

} // namespace byteyard::ipc
