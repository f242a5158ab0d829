#pragma once

#include "ipc/capture/tracer.h"
#include "ipc/process/fd.h"

#include <QTest>
#include <algorithm>
#include <array>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace byteyard::ipc::test {

/// Keeps all that the tracer tells.
class RecordingSink final : public TracerSink
{
public:
    void event(EventView event) override
    {
        const std::lock_guard lock(m_mutex);
        event.seq = m_events.size() + 1;
        Event kept;
        static_cast<EventView&>(kept) = event;
        kept.detailText = event.detail;
        kept.bytes.assign(event.data.begin(), event.data.end());
        if (!m_countOnly)
            m_events.push_back(std::move(kept));
        const Transfer moved = transferOf(event);
        const auto bytes = static_cast<std::int64_t>(moved.bytes);
        if (moved.flow == Flow::In)
            m_in[event.endpoint] += bytes;
        if (moved.flow == Flow::Out || moved.flow == Flow::Through)
            m_out[event.endpoint] += bytes;
        if (moved.flow == Flow::Through || moved.flow == Flow::Copy)
            m_in[event.endpoint2] += bytes;
    }
    void process(const ProcessChange& change) override
    {
        const std::lock_guard lock(m_mutex);
        m_changes.push_back(change);
    }
    void edge(std::uint32_t process, std::uint32_t endpoint, int fd, Access, bool open,
              std::uint32_t description) override
    {
        const std::lock_guard lock(m_mutex);
        if (open)
            m_edges[{process, endpoint, fd}] = description;
        else
            m_edges.erase({process, endpoint, fd});
    }
    std::uint32_t discovered(const Discovery& found) override
    {
        const std::lock_guard lock(m_mutex);
        m_found[++m_endpoints] = {std::string(found.kind), found.key, found.name, found.byProcess,
                                  found.parent};
        return m_endpoints;
    }
    std::uint32_t newProcess() override { return ++m_processes; }
    void ruleHit(const RuleHit& hit) override
    {
        const std::lock_guard lock(m_mutex);
        m_hits.push_back(hit);
    }
    void lastPicture(LastPicture /*picture*/) override {}
    void gap(const Gap& gap) override
    {
        const std::lock_guard lock(m_mutex);
        m_gaps.push_back(gap);
        m_lost += gap.calls;
        m_lostOf[{gap.process, gap.endpoint}] += gap.calls;
        m_in[gap.endpoint] += static_cast<std::int64_t>(gap.bytesIn);
        m_out[gap.endpoint] += static_cast<std::int64_t>(gap.bytesOut);
    }
    void sampled(std::uint32_t process, SampledWhy why) override
    {
        const std::lock_guard lock(m_mutex);
        m_sampled[process] = why;
    }
    SampledWhy sampledNow(std::uint32_t process) const
    {
        const std::lock_guard lock(m_mutex);
        const auto at = m_sampled.find(process);
        return at == m_sampled.end() ? SampledWhy::No : at->second;
    }
    std::vector<Gap> gaps(const std::function<bool(const Gap&)>& wanted) const
    {
        const std::lock_guard lock(m_mutex);
        std::vector<Gap> list;
        std::copy_if(m_gaps.begin(), m_gaps.end(), std::back_inserter(list), wanted);
        return list;
    }
    std::uint64_t lost() const { return m_lost; }
    std::uint64_t lostOf(std::uint32_t process, std::uint32_t endpoint) const
    {
        const std::lock_guard lock(m_mutex);
        const auto at = m_lostOf.find({process, endpoint});
        return at == m_lostOf.end() ? 0 : at->second;
    }

    std::vector<RuleHit> hits(std::uint32_t rule) const
    {
        const std::lock_guard lock(m_mutex);
        std::vector<RuleHit> list;
        std::copy_if(m_hits.begin(), m_hits.end(), std::back_inserter(list),
                     [rule](const RuleHit& hit) { return hit.rule == rule; });
        return list;
    }
    std::uint32_t newEndpoint() { return ++m_endpoints; }
    void countOnly() { m_countOnly = true; }

