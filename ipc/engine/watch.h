#pragma once

#include "ipc/engine/run_endpoints.h"

#include <set>
#include <unordered_map>

namespace byteyard::ipc::engine {

/// A wish to see what an endpoint holds.
struct PeekRequest
{
    std::uint32_t request = 0;
    std::uint32_t endpoint = 0;
    Way way = Way::AToB;
    std::uint64_t offset = 0;
    std::size_t size = 0;
};

/// What is looked at 60 times a second while something lives: blocked calls, fill, and contents that were
/// asked for.
class Watch
{
public:
    Watch(OutputQueue& queue, Tracer& tracer, RunEndpoints& endpoints)
        : m_queue(queue), m_tracer(tracer), m_endpoints(endpoints)
    {
    }

    /// `active`: endpoints that were used since the last tick.
    void tick(const std::unordered_set<std::uint32_t>& active);
    /// Answers at once, or at a later tick while somebody is about to leave the endpoint; after a second it
    /// says "busy".
    void peek(const PeekRequest& request);
    /// The run is over: nothing is blocked, and what was asked is answered.
    void end();

private:
    struct Waiting
    {
        PeekRequest request;
        std::uint64_t until;
    };
    /// False when it has to be asked again.
    bool tryPeek(const PeekRequest& request);
    void tellBlocked();
    void tellSamples(const std::unordered_set<std::uint32_t>& active, bool all);

    OutputQueue& m_queue;
    Tracer& m_tracer;
    RunEndpoints& m_endpoints;
    Sampler m_sampler;
    std::unordered_map<pid_t, CallInProgress> m_blocked;
    std::vector<Waiting> m_peeks;
    std::set<std::string_view> m_toldMissing;
};

} // namespace byteyard::ipc::engine
