#include "ipc/engine/actors.h"

#include "ipc/engine/frames.h"

#include <algorithm>
#include <cstring>

namespace byteyard::ipc::engine {

namespace {

std::optional<Call> callOf(actor::Access access)
{
    switch (access) {
    case actor::Access::Load:
        return Call::Load;
    case actor::Access::Store:
        return Call::Store;
    case actor::Access::AtomicAdd:
        return Call::AtomicAdd;
    }
    return std::nullopt; // it came from shared memory
}

} // namespace

Actors::Actors(OutputQueue& queue, EngineSink& sink, Tracer& tracer, const RunEndpoints& endpoints,
               std::uint64_t runStart, std::size_t dataBytes)
    : m_queue(queue), m_sink(sink), m_tracer(tracer), m_endpoints(endpoints), m_runStart(runStart),
      m_dataBytes(dataBytes)
{
}

void Actors::add(std::uint32_t process, std::unique_ptr<ActorChannel> channel)
{
    m_channels[process] = std::move(channel);
}

void Actors::tick()
{
    std::uint64_t lost = 0;
    for (const auto& [number, channel] : m_channels) {
        const std::uint32_t actor = number;
        ActorChannel& from = *channel;
        ActorChannel::News news;
        news.isKnown = [&](pid_t pid) { return processOf(pid, actor) != 0; };
        news.record = [&](pid_t pid, const actor::Record& record) {
            tellAccess(from, processOf(pid, actor), pid, record);
        };
        news.line = [&](pid_t pid, std::uint32_t line) {
            m_queue.control(actorLineFrame(processOf(pid, actor), line));
        };
        news.error = [&](pid_t pid, std::uint32_t line, std::string_view text) {
            m_queue.control(actorErrorFrame(processOf(pid, actor), line, text));
        };
        from.take(news);
        lost += from.lost();
    }
    if (lost != m_lost) {
        m_sink.lost(lost - m_lost);
        m_lost = lost;
    }
}

/// The number of an actor's process: its own, or one that it forked. 0 while nobody knows it yet.
std::uint32_t Actors::processOf(pid_t pid, std::uint32_t actor)
{
    const auto key = std::pair(actor, pid);
    if (const auto known = m_processes.find(key); known != m_processes.end())
        return known->second;
    std::uint32_t newest = 0;
    for (const ProcessRecord& record : m_sink.records())
        if (record.pid == pid && record.number >= actor)
            newest = std::max(newest, record.number);
    if (newest != 0)
        m_processes[key] = newest;
    return newest;
}

void Actors::tellAccess(const ActorChannel& channel, std::uint32_t process, pid_t pid,
                        const actor::Record& record)
{
    const actor::Mapping* mapping = channel.mapping(record);
    const std::optional<Call> call = callOf(record.access);
    if (!mapping || !call)
        return;
    const std::uint32_t endpoint = m_endpoints.numberOf(*mapping);
    if (endpoint == 0)
        return; // memory that nobody follows
    std::array<std::byte, sizeof record.value> bytes{};
    std::memcpy(bytes.data(), &record.value, sizeof record.value);
    const std::size_t told = std::min({std::size_t{record.size}, bytes.size(), m_dataBytes});
    std::string detail = "offset=" + std::to_string(record.offset);
    if (record.size <= sizeof record.value)
        detail +=
            " value=" +
            std::to_string(record.size == sizeof record.value
                               ? static_cast<std::int64_t>(record.value)
                               : static_cast<std::int64_t>(record.value & ((1ull << (8 * record.size)) - 1)));
    EventView event;
    event.time = record.time > m_runStart ? record.time - m_runStart : 0;
    event.process = process;
    event.pid = event.tid = pid;
    event.call = *call;
    event.endpoint = endpoint;
    event.result = record.size;
    event.requested = record.size;
    event.detail = detail;
    event.data = std::span(bytes).first(told);
    event.dataState = told == 0             ? DataState::None
                      : told == record.size ? DataState::Complete
                                            : DataState::Truncated;
    m_tracer.engineEvent(event);
}

} // namespace byteyard::ipc::engine
