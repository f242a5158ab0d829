#pragma once

#include "ipc/capture/call_filter.h"
#include "ipc/capture/decode.h"
#include "ipc/capture/descriptor_table.h"
#include "ipc/capture/registers.h"
#include "ipc/capture/socket_probe.h"
#include "ipc/capture/tracer.h"
#include "ipc/host/proc.h"
#include "ipc/process/child.h"
#include "ipc/process/fd.h"

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <deque>
#include <exception>
#include <filesystem>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <thread>
#include <unordered_map>

namespace byteyard::ipc {

// The kernel's own: a call with such a result starts again, unless a handler runs first (linux/errno.h).
inline constexpr int restartSys = 512;
inline constexpr int restartNoIntr = 513;
inline constexpr int restartNoHand = 514;
inline constexpr int restartBlock = 516;

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
std::int64_t movedBytes(const PendingCall& call, std::int64_t result);

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

struct Tracer::Private
{
    Private(TracerSink& theSink, std::uint64_t start, std::size_t bytes,
            std::unique_ptr<KernelCapture> fromKernel, Following theFollowing);
    ~Private();

    void end();

    // tracer_loop.cpp: the thread, its wait, and what other threads ask of it.
    void run(const std::function<void()>& work);
    void loop();
    void takeWork();
    void handleStatus(pid_t tid, int status);
    void handleStop(TracedThread& thread, int status);
    void handleSystemCall(TracedThread& thread, bool entry);
    void passEntry(TracedThread& thread, std::uint64_t number);
    void handleEvent(TracedThread& thread, int event, int signal);
    void resume(TracedThread& thread, int request, int signal = 0);
    void resumeUnheld(TracedThread& thread, int request, bool isUnheld);
    void resumeDue();
    void resumeNow();
    void setTimer(std::uint64_t due);

    // tracer_kernel.cpp: calls that the kernel tells of.
    static constexpr std::size_t recordsUnderOneLock = 512;
    std::size_t takeRecords(std::size_t most = SIZE_MAX);
    void takeRecord(const KernelRecord& record);
    void takeLosses();
    bool mustStopAtData(const TracedThread& thread) const;
    bool updateTelling(TracedThread& thread);
    bool isHalted(const TracedThread& thread, int signal) const;
    void lookUpLost(TracedThread& thread);
    void enterTold(TracedThread& thread, const CallContext& context, std::uint64_t since);
    bool catchRunning(std::uint64_t time);
    void drainLoop();
    void endDrain();
    std::uint32_t endpointOfKey(const TracedThread& thread) const;

    // tracer_sampled.cpp: calls that are not followed, and what is known of them.
    bool mayPass() const { return kernel || filterKind != FilterKind::Every; }
    /// Nothing tells of its calls but its stops at each.
    bool isCaught(const TracedProcess& process) const { return process.attached && !kernel; }
    /// A filter makes it stop at some calls.
    bool hasFilter(const TracedProcess& process) const { return !process.attached && !kernel; }
    bool isFollowed(const TracedProcess& process) const;
    bool isToldByKernel(const TracedProcess& process) const;
    bool wouldTakeSignal(TracedThread& held) const;
    bool mayInterrupt(const TracedThread& thread) const;
    void beginGap(TracedThread& thread);
    void endGap(TracedThread& thread);
    void setSampled(TracedProcess& process, SampledWhy why);
    void beginLooking(TracedProcess& process);
    void endLooking(TracedProcess& process);
    void enterSampled(const TracedProcess& process, std::uint32_t endpoint, const OpenFile* file, int fd,
                      Access access);
    void leaveSampled(const TracedProcess& process, std::uint32_t endpoint, const OpenFile* file, int fd);
    void edgeSampled(std::uint32_t process, std::uint32_t endpoint, const OpenFile* file, int fd,
                     Access access, bool open);
    void tellSampled(SampledEndpoint& endpoint, std::uint32_t number);
    void passBudget(TracedProcess& process, std::uint64_t time);
    bool keepBudget(TracedProcess& process, std::uint64_t time, std::uint64_t callsPerSecond);
    void readTcp(const TracedProcess& process, const OpenFile* file, int fd, SampledEndpoint& endpoint);

