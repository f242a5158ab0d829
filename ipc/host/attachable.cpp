#include "ipc/host/attachable.h"

#include "ipc/host/process_scan.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <linux/capability.h>
#include <map>
#include <pwd.h>
#include <sstream>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace byteyard::ipc::host {

namespace {

std::string textOfFile(const std::string& path)
{
    const std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// What stands after "LABEL:" and blanks at the start of a line.
std::string statusLine(const std::string& text, std::string_view label)
{
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(label)) {
            const std::size_t begin = line.find_first_not_of(" \t", label.size());
            return begin == std::string::npos ? std::string() : line.substr(begin);
        }
    return {};
}

long decimalOf(std::string_view text)
{
    long number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// PF_KTHREAD of /proc/PID/stat's flags (proc_pid_stat(5)).
bool isKernelThread(const std::string& root, pid_t pid)
{
    constexpr long kernelThread = 0x00200000;
    const std::string text = textOfFile(root + '/' + std::to_string(pid) + "/stat");
    const std::size_t close = text.rfind(')');
    if (close == std::string::npos)
        return false;
    std::istringstream rest(text.substr(close + 1));
    constexpr int wordsBefore = 6; // state, parent, group, session, terminal, its group
    std::string word;
    for (int i = 0; i <= wordsBefore && rest >> word; ++i) {
    }
    return (decimalOf(word) & kernelThread) != 0;
}

std::string nameOfUser(uid_t user)
{
    std::array<char, 4096> room;
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(user, &entry, room.data(), room.size(), &found) == 0 && found != nullptr)
        return entry.pw_name;
    return std::to_string(user);
}

/// All three of them, or none: a program that has changed its user is not to be looked into.
bool isOnlyUser(const std::string& uids, uid_t user)
{
    std::istringstream words(uids);
    long each = 0;
    for (int i = 0; i < 3; ++i)
        if (!(words >> each) || each != static_cast<long>(user))
            return false;
    return true;
}

} // namespace

AttachRights ownAttachRights()
{
    AttachRights rights;
    rights.user = ::geteuid();
    const std::string status = textOfFile("/proc/self/status");
    std::uint64_t capabilities = 0;
    const std::string effective = statusLine(status, "CapEff:");
    std::from_chars(effective.data(), effective.data() + effective.size(), capabilities, 16);
    rights.mayTraceAll = (capabilities >> CAP_SYS_PTRACE & 1) != 0;
    const pid_t keeper = ::getppid();
    rights.own = {::getpid(), keeper};
    if (const std::optional<ProcessStat> stat = processStat("/proc", keeper); stat && stat->parent > 1)
        rights.own.insert(stat->parent);
    rights.ptraceScope = static_cast<int>(decimalOf(textOfFile("/proc/sys/kernel/yama/ptrace_scope")));
    return rights;
}

std::optional<AttachRefusal> attachRefusal(const std::string& root, pid_t pid, const AttachRights& rights)
{
    const std::string place = root + '/' + std::to_string(pid);
    const std::string status = textOfFile(place + "/status");
    if (status.empty())
        return AttachRefusal{"no-process", {}};
    if (const long process = decimalOf(statusLine(status, "Tgid:")); process != pid)
        return AttachRefusal{"thread", {{"process", std::to_string(process)}}};
    if (rights.own.contains(pid))
        return AttachRefusal{"own", {}};
    const std::string state = statusLine(status, "State:");
    if (state.starts_with('Z') || state.starts_with('X'))
        return AttachRefusal{"zombie", {}};
    if (isKernelThread(root, pid))
        return AttachRefusal{"kernel-thread", {}};
    if (const long tracer = decimalOf(statusLine(status, "TracerPid:")); tracer != 0) {
        const auto stat = processStat(root, static_cast<pid_t>(tracer));
        return AttachRefusal{
            "traced",
            {{"tracer", std::to_string(tracer)}, {"tracerName", stat ? stat->name : std::string()}}};
    }
    const std::string uids = statusLine(status, "Uid:");
    struct stat owner
    {
    };
    // Root is the one user who may look into the programs of others.
    if (rights.user != 0 && !isOnlyUser(uids, rights.user))
        return AttachRefusal{"other-user", {{"user", nameOfUser(static_cast<uid_t>(decimalOf(uids)))}}};
    if (rights.user != 0 && ::stat(place.c_str(), &owner) == 0 && owner.st_uid != rights.user)
        return AttachRefusal{"not-dumpable", {}};
    constexpr int onlyCapable = 2;
    constexpr int nobody = 3;
    if (rights.ptraceScope >= nobody || (rights.ptraceScope == onlyCapable && !rights.mayTraceAll))
        return attachFailure(EPERM, rights);
    return std::nullopt;
}

AttachRefusal attachFailure(int error, const AttachRights& rights)
{
    if (error == ESRCH)
        return {"no-process", {}};
    if (error == EALREADY)
        return {"followed", {}};
    if (rights.ptraceScope > 0 && (!rights.mayTraceAll || rights.ptraceScope > 2))
        return {"ptrace-scope", {{"value", std::to_string(rights.ptraceScope)}}};
    return {"not-permitted", {}};
}

std::vector<ProcessSeen> attachableProcesses(const std::string& root, const AttachRights& rights)
{
    std::map<long, std::string> users;
    std::vector<ProcessSeen> all;
    for (const pid_t pid : processes(root)) {
        const std::string place = root + '/' + std::to_string(pid);
        const std::string status = textOfFile(place + "/status");
        if (status.empty())
            continue;
        ProcessSeen seen;
        seen.pid = pid;
        seen.name = statusLine(status, "Name:");
        const long user = decimalOf(statusLine(status, "Uid:"));
        auto known = users.find(user);
        if (known == users.end())
            known = users.emplace(user, nameOfUser(static_cast<uid_t>(user))).first;
        seen.user = known->second;
        constexpr std::size_t mostText = 4096;
        const std::string line = textOfFile(place + "/cmdline").substr(0, mostText);
        std::istringstream words(line);
        for (std::string word; std::getline(words, word, '\0');)
            seen.argv.push_back(word);
        seen.refusal = attachRefusal(root, pid, rights);
        // Told here although trying could show otherwise (prctl(2), PR_SET_PTRACER): hardly any program does
        // so.
        if (!seen.refusal && rights.ptraceScope > 0 && !rights.mayTraceAll)
            seen.refusal = attachFailure(EPERM, rights);
        if (seen.refusal && seen.refusal->why == "no-process")
            continue;
        all.push_back(std::move(seen));
    }
    std::sort(all.begin(), all.end(),
              [](const ProcessSeen& a, const ProcessSeen& b) { return a.pid < b.pid; });
    return all;
}

} // namespace byteyard::ipc::host
