#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

// What an actor and the engine share: one memfd, mapped by both. The actor writes into it with plain stores,
// so that telling what it does costs no system call.

namespace byteyard::ipc::actor {

/// The environment variable that holds the number of the inherited memfd.
constexpr const char* channelVariable = "BYTEYARD_ACTOR_FD";

constexpr std::uint64_t channelMagic = 0x3130'5443'4159'4221; // "!BYACT01"
constexpr std::uint32_t laneCount = 64;
constexpr std::uint32_t laneRecords = 1u << 16;
constexpr std::uint32_t mappingCount = 256;
constexpr std::uint32_t maxErrorText = 1000;
constexpr std::uint64_t maxChannelText = 16u << 20;

enum class Access : std::uint16_t { Load = 1, Store = 2, AtomicAdd = 3 };

/// One access to mapped memory.
struct Record
{
    std::uint64_t time;   ///< CLOCK_MONOTONIC, ns, when it was done
    std::uint64_t offset; ///< from the start of the object, not of the mapping
    std::uint64_t value;  ///< read, written or added; of more than 8 bytes the first 8, in memory's order
    std::uint32_t size;   ///< bytes
    std::uint16_t mapping;
    Access access;
};
static_assert(sizeof(Record) == 32);

enum class ObjectKind : std::uint32_t { Inode = 1, SysvShm = 2 };

/// An object of which an actor has mapped something. Objects are listed once and never taken out.
struct Mapping
{
    std::atomic<std::uint32_t> ready; ///< 1: the rest can be read
    ObjectKind kind;
    std::uint64_t id; ///< the inode, or shmid
    std::uint64_t device;
};

/// One process's part: an actor that forks has several. Its process alone writes all but `read`, which the
/// engine writes.
struct Lane
{
    std::atomic<std::int32_t> pid; ///< 0: not taken
    std::atomic<std::uint32_t> line;
    std::atomic<std::uint64_t> written;  ///< records since the start; number n lies at n % laneRecords
    std::atomic<std::uint64_t> lost;     ///< accesses that found the ring full
    std::atomic<std::uint32_t> hasError; ///< 1: the rest can be read
    std::uint32_t errorLine;             ///< 0: not known
    std::uint32_t errorSize;
    char error[maxErrorText]; // NOLINT(modernize-avoid-c-arrays): a layout
    alignas(64) std::atomic<std::uint64_t> read;
};

/// The memfd's contents. `textSize` bytes of JSON follow it: {name, script, fields, handles: [{name, kind,
/// side, fd, id, key, path, address, port}]}.
struct Channel
{
    std::uint64_t magic;
    std::uint64_t textSize;
    std::atomic<std::uint32_t> lanesTaken;    ///< may count beyond laneCount
    std::atomic<std::uint32_t> mappingsTaken; ///< may count beyond mappingCount
    std::atomic<std::uint64_t> lost;          ///< accesses of processes, or to objects, beyond the tables
    Mapping mappings[mappingCount];           // NOLINT(modernize-avoid-c-arrays)
    alignas(64) Lane lanes[laneCount];        // NOLINT(modernize-avoid-c-arrays)
    alignas(4096) Record rings[laneCount][laneRecords]; // NOLINT(modernize-avoid-c-arrays)

    const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }
    char* text() noexcept { return reinterpret_cast<char*>(this + 1); }
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
                  std::atomic<std::int32_t>::is_always_lock_free,
              "two processes share them");

} // namespace byteyard::ipc::actor
