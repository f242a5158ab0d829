#pragma once

#include "ipc/capture/call.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace byteyard::ipc {

/// What a call does to a process's descriptors, beyond using them.
enum class Effect : std::uint8_t {
    Use,     ///< none
    Receive, ///< may bring descriptors along (SCM_RIGHTS)
    Open,    ///< the result is a new descriptor for a name
    Close,
    CloseRange,
    Dup,        ///< the result is another number for `fd`
    DupTo,      ///< `fd2` becomes another number for `fd`; what it was is closed
    Fcntl,      ///< F_DUPFD and F_DUPFD_CLOEXEC are Dup, the rest Use
    MakePair,   ///< two new descriptors are written to memory
    OpenQueue,  ///< the result is a new descriptor for a POSIX queue
    MakeObject, ///< the result is a descriptor of a new object: memfd_create, eventfd
    MakeOther,  ///< the result is a descriptor of what is no endpoint: signalfd, timerfd_create
    Fetch,      ///< the result is another process's descriptor (pidfd_getfd)
    Unshare,    ///< the process has its own of what it shared
    Tell,       ///< none: only told
    Sysv,       ///< on a System V object
    Map,        ///< mmap, munmap, mremap
    Name,       ///< unlink, rename, link, mknod
    SendSignal,
    Socket, ///< socket, bind, listen, accept, connect
    Wait,   ///< sleeps until one of several descriptors is ready
    EpollControl,
    Futex, ///< on a word of memory, followed when that is shared
    Fork,
    Exec,
    SigAction,
    Restart, ///< restart_syscall(2): the call that a signal interrupted goes on
};

/// Where a call's bytes lie in the caller's memory. Typed: behind a message's type (msgsnd(2)).
enum class Payload : std::uint8_t { None, Flat, Vector, Message, Messages, Typed };

/// One system call: which arguments mean what. Every backend decodes by this table.
struct CallRow
{
    long number;
    Call call;
    Effect effect = Effect::Use;
    std::int8_t fd = -1;  ///< argument: the descriptor, or the source
    std::int8_t fd2 = -1; ///< argument: the destination
    Payload payload = Payload::None;
    std::int16_t buffer = -1; ///< argument: address of the payload, of the pair, of the name
    std::int8_t size = -1;    ///< argument: its size in bytes, or its count of pieces
};

using CallArguments = std::array<std::uint64_t, 6>;

/// All rows of this machine's architecture.
std::span<const CallRow> callRows() noexcept;

/// The row of a system-call number, or null.
const CallRow* callRow(std::uint64_t number) noexcept;

/// Which argument holds the flags (FUTEX_PRIVATE_FLAG) of a call on one futex; none of others.
std::optional<std::uint8_t> futexFlags(Call call) noexcept;

/// A system call's name by its number ("wait4"), also of those that have no row; "syscall_N" when it has
/// none.
std::string systemCallName(long number);

} // namespace byteyard::ipc
