#include "ipc/capture/tracer_private.h"

#include <algorithm>

namespace byteyard::ipc {

namespace {

constexpr std::uint64_t weighEveryNs = 100'000'000;
constexpr std::uint64_t firstTryNs = 1'000'000'000;
constexpr std::uint64_t lastTryNs = 16'000'000'000;
/// Who keeps the budget for so long has calmed down.
constexpr std::uint64_t calmNs = 5'000'000'000;
constexpr std::uint64_t nsPerSecond = 1'000'000'000;

std::uint64_t callsOf(pid_t pid)
{
    const auto io = proc::ioCounts(pid);
    return io ? io->syscr + io->syscw : 0;
}

/// Of a process that nobody stops, over the next 10 ms.
bool isPastBudget(pid_t pid, std::uint64_t callsPerSecond)
{
    constexpr timespec whileNs{0, 10'000'000};
    const std::uint64_t before = callsOf(pid);
    nanosleep(&whileNs, nullptr);
    const std::uint64_t after = callsOf(pid); // 0 of one that has ended meanwhile
    return after > before &&
           after - before > callsPerSecond / (nsPerSecond / static_cast<std::uint64_t>(whileNs.tv_nsec));
}

} // namespace

void Tracer::Private::passBudget(TracedProcess& process, std::uint64_t time)
{
    TracedProcess::Weighed& weighed = process.weighed;
    const bool calmed = weighed.tryNs == 0 || time > weighed.since + calmNs;
    weighed.tryNs = calmed ? firstTryNs : std::min(weighed.tryNs * 2, lastTryNs);
    weighed.at = weighed.since = time;
    weighed.count = callsOf(process.pid);
    setSampled(process, SampledWhy::Budget);
}

/// True when it is to be followed again, and must be stopped for it.
bool Tracer::Private::keepBudget(TracedProcess& process, std::uint64_t time, std::uint64_t callsPerSecond)
{
    TracedProcess::Weighed& weighed = process.weighed;
    const bool isSampled = process.sampled == SampledWhy::Budget;
    if ((process.sampled != SampledWhy::No && !isSampled) || process.state != ProcessState::Running ||
        time < weighed.at + weighEveryNs)
        return false;
    const std::uint64_t count = isSampled ? callsOf(process.pid) : process.stops;
    const std::uint64_t rate = weighed.at == 0 || count < weighed.count
                                   ? 0
                                   : (count - weighed.count) * nsPerSecond / (time - weighed.at);
    weighed.at = time;
    weighed.count = count;
    if (!isSampled && rate > callsPerSecond) {
        passBudget(process, time);
    } else if (isSampled && rate <= callsPerSecond / 2 && time >= weighed.since + weighed.tryNs) {
        weighed.since = time;
        weighed.count = process.stops;
        setSampled(process, SampledWhy::No);
        return true;
    }
    return false;
}

void Tracer::attach(pid_t pid, std::uint32_t process, std::uint64_t budget)
{
    const bool isBusy = !d->kernel && budget != 0 && isPastBudget(pid, budget);
    d->run([=, this] {
        {
            const std::lock_guard lock(d->table);
            TracedProcess& attached = d->attach(pid, process);
            if (isBusy)
                d->passBudget(attached, d->now());
        }
        d->resumeNow();
    });
}

void Tracer::keepBudget(std::uint64_t callsPerSecond)
{
    if (callsPerSecond == 0)
        return;
    bool stops = false;
    {
        const std::lock_guard lock(d->table);
        const std::uint64_t time = d->now();
        for (const auto& [number, process] : d->processes)
            if (d->isCaught(*process) || (!d->kernel && d->filterKind == FilterKind::Control))
                stops = d->keepBudget(*process, time, callsPerSecond) || stops;
    }
    if (stops)
        d->run([this] { d->resumeNow(); });
}

} // namespace byteyard::ipc
