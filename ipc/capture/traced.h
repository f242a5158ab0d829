#pragma once

// What is known of the threads and processes that are followed, and of the calls that they are in.

#include "ipc/capture/decode.h"
#include "ipc/capture/descriptor_table.h"
#include "ipc/capture/kernel_capture.h"
#include "ipc/capture/registers.h"
#include "ipc/capture/socket_probe.h"
#include "ipc/capture/tracer.h"
#include "ipc/host/proc.h"
#include "ipc/process/child.h"

#include <array>
#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <sys/ptrace.h>
#include <vector>

namespace byteyard::ipc {

/// What all that is followed is traced with (ptrace(2)).
inline constexpr unsigned long traceOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
                                              PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                                              PTRACE_O_TRACEEXIT;

/// What a thread is in, from the call's entry until its event is told.
struct PendingCall
{
    const CallRow* row = nullptr;
    CallArguments arguments{};
    std::uint64_t since = 0;
    std::uint64_t completed = 0;
    int fd = -1;
    int fd2 = -1;
    std::uint32_t endpoint = 0;
    std::uint32_t endpoint2 = 0;
    std::uint64_t requested = 0;
    std::string detail;
    std::string path;                     ///< of an open or exec
    std::vector<RemotePiece> pieces;      ///< where the bytes lie
    std::vector<std::byte> data;          ///< copied so far
    bool dataWhole = true;                ///< false: what should have been copied could not be read
    DescriptorTable::Entry carried;       ///< what a dup duplicates
    std::vector<std::uint32_t> releasing; ///< endpoints whose holders it may diminish
    bool wasRestarted = false;            ///< by goOnUnlessSignalled
    bool told = false;                    ///< even when it touches no endpoint
    int restart = 0;                      ///< ERESTART… or EINTR: the call may go on; what follows decides
    How how = How::Exact;
    bool ruled = false;                 ///< the rules have seen it
    std::uint64_t most = 0;             ///< it moves at most so many bytes; 0: as it asked
    int failure = 0;                    ///< errno that it is made to fail with
    std::optional<CallRegisters> asked; ///< what the program asked for, when it is given something else
};

/// A call that a rule makes a thread do before its own.
struct InterposedCall
{
    CallRegisters own;
    const CallRow* row = nullptr;
    CallArguments arguments{};
    std::uint32_t endpoint = 0;
    std::uint32_t endpoint2 = 0;
    std::uint32_t rule = 0; ///< has acted on the thread's own call
    bool done = false;
};

struct TracedProcess;

/// From when on a thread's calls are not followed, and what it had moved by then.
struct ThreadGap
{
    std::uint64_t from = 0;
    SampledWhy why = SampledWhy::Run;
    std::optional<proc::IoCounts> io;
};

/// What a TCP socket has moved for its program, by the kernel's own count.
struct TcpCounts
{
    std::uint64_t written = 0;
    std::uint64_t read = 0;
};

/// An endpoint that processes use whose calls are not followed.
struct SampledEndpoint
{
    SampledSums sums;
    std::uint64_t from = 0;
    SampledWhy why = SampledWhy::Run;
    std::set<std::uint32_t> holders; ///< such processes
    std::set<std::uint32_t> writers; ///< those that are or were able to
    std::set<std::uint32_t> readers;
    std::optional<FillSeen> seen;
    bool wasEmpty = false; ///< when this began
    struct Socket
    {
        TcpCounts before;
        TcpCounts now;
        std::uint32_t process = 0; ///< whose it was last
    };
    std::map<const OpenFile*, Socket> sockets; ///< of TCP
};

struct TracedThread
{
    pid_t tid = 0;
    TracedProcess* process = nullptr;
    bool inCall = false;
    PendingCall call;
    std::optional<ObjectKey> object;  ///< what the kernel says that the call was on
    Telling telling = Telling::Every; ///< of its calls by the kernel's side
    std::uint64_t told = 0;   ///< the call that the kernel's side told the beginning of: when that was
    bool isHalted = false;    ///< behind that call, or about to be
    bool stopsAtData = false; ///< ptrace follows all its calls: what the kernel tells of it is known
    bool interrupted = false; ///< by us, to make it stop at data calls too
    bool goesBackIn = false;  ///< to the call that we have woken it from: no pause holds it before
    bool stopped = false;     ///< in a group stop
    bool afterStop = false;   ///< SIGCONT that ends a group stop is not a plain ignored signal
    bool dying = false;       ///< has reported PTRACE_EVENT_EXIT
    bool atEntry = false;     ///< stands at a call's entry
    bool gone = false;        ///< let go: it is taken off the table next
    /// Of an attached one: the call that it slept in when it was stopped first. Some go on under another
    /// number (restart_syscall(2)).
    std::optional<proc::SleepingCall> wokenFrom;
    std::uint64_t sleptAt = 0; ///< timeslices when it was last seen where it must not be woken
    bool held = false;         ///< stands at a stop, by pause or pace
    unsigned deferred = 0;     ///< how often it was held on for another thread's sake (wouldTakeSignal)
    int heldRequest = 0;
    int heldSignal = 0;
    std::uint64_t heldUntil = 0; ///< its turn, when pace or a rule's delay holds it
    bool delayed = false;        ///< by a rule
    /// What a handler began upon, where the kernel forgets calls (CallRegisters::forgetsCalls).
    std::optional<CallRegisters> handled;
    std::shared_ptr<DescriptorTable> own; ///< null: the process's; the process's, while its own are shown
    std::optional<InterposedCall> interposed;
    std::optional<ThreadGap> gap; ///< its calls that move bytes are not followed

