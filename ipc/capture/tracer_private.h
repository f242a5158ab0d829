#pragma once

#include "ipc/capture/call_filter.h"
#include "ipc/capture/traced.h"
#include "ipc/process/fd.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <exception>
#include <filesystem>
#include <sys/stat.h>
#include <sys/user.h>
#include <thread>
#include <unordered_map>

namespace byteyard::ipc {

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

    // tracer_plain.cpp: calls that need nothing but to be told.
    std::uint32_t plainEndpoint(const TracedProcess& process, const CallContext& context,
                                const ObjectKey& object) const;
    bool tellPlain(const TracedThread& thread, const CallContext& context, const byteyard_record& record);

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

    // tracer_own.cpp: threads that have descriptors of their own.
    /// While this is, a thread's own descriptors, if it has such, stand where the process's do: for what its
    /// calls do to them.
    class OwnDescriptors
    {
    public:
        OwnDescriptors(Private& tracer, TracedThread& thread);
        ~OwnDescriptors();
        OwnDescriptors(const OwnDescriptors&) = delete;
        OwnDescriptors& operator=(const OwnDescriptors&) = delete;

    private:
        Private& m_tracer;
        TracedThread& m_thread;
    };
    void showOwn(TracedThread& thread);
    void hideOwn(TracedThread& thread);
    pid_t sharingTask(const TracedProcess& process) const;
    /// The task whose entry in /proc shows what the process's `table` has.
    pid_t tableTask(const TracedProcess& process) const
    {
        return process.shown != 0 ? process.shown : sharingTask(process);
    }
    pid_t holdingTask(const TracedProcess& process, const OpenFile* file, int fd) const;
    void unshareDescriptors(TracedThread& thread);
    void giveOwn(TracedThread& thread, std::shared_ptr<DescriptorTable> descriptors);
    void dropOwn(TracedThread& thread);
    void releaseDescriptors(TracedThread& thread);
    void keepExecuting(TracedThread& thread, TracedThread* former);
    void adoptOwn(TracedProcess& process);
    static bool hasOwnOf(pid_t tid, pid_t other);
    /// Calls `to` with a task of the process and the table that this has, for each table.
    template <typename To>
    void eachTable(const TracedProcess& process, const To& to) const
    {
        to(tableTask(process), *process.table);
        if (process.owns == 0)
            return;
        for (const auto& [tid, thread] : threads)
            if (thread.process == &process && thread.own)
                to(tid == process.shown ? sharingTask(process) : tid, *thread.own);
    }
    /// Calls `to` with each descriptor of a process: one that several of its tables have is one.
    template <typename To>
    void eachEntry(const TracedProcess& process, const To& to) const
    {
        std::vector<const DescriptorTable*> before;
        eachTable(process, [&](pid_t, const DescriptorTable& each) {
            for (const auto& [fd, entry] : each.entries()) {
                const auto isSame = [fd = fd, &file = entry.file](const DescriptorTable* other) {
                    const DescriptorTable::Entry* same = other->find(fd);
                    return same != nullptr && same->file == file;
                };
                if (std::none_of(before.begin(), before.end(), isSame))
                    to(fd, entry);
            }
            if (process.owns > 0)
                before.push_back(&each);
        });
    }

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
    std::optional<ObjectKey> lastNamed(std::uint32_t endpoint) const;
    void forgetNameless(const ObjectKey& key);
    void noteObject(const ObjectKey& key, std::uint32_t endpoint);
    void forgetName(const std::string& whole);
    void giveName(std::uint32_t endpoint, const std::string& before, const std::string& whole,
                  bool keepsBefore);
    void exchangeNames(const std::string& one, const std::string& other);
    bool enterKnownName(PendingCall& call, bool isRemoved) const;

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
    std::uint32_t makeOther(const TracedProcess& process, OpenFile& file, int domain, int protocol);
    std::uint32_t reservedFor(const TracedThread& thread, const SocketUse& socket,
                              const std::string& address) const;
    std::uint32_t peerEndpoint(const TracedThread& thread, const SocketUse& socket,
                               const std::string& address);
    std::uint32_t accepted(const TracedProcess& process, int fd, const OpenFile& listener, ObjectKey key,
                           std::uint32_t parent);
    void connected(const TracedProcess& process, int fd, OpenFile& file, std::uint32_t parent);
    void settleConnecting(TracedThread& thread);
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
    std::set<ObjectKey> nameless; ///< of `objects`: files that have lost their last name
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
