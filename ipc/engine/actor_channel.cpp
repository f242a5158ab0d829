#include "ipc/engine/actor_channel.h"

#include "ipc/endpoint/endpoint.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/mman.h>

namespace byteyard::ipc::engine {

namespace {

std::uint32_t lanesOf(const actor::Channel& channel)
{
    return std::min(channel.lanesTaken.load(), actor::laneCount);
}

} // namespace

ActorChannel::ActorChannel(std::string_view description)
    : m_memory(::memfd_create("byteyard-actor", MFD_CLOEXEC)),
      m_size(sizeof(actor::Channel) + description.size())
{
    if (!m_memory)
        throw EndpointError("memfd_create", "byteyard-actor", errno);
    // Sparse: only what an actor writes takes memory.
    if (::ftruncate(m_memory.get(), static_cast<off_t>(m_size)) != 0)
        throw EndpointError("ftruncate", "byteyard-actor", errno);
    void* memory = ::mmap(nullptr, m_size, PROT_READ | PROT_WRITE, MAP_SHARED, m_memory.get(), 0);
    if (memory == MAP_FAILED)
        throw EndpointError("mmap", "byteyard-actor", errno);
    m_channel = static_cast<actor::Channel*>(memory);
    m_channel->magic = actor::channelMagic;
    m_channel->textSize = description.size();
    std::memcpy(m_channel->text(), description.data(), description.size());
}

ActorChannel::~ActorChannel()
{
    ::munmap(m_channel, m_size);
}

void ActorChannel::take(const News& news)
{
    const std::uint32_t lanes = lanesOf(*m_channel);
    for (std::uint32_t number = 0; number < lanes; ++number) {
        const pid_t pid = m_channel->lanes[number].pid.load(std::memory_order_acquire);
        if (pid != 0 && news.isKnown(pid))
            takeLane(number, pid, news);
    }
}

void ActorChannel::takeLane(std::uint32_t number, pid_t pid, const News& news)
{
    actor::Lane& lane = m_channel->lanes[number];
    Told& told = m_told.at(number);
    const std::uint64_t written = lane.written.load(std::memory_order_acquire);
    // What counts beyond the ring was not written by byteyard-actor.
    const std::uint64_t count = written - told.read <= actor::laneRecords ? written - told.read : 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const actor::Record record = m_channel->rings[number][(told.read + i) % actor::laneRecords];
        news.record(pid, record);
        if (i % 1024 == 1023) // room for what comes meanwhile
            lane.read.store(told.read + i + 1, std::memory_order_release);
    }
    told.read = written;
    lane.read.store(written, std::memory_order_release);
    if (const std::uint32_t line = lane.line.load(std::memory_order_relaxed); line != told.line) {
        told.line = line;
        news.line(pid, line);
    }
    if (!told.error && lane.hasError.load(std::memory_order_acquire) != 0) {
        told.error = true;
        const std::uint32_t size = std::min(lane.errorSize, actor::maxErrorText);
        news.error(pid, lane.errorLine, {lane.error, size});
    }
}

std::uint64_t ActorChannel::lost() const noexcept
{
    std::uint64_t lost = m_channel->lost.load(std::memory_order_relaxed);
    const std::uint32_t lanes = lanesOf(*m_channel);
    for (std::uint32_t number = 0; number < lanes; ++number)
        lost += m_channel->lanes[number].lost.load(std::memory_order_relaxed);
    return lost;
}

const actor::Mapping* ActorChannel::mapping(const actor::Record& record) const noexcept
{
    if (record.mapping >= actor::mappingCount)
        return nullptr;
    const actor::Mapping& mapping = m_channel->mappings[record.mapping];
    return mapping.ready.load(std::memory_order_acquire) != 0 ? &mapping : nullptr;
}

} // namespace byteyard::ipc::engine
