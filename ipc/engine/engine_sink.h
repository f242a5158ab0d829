#pragma once

#include "ipc/engine/frames.h"
#include "ipc/engine/output_queue.h"
#include "ipc/engine/run_file.h"

#include <array>
#include <atomic>
#include <map>
#include <set>
#include <unordered_set>

namespace byteyard::ipc::engine {

/// Numbers of processes and endpoints: never used again within an engine's life.
struct Numbers
{
    std::atomic<std::uint32_t> process{0};
    std::atomic<std::uint32_t> endpoint{0};
};

/// Takes what the tracer tells, in the tracer's thread: sends it on at once, in its order, and keeps the news
/// for the loop.
class EngineSink final : public TracerSink
{
public:
    struct RuleState
    {
        std::uint64_t hits = 0;
        bool gone = false;
    };
    /// What has happened since the loop asked last.
    struct News
    {
        std::vector<std::uint32_t> ended;
        std::vector<EndpointRecord> found;
        std::set<std::uint32_t> touched;          ///< endpoints that somebody opened
        std::unordered_set<std::uint32_t> active; ///< endpoints that were used
        std::vector<Event> noted;                 ///< calls on endpoints that want to know
        std::map<std::uint32_t, RuleState> rules; ///< those that have acted
        std::vector<LastPicture> pictures;
    };

    /// `wake` is an eventfd that gets a count when there are news.
    EngineSink(OutputQueue& queue, const RunFile& runFile, Numbers& numbers, int wake);

    void event(EventView event) override;
    void beginRow() override { m_isInRow = true; }
    void endRow() override;
    void process(const ProcessChange& change) override;
    void edge(std::uint32_t process, std::uint32_t endpoint, int fd, Access access, bool open,
              std::uint32_t description) override;
    std::uint32_t discovered(const Discovery& found) override;
    std::uint32_t newProcess() override;
    void ruleHit(const RuleHit& hit) override;
    void gap(const Gap& gap) override;
    void lastPicture(LastPicture picture) override;
    void sampled(std::uint32_t process, SampledWhy why) override;

    /// Says that so many more events are missing.
    void lost(std::uint64_t more);
    std::uint64_t lostSoFar() const noexcept { return m_lost; }

    // For the loop.
    void plan(const ProcessRecord& record);
    /// Says that it could not be started, and why.
    void fail(std::uint32_t process, const ErrorReport& error);
    std::optional<ProcessRecord> record(std::uint32_t process) const;
    std::vector<ProcessRecord> records() const;
    /// Whether it, or a process that it forked, has made a socket listen; a socket of datagrams does so when
    /// it gets its name, a raw one at once.
    bool hasListened(std::uint32_t process) const;
    News takeNews();
    /// What connections of this endpoint are called by.
    void name(std::uint32_t endpoint, const std::string& name, const std::string& kind);
    /// Keeps the calls on this endpoint for the loop too.
    void note(std::uint32_t endpoint);

private:
    void leaveRow() { m_row.reset(); }
    std::atomic<std::uint32_t>& plainPlace(std::uint32_t endpoint)
    {
        return m_plain[endpoint % m_plain.size()];
    }
    void wake() const;
    std::string nameOf(const Discovery& found);
    bool isListening(const EventView& event) const;
    void markFailed(ProcessRecord& record, const ErrorReport& error);
    std::string nodeOfOrigin(const ProcessRecord& record) const;

    OutputQueue& m_queue;
    const RunFile& m_runFile;
    Numbers& m_numbers;
    const int m_wake;
    /// Of the tracer's threads alone, which have its table locked.
    std::uint64_t m_seq = 0;
    bool m_isInRow = false;
    /// From the first event of a row until something else is to be done: m_mutex comes before the queue's.
    std::optional<OutputQueue::Row> m_row;
    std::atomic<std::uint64_t> m_lost{0};
    mutable std::mutex m_mutex;
    std::map<std::uint32_t, ProcessRecord> m_records;
    News m_news;
    /// Endpoints that are in m_news.active and not in m_noted, each in a place by its number: a call on one
    /// is no more news. 0: none.
    std::array<std::atomic<std::uint32_t>, 64> m_plain{};
    std::set<std::uint32_t> m_noted;
    std::set<std::uint32_t> m_listened; ///< processes, and those that forked them
    struct Named
    {
        std::string name;
        std::string kind;
        unsigned connections = 0;
    };
    std::map<std::uint32_t, Named> m_names;
};

bool isAlive(const ProcessRecord& record);

} // namespace byteyard::ipc::engine
