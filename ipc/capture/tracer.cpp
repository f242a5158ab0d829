#include "ipc/capture/tracer.h"

#include "ipc/capture/tracer_private.h"

#include <algorithm>
#include <filesystem>
#include <sys/eventfd.h>

namespace byteyard::ipc {

Tracer::Private::Private(TracerSink& theSink, std::uint64_t start, std::size_t bytes,
                         std::unique_ptr<KernelCapture> fromKernel, Following following)
    : sink(theSink), runStart(start), dataBytes(bytes), kernel(std::move(fromKernel)),
      filterKind(following == Following::Exact ? FilterKind::Every : FilterKind::Control),
      filter(kernel ? std::vector<sock_filter>() : tracedCallsFilter(filterKind)),
      sampledAtFirst(!kernel && following == Following::Sampled ? SampledWhy::Run : SampledWhy::No),
      runner([this] { loop(); })
{
    if (!kernel)
        return;
    drainEnd = Fd(eventfd(0, EFD_CLOEXEC));
    drainer = std::thread([this] { drainLoop(); });
}

Tracer::Private::~Private()
{
    end();
    if (kernel)
        endDrain();
}

/// Kills what was launched, lets go what was attached, and ends the tracer's thread.
void Tracer::Private::end()
{
    if (!runner.joinable())
        return;
    run([this] {
        killAll();
        resumeDue();
        quit = true;
    });
    runner.join();
}

TracedProcess* Tracer::Private::byNumber(std::uint32_t number) const
{
    const auto at = processes.find(number);
    return at == processes.end() ? nullptr : at->second.get();
}

std::uint64_t Tracer::Private::now() const
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_nsec) - runStart;
}

Tracer::Tracer(TracerSink& sink, std::uint64_t runStart, std::size_t dataBytes,
               std::unique_ptr<KernelCapture> kernel, Following following)
    : d(std::make_unique<Private>(sink, runStart, dataBytes, std::move(kernel), following))
{
}

Tracer::~Tracer() = default;

void Tracer::follow(std::uint32_t endpoint, ObjectKey key)
{
    const std::lock_guard lock(d->table);
    d->objects[key] = endpoint;
}

void Tracer::followPort(std::uint32_t endpoint, Transport transport, std::uint16_t port)
{
    const std::lock_guard lock(d->table);
    d->ports[{transport, port}] = endpoint;
}

void Tracer::followPart(std::uint32_t endpoint, std::uint32_t memory, std::uint64_t offset,
                        std::uint64_t size)
{
    const std::lock_guard lock(d->table);
    d->parts.push_back({endpoint, memory, offset, size});
}

void Tracer::followPath(std::uint32_t endpoint, std::string path)
{
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::weakly_canonical(path, error);
    const std::lock_guard lock(d->table);
    d->paths[error ? path : whole.string()] = endpoint;
    d->paths[std::move(path)] = endpoint;
}

pid_t Tracer::launch(const LaunchPlan& plan)
{
    pid_t pid = 0;
    d->run([&] { pid = d->fork(plan); });
    // Wired means that it holds no other's ends any more: only then may somebody wait for an end-of-file.
    for (;;) {
        std::shared_ptr<Child> child;
        {
            const std::lock_guard lock(d->table);
            if (const TracedProcess* process = d->byNumber(plan.process))
                child = process->child;
        }
        if (!child || child->waitUntilHeld(10)) {
            const auto lock = lockTable(); // what it has done until now is in the table
            return pid;
        }
    }
}

void Tracer::release(std::uint32_t process)
{
    bool isCaught = false;
    {
        const std::lock_guard lock(d->table);
        TracedProcess* found = d->byNumber(process);
        if (found == nullptr || !found->child)
            return;
        found->released = true;
        isCaught = d->kernel && (found->paused || !d->rules.empty());
    }
    if (isCaught) // no filter makes it stop at its first call
        d->run([this] { d->resumeNow(); });
    const std::lock_guard lock(d->table);
    if (const TracedProcess* found = d->byNumber(process); found != nullptr && found->child)
        found->child->release();
}

