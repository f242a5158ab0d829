#pragma once

#include "ipc/engine/actor_channel.h"
#include "ipc/engine/run_endpoints.h"

#include <map>
#include <memory>
#include <unordered_map>

namespace byteyard::ipc::engine {

/// The actors of a run: makes events of what they do to mapped memory, and tells where their scripts are.
class Actors
{
public:
    /// `runStart` is the zero of all times; `dataBytes` is how much of what moved is kept.
    Actors(OutputQueue& queue, EngineSink& sink, Tracer& tracer, const RunEndpoints& endpoints,
           std::uint64_t runStart, std::size_t dataBytes);

    void add(std::uint32_t process, std::unique_ptr<ActorChannel> channel);
    /// To be called often enough that no ring runs full: 60 times a second, and when a process has ended.
    void tick();

private:
    std::uint32_t processOf(pid_t pid, std::uint32_t actor);
    void tellAccess(const ActorChannel& channel, std::uint32_t process, pid_t pid,
                    const actor::Record& record);

    OutputQueue& m_queue;
    EngineSink& m_sink;
    Tracer& m_tracer;
    const RunEndpoints& m_endpoints;
    const std::uint64_t m_runStart;
    const std::size_t m_dataBytes;
    std::map<std::uint32_t, std::unique_ptr<ActorChannel>> m_channels;
    std::map<std::pair<std::uint32_t, pid_t>, std::uint32_t> m_processes;
    std::uint64_t m_lost = 0;
};

} // namespace byteyard::ipc::engine