    // tracer_calls.cpp: entry and exit of a call.
    bool enter(TracedThread& thread, const CallContext& context, std::uint64_t time);
    bool enterUse(TracedThread& thread, const CallContext& context);
    bool enterOpen(TracedThread& thread, const CallContext& context);
    bool enterClose(TracedThread& thread, const CallContext& context);
    bool enterDuplicate(TracedThread& thread, const CallContext& context);
    bool enterExec(TracedThread& thread, const CallContext& context);
    void leave(TracedThread& thread, const TraceeMemory& memory, std::int64_t result, std::uint64_t time);
    void finish(TracedThread& thread, const TraceeMemory& memory, std::int64_t result);
    void takeEffect(TracedThread& thread, const CallContext& context, std::int64_t result);
    void tell(TracedThread& thread, std::int64_t result, How how);
    void tellMessages(TracedThread& thread, const CallContext& context, std::int64_t result);
    EventView eventOf(const TracedThread& thread) const;
    void cut(TracedThread& thread);

    // tracer_objects.cpp: descriptors and the objects behind them.
    void addDescriptor(TracedProcess& process, int fd, const DescriptorTable::Entry& entry);
    void removeDescriptor(TracedProcess& process, int fd);
    void tellEdges(const DescriptorTable& table, int fd, const DescriptorTable::Entry& entry, bool open);
    void adoptOpened(TracedProcess& process, int fd, Access access, const std::string& path);
    void adoptPair(TracedProcess& process, const CallContext& context);
    void adoptReceived(TracedProcess& process, int fd);
    void adoptOpenFiles(TracedProcess& process);
    std::uint32_t endpointOfPath(const TracedThread& thread, const CallContext& context,
                                 const std::string& path) const;
    std::uint32_t endpointOf(TracedProcess& process, int fd, const std::string& path, ObjectKey& key);
    void dropClosed(TracedProcess& process);
    std::shared_ptr<OpenFile> knownDescription(pid_t pid, int fd, const ObjectKey& key,
                                               const DescriptorTable& newest) const;
    std::vector<int> inheritedEnds(const LaunchPlan& plan, DescriptorTable& descriptors);
    static std::string prefixOf(const SocketUse& socket);

    ObjectKey keyOf(pid_t pid, int fd, const struct stat& status) const;
    void makeObject(TracedProcess& process, int fd, std::string_view kind, const std::string& name,
                    std::uint32_t& endpoint);
    bool enterOpenQueue(TracedThread& thread, const CallContext& context);
    void adoptQueue(TracedThread& thread, const CallContext& context, int fd);
    std::uint32_t queueOfName(const std::string& name) const;
    void takeTurn(TracedThread& thread);

    // tracer_sysv.cpp: System V objects, and the memory of all kinds.
    bool enterSysv(TracedThread& thread, const CallContext& context);
    void leaveSysv(TracedThread& thread, const CallContext& context, std::int64_t result);
    std::uint32_t sysvEndpoint(const TracedProcess& process, ObjectKey key);
    bool enterMap(TracedThread& thread, const CallContext& context);
    void leaveMap(TracedThread& thread, const CallContext& context, std::int64_t result);
    void addUse(TracedProcess& process, std::uint32_t endpoint, Access access);
    void addMapping(TracedProcess& process, const Mapping& mapping);
    void removeMappings(TracedProcess& process, std::uint64_t address, std::uint64_t size);
    void dropUses(TracedProcess& process);
    void keepCopy(const TracedProcess& process, const Mapping& mapping, const TraceeMemory& memory);
    void keepPictures(const TracedProcess& process, const Mapping* alone = nullptr);
    void inheritMemory(const TracedProcess& parent, TracedProcess& child, std::uint64_t flags);
    const Mapping* mappingAt(const TracedProcess& process, std::uint64_t address) const;

    // tracer_waits.cpp: what a thread waits on.
    struct Waited
    {
        std::uint32_t endpoint = 0; ///< the first that is followed; 0: none is
        int fd = -1;                ///< by which it waits on that
        std::string detail;
    };
    bool enterWait(TracedThread& thread, const CallContext& context);
    bool enterEpollControl(TracedThread& thread, const CallContext& context);
    Waited waitedOn(const TracedProcess& process, const CallContext& context) const;
    bool lookAt(const TracedThread& looked, std::uint64_t time, CallInProgress& found) const;
    void describeSleep(const TracedThread& thread, const CallRow& row, const CallArguments& arguments,
                       CallInProgress& found) const;

    // tracer_futex.cpp: words of memory that sleepers wait on.
    bool enterFutex(TracedThread& thread, const CallContext& context);
    std::uint32_t wordsEndpoint(const Mapping& mapping, std::uint64_t address) const;
    std::string futexWords(const TraceeMemory& memory, const Mapping& mapping, std::uint64_t address) const;

