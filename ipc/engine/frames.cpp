#include "ipc/engine/frames.h"

#include "ipc/engine/run_file.h"
#include "ipc/engine/wire_text.h"
#include "ipc/host/limits.h"
#include "ipc/wire/frame.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

namespace byteyard::ipc::engine {

using nlohmann::json;

namespace {

std::string textOf(const json& object)
{
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

json errorJson(const ErrorReport& error)
{
    json parameters = json::object();
    for (const auto& [key, value] : error.parameters)
        parameters[key] = wireText(value);
    return {{"code", error.code}, {"parameters", std::move(parameters)}};
}

json nodeJson(const std::string& node)
{
    return node.empty() ? json(nullptr) : json(node);
}

std::string_view stateName(const std::optional<ProcessState>& state)
{
    if (!state)
        return "planned";
    switch (*state) {
    case ProcessState::Starting:
        return "starting";
    case ProcessState::Running:
        return "running";
    case ProcessState::Stopped:
        return "stopped";
    case ProcessState::Exited:
        return "exited";
    case ProcessState::Killed:
        return "killed";
    case ProcessState::Detached:
        return "detached";
    case ProcessState::Failed:
        break;
    }
    return "failed";
}

std::string_view stateName(EndpointState state)
{
    switch (state) {
    case EndpointState::Planned:
        return "planned";
    case EndpointState::Live:
        return "live";
    case EndpointState::Closed:
        return "closed";
    case EndpointState::Failed:
        break;
    }
    return "failed";
}

std::string_view accessName(Access access)
{
    return access == Access::Read ? "read" : access == Access::Write ? "write" : "read-write";
}

std::string_view howWord(How how)
{
    return how == How::Exact ? "exact" : how == How::Sampled ? "sampled" : "unobserved";
}

json factsJson(const Facts& facts)
{
    json object = json::object();
    for (const auto& [name, value] : facts) {
        json& member = object[std::string(name)];
        if (const auto* number = std::get_if<std::int64_t>(&value))
            member = *number;
        else if (const auto* text = std::get_if<std::string>(&value))
            member = wireText(*text);
        else
            member = std::get<std::vector<std::int64_t>>(value);
    }
    return object;
}

/// `rank` is what a tile's rank is called: "type", "priority", or nothing.
json tilesJson(const std::vector<Tile>& tiles, std::string_view rank)
{
    json list = json::array();
    for (const Tile& tile : tiles) {
        json each{{"size", tile.size}, {"head", base64(tile.head)}, {"known", tile.known}};
        if (!rank.empty())
            each[std::string(rank)] = tile.rank;
        list.push_back(std::move(each));
    }
    return list;
}

/// Most are one number; what JSON's readers cannot hold as such, and "sem", stay text.
json limitJson(const std::string& value)
{
    std::uint64_t number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    constexpr std::uint64_t maxExact = 1ULL << 53U;
    return error == std::errc() && stop == end && number <= maxExact ? json(number) : json(value);
}

} // namespace

ErrorReport createReport(const EndpointError& error)
{
    ErrorReport report{"create",
                       {{"call", error.call()},
                        {"object", error.object()},
                        {"errno", std::string(errnoName(error.error()))}}};
    addLimit(report, error.limit());
    return report;
}

void addLimit(ErrorReport& report, const std::string& limit)
{
    if (limit.empty())
        return;
    report.parameters.emplace_back("limit", limit);
    if (const std::optional<std::string> value = host::limit("/proc", limit))
        report.parameters.emplace_back("limitValue", *value);
}

std::string helloFrame(pid_t worker, pid_t keeper)
{
    json limits = json::object();
    for (const auto& [name, value] : host::limits("/proc"))
        limits[name] = limitJson(value);
    json captures = json::array();
    for (const CaptureAbility& each : captureAbilities())
        captures.push_back({{"mode", each.mode}, {"available", each.whyNot.empty()}, {"why", each.whyNot}});
    return textOf({{"type", "hello"},
                   {"version", wire::protocolVersion},
                   {"pid", worker},
                   {"keeper", keeper},
                   {"limits", std::move(limits)},
                   {"captures", std::move(captures)}});
}

std::string runStartedFrame(const CaptureChoice& capture, const std::string& started, std::uint64_t monotonic,
                            const std::string& directory)
{
    return textOf({{"type", "run-started"},
                   {"started", started},
                   {"monotonic", monotonic},
                   {"directory", wireText(directory)},
                   {"capture", capture.mode},
                   {"why", capture.why}});
}

std::string processFrame(const ProcessRecord& process)
{
    json argv = json::array();
    for (const std::string& argument : process.argv)
        argv.push_back(wireText(argument));
    json frame{{"type", "process"},
               {"process", process.number},
               {"node", nodeJson(process.node)},
               {"parent", process.parent},
               {"pid", process.pid},
               {"name", wireText(process.name)},
               {"argv", std::move(argv)},
               {"state", stateName(process.state)},
               {"time", process.time}};
    if (process.state == ProcessState::Exited && !process.isEndUnknown)
        frame["exitCode"] = process.exitCode;
    if (process.signal != 0 &&
        (process.state == ProcessState::Killed || process.state == ProcessState::Stopped))
        frame["signal"] = signalName(process.signal);
    if (process.error)
        frame["error"] = errorJson(*process.error);
    if (process.attached)
        frame["attached"] = true;
    if (process.leaving)
        frame["leaving"] = true;
    if (process.isUnobserved)
        frame["unobserved"] = "32-bit";
    return textOf(frame);
}

std::string processesFrame(const std::vector<host::ProcessSeen>& processes)
{
    json list = json::array();
    for (const host::ProcessSeen& seen : processes) {
        json argv = json::array();
        for (const std::string& word : seen.argv)
            argv.push_back(wireText(word));
        json each{{"pid", seen.pid},
                  {"name", wireText(seen.name)},
                  {"user", wireText(seen.user)},
                  {"argv", std::move(argv)}};
        if (seen.refusal)
            each["error"] = errorJson(attachReport(seen.pid, seen.name, *seen.refusal));
        list.push_back(std::move(each));
    }
    return textOf({{"type", "processes"}, {"processes", std::move(list)}});
}

ErrorReport attachReport(pid_t pid, const std::string& name, const host::AttachRefusal& refusal)
{
    ErrorReport report{"attach", {{"pid", std::to_string(pid)}, {"name", name}, {"why", refusal.why}}};
    report.parameters.insert(report.parameters.end(), refusal.parameters.begin(), refusal.parameters.end());
    return report;
}

std::string endpointFrame(const EndpointRecord& endpoint)
{
    json frame{{"type", "endpoint"},
               {"endpoint", endpoint.number},
               {"node", nodeJson(endpoint.node)},
               {"kind", endpoint.kind},
               {"name", wireText(endpoint.name)},
               {"state", stateName(endpoint.state)},
               {"inode", endpoint.id.inode},
               {"device", endpoint.id.device},
               {"capacity", endpoint.capacity},
               {"path", wireText(endpoint.path)}};
    if (endpoint.names.sysvId >= 0)
        frame["id"] = endpoint.names.sysvId;
    if (!endpoint.names.key.empty())
        frame["key"] = endpoint.names.key;
    if (!endpoint.names.address.empty())
        frame["address"] = endpoint.names.address;
    if (endpoint.names.port != 0)
        frame["port"] = endpoint.names.port;
    if (!endpoint.ends.empty())
        frame["ends"] = endpoint.ends;
    if (endpoint.parent != 0)
        frame["parent"] = endpoint.parent;
    if (endpoint.parentProcess != 0)
        frame["parentProcess"] = endpoint.parentProcess;
    if (endpoint.error)
        frame["error"] = errorJson(*endpoint.error);
    return textOf(frame);
}

std::string edgeFrame(std::uint32_t process, std::uint32_t endpoint, int fd, Access access, bool open,
                      std::uint32_t description)
{
    return textOf({{"type", "edge"},
                   {"process", process},
                   {"endpoint", endpoint},
                   {"fd", fd},
                   {"access", accessName(access)},
                   {"open", open},
                   {"description", description}});
}

std::string blockedFrame(const CallInProgress& call)
{
    json frame{{"type", "blocked"},
               {"process", call.process},
               {"pid", call.pid},
               {"tid", call.tid},
               {"call", wireText(call.callName)},
               {"fd", call.fd},
               {"endpoint", call.endpoint},
               {"requested", call.requested},
               {"since", call.since},
               {"detail", wireText(call.detail)},
               {"how", call.exact ? "exact" : "sampled"}};
    if (call.paced)
        frame["paced"] = true;
    if (call.threads != 0)
        frame["threads"] = call.threads;
    if (call.beforeNs != 0)
        frame["before"] = call.beforeNs;
    return textOf(frame);
}

std::string unblockedFrame(pid_t tid)
{
    return textOf({{"type", "unblocked"}, {"tid", tid}});
}

std::string sampleFrame(std::uint64_t time, const std::vector<Sample>& samples)
{
    json endpoints = json::array();
    for (const Sample& sample : samples) {
        const Look& look = sample.look;
        json entry{{"endpoint", sample.number},
                   {"capacity", look.fill.capacity},
                   {"writeBlocks", look.fill.writeBlocks}};
        if (look.fill.bytes)
            entry["fill"] = *look.fill.bytes;
        if (look.fill.bytes2)
            entry["fill2"] = *look.fill.bytes2;
        if (sample.newFacts)
            entry["facts"] = factsJson(look.facts);
        if (sample.newTiles) {
            entry["tiles"] = tilesJson(look.tiles, sample.rank);
            entry["tilesTotal"] = look.tilesTotal;
        }
        if (sample.newAttached) {
            json attached = json::array();
            for (const MappedAt& each : look.attached)
                attached.push_back({{"process", each.process}, {"pid", each.pid}, {"address", each.address}});
            entry["attached"] = std::move(attached);
        }
        if (sample.sums)
            entry.update({{"gap", sample.sums->gap},
                          {"how", howWord(sample.sums->how)},
                          {"bytesIn", sample.sums->bytesIn},
                          {"bytesOut", sample.sums->bytesOut},
                          {"writer", sample.sums->writer},
                          {"reader", sample.sums->reader}});
        endpoints.push_back(std::move(entry));
    }
    return textOf({{"type", "sample"}, {"time", time}, {"endpoints", std::move(endpoints)}});
}

std::string holdersFrame(std::uint32_t endpoint,
                         const std::vector<std::pair<host::DescriptorHolder, std::uint32_t>>& holders)
{
    json list = json::array();
    for (const auto& [holder, process] : holders)
        list.push_back({{"pid", holder.pid},
                        {"process", process},
                        {"name", wireText(holder.name)},
                        {"fd", holder.fd},
                        {"access", accessName(holder.access)}});
    return textOf({{"type", "holders"}, {"endpoint", endpoint}, {"holders", std::move(list)}});
}

std::string pausedFrame(const std::string& type, const std::string& node, std::uint32_t process)
{
    json frame{{"type", type}};
    if (!node.empty())
        frame["node"] = node;
    else if (process != 0)
        frame["process"] = process;
    return textOf(frame);
}

std::string ruleHitFrame(const RuleHit& hit)
{
    json frame{{"type", "rule-hit"},
               {"rule", hit.rule},
               {"process", hit.process},
               {"pid", hit.pid},
               {"tid", hit.tid},
               {"call", callInfo(hit.call).name},
               {"fd", hit.fd},
               {"endpoint", hit.endpoint},
               {"requested", hit.requested},
               {"detail", wireText(hit.detail)},
               {"when", hit.after ? "after" : "before"}};
    if (hit.after) {
        frame["result"] = hit.result;
        if (hit.error != 0)
            frame["error"] = errnoName(hit.error);
    }
    return textOf(frame);
}

std::string ruleFrame(std::uint32_t rule, std::uint64_t hits, bool gone)
{
    return textOf({{"type", "rule"}, {"rule", rule}, {"hits", hits}, {"gone", gone}});
}

std::string errorFrame(const ErrorReport& error, const std::string& node, bool fatal)
{
    json frame = errorJson(error);
    frame["type"] = "error";
    if (!node.empty())
        frame["node"] = node;
    if (fatal)
        frame["fatal"] = true;
    return textOf(frame);
}

std::string actorLineFrame(std::uint32_t process, std::uint32_t line)
{
    return textOf({{"type", "actor-line"}, {"process", process}, {"line", line}});
}

std::string actorErrorFrame(std::uint32_t process, std::uint32_t line, std::string_view text)
{
    return textOf({{"type", "actor-error"}, {"process", process}, {"line", line}, {"text", text}});
}

std::string filesLeftFrame(const FoundFiles::Left& left)
{
    return textOf({{"type", "files-left"}, {"system", left.system}, {"over", left.over}});
}

std::string lostFrame(std::uint64_t count)
{
    return textOf({{"type", "lost"}, {"count", count}});
}

std::string_view sampledWord(SampledWhy why)
{
    switch (why) {
    case SampledWhy::No:
        break;
    case SampledWhy::Run:
        return "run";
    case SampledWhy::Person:
        return "person";
    case SampledWhy::Budget:
        return "budget";
    case SampledWhy::Attached:
        return "attached";
    }
    return "lost";
}

std::string sampledFrame(std::uint32_t process, SampledWhy why)
{
    const bool is = why != SampledWhy::No;
    return textOf({{"type", "sampled"},
                   {"process", process},
                   {"sampled", is},
                   {"why", is ? sampledWord(why) : std::string_view()}});
}

std::string runEndedFrame(const std::string& reason, std::size_t failedToStart, std::uint64_t lost)
{
    return textOf(
        {{"type", "run-ended"}, {"lost", lost}, {"reason", reason}, {"failedToStart", failedToStart}});
}

std::string orphanLine(const RunFile& file)
{
    std::string directory;
    json objects = json::array();
    for (const RunFile::Entry& entry : file.entries()) {
        if (entry.kind == "directory")
            directory = entry.name;
        if (entry.name.starts_with('/') && !entry.kind.starts_with("posix-"))
            objects.push_back(wireText(entry.name));
        else if (!entry.name.empty())
            objects.push_back(entry.kind + ' ' + wireText(entry.name));
    }
    return textOf({{"id", file.id()},
                   {"started", file.started()},
                   {"directory", wireText(directory)},
                   {"processes", file.livingProcesses()},
                   {"objects", std::move(objects)}});
}

std::string wallClock()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    tm parts{};
    ::gmtime_r(&now.tv_sec, &parts);
    std::array<char, 40> seconds;
    std::strftime(seconds.data(), seconds.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 16> fraction;
    std::snprintf(fraction.data(), fraction.size(), ".%09ldZ", now.tv_nsec);
    return std::string(seconds.data()) + fraction.data();
}

} // namespace byteyard::ipc::engine
