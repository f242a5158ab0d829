#pragma once

#include "ipc/capture/call.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace byteyard::ipc {

/// What is done to a call that a rule meets.
enum class RuleAction : std::uint8_t {
    Break,  ///< its process is held, as pause() holds it, before the call or after it
    Error,  ///< the call is not made and fails with `value`, an errno; a close is made and fails
    Delay,  ///< the call waits for `value` ns first
    Short,  ///< it is made with at most `value` bytes: read, write and their relatives with one or more
            ///< buffers
    Signal, ///< its thread gets the signal `value` first
    Close,  ///< the descriptor `value` is closed first
};

/// Which calls of whom on what, and what happens to them. What is not set does not matter. All but Break
/// act before the call, so that they can ask for what is known then alone.
struct CallRule
{
    std::uint32_t rule = 0;     ///< its number, chosen by whoever sets it
    std::uint32_t process = 0;  ///< with all that it has forked
    std::uint32_t endpoint = 0; ///< on one of the call's two
    std::vector<Call> calls;    ///< one of these
    int fd = -1;
    std::uint64_t atLeast = 0;   ///< bytes asked for; after the call: bytes that moved
    std::optional<int> error;    ///< it has failed with this errno; 0: with any
    std::vector<std::byte> data; ///< somewhere in the first 64 KiB of what moves
    bool after = false;          ///< at the call's return
    std::uint32_t every = 1;     ///< the n-th, 2n-th, 3n-th… call that is so
    bool once = false;           ///< the rule is gone when it has acted
    RuleAction action = RuleAction::Break;
    std::int64_t value = 0;
};

/// A rule has acted.
struct RuleHit
{
    std::uint32_t rule = 0;
    std::uint64_t hits = 0; ///< so often now
    bool gone = false;      ///< it was set for once
    bool held = false;      ///< its process is held now
    bool after = false;
    std::uint32_t process = 0;
    std::int32_t pid = 0;
    std::int32_t tid = 0;
    Call call = Call::Other;
    int fd = -1;
    std::uint32_t endpoint = 0;
    std::uint64_t requested = 0;
    std::string detail;
    std::int64_t result = 0; ///< of a call that has returned; -1 when `error` is set
    int error = 0;
};

} // namespace byteyard::ipc