    // tracer_names.cpp: names of followed objects, and signals that are sent.
    bool enterName(TracedThread& thread, const CallContext& context);
    void leaveName(TracedThread& thread, const CallContext& context);
    void adoptFifo(TracedThread& thread);
    bool enterSendSignal(TracedThread& thread, const CallContext& context);
    std::string placeOf(const TracedThread& thread, int directory, const std::string& path) const;
    std::uint32_t namedEndpoint(const std::string& whole) const;

    // tracer_sockets.cpp: sockets, from their making to their connections.
    bool enterSocket(TracedThread& thread, const CallContext& context);
    void leaveSocket(TracedThread& thread, const CallContext& context, std::int64_t result);

    /// A TCP connection of which one side is known.
    struct Half
    {
        std::uint32_t endpoint = 0;
        ObjectKey key;
        bool isAccepted = false; ///< it is the server's
        std::uint64_t since = 0; ///< when it was seen
    };
    void tellEdge(std::uint32_t process, int fd, const DescriptorTable::Entry& entry, bool open);
    void tellHolders(const OpenFile& file, bool open);
    void assign(OpenFile& file, std::uint32_t endpoint);
    void sendTo(OpenFile& file, std::uint32_t target);
    void own(const TracedProcess& process, int fd, OpenFile& file);
    std::uint32_t reservedFor(const TracedThread& thread, const SocketUse& socket,
                              const std::string& address) const;
    std::uint32_t peerEndpoint(const TracedThread& thread, const SocketUse& socket,
                               const std::string& address);
    std::uint32_t accepted(const TracedProcess& process, int fd, const OpenFile& listener, ObjectKey key,
                           std::uint32_t parent);
    void connected(const TracedProcess& process, int fd, OpenFile& file, std::uint32_t parent);
    std::uint32_t tcpConnection(const TracedProcess& process, const Half& side, const std::string& server,
                                const std::string& client, std::uint32_t parent);
    std::uint32_t endpointOfUse(TracedThread& thread, const CallContext& context,
                                const DescriptorTable::Entry& entry);

    // tracer_life.cpp: processes and threads, from fork to exit.
    pid_t fork(const LaunchPlan& plan);
    TracedThread& addThread(pid_t tid, TracedProcess& process);
    void handleFork(TracedThread& thread, int event);
    void adopt(pid_t tid, TracedProcess& parent, std::uint64_t flags);
    void handleExec(TracedThread& thread);
    void handleDying(TracedThread& thread);
    void handleEnd(TracedThread& thread, int status);
    void forget(const TracedThread& thread);
    void endProcess(TracedProcess& process, int status);
    void handleOrphan(pid_t tid, int status);
    void tellLife(const TracedThread& thread, Call call, std::int64_t result, std::string_view detail);
    void tellProcess(const TracedProcess& process, bool names, std::string_view refused = {});
    void killAll();

    // tracer_attach.cpp: processes that ran before.
    TracedProcess& attach(pid_t pid, std::uint32_t number);
    void seizeThreads(TracedProcess& process);
    void adoptSlept(TracedProcess& process);
    void noteActions(TracedProcess& process);
    void catchAttached(TracedThread& thread, std::uint64_t time);
    void lookAgain(std::uint64_t time);
    void firstStop(const TracedThread& thread);
    void release(TracedProcess& process);
    bool mayLetGo(const TracedThread& thread) const;
    void letGo(TracedThread& thread, int signal);
    void letExecGo(pid_t tid);
    void takeOffGone();
    void endDetached(TracedProcess& process);
    void letRestGo();
    bool isAllAttached() const;
    bool mayKill(const proc::Kinship& kin) const;

    // tracer_seed.cpp: what an attached process has already.
    void lookUpDescriptors(TracedProcess& process);
    void watchExisting(TracedProcess& process, int fd);
    void watchAgain(TracedProcess& process);
    void adoptExisting(TracedProcess& process, int fd, const struct stat& status,
                       const std::optional<SocketFacts>& facts);
    std::uint32_t existingObject(TracedProcess& process, int fd, const ObjectKey& key);
    std::uint32_t existingConnection(const TracedProcess& process, const SocketFacts& facts,
                                     const ObjectKey& key);
    void adoptSocket(TracedProcess& process, int fd, const std::shared_ptr<OpenFile>& file,
                     const SocketFacts& facts);
    void adoptMappings(TracedProcess& process);

