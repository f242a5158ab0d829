#include "ipc/engine/engine_sink.h"

#include "ipc/engine/endpoint_kinds.h"
#include "ipc/engine/found_record.h"

#include <cstdlib>
#include <unistd.h>

namespace byteyard::ipc::engine {

namespace {

/// What failed in a child before its program ran, as an error code.
ErrorReport failureOf(const ProcessChange& change, const ProcessRecord& record)
{
    const std::string error(errnoName(change.error));
    if (change.failedCall == "open")
        return {"open", {{"path", change.failedPath}, {"errno", error}}};
    if (change.failedCall == "connect")
        return {"connect", {{"address", change.failedPath}, {"errno", error}}};
    if (change.failedCall == "chdir")
        return {"directory", {{"path", change.failedPath}, {"errno", error}}};
    if (change.failedCall == "execve")
        return {
            "exec",
            {{"command", record.argv.empty() ? change.failedPath : record.argv.front()}, {"errno", error}}};
    return {"fork", {{"errno", error}, {"call", change.failedCall}}};
}

/// Between two looks of the loop; what is more than that is settled by the kernel's own count.
constexpr std::size_t maxNoted = 100000;

bool mayListen(Call call)
{
    return call == Call::Bind || call == Call::Socket || call == Call::Listen;
}

bool hasEnded(ProcessState state)
{
    return state == ProcessState::Exited || state == ProcessState::Killed || state == ProcessState::Failed ||
           state == ProcessState::Detached;
}

/// What is known of a gap, as words (docs/files.md).
std::string gapDetail(const Gap& gap)
{
    std::string detail = "why=" + std::string(sampledWord(gap.why));
    const auto add = [&detail](std::string_view key, std::uint64_t value) {
        detail += ' ';
        detail += key;
        detail += '=' + std::to_string(value);
    };
    if (gap.number != 0)
        add("gap", gap.number);
    if (gap.io) {
        add("rchar", gap.io->rchar);
        add("wchar", gap.io->wchar);
        add("syscr", gap.io->syscr);
        add("syscw", gap.io->syscw);
    }
    if (gap.how == How::Unobserved || gap.io)
        return detail;
    if (gap.why == SampledWhy::No)
        add("calls", gap.calls);
    add("bytes_in", gap.bytesIn);
    add("bytes_out", gap.bytesOut);
    if (gap.why == SampledWhy::No) {
        add("messages_in", gap.messagesIn);
        add("messages_out", gap.messagesOut);
    }
    return detail;
}

} // namespace

bool isAlive(const ProcessRecord& record)
{
    return record.state && !hasEnded(*record.state);
}

EngineSink::EngineSink(OutputQueue& queue, const RunFile& runFile, Numbers& numbers, int wake)
    : m_queue(queue), m_runFile(runFile), m_numbers(numbers), m_wake(wake)
{
}

void EngineSink::event(EventView event)
{
    event.seq = ++m_seq;
    if (m_isInRow && !m_row)
        m_row.emplace(m_queue);
    if (m_row)
        m_row->event(event);
    else
        m_queue.event(event);
    std::atomic<std::uint32_t>& place = plainPlace(event.endpoint);
    const bool isPlain = event.endpoint == place && event.endpoint2 == 0;
    if (event.endpoint == 0 || (isPlain && !mayListen(event.call)))
        return;
    leaveRow();
    const std::lock_guard lock(m_mutex);
    m_news.active.insert(event.endpoint);
    const bool isNoted = m_noted.contains(event.endpoint);
    place = isNoted ? 0 : event.endpoint;
    if (isListening(event))
        for (std::uint32_t process = event.process; process != 0 && m_listened.insert(process).second;)
            process = m_records[process].parent;
    if (event.endpoint2 != 0)
        m_news.active.insert(event.endpoint2);
    if (!isNoted || m_news.noted.size() >= maxNoted)
        return;
    Event kept;
    static_cast<EventView&>(kept) = event;
    kept.detailText = event.detail;
    kept.bytes.assign(event.data.begin(), event.data.end());
    m_news.noted.push_back(std::move(kept));
}

void EngineSink::endRow()
{
    m_isInRow = false;
    leaveRow();
}

/// From this call on others can connect or send to it.
bool EngineSink::isListening(const EventView& event) const
{
    if (event.error != 0 || !mayListen(event.call))
        return false;
    if (event.call == Call::Listen)
        return true;
    const auto named = m_names.find(event.endpoint);
    if (named == m_names.end())
        return false;
    const std::string& kind = named->second.kind;
    return event.call == Call::Socket ? kind == "raw" : takesDatagrams(kind);
}

void EngineSink::process(const ProcessChange& change)
{
    leaveRow();
    const std::lock_guard lock(m_mutex);
    ProcessRecord& record = m_records[change.process];
    if (record.state == ProcessState::Failed)
        return; // the loop has said already why it is not started
    const bool isNew = record.pid == 0 && change.pid != 0;
    record.number = change.process;
    record.pid = change.pid;
    record.state = change.state;
    record.time = change.time;
    record.exitCode = change.exitCode;
    record.signal = change.signal;
    if (change.parent != 0)
        record.parent = change.parent;
    if (!change.name.empty() && record.node.empty())
        record.name = change.name;
    if (!change.argv.empty())
        record.argv = change.argv;
    record.attached = change.attached;
    record.leaving = change.leaving;
    record.isUnobserved = change.isUnobserved;
    if (isNew && !change.attached)
        m_runFile.listProcess(change.pid); // to be ended with us
    if (change.state == ProcessState::Failed)
        markFailed(record, failureOf(change, record));
    else
        m_queue.control(processFrame(record));
    if (!change.refused.empty())
        m_queue.control(errorFrame({"privileges",
                                    {{"program", record.argv.empty() ? record.name : record.argv.front()},
                                     {"what", std::string(change.refused)}}},
                                   nodeOfOrigin(record)));
    if (hasEnded(change.state))
        m_news.ended.push_back(change.process);
    wake();
}

/// Its node, or that of the one that it descends from.
std::string EngineSink::nodeOfOrigin(const ProcessRecord& record) const
{
    const ProcessRecord* at = &record;
    while (at->node.empty() && at->parent != 0) {
        const auto parent = m_records.find(at->parent);
        if (parent == m_records.end())
            break;
        at = &parent->second;
    }
    return at->node;
}

void EngineSink::edge(std::uint32_t process, std::uint32_t endpoint, int fd, Access access, bool open,
                      std::uint32_t description)
{
    leaveRow();
    m_queue.control(edgeFrame(process, endpoint, fd, access, open, description));
    const std::lock_guard lock(m_mutex);
    m_news.active.insert(endpoint);
    if (open && m_news.touched.insert(endpoint).second)
        wake();
}

std::uint32_t EngineSink::discovered(const Discovery& found)
{
    leaveRow();
    EndpointRecord record = foundRecord(found);
    record.number = ++m_numbers.endpoint;
    const std::lock_guard lock(m_mutex);
    record.name = nameOf(found);
    m_names[record.number].name = record.name;
    m_names[record.number].kind = record.kind;
    // A queue cannot be looked into later: what is sent from now on must be known.
    if (record.kind == "posix-queue" || record.kind == "sysv-semaphore")
        m_noted.insert(record.number);
    m_queue.control(endpointFrame(record));
    m_news.found.push_back(record);
    wake();
    return record.number;
}

std::string EngineSink::nameOf(const Discovery& found)
{
    if (const auto parent = m_names.find(found.parent); found.parent != 0 && parent != m_names.end())
        return parent->second.name + " connection " + std::to_string(++parent->second.connections);
    return foundName(found);
}

void EngineSink::name(std::uint32_t endpoint, const std::string& name, const std::string& kind)
{
    const std::lock_guard lock(m_mutex);
    m_names[endpoint].name = name;
    m_names[endpoint].kind = kind;
}

std::uint32_t EngineSink::newProcess()
{
    return ++m_numbers.process;
}

void EngineSink::ruleHit(const RuleHit& hit)
{
    leaveRow();
    const std::lock_guard lock(m_mutex);
    m_news.rules[hit.rule] = {hit.hits, hit.gone}; // told by the loop: there may be many in a second
    if (!hit.held)
        return;
    m_queue.control(pausedFrame("paused", m_records[hit.process].node, hit.process));
    m_queue.control(ruleHitFrame(hit));
}

void EngineSink::gap(const Gap& gap)
{
    leaveRow();
    if (gap.why == SampledWhy::No)
        lost(gap.calls);
    EventView row;
    row.time = gap.to;
    row.duration = gap.to - gap.from;
    row.process = gap.process;
    row.pid = gap.pid;
    row.tid = gap.tid;
    row.call = Call::Gap;
    row.how = gap.how;
    row.fd = gap.fd;
    row.endpoint = gap.endpoint;
    const std::string detail = gapDetail(gap);
    row.detail = detail;
    event(row);
}

void EngineSink::sampled(std::uint32_t process, SampledWhy why)
{
    leaveRow();
    m_queue.control(sampledFrame(process, why));
}

void EngineSink::lastPicture(LastPicture picture)
{
    leaveRow();
    const std::lock_guard lock(m_mutex);
    m_news.pictures.push_back(std::move(picture));
    wake();
}

void EngineSink::lost(std::uint64_t more)
{
    m_queue.control(lostFrame(m_lost += more));
}

void EngineSink::plan(const ProcessRecord& record)
{
    const std::lock_guard lock(m_mutex);
    m_records[record.number] = record;
    m_queue.control(processFrame(record));
}

void EngineSink::fail(std::uint32_t process, const ErrorReport& error)
{
    const std::lock_guard lock(m_mutex);
    markFailed(m_records[process], error);
    m_news.ended.push_back(process);
    wake();
}

void EngineSink::markFailed(ProcessRecord& record, const ErrorReport& error)
{
    record.state = ProcessState::Failed;
    record.error = error;
    m_queue.control(processFrame(record));
    m_queue.control(errorFrame(error, record.node));
}

std::optional<ProcessRecord> EngineSink::record(std::uint32_t process) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_records.find(process);
    return found == m_records.end() ? std::nullopt : std::optional(found->second);
}

bool EngineSink::hasListened(std::uint32_t process) const
{
    const std::lock_guard lock(m_mutex);
    return m_listened.contains(process);
}

std::vector<ProcessRecord> EngineSink::records() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<ProcessRecord> records;
    records.reserve(m_records.size());
    for (const auto& [number, record] : m_records)
        records.push_back(record);
    return records;
}

EngineSink::News EngineSink::takeNews()
{
    const std::lock_guard lock(m_mutex);
    for (std::atomic<std::uint32_t>& place : m_plain)
        place = 0;
    return std::exchange(m_news, {});
}

void EngineSink::note(std::uint32_t endpoint)
{
    const std::lock_guard lock(m_mutex);
    m_noted.insert(endpoint);
    plainPlace(endpoint) = 0;
}

void EngineSink::wake() const
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(m_wake, &one, sizeof one);
}

} // namespace byteyard::ipc::engine
