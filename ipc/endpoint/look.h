#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <variant>
#include <vector>

namespace byteyard::ipc {

/// How full an endpoint is, as the kernel says; nothing where it does not say.
struct Fill
{
    std::optional<std::uint64_t> bytes = 0;
    std::optional<std::uint64_t> bytes2; ///< a socketpair's or connection's way from b to a
    std::uint64_t capacity = 0;          ///< 0: unknown, or without a bound
    bool writeBlocks = false;            ///< a write would block
    bool operator==(const Fill&) const = default;
};

/// A message that waits in a queue, or a datagram in a socket.
struct Tile
{
    std::int64_t rank = 0; ///< System V: its type; POSIX: its priority
    std::uint64_t size = 0;
    std::vector<std::byte> head; ///< its first bytes, at most Tile::headBytes
    bool known = true;           ///< false: it is there, but nobody saw it come
    bool operator==(const Tile&) const = default;

    static constexpr std::size_t headBytes = 16;
};

/// What the kernel tells under a name of its own (msg_qnum, rcv_q): a number, a word, or one number each.
using FactValue = std::variant<std::int64_t, std::string, std::vector<std::int64_t>>;
using Facts = std::vector<std::pair<std::string_view, FactValue>>;

/// Where a process has an object mapped.
struct MappedAt
{
    std::uint32_t process = 0; ///< 0: not one of ours
    pid_t pid = 0;
    std::uint64_t address = 0;
    bool operator==(const MappedAt&) const = default;
};

/// What one look at an endpoint told.
struct Look
{
    static constexpr std::size_t maxTiles = 64;

    Fill fill;
    Facts facts;
    std::vector<Tile> tiles;
    std::uint64_t tilesTotal = 0;
    std::vector<MappedAt> attached;
    bool isRemoved = false; ///< the object is gone, and not by us
    bool isOver = false;    ///< the object has come to its end: a connection that is closed
    bool operator==(const Look&) const = default;
};

} // namespace byteyard::ipc