    std::vector<Event> events(Call call, std::uint32_t process = 0) const
    {
        return select(
            [=](const Event& e) { return e.call == call && (process == 0 || e.process == process); });
    }
    std::vector<Event> select(const std::function<bool(const Event&)>& wanted) const
    {
        const std::lock_guard lock(m_mutex);
        std::vector<Event> list;
        std::copy_if(m_events.begin(), m_events.end(), std::back_inserter(list), wanted);
        return list;
    }
    std::vector<ProcessChange> changes(std::uint32_t process) const
    {
        const std::lock_guard lock(m_mutex);
        std::vector<ProcessChange> list;
        std::copy_if(m_changes.begin(), m_changes.end(), std::back_inserter(list),
                     [=](const ProcessChange& change) { return change.process == process; });
        return list;
    }
    /// How it ended, if it has.
    std::optional<ProcessChange> end(std::uint32_t process) const
    {
        for (const ProcessChange& change : changes(process))
            if (change.state == ProcessState::Exited || change.state == ProcessState::Killed ||
                change.state == ProcessState::Failed || change.state == ProcessState::Detached)
                return change;
        return std::nullopt;
    }
    bool ended(std::uint32_t process) const { return end(process).has_value(); }
    std::set<std::uint32_t> children(std::uint32_t process) const
    {
        const std::lock_guard lock(m_mutex);
        std::set<std::uint32_t> list;
        for (const ProcessChange& change : m_changes)
            if (change.parent == process)
                list.insert(change.process);
        return list;
    }
    std::int64_t bytesIn(std::uint32_t endpoint) const
    {
        const std::lock_guard lock(m_mutex);
        const auto at = m_in.find(endpoint);
        return at == m_in.end() ? 0 : at->second;
    }
    std::int64_t bytesOut(std::uint32_t endpoint) const
    {
        const std::lock_guard lock(m_mutex);
        const auto at = m_out.find(endpoint);
        return at == m_out.end() ? 0 : at->second;
    }
    std::vector<int> edges(std::uint32_t process, std::uint32_t endpoint) const
    {
        const std::lock_guard lock(m_mutex);
        std::vector<int> fds;
        for (const auto& [edge, description] : m_edges)
            if (std::get<0>(edge) == process && std::get<1>(edge) == endpoint)
                fds.push_back(std::get<2>(edge));
        return fds;
    }
    /// The number of the open file description behind a descriptor; 0 when there is none.
    std::uint32_t description(std::uint32_t process, std::uint32_t endpoint, int fd) const
    {
        const std::lock_guard lock(m_mutex);
        const auto at = m_edges.find({process, endpoint, fd});
        return at == m_edges.end() ? 0 : at->second;
    }
    std::string kind(std::uint32_t endpoint) const { return found(endpoint).kind; }
    /// What programs made or used without being drawn.
    struct Found
    {
        std::string kind;
        ObjectKey key;
        std::string name;
        std::uint32_t byProcess = 0;
        std::uint32_t parent = 0;
    };
    Found found(std::uint32_t endpoint) const
    {
        const std::lock_guard lock(m_mutex);
        const auto at = m_found.find(endpoint);
        return at == m_found.end() ? Found() : at->second;
    }
    /// The endpoints of this kind that were found, in their order.
    std::vector<std::uint32_t> foundOf(std::string_view kind) const
    {
        const std::lock_guard lock(m_mutex);
        std::vector<std::uint32_t> list;
        for (const auto& [number, each] : m_found)
            if (each.kind == kind)
                list.push_back(number);
        return list;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<Event> m_events;
    std::vector<ProcessChange> m_changes;
    std::map<std::tuple<std::uint32_t, std::uint32_t, int>, std::uint32_t> m_edges; ///< to descriptions
    std::map<std::uint32_t, Found> m_found;
    std::vector<RuleHit> m_hits;
    std::vector<Gap> m_gaps;
    std::map<std::uint32_t, SampledWhy> m_sampled;
    std::map<std::uint32_t, std::int64_t> m_in;
    std::map<std::uint32_t, std::int64_t> m_out;
    std::atomic<std::uint32_t> m_endpoints{0};
    std::atomic<std::uint32_t> m_processes{0};
    std::atomic<std::uint64_t> m_lost{0};
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> m_lostOf;
    bool m_countOnly = false;
};

inline std::uint64_t monotonicNow()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

/// The kernel's side of the capture when BYTEYARD_TEST_CAPTURE is "ebpf" (each test of the tracer runs both
/// ways, where the kernel allows it), nothing otherwise.
inline std::unique_ptr<KernelCapture> captureToTest(std::size_t ring = KernelCapture::usualRing)
{
    if (qgetenv("BYTEYARD_TEST_CAPTURE") != "ebpf")
        return nullptr;
    std::string why;
    auto kernel = KernelCapture::open(64, ring, why);
    if (!kernel)
        qInfo("by ptrace: %s", why.c_str());
    return kernel;
}

/// The same filter as for what can be switched between exact and sampled, when BYTEYARD_TEST_CAPTURE is
/// "switchable".
inline Following followingToTest()
{
    return qgetenv("BYTEYARD_TEST_CAPTURE") == "switchable" ? Following::Switchable : Following::Exact;
}

/// A tracer with its sink, and the plans that tests need.
struct Bench
{
    RecordingSink sink;
    Tracer tracer;
    std::filesystem::path directory;

