#pragma once

#include <optional>
#include <set>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace byteyard::ipc::host {

/// Why nobody can attach to a process, as errors cross: a word, and what belongs to it. The words:
/// "no-process", "thread" {process}, "own", "zombie", "kernel-thread", "traced" {tracer, tracerName},
/// "other-user" {user}, "not-dumpable", "ptrace-scope" {value}, "not-permitted", "followed" (it belongs to
/// this run).
struct AttachRefusal
{
    std::string why;
    std::vector<std::pair<std::string, std::string>> parameters;
};

/// Who wants to attach.
struct AttachRights
{
    uid_t user = 0;
    bool mayTraceAll = false; ///< CAP_SYS_PTRACE (capabilities(7))
    std::set<pid_t> own;      ///< those that would wait for themselves: the engine's, and who it serves
    int ptraceScope = 0;      ///< kernel.yama.ptrace_scope; 0 where there is no Yama
};
/// Of this process, its parent (the keeper) and that one's.
AttachRights ownAttachRights();

/// What /proc tells before it is tried. Under Yama's scope 1 only trying tells. `root` is "/proc" or a
/// picture of it.
std::optional<AttachRefusal> attachRefusal(const std::string& root, pid_t pid, const AttachRights& rights);
/// What a refusal of ptrace(2), PTRACE_SEIZE, means.
AttachRefusal attachFailure(int error, const AttachRights& rights);

/// A process of this machine, for a list of those that one may attach to.
struct ProcessSeen
{
    pid_t pid = 0;
    std::string name; ///< comm
    std::string user;
    std::vector<std::string> argv;
    std::optional<AttachRefusal> refusal;
};
/// All, by pid.
std::vector<ProcessSeen> attachableProcesses(const std::string& root, const AttachRights& rights);

} // namespace byteyard::ipc::host
