#pragma once

#include "ipc/capture/call_rule.h"
#include "ipc/capture/event.h"
#include "ipc/capture/found_files.h"
#include "ipc/capture/kernel_capture.h"
#include "ipc/capture/object_key.h"
#include "ipc/host/proc.h"
#include "ipc/process/launch_plan.h"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace byteyard::ipc {

enum class Access : std::uint8_t { Read = 1, Write = 2, ReadWrite = 3 };

enum class ProcessState : std::uint8_t {
    Starting,
    Running,
    Stopped,
    Exited,
    Killed,
    Failed,
    Detached, ///< it goes on, and is not followed any more
};

/// A process came to be, or its state changed.
struct ProcessChange
{
    std::uint32_t process = 0;
    std::uint32_t parent = 0; ///< 0: launched by the engine
    pid_t pid = 0;
    ProcessState state = ProcessState::Starting;
    std::string name;              ///< set when new and at exec
    std::vector<std::string> argv; ///< the same
    int exitCode = 0;
    int signal = 0;         ///< what stopped or killed it
    int error = 0;          ///< errno of what failed before exec
    std::string failedCall; ///< "execve", "open", "chdir" when Failed
    std::string failedPath;
    std::uint64_t time = 0; ///< ns since the run began
    /// At exec: what its file grants and it did not get, because it is traced: "set-user-ID", "set-group-ID",
    /// "file capabilities".
    std::string_view refused;
    /// It ran before somebody attached to it, or such a process made it: nothing of ours ever ends it.
    bool attached = false;
    bool leaving = false;      ///< it is let go, as soon as that disturbs nobody
    bool isUnobserved = false; ///< a 32-bit program: what it calls is not known
};

/// An object that programs made or use, and that was drawn by nobody.
struct Discovery
{
    std::string_view kind; ///< as in files: "pipe", "tcp", "sysv-queue"
    ObjectKey key;
    /// A path, "@abstract", "/posix-name", an address ("127.0.0.1:80", of a connection
    /// "127.0.0.1:80-127.0.0.1:4711"), a System V key ("0x00004d51"), or what a socket of another family is
    /// for
    /// ("netlink route"); empty for what has none.
    std::string name;
    std::uint32_t byProcess = 0;
    std::uint32_t parent = 0; ///< the listener's endpoint, of a connection
};

/// How the calls that move bytes are followed where no KernelCapture tells of them. Those that change who has
/// what, and the lives of processes, are seen in every case.
enum class Following : std::uint8_t {
    Exact,      ///< each of them stops its thread, and other calls stop nobody
    Switchable, ///< the same, until sample() says otherwise; every call stops its thread, which costs more
    Sampled,    ///< none of them stops, until sample() says otherwise
};

/// Why the calls of a process are not followed one by one.
enum class SampledWhy : std::uint8_t {
    No,       ///< they are
    Run,      ///< the run is captured so
    Person,   ///< somebody wanted it
    Budget,   ///< there were too many
    Attached, ///< some threads of an attached process sleep where they must not be disturbed
};

/// Time in which calls of one process were not followed (or lost), and what is known of them: of one thread,
/// of one endpoint, or of one descriptor (or, with `fd` -1, object).
struct Gap
{
    std::uint32_t number = 0;   ///< of gaps of endpoints that are not followed: the same as in SampledSums
    std::uint32_t process = 0;  ///< 0: several
    std::uint32_t endpoint = 0; ///< 0: nobody knows of it any more, or `io` tells of all
    int fd = -1;
    pid_t pid = 0;
    pid_t tid = 0;
    SampledWhy why = SampledWhy::No;  ///< No: lost
    How how = How::Exact;             ///< the sums: Sampled: at least so much; Unobserved: not known
    std::optional<proc::IoCounts> io; ///< of a thread
    std::uint64_t calls = 0;
    std::uint64_t bytesIn = 0; ///< put into the endpoint
    std::uint64_t messagesIn = 0;
    std::uint64_t bytesOut = 0; ///< taken out of it
    std::uint64_t messagesOut = 0;
    std::uint64_t from = 0; ///< ns since the run began; of lost calls: when the first returned, at the latest
    std::uint64_t to = 0;   ///< and the last
};

/// What System V memory holds, as one who is about to detach from it has it: afterwards nobody may be left to
/// read it through.
struct LastPicture
{
    struct Piece
    {
        std::uint64_t offset = 0; ///< in the object
        std::vector<std::byte> bytes;
    };
    /// Of a segment, from its begin on: the process waits while it is taken.
    static constexpr std::uint64_t mostBytes = 4 << 20;
    std::uint32_t endpoint = 0;
    pid_t pid = 0;
    std::vector<Piece> pieces; ///< what it has not touched is in none
};