    explicit Bench(std::unique_ptr<KernelCapture> kernel = captureToTest(),
                   Following following = followingToTest())
        : tracer(sink, monotonicNow(), 64, std::move(kernel), following)
    {
        std::string name = (std::filesystem::temp_directory_path() / "byteyard-XXXXXX").string();
        directory = mkdtemp(name.data());
    }
    ~Bench() { std::filesystem::remove_all(directory); }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    struct Pipe
    {
        std::uint32_t endpoint = 0;
        Fd read;
        Fd write;
        void close()
        {
            read.reset();
            write.reset();
        }
    };
    Pipe pipe()
    {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0)
            qFatal("pipe2");
        Pipe made{sink.newEndpoint(), Fd(ends[0]), Fd(ends[1])};
        followFd(made.endpoint, ends[0]);
        return made;
    }
    void followFd(std::uint32_t endpoint, int fd)
    {
        struct stat status
        {
        };
        fstat(fd, &status);
        tracer.follow(endpoint, ObjectId{status.st_dev, status.st_ino});
    }
    std::string fifo(std::uint32_t& endpoint)
    {
        const std::string path = (directory / "fifo").string();
        mkfifo(path.c_str(), 0600);
        endpoint = sink.newEndpoint();
        struct stat status
        {
        };
        stat(path.c_str(), &status);
        tracer.follow(endpoint, ObjectId{status.st_dev, status.st_ino});
        return path;
    }

    /// 0, 1 and 2 are /dev/null where `fds` does not say otherwise.
    LaunchPlan plan(std::vector<std::string> argv, std::vector<FdPlan> fds = {})
    {
        LaunchPlan made;
        made.process = sink.newProcess();
        made.name = std::filesystem::path(argv.front()).filename();
        if (argv.front().find('/') != std::string::npos)
            made.executables = {argv.front()};
        else
            made.executables = {"/usr/bin/" + argv.front(), "/bin/" + argv.front()};
        made.argv = std::move(argv);
        // LeakSanitizer refuses to run under any tracer.
        made.environment = {"PATH=/usr/bin:/bin", "LC_ALL=C", "ASAN_OPTIONS=detect_leaks=0"};
        made.directory = directory.string();
        for (int fd = 0; fd < 3; ++fd)
            if (std::none_of(fds.begin(), fds.end(), [fd](const FdPlan& each) { return each.target == fd; }))
                fds.push_back({fd, -1, "/dev/null", O_RDWR, 0600, 0});
        made.fds = std::move(fds);
        return made;
    }
    static FdPlan to(int target, const Fd& source, std::uint32_t endpoint)
    {
        return {target, source.get(), {}, 0, 0600, endpoint};
    }
    std::uint32_t start(const LaunchPlan& made)
    {
        tracer.launch(made);
        tracer.release(made.process);
        return made.process;
    }
    std::vector<CallInProgress> inProgress()
    {
        const auto lock = tracer.lockTable();
        return tracer.callsInProgress(tracer.now(), 0);
    }
    bool isIn(std::uint32_t process, std::string_view call)
    {
        const auto list = inProgress();
        return std::any_of(list.begin(), list.end(), [=](const CallInProgress& each) {
            return each.process == process && each.callName == call;
        });
    }
    std::size_t alive()
    {
        const auto lock = tracer.lockTable();
        return tracer.alive();
    }
    static std::string peer(const std::string& name) { return std::string(BYTEYARD_PEERS "/") + name; }
};

} // namespace byteyard::ipc::test