    /// The last look at /proc, to tell one long sleep from two short ones.
    struct Look
    {
        proc::SleepingCall call;
        std::uint64_t timeslices = 0;
        std::uint64_t since = 0;
    };
    mutable Look look;
};

/// What a process does on a signal, as far as it decides whether a call goes on afterwards (sigaction(2)).
struct SignalAction
{
    enum class Kind : std::uint8_t { Default, Ignore, Handler } kind = Kind::Default;
    bool restarts = false;
};
using SignalActions = std::array<SignalAction, 65>;

/// What SIGSTOP, SIGTSTP, SIGTTIN and SIGTTOU do when they have no handler (signal(7)).
constexpr bool stopsByDefault(int signal)
{
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/// A followed object in a process's memory (shmat(2), mmap(2) with MAP_SHARED).
struct Mapping
{
    std::uint64_t address = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
    std::uint32_t endpoint = 0;
    ObjectKey key;
    Access access = Access::ReadWrite;
};

/// Bytes of a memory that are an endpoint of their own.
struct MemoryPart
{
    std::uint32_t endpoint = 0;
    std::uint32_t memory = 0; ///< endpoint
    std::uint64_t offset = 0; ///< in the object
    std::uint64_t size = 0;
};

/// What of an address space is followed: one process's, or that of several (CLONE_VM).
struct MemoryMap
{
    std::vector<Mapping> mappings;
};

/// Whether a person who goes on call by call wants to stop here: it is on an endpoint, or makes one.
bool isStep(const PendingCall& call);

/// The queue or the semaphores that a call sends to, receives from or operates on by their id.
std::optional<ObjectKey> sysvKey(const CallRow& row, const CallArguments& arguments);
/// What such a call does there.
Access sysvAccess(const CallRow& row);

/// How many bytes a result stands for: msgsnd(2) and mq_send(3) return 0.
std::int64_t movedBytes(Call call, std::uint64_t requested, std::int64_t result);
inline std::int64_t movedBytes(const PendingCall& call, std::int64_t result)
{
    return movedBytes(call.row->call, call.requested, result);
}
/// What the kernel's side says that a call was on.
ObjectKey objectOf(const byteyard_key& key);
/// Of an event whose call moved so many bytes (more than none), when `held` of them could be copied.
DataState dataStateOf(std::size_t held, std::uint64_t moved);
/// Whether a call that returns this errno may start again.
bool mayGoOn(std::int64_t error);

/// A thread group.
struct TracedProcess
{
    std::uint32_t number = 0;
    std::uint32_t parent = 0;
    std::vector<std::uint32_t> ancestors;
    pid_t pid = 0;
    ProcessState state = ProcessState::Starting;
    std::string name;
    std::vector<std::string> argv;
    std::shared_ptr<DescriptorTable> table;
    std::shared_ptr<SignalActions> actions;
    std::shared_ptr<MemoryMap> memory = std::make_shared<MemoryMap>();
    std::map<std::uint32_t, Access> uses; ///< endpoints that have no descriptor, told as edges with fd -1
    std::shared_ptr<Child> child;         ///< until its program runs
    int stopSignal = 0;                   ///< what stops it, from the signal's delivery until it is continued
    int threads = 0;
    int owns = 0;    ///< threads that have descriptors of their own
    pid_t shown = 0; ///< the one whose own stand in `table` just now (OwnDescriptors)
    pid_t witness =
        0; ///< the thread that stopped last: /proc shows nothing of a leader that has ended before the others
    bool closed = false;   ///< its descriptors are gone
    bool released = false; ///< from its wait before exec
    bool isUnsure = false; ///< what it has open is to be looked up after exec
    bool paused = false;
    bool stepping = false;    ///< paused, but on its way to its next call
    std::uint64_t turnNs = 0; ///< between two data calls; 0: full speed
    std::uint64_t nextTurn = 0;
    bool attached = false;      ///< it has no filter of ours, and is never ended
    bool leaving = false;       ///< its threads are let go
    bool isUnobserved = false;  ///< a 32-bit program
    std::uint64_t lookedAt = 0; ///< when its descriptors were looked up, if it is attached
    SampledWhy sampled = SampledWhy::No;
    int gaps = 0;            ///< threads that have one
    bool isLookedAt = false; ///< its endpoints are, instead of its calls
    std::uint64_t stops = 0; ///< at calls that move bytes or wait

    /// How its budget was kept.
    struct Weighed
    {
        std::uint64_t at = 0;
        std::uint64_t count = 0; ///< of stops, or of its reads and writes
        std::uint64_t since = 0; ///< when it was switched last
        std::uint64_t tryNs = 0; ///< how long it stays sampled at least
    };
    Weighed weighed;
};

/// "unix-stream", "tcp"… (socket(2)).
std::string_view socketKind(int domain, int type);
/// A UNIX socket's path that the C library uses on its own.
bool isSystemNoise(const std::string& path);
/// What of an existing socket matters to its open file description.
void noteSocket(OpenFile& file, const SocketFacts& facts);
/// Whether an interrupt neither shortens this sleep nor gives it its whole time again (signal(7)).
bool canBeWoken(pid_t tid, const proc::SleepingCall& sleeping);

} // namespace byteyard::ipc