    // tracer_signals.cpp: signals, and what becomes of the calls that they interrupt.
    void noteAction(TracedThread& thread, const CallContext& context);
    void handleSignal(TracedThread& thread, int signal);
    void settleRestart(TracedThread& thread, int signal);
    void goOnUntouched(TracedThread& thread);
    void goOnUnseen(TracedThread& thread);
    bool hasNews(const TracedThread& thread) const;
    static bool startsAgain(const TracedThread& thread);
    bool ignores(const TracedProcess& process, int signal) const;
    bool goOnUnlessSignalled(TracedThread& thread);

    // tracer_rules.cpp: what a person has set to be done to calls.
    struct ActiveRule
    {
        CallRule rule;
        std::uint64_t met = 0;
        std::uint64_t hits = 0;
    };
    void ruleEntry(TracedThread& thread, const TraceeMemory& memory);
    void ruleReturn(TracedThread& thread, const TraceeMemory& memory, std::int64_t result);
    bool meets(const TracedThread& thread, const CallRule& rule, const TraceeMemory& memory,
               const std::int64_t* result) const;
    void act(TracedThread& thread, const CallRule& rule, const TraceeMemory& memory);
    void change(TracedThread& thread, const TraceeMemory& memory);
    void interpose(TracedThread& thread, const CallRule& rule, const TraceeMemory& memory);
    bool enterAfterInterposed(TracedThread& thread, const CallContext& context, std::uint64_t time);
    bool leaveRuled(TracedThread& thread, const TraceeMemory& memory, std::int64_t result);
    void tellHit(const TracedThread& thread, const ActiveRule& active, const std::int64_t* result);

    TracedProcess* byNumber(std::uint32_t number) const;
    std::uint64_t now() const;

    TracerSink& sink;
    const std::uint64_t runStart;
    const std::size_t dataBytes;
    const std::unique_ptr<KernelCapture> kernel; ///< null: every call is followed by ptrace
    const FilterKind filterKind;                 ///< when there is no kernel's side
    const std::vector<sock_filter> filter;       ///< empty: none

    mutable std::mutex table; ///< guards what follows
    std::map<std::uint32_t, std::unique_ptr<TracedProcess>> processes;
    std::unordered_map<pid_t, TracedThread> threads;
    std::map<ObjectKey, std::uint32_t> objects;
    std::vector<MemoryPart> parts;
    std::set<std::uint32_t> peekedAt; ///< endpoints whose programs look at what waits (MSG_PEEK)
    std::map<std::string, std::uint32_t> paths;
    std::map<std::string, std::uint32_t> foundNames; ///< of objects that were found, by their whole path
    FoundFiles foundFiles;
    std::map<std::string, std::uint32_t> addresses; ///< "tcp:127.0.0.1:80", "unix:@name", "mq:/name"
    std::map<std::pair<Transport, std::uint16_t>, std::uint32_t> ports;
    std::map<std::string, Half> halves; ///< by its two addresses
    OwnAddresses ownAddresses;
    std::vector<ActiveRule> rules;
    std::uint32_t lastDescription = 0;
    SampledWhy sampledAtFirst = SampledWhy::No; ///< of those to come
    std::map<std::uint32_t, SampledEndpoint> sampled;
    std::uint32_t lastGap = 0;
    bool ending = false;
    bool hasGone = false; ///< a thread has been let go

    /// A stop of a thread whose parent's fork was not reported yet.
    struct Orphan
    {
        int status = 0;
        proc::Kinship kin;
    };
    std::map<pid_t, Orphan> orphans; ///< of the tracer's thread alone

    std::mutex workMutex;
    std::condition_variable workCame;
    std::condition_variable workDone;
    struct Work
    {
        const std::function<void()>* function;
        std::exception_ptr error;
        bool done = false;
    };
    std::deque<Work*> work;
    std::atomic<bool> hasWork{false};
    bool quit = false; ///< of the tracer's thread alone
    std::atomic<pid_t> threadId{0};
    timer_t timer{};
    std::uint64_t timerDue = 0;
    std::map<std::tuple<pid_t, int, ObjectKey>, byteyard_loss> toldLosses;
    std::uint64_t toldUncounted = 0;
    std::uint64_t nextCatch = 0;
    Fd drainEnd; ///< written to when the drain is to end
    std::thread drainer;
    std::thread runner;
};

} // namespace byteyard::ipc