/// What is known, so far, of an endpoint that is used by calls that are not followed.
struct SampledSums
{
    std::uint32_t gap = 0; ///< the number of the gap that will tell of it in the end
    How how = How::Unobserved;
    std::uint64_t bytesIn = 0;
    std::uint64_t bytesOut = 0;
    std::uint32_t writer = 0; ///< the one process that can have put it there; 0: several, or none
    std::uint32_t reader = 0;
    bool operator==(const SampledSums&) const = default;
};

/// What the tracer tells. Called in one of the tracer's threads, with the table locked: do little, never call
/// back into the tracer.
class TracerSink
{
public:
    virtual ~TracerSink() = default;
    /// The sink sets `seq`. May block when 64 MiB wait for the model: that slows the traced programs and
    /// loses nothing.
    virtual void event(EventView event) = 0;
    /// Many events are to follow each other, until endRow(). What else is told between them keeps its place.
    virtual void beginRow() {}
    virtual void endRow() {}
    virtual void process(const ProcessChange& change) = 0;
    /// A descriptor of this process for this endpoint came to be, or is gone. `fd` is -1 for what has none:
    /// the use of a System V object or of mapped memory, from the first use until detached, exec or exit.
    /// `description` numbers the open file description (open(2), NOTES), shared by the descriptors that dup,
    /// fork and passing made of it; 0 where there is none.
    virtual void edge(std::uint32_t process, std::uint32_t endpoint, int fd, Access access, bool open,
                      std::uint32_t description) = 0;
    /// A program made or uses an object that the engine does not know: returns its new number, or 0 when it
    /// is not to be followed.
    virtual std::uint32_t discovered(const Discovery& found) = 0;
    /// A number for a process that a program forked.
    virtual std::uint32_t newProcess() = 0;
    /// A rule has acted, on a call that was told just before when it had returned.
    virtual void ruleHit(const RuleHit& hit) = 0;
    /// Calls that were not followed, or lost. Each call is in one gap of its endpoint, as far as that is
    /// known.
    virtual void gap(const Gap& gap) = 0;
    virtual void lastPicture(LastPicture picture) = 0;
    /// From now on (all threads; some are so before) the calls of a process are not followed, or are again.
    virtual void sampled(std::uint32_t process, SampledWhy why) = 0;
};

/// How full an endpoint was when it was looked at: bytes, each way.
struct FillSeen
{
    std::uint64_t bytes = 0;
    std::uint64_t bytes2 = 0;
};

/// A call that a thread is in right now.
struct CallInProgress
{
    std::uint32_t process = 0;
    pid_t pid = 0;
    pid_t tid = 0;
    Call call = Call::Other;
    std::string callName; ///< also for Other: "wait4", "clock_nanosleep"
    int fd = -1;
    std::uint32_t endpoint = 0;
    std::uint64_t requested = 0;
    std::uint64_t since = 0;    ///< ns since the run began
    std::uint64_t beforeNs = 0; ///< so long it had slept there already by then
    int threads = 0;            ///< that its process has; 0: not known
    std::string detail;
    bool exact = true;  ///< false: seen in /proc/TID/syscall
    bool paced = false; ///< held by pace or pause
};

/// Who has a descriptor of an endpoint, by the table.
struct TableHolder
{
    std::uint32_t process = 0;
    pid_t pid = 0;
    int fd = -1;
    Access access = Access::Read;
    bool operator==(const TableHolder&) const = default;
};

/// Memory of an endpoint that a process has mapped (shmat(2), mmap(2)), by the table.
struct TableMapping
{
    std::uint32_t process = 0;
    pid_t pid = 0;
    std::uint64_t address = 0;
    std::uint64_t size = 0;   ///< in bytes
    std::uint64_t offset = 0; ///< where in the object it begins
};

enum class Transport : std::uint8_t { Tcp, Udp };

/// Launches processes and follows them, their threads and children by ptrace: one thread does all of it, and
/// it alone waits for children (ptrace(2), BUGS; waitpid(-1) elsewhere would steal its stops). Any public
/// function may be called from another thread. With a KernelCapture the calls that move bytes do not stop
/// their threads: the kernel tells of them, and ptrace follows only what changes who has what. The table is
/// then never behind, and what a thread has told is looked at before its next stop.
class Tracer
{
public:
    /// `runStart` is the zero of all times (CLOCK_MONOTONIC ns). `dataBytes` is how much of what moved is
    /// kept (0…65536).
    Tracer(TracerSink& sink, std::uint64_t runStart, std::size_t dataBytes,
           std::unique_ptr<KernelCapture> kernel = nullptr, Following following = Following::Exact);
    /// Kills what is left and waits for it.
    ~Tracer();

    /// Makes the calls on this object events of `endpoint`.
    void follow(std::uint32_t endpoint, ObjectKey key);
    /// The same for a name that a program will create: bound to the object when it is first opened or bound
    /// (unix(7); "@name" is an abstract one).
    void followPath(std::uint32_t endpoint, std::string path);
    /// The same for a port of this machine, whoever binds it: what connects or sends to it belongs to
    /// `endpoint`.
    void followPort(std::uint32_t endpoint, Transport transport, std::uint16_t port);

