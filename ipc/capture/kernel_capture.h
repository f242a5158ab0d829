#pragma once

#include "ipc/capture/bpf/record.h"
#include "ipc/capture/object_key.h"
#include "ipc/capture/tracee_memory.h"

#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace byteyard::ipc {

/// A call that the kernel told of, and what it copied of the caller's memory. Borrowed for as long as the
/// callback runs.
struct KernelRecord
{
    const byteyard_record& call;
    std::span<const MemoryCopy> memory;
};

/// What one process moved through one object in calls that the ring had no room for.
struct KernelLoss
{
    byteyard_loss_key from{};
    byteyard_loss counts{};
};

/// Which calls of a thread the kernel's side tells of.
enum class Telling : std::uint8_t {
    Every,
    Control, ///< not those that only move bytes or wait (isDataCall)
    None,    ///< ptrace stops the thread at each
};

/// The programs in the kernel that tell of the calls (bpf/capture.bpf.c) of the processes that they are told
/// to follow, and of all that those fork. A thread that has made what its tracer must look at is sent a
/// signal of which the kernel is the sender (isHalt()): that stops a traced thread before it goes on behind
/// the call, and is not for its program. So is one whose call may have changed who has what, and was lost.
/// Needs CAP_BPF and CAP_PERFMON (capabilities(7)). All is gone from the kernel with this object, or with the
/// process. Not to be used from two threads at once, but for waitForRecords().
class KernelCapture
{
public:
    static constexpr std::size_t usualRing = 16U << 20;

    /// `dataBytes` of each call are kept (0…65536); `ringBytes` is a power of two, in whole pages.
    /// Nothing when the kernel refuses: `why` then says so in words.
    static std::unique_ptr<KernelCapture> open(std::size_t dataBytes, std::size_t ringBytes,
                                               std::string& why);
    /// Why open() would give nothing; empty when it would.
    static std::string whyNot();

    virtual ~KernelCapture() = default;
    KernelCapture(const KernelCapture&) = delete;
    KernelCapture& operator=(const KernelCapture&) = delete;

    /// A process with one thread, that does nothing yet. Throws std::system_error.
    virtual void followTask(pid_t pid) = 0;
    /// A process that runs already, with all of its threads: also the calls that they are in are told of when
    /// they return. Throws std::system_error.
    virtual void attachTask(pid_t pid) = 0;
    /// Its threads are let alone from now on.
    virtual void leaveTask(pid_t pid) noexcept = 0;
    /// From the thread's next call on. False when no more threads can be told of less.
    virtual bool setTelling(pid_t tid, Telling telling) = 0;
    /// Whether this is what stops a thread behind a call.
    static bool isHalt(const siginfo_t& info) noexcept
    {
        return info.si_code == SI_KERNEL && (info.si_signo == SIGCHLD || info.si_signo == SIGSTOP);
    }
    /// A file or a terminal that a process has open: of those only what is followed is told.
    virtual void followFile(pid_t pid, int fd, const ObjectKey& key) = 0;

    /// Gives all that was told before this call, or `most` records; how many.
    virtual std::size_t take(const std::function<void(const KernelRecord&)>& to,
                             std::size_t most = SIZE_MAX) = 0;
    /// Until there is a record, or something to read at `other`.
    virtual void waitForRecords(int other) = 0;

    /// What was lost so far, from the beginning. Counts only grow.
    virtual std::vector<KernelLoss> losses() = 0;
    /// Calls that were lost and that stand in no loss: there were too many objects, or the kernel left the
    /// program out.
    virtual std::uint64_t uncounted() = 0;

protected:
    KernelCapture() = default;
};

} // namespace byteyard::ipc
