#pragma once

#include "ipc/capture/sampler.h"
#include "ipc/capture/tracer.h"
#include "ipc/engine/capture_choice.h"
#include "ipc/host/attachable.h"
#include "ipc/host/process_scan.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace byteyard::ipc::engine {

class RunFile;

// The texts of the control frames that the engine sends (docs/protocol.md).

/// An error as it crosses: a code and its parameters; the model makes the sentence.
struct ErrorReport
{
    std::string code;
    std::vector<std::pair<std::string, std::string>> parameters;
};

/// All that is told of a process.
struct ProcessRecord
{
    std::uint32_t number = 0;
    std::string node; ///< empty: a program forked it
    std::uint32_t parent = 0;
    pid_t pid = 0;
    std::string name;
    std::vector<std::string> argv;
    std::optional<ProcessState> state; ///< nothing: planned
    int exitCode = 0;
    bool isEndUnknown = false; ///< it has ended, and nobody tells us how
    int signal = 0;
    std::uint64_t time = 0;
    std::optional<ErrorReport> error;
    bool attached = false; ///< it ran before, or such a process made it
    bool leaving = false;
    bool isUnobserved = false;
};

enum class EndpointState : std::uint8_t { Planned, Live, Closed, Failed };

/// All that is told of an endpoint.
struct EndpointRecord
{
    std::uint32_t number = 0;
    std::string node; ///< empty: a program made it
    std::string kind;
    std::string name;
    EndpointState state = EndpointState::Planned;
    ObjectId id;
    std::uint64_t capacity = 0;
    std::string path;
    EndpointNames names;      ///< of a connection: its other side's, as its listener or its client sees it
    std::string ends;         ///< of TCP's connections: SERVER:PORT-CLIENT:PORT
    std::uint32_t parent = 0; ///< a connection's listener
    std::uint32_t parentProcess = 0;
    std::optional<ErrorReport> error;
};

/// An endpoint that could not be made.
ErrorReport createReport(const EndpointError& error);
/// The same, of a limit's name: parameters `limit` and `limitValue`.
void addLimit(ErrorReport& report, const std::string& limit);

std::string helloFrame(pid_t worker, pid_t keeper);
std::string runStartedFrame(const CaptureChoice& capture, const std::string& started, std::uint64_t monotonic,
                            const std::string& directory);
std::string processFrame(const ProcessRecord& process);
std::string endpointFrame(const EndpointRecord& endpoint);
std::string edgeFrame(std::uint32_t process, std::uint32_t endpoint, int fd, Access access, bool open,
                      std::uint32_t description);
std::string blockedFrame(const CallInProgress& call);
std::string unblockedFrame(pid_t tid);
std::string sampleFrame(std::uint64_t time, const std::vector<Sample>& samples);
/// Each with the number of the process if it is one of ours.
std::string holdersFrame(std::uint32_t endpoint,
                         const std::vector<std::pair<host::DescriptorHolder, std::uint32_t>>& holders);
/// `type` is "paused" or "resumed"; of a process that has no node its number is told; neither: all.
std::string pausedFrame(const std::string& type, const std::string& node, std::uint32_t process = 0);
/// A rule holds a process.
std::string ruleHitFrame(const RuleHit& hit);
/// How often a rule has acted, and whether it is no more.
std::string ruleFrame(std::uint32_t rule, std::uint64_t hits, bool gone);
std::string errorFrame(const ErrorReport& error, const std::string& node = {}, bool fatal = false);
/// Where an actor's script is, and where and why it ended.
std::string actorLineFrame(std::uint32_t process, std::uint32_t line);
std::string actorErrorFrame(std::uint32_t process, std::uint32_t line, std::string_view text);
std::string filesLeftFrame(const FoundFiles::Left& left);
std::string lostFrame(std::uint64_t count);
/// Those that run on this machine, and which of them one may attach to.
std::string processesFrame(const std::vector<host::ProcessSeen>& processes);
/// Nobody can attach to this process.
ErrorReport attachReport(pid_t pid, const std::string& name, const host::AttachRefusal& refusal);
/// The calls of a process are not followed from now on, or are again.
std::string sampledFrame(std::uint32_t process, SampledWhy why);
/// "run", "person", "budget", "attached"; "lost" for No.
std::string_view sampledWord(SampledWhy why);
std::string runEndedFrame(const std::string& reason, std::size_t failedToStart, std::uint64_t lost);
/// A line of --orphans.
std::string orphanLine(const RunFile& file);

/// The wall clock as RFC 3339 in UTC with nanoseconds.
std::string wallClock();

} // namespace byteyard::ipc::engine