void Tracer::abandon(std::uint32_t process)
{
    const std::lock_guard lock(d->table);
    if (const TracedProcess* found = d->byNumber(process); found != nullptr && found->child)
        kill(found->pid, SIGKILL);
}

void Tracer::signal(std::uint32_t process, int signal, bool group)
{
    d->run([=, this] {
        {
            const std::lock_guard lock(d->table);
            const TracedProcess* found = d->byNumber(process);
            if (found == nullptr)
                return;
            kill(group && getpgid(found->pid) == found->pid ? -found->pid : found->pid, signal);
            // Whoever waits for its turn takes the signal now.
            for (auto& [tid, each] : d->threads)
                if (each.process == found && each.heldUntil != 0)
                    each.heldUntil = 1;
        }
        d->resumeNow();
    });
}

void Tracer::pause(std::uint32_t process)
{
    {
        const std::lock_guard lock(d->table);
        for (const auto& [number, each] : d->processes)
            if (process == 0 || number == process) {
                each->paused = true;
                each->stepping = false;
            }
    }
    d->run([this] { d->resumeNow(); });
}

void Tracer::resume(std::uint32_t process)
{
    d->run([=, this] {
        {
            const std::lock_guard lock(d->table);
            for (const auto& [number, each] : d->processes)
                if (process == 0 || number == process)
                    each->paused = each->stepping = false;
        }
        d->resumeNow();
    });
}

void Tracer::step(std::uint32_t process)
{
    d->run([=, this] {
        {
            const std::lock_guard lock(d->table);
            TracedProcess* found = d->byNumber(process);
            if (found == nullptr)
                return;
            found->paused = found->stepping = true;
            for (auto& [tid, each] : d->threads)
                if (each.process == found)
                    each.heldUntil = std::min<std::uint64_t>(each.heldUntil, 1); // a step is its turn
        }
        d->resumeNow();
    });
}

void Tracer::setRule(CallRule rule)
{
    removeRule(rule.rule);
    {
        const std::lock_guard lock(d->table);
        d->rules.push_back({std::move(rule)});
    }
    d->run([this] { d->resumeNow(); });
}

void Tracer::removeRule(std::uint32_t rule)
{
    const std::lock_guard lock(d->table);
    std::erase_if(d->rules, [rule](const auto& each) { return each.rule.rule == rule; });
}

void Tracer::followSystemFiles(bool too)
{
    d->run([=, this] {
        const std::lock_guard lock(d->table);
        d->foundFiles.takeSystem(too);
        for (const auto& [number, process] : d->processes)
            if (too && !process->closed && !process->child) // before its exec it has the engine's
                d->adoptOpenFiles(*process);
    });
}

FoundFiles::Left Tracer::filesLeft() const
{
    return d->foundFiles.left();
}

void Tracer::setPace(std::uint32_t process, int callsPerSecond)
{
    d->run([=, this] {
        {
            const std::lock_guard lock(d->table);
            for (const auto& [number, each] : d->processes)
                if (process == 0 || number == process) {
                    each->turnNs =
                        callsPerSecond > 0 ? 1'000'000'000U / static_cast<unsigned>(callsPerSecond) : 0;
                    each->nextTurn = 0;
                }
        }
        d->resumeNow();
    });
}

std::unique_lock<std::mutex> Tracer::lockTable()
{
    std::unique_lock lock(d->table);
    d->takeRecords(Private::recordsUnderOneLock);
    return lock;
}

bool Tracer::mayPeek(std::uint32_t endpoint) const
{
    for (const auto& [tid, thread] : d->threads)
        if (std::find(thread.call.releasing.begin(), thread.call.releasing.end(), endpoint) !=
            thread.call.releasing.end())
            return false;
    return true;
}