    /// Of memory that is `memory`, these bytes are `endpoint`: sleeps and wakes on a word of them (futex(2))
    /// are calls on it, and who has the memory has it.
    void followPart(std::uint32_t endpoint, std::uint32_t memory, std::uint64_t offset, std::uint64_t size);

    /// Regular files that programs open become endpoints (found_files.h); with `too` the system's own as
    /// well, those that are open now with them.
    void followSystemFiles(bool too);
    /// Those that were opened and do not.
    FoundFiles::Left filesLeft() const;

    /// Forks the child, wires and holds it before exec. Returns its pid; throws std::system_error (fork).
    pid_t launch(const LaunchPlan& plan);
    /// Lets a held child go on to its opens and exec. What fails there comes as a ProcessChange with Failed.
    void release(std::uint32_t process);
    /// Ends a held child that will not be started.
    void abandon(std::uint32_t process);

    /// Follows a process that runs already, with all its threads and what it forks from then on, under this
    /// number: all its calls, by ptrace, whatever the others are followed by. What it has open is found. It
    /// is never ended, and no thread is woken from a sleep that would end with that: such a thread is
    /// followed when it is seen running, and is in a gap until then. One that makes more than `budget` calls
    /// a second (0: any number) as it is begins sampled: followed it would only be slower. Takes 10 ms.
    /// Throws std::system_error (ptrace(2), PTRACE_SEIZE): ESRCH, EPERM; EALREADY when it is followed.
    void attach(pid_t pid, std::uint32_t process, std::uint64_t budget = 0);
    /// Lets an attached process go on by itself: each thread at its next stop, and where that disturbs nobody
    /// at once. 0: all that are attached.
    void detach(std::uint32_t process);
    /// Ends what is left of those that were launched, and lets all that are attached go, also those that
    /// sleep: the thread that traces them ends. Nothing can be launched afterwards.
    void close();

    /// To the process alone, or to its group when it leads one.
    void signal(std::uint32_t process, int signal, bool group);
    /// Holds each thread at its next stop; blocked ones stay blocked. 0: all processes.
    void pause(std::uint32_t process);
    void resume(std::uint32_t process);
    /// Lets a process go on to the entry of its next call on an endpoint, and holds it there as pause() does.
    void step(std::uint32_t process);
    /// From now on this is done to such calls; a rule of the same number is replaced.
    void setRule(CallRule rule);
    void removeRule(std::uint32_t rule);
    /// Data calls a second for each thread group. 0: full.
    void setPace(std::uint32_t process, int callsPerSecond);

    /// Whether sample() can be asked for.
    bool isSwitchable() const;
    /// Follows the calls of a process no more one by one, or again. 0: all, and those to come. Each thread
    /// changes at its next stop; one that runs is stopped for it, one that sleeps is left to sleep.
    void sample(std::uint32_t process, bool sampled);

    /// Those that make more calls a second than this are followed no more one by one, until they calm down.
    /// To be called many times a second; 0: no bound. What a process did is weighed every tenth of a second.
    /// A sampled one is tried again after a second (then two, four, up to sixteen, when it goes on as
    /// before), and not while its reads and writes alone are more than half of the bound.
    void keepBudget(std::uint64_t callsPerSecond);

    /// While this is held no traced close, dup2, exec or exit can take effect (kernel-notes, SIGPIPE and
    /// peeking), unless mayPeek() says that one is under way.
    std::unique_lock<std::mutex> lockTable();
    // The following need the lock.
    bool mayPeek(std::uint32_t endpoint) const;
    /// The endpoints that threads are in calls on, as far as those are followed by ptrace.
    std::unordered_set<std::uint32_t> inCall() const;
    /// holders() of every endpoint that has any.
    std::unordered_map<std::uint32_t, std::vector<TableHolder>> allHolders() const;
    std::vector<TableHolder> holders(std::uint32_t endpoint) const;
    /// Those that are used by calls that are not followed.
    std::vector<std::uint32_t> sampledEndpoints() const;
    /// How full such an endpoint was at a look; returns what is known of it now.
    SampledSums noteFill(std::uint32_t endpoint, const std::optional<FillSeen>& seen);
    /// Who has it mapped, where.
    std::vector<TableMapping> attachments(std::uint32_t endpoint) const;
    /// Calls that have not returned for at least `olderThanNs`; threads that sleep in other calls are looked
    /// up in /proc.
    std::vector<CallInProgress> callsInProgress(std::uint64_t now, std::uint64_t olderThanNs) const;
    /// How many processes have not ended.
    std::size_t alive() const;
    /// How many of these are attached.
    std::size_t attached() const;

    /// Adds an event with how=setup or injected that the engine made itself (pipe, mkfifo, write).
    void engineEvent(EventView event);
    std::uint64_t now() const; ///< ns since the run began

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace byteyard::ipc
