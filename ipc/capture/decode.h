#pragma once

#include "ipc/capture/call_table.h"
#include "ipc/capture/tracee_memory.h"

#include <optional>
#include <sys/socket.h>

namespace byteyard::ipc {

/// A call with its arguments, and the memory that they point into.
struct CallContext
{
    const CallRow& row;
    const CallArguments& arguments;
    const TraceeMemory& memory;

    std::uint64_t argument(int index) const
    {
        return index < 0 ? 0 : arguments.at(static_cast<std::size_t>(index));
    }
    int descriptor(int index) const { return index < 0 ? -1 : static_cast<int>(argument(index)); }
};

/// Where the bytes of a call lie, in order; `pieces` is overwritten. Returns how many were asked for.
std::uint64_t payloadPieces(const CallContext& call, std::vector<RemotePiece>& pieces);

/// One message of sendmmsg(2) or recvmmsg(2), as it stands after the call.
struct RemoteMessage
{
    std::vector<RemotePiece> pieces;
    std::uint64_t requested = 0;
    std::uint64_t moved = 0;
};
std::vector<RemoteMessage> payloadMessages(const CallContext& call, std::size_t count);

/// Copies the first `size` bytes of the pieces into `into`; false when not all could be read.
bool copyPieces(const TraceeMemory& memory, std::span<const RemotePiece> pieces, std::size_t size,
                std::vector<std::byte>& into);

/// A descriptor that poll, select or epoll waits for, and for what (POLLIN…).
struct WaitedDescriptor
{
    int fd = -1;
    unsigned events = 0;
};
/// Those of poll(2) and select(2); an epoll instance keeps its own list.
std::vector<WaitedDescriptor> waitedDescriptors(const CallContext& call);

/// The descriptors that came by SCM_RIGHTS with recvmsg(2), after the call. `messages` for recvmmsg: how many
/// came.
std::vector<int> receivedDescriptors(const CallContext& call, std::size_t messages);
/// The descriptors that sendmsg(2) passes, before the call.
std::vector<int> passedDescriptors(const CallContext& call);
/// Whom SCM_CREDENTIALS names: before sendmsg(2) what is passed, after recvmsg(2) what came.
std::optional<ucred> messageCredentials(const CallContext& call);
/// The address that sendto, sendmsg or the first message of sendmmsg names; "" when it names none.
std::string destination(const CallContext& call);
/// Whether a receive leaves what it sees where it is (MSG_PEEK).
bool looksOnly(const CallContext& call);
/// Whether the caller has room for control messages.
bool takesControl(const CallContext& call);

/// The addresses of the futexes that a call waits on, wakes, or moves sleepers between, but for those that
/// are one process's own (FUTEX_PRIVATE_FLAG).
std::vector<std::uint64_t> sharedFutexes(const CallContext& call);

/// The flags of open, openat, openat2 or creat.
int openFlags(const CallContext& call);
/// The flags (CLONE_…) of fork, vfork, clone or clone3.
std::uint64_t cloneFlags(const CallContext& call);

/// `key=value` words for what stands in the arguments; without the descriptors and the name, which have
/// places of their own.
std::string describeArguments(const CallContext& call);
/// The same for what only the result tells ("" for most): F_GETFL's flags.
std::string describeResult(const CallContext& call, std::int64_t result);
/// "fds=3:in,5:in|out"
std::string describeWaited(std::span<const WaitedDescriptor> waited);
/// "timeout=250ms" of poll, select and epoll_wait; "" when it waits for ever.
std::string describeTimeout(const CallContext& call);

} // namespace byteyard::ipc