std::unordered_set<std::uint32_t> Tracer::inCall() const
{
    std::unordered_set<std::uint32_t> endpoints(d->peekedAt.begin(), d->peekedAt.end());
    for (const auto& [tid, thread] : d->threads)
        if (thread.inCall)
            endpoints.insert({thread.call.endpoint, thread.call.endpoint2});
    return endpoints;
}

std::unordered_map<std::uint32_t, std::vector<TableHolder>> Tracer::allHolders() const
{
    std::unordered_map<std::uint32_t, std::vector<TableHolder>> all;
    for (const auto& [number, process] : d->processes) {
        d->eachEntry(*process, [&, number = number, pid = process->pid](int fd, const auto& entry) {
            all[entry.file->endpoint].push_back({number, pid, fd, entry.file->access});
        });
        for (const auto& [endpoint, access] : process->uses)
            all[endpoint].push_back({number, process->pid, -1, access});
    }
    for (const MemoryPart& part : d->parts)
        if (const auto memory = all.find(part.memory); memory != all.end())
            all[part.endpoint] = std::vector(memory->second);
    return all;
}

std::vector<TableHolder> Tracer::holders(std::uint32_t endpoint) const
{
    const auto part = std::find_if(d->parts.begin(), d->parts.end(),
                                   [endpoint](const MemoryPart& each) { return each.endpoint == endpoint; });
    if (part != d->parts.end())
        endpoint = part->memory;
    std::vector<TableHolder> list;
    for (const auto& [number, process] : d->processes) {
        d->eachEntry(*process, [&, number = number, pid = process->pid](int fd, const auto& entry) {
            if (entry.file->endpoint == endpoint)
                list.push_back({number, pid, fd, entry.file->access});
        });
        if (const auto used = process->uses.find(endpoint); used != process->uses.end())
            list.push_back({number, process->pid, -1, used->second});
    }
    return list;
}

std::vector<TableMapping> Tracer::attachments(std::uint32_t endpoint) const
{
    std::vector<TableMapping> list;
    for (const auto& [number, process] : d->processes)
        if (!process->closed)
            for (const Mapping& each : process->memory->mappings)
                if (each.endpoint == endpoint)
                    list.push_back({number, process->pid, each.address, each.size, each.offset});
    return list;
}

std::vector<CallInProgress> Tracer::callsInProgress(std::uint64_t now, std::uint64_t olderThanNs) const
{
    std::vector<CallInProgress> list;
    for (auto& [tid, thread] : d->threads) {
        if (thread.dying || thread.stopped)
            continue;
        const Private::OwnDescriptors shown(*d, thread);
        CallInProgress found;
        found.process = thread.process->number;
        found.pid = thread.process->pid;
        found.tid = tid;
        found.threads = thread.process->threads;
        if (thread.inCall) {
            const PendingCall& call = thread.call;
            found.call = call.row->call;
            found.callName = callInfo(found.call).name;
            found.fd = call.fd;
            found.endpoint = call.endpoint != 0 ? call.endpoint : call.endpoint2;
            found.requested = call.requested;
            found.since = call.since;
            found.detail = call.detail;
            found.paced = thread.held;
        } else if (thread.held || thread.process->state == ProcessState::Starting ||
                   !d->lookAt(thread, now, found)) {
            continue;
        }
        if (now >= found.since + olderThanNs)
            list.push_back(std::move(found));
    }
    return list;
}

std::size_t Tracer::alive() const
{
    return d->processes.size();
}

std::size_t Tracer::attached() const
{
    return static_cast<std::size_t>(std::count_if(d->processes.begin(), d->processes.end(),
                                                  [](const auto& each) { return each.second->attached; }));
}

void Tracer::engineEvent(EventView event)
{
    const std::lock_guard lock(d->table);
    d->sink.event(event);
}

std::uint64_t Tracer::now() const
{
    return d->now();
}

} // namespace byteyard::ipc
