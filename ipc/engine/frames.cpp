#include "ipc/engine/frames.h"

#include "ipc/engine/run_file.h"
#include "ipc/wire/frame.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

namespace byteyard::ipc::engine {

using nlohmann::json;

namespace {

/// The length of the UTF-8 character at the head of `text`; 0 when there is none.
std::size_t characterLength(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    const std::size_t length = first < 0x80                    ? 1
                               : first >= 0xC2 && first < 0xE0 ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    if (length == 0 || length > text.size())
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80)
            return 0;
    // Overlong forms, surrogates, and what lies above U+10FFFF.
    if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) ||
        (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F))
        return 0;
    return length;
}

/// Names are bytes: those that are not UTF-8 travel as \xNN.
std::string wireText(std::string_view bytes)
{
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const std::size_t length = characterLength(bytes);
        if (length > 0) {
            text.append(bytes.substr(0, length));
        } else {
            std::array<char, 5> escape;
            std::snprintf(escape.data(), escape.size(), "\\x%02X", static_cast<unsigned char>(bytes[0]));
            text.append(escape.data());
        }
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
}

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

} // namespace

std::string helloFrame(pid_t worker, pid_t keeper)
{
    const auto capture = [](std::string_view mode, bool available, std::string_view why) {
        return json{{"mode", mode}, {"available", available}, {"why", why}};
    };
    return textOf(
        {{"type", "hello"},
         {"version", wire::protocolVersion},
         {"pid", worker},
         {"keeper", keeper},
         {"captures", json::array({capture("auto", true, "takes ptrace"), capture("ptrace", true, ""),
                                   capture("ebpf", false, "not built into this engine"),
                                   capture("sampled", false, "not built into this engine")})}});
}

std::string runStartedFrame(const std::string& started, std::uint64_t monotonic, const std::string& directory)
{
    return textOf({{"type", "run-started"},
                   {"started", started},
                   {"monotonic", monotonic},
                   {"directory", wireText(directory)},
                   {"capture", "ptrace"},
                   {"why", ""}});
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
    if (process.state == ProcessState::Exited)
        frame["exitCode"] = process.exitCode;
    if (process.signal != 0 &&
        (process.state == ProcessState::Killed || process.state == ProcessState::Stopped))
        frame["signal"] = signalName(process.signal);
    if (process.error)
        frame["error"] = errorJson(*process.error);
    return textOf(frame);
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
    if (endpoint.parentProcess != 0)
        frame["parentProcess"] = endpoint.parentProcess;
    if (endpoint.error)
        frame["error"] = errorJson(*endpoint.error);
    return textOf(frame);
}

std::string edgeFrame(std::uint32_t process, std::uint32_t endpoint, int fd, Access access, bool open)
{
    return textOf({{"type", "edge"},
                   {"process", process},
                   {"endpoint", endpoint},
                   {"fd", fd},
                   {"access", accessName(access)},
                   {"open", open}});
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
    return textOf(frame);
}

std::string unblockedFrame(pid_t tid)
{
    return textOf({{"type", "unblocked"}, {"tid", tid}});
}

std::string sampleFrame(std::uint64_t time, const std::vector<std::pair<Sample, bool>>& samples)
{
    json endpoints = json::array();
    for (const auto& [sample, twoWays] : samples) {
        json entry{{"endpoint", sample.number},
                   {"fill", sample.fill.bytes},
                   {"capacity", sample.fill.capacity},
                   {"writeBlocks", sample.fill.writeBlocks}};
        if (twoWays)
            entry["fill2"] = sample.fill.bytes2;
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

std::string pausedFrame(const std::string& type, const std::string& node)
{
    json frame{{"type", type}};
    if (!node.empty())
        frame["node"] = node;
    return textOf(frame);
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

std::string runEndedFrame(const std::string& reason, std::size_t failedToStart)
{
    return textOf({{"type", "run-ended"}, {"lost", 0}, {"reason", reason}, {"failedToStart", failedToStart}});
}

std::string orphanLine(const RunFile& file)
{
    std::string directory;
    json objects = json::array();
    for (const RunFile::Entry& entry : file.entries()) {
        if (entry.kind == "directory")
            directory = entry.path;
        if (!entry.path.empty())
            objects.push_back(wireText(entry.path));
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
