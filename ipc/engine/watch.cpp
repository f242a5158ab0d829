#include "ipc/engine/watch.h"

#include <ctime>

namespace byteyard::ipc::engine {

namespace {

constexpr std::uint64_t blockedAfterNs = 100'000'000;
constexpr std::uint64_t peekPatienceNs = 1'000'000'000;

/// Nanoseconds that this thread has had of a processor.
std::uint64_t threadTime()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    constexpr std::uint64_t second = 1'000'000'000;
    return static_cast<std::uint64_t>(time.tv_sec) * second + static_cast<std::uint64_t>(time.tv_nsec);
}

bool isSameCall(const CallInProgress& a, const CallInProgress& b)
{
    return a.since == b.since && a.callName == b.callName && a.fd == b.fd && a.paced == b.paced;
}

} // namespace

void Watch::tick(const std::unordered_set<std::uint32_t>& active)
{
    tellBlocked();
    tellSamples(active, false);
    const std::uint64_t now = m_tracer.now();
    std::erase_if(m_peeks, [&](const Waiting& waiting) {
        if (tryPeek(waiting.request))
            return true;
        if (now < waiting.until)
            return false;
        m_queue.contents(waiting.request.request, waiting.request.endpoint, waiting.request.offset,
                         Contents::unavailable("busy"));
        return true;
    });
}

void Watch::peek(const PeekRequest& request)
{
    if (!tryPeek(request))
        m_peeks.push_back({request, m_tracer.now() + peekPatienceNs});
}

void Watch::end()
{
    tellSamples({}, true); // what was done last
    for (const auto& [tid, call] : m_blocked)
        m_queue.control(unblockedFrame(tid));
    m_blocked.clear();
    for (const Waiting& waiting : m_peeks)
        m_queue.contents(waiting.request.request, waiting.request.endpoint, waiting.request.offset,
                         Contents::unavailable("gone"));
    m_peeks.clear();
}

bool Watch::tryPeek(const PeekRequest& request)
{
    Endpoint* endpoint = m_endpoints.object(request.endpoint);
    if (!endpoint) {
        m_queue.contents(request.request, request.endpoint, request.offset, Contents::unavailable("gone"));
        return true;
    }
    Contents contents;
    {
        const auto lock = m_tracer.lockTable();
        if (!m_tracer.mayPeek(request.endpoint))
            return false;
        contents =
            endpoint->peek(m_tracer.holders(request.endpoint), request.way, request.offset, request.size);
    }
    m_queue.contents(request.request, request.endpoint, request.offset, contents);
    return true;
}

void Watch::tellBlocked()
{
    // Under the lock, so that a call's end does not overtake the word that it is blocked.
    const auto lock = m_tracer.lockTable();
    const std::vector<CallInProgress> calls = m_tracer.callsInProgress(m_tracer.now(), blockedAfterNs);
    std::unordered_map<pid_t, CallInProgress> blocked;
    for (const CallInProgress& call : calls) {
        const auto before = m_blocked.find(call.tid);
        if (before == m_blocked.end() || !isSameCall(before->second, call))
            m_queue.control(blockedFrame(call));
        blocked.emplace(call.tid, call);
    }
    for (const auto& [tid, call] : m_blocked)
        if (blocked.count(tid) == 0)
            m_queue.control(unblockedFrame(tid));
    m_blocked = std::move(blocked);
}

void Watch::tellSamples(const std::unordered_set<std::uint32_t>& active, bool all)
{
    const std::uint64_t begin = threadTime();
    const Sampler::Result result = m_sampler.look(m_tracer, m_endpoints.targets(), active, all);
    if (!result.changed.empty())
        m_queue.control(sampleFrame(m_tracer.now(), result.changed));
    m_sampler.spent(threadTime() - begin);
    for (const std::string_view module : m_sampler.missing())
        if (m_toldMissing.insert(module).second)
            m_queue.control(errorFrame({"no-socket-diag", {{"module", std::string(module)}}}));
    for (const std::uint32_t number : result.removed)
        m_endpoints.removed(number);
    for (const std::uint32_t number : result.over)
        m_endpoints.over(number);
    for (const std::uint32_t number : result.unheld)
        m_endpoints.unheld(number);
}

} // namespace byteyard::ipc::engine
