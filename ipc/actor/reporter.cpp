#include "ipc/actor/reporter.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace byteyard::ipc::actor {

namespace {

int inheritedDescriptor()
{
    const char* text = std::getenv(channelVariable);
    if (!text)
        throw std::runtime_error(std::string(channelVariable) +
                                 " is not set: byteyard-actor is started by byteyard-engine, not by hand");
    int fd = -1;
    const char* end = text + std::strlen(text);
    const auto read = std::from_chars(text, end, fd);
    if (read.ec != std::errc() || read.ptr != end || fd < 0)
        throw std::runtime_error(std::string(channelVariable) + " is no descriptor's number");
    return fd;
}

} // namespace

void Reporter::open()
{
    const int fd = inheritedDescriptor();
    const std::string place = "descriptor " + std::to_string(fd) + " of " + channelVariable;
    struct stat status;
    if (::fstat(fd, &status) != 0)
        throw std::runtime_error(place + " is not open");
    const auto size = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
    if (!S_ISREG(status.st_mode) || size < sizeof(Channel) || size > sizeof(Channel) + maxChannelText)
        throw std::runtime_error(place + " is no actor's channel");
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        throw std::runtime_error(place + " cannot be mapped: " + std::strerror(errno));
    ::close(fd);
    ::unsetenv(channelVariable); // what the script executes shall not look for it
    m_channel = static_cast<Channel*>(memory);
    if (m_channel->magic != channelMagic || m_channel->textSize > size - sizeof(Channel))
        throw std::runtime_error(place + " is no actor's channel");
    takeLane();
}

std::string_view Reporter::text() const noexcept
{
    return {m_channel->text(), m_channel->textSize};
}

void Reporter::enterChild() noexcept
{
    if (m_channel)
        takeLane();
}

void Reporter::takeLane() noexcept
{
    m_lane = nullptr;
    m_ring = nullptr;
    const std::uint32_t number = m_channel->lanesTaken.fetch_add(1);
    if (number >= laneCount) {
        m_channel->lanesTaken.store(laneCount); // it shall not come round
        return;
    }
    m_lane = &m_channel->lanes[number];
    m_ring = m_channel->rings[number];
    m_lane->pid.store(::getpid(), std::memory_order_release);
}

std::uint16_t Reporter::mappingOf(ObjectKind kind, std::uint64_t id, std::uint64_t device) noexcept
{
    const std::uint32_t taken = std::min(m_channel->mappingsTaken.load(), mappingCount);
    for (std::uint32_t i = 0; i < taken; ++i) {
        const Mapping& mapping = m_channel->mappings[i];
        if (mapping.ready.load(std::memory_order_acquire) != 0 && mapping.kind == kind && mapping.id == id &&
            mapping.device == device)
            return static_cast<std::uint16_t>(i);
    }
    const std::uint32_t number = m_channel->mappingsTaken.fetch_add(1);
    if (number >= mappingCount) {
        m_channel->mappingsTaken.store(mappingCount);
        return unlisted;
    }
    Mapping& mapping = m_channel->mappings[number];
    mapping.kind = kind;
    mapping.id = id;
    mapping.device = device;
    mapping.ready.store(1, std::memory_order_release);
    return static_cast<std::uint16_t>(number);
}

void Reporter::record(Access access, std::uint16_t mapping, std::uint64_t offset, std::uint32_t size,
                      std::uint64_t value) noexcept
{
    if (!m_lane || mapping == unlisted) {
        m_channel->lost.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const std::uint64_t written = m_lane->written.load(std::memory_order_relaxed);
    if (written - m_lane->read.load(std::memory_order_acquire) >= laneRecords) {
        m_lane->lost.store(m_lane->lost.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        return;
    }
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    Record& record = m_ring[written % laneRecords];
    record.time =
        static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
    record.offset = offset;
    record.value = value;
    record.size = size;
    record.mapping = mapping;
    record.access = access;
    m_lane->written.store(written + 1, std::memory_order_release);
}

void Reporter::error(int line, std::string_view text) noexcept
{
    if (!m_lane)
        return;
    std::size_t size = std::min<std::size_t>(text.size(), maxErrorText);
    // A character is not cut in two.
    while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0u) == 0x80)
        --size;
    std::memcpy(m_lane->error, text.data(), size);
    m_lane->errorSize = static_cast<std::uint32_t>(size);
    m_lane->errorLine = static_cast<std::uint32_t>(std::max(line, 0));
    m_lane->hasError.store(1, std::memory_order_release);
}

Reporter& reporter() noexcept
{
    static Reporter one;
    return one;
}

} // namespace byteyard::ipc::actor
