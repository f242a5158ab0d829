#include "ipc/host/proc.h"

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace byteyard::ipc::proc {

namespace {

/// The head of a small /proc file: at most `limit` bytes.
std::string content(const std::string& path, std::size_t limit = 16384)
{
    std::string text;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return text;
    text.resize(limit);
    std::size_t done = 0;
    while (done < limit) {
        const ssize_t got = ::read(fd, text.data() + done, limit - done);
        if (got <= 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    ::close(fd);
    text.resize(done);
    return text;
}

std::string place(pid_t pid, std::string_view name)
{
    return "/proc/" + std::to_string(pid) + "/" + std::string(name);
}

/// The number after `label` at the start of a line.
std::optional<std::uint64_t> field(const std::string& text, std::string_view label, int base)
{
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (std::string_view(text).substr(at, label.size()) == label)
            return std::strtoull(text.c_str() + at + label.size(), nullptr, base);
        at = end + 1;
    }
    return std::nullopt;
}

/// The unsigned numbers, decimal or 0x…, that stand in a text until something else does.
std::vector<std::uint64_t> numbersOf(const std::string& text)
{
    std::vector<std::uint64_t> numbers;
    const char* at = text.c_str();
    for (;;) {
        char* end = nullptr;
        const std::uint64_t number = std::strtoull(at, &end, 0);
        if (end == at)
            return numbers;
        numbers.push_back(number);
        at = end;
    }
}

} // namespace

std::optional<Kinship> kinship(pid_t tid)
{
    const std::string status = content(place(tid, "status"));
    const auto tgid = field(status, "Tgid:", 10);
    const auto parent = field(status, "PPid:", 10);
    if (!tgid || !parent)
        return std::nullopt;
    return Kinship{static_cast<pid_t>(*tgid), static_cast<pid_t>(*parent)};
}

std::uint64_t pendingSignals(pid_t tid)
{
    const std::string status = content(place(tid, "status"));
    const std::uint64_t pending =
        field(status, "SigPnd:", 16).value_or(0) | field(status, "ShdPnd:", 16).value_or(0);
    return pending & ~field(status, "SigBlk:", 16).value_or(0);
}

SignalSets signalSets(pid_t pid)
{
    const std::string status = content(place(pid, "status"));
    return {field(status, "SigIgn:", 16).value_or(0), field(status, "SigCgt:", 16).value_or(0)};
}

std::string commandName(pid_t pid)
{
    std::string name = content(place(pid, "comm"));
    if (!name.empty() && name.back() == '\n')
        name.pop_back();
    return name;
}

std::vector<std::string> commandLine(pid_t pid)
{
    const std::string text = content(place(pid, "cmdline"));
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\0', at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

std::optional<int> descriptorFlags(pid_t pid, int fd)
{
    const auto flags = field(content(place(pid, "fdinfo/" + std::to_string(fd))), "flags:", 8);
    return flags ? std::optional(static_cast<int>(*flags)) : std::nullopt;
}

std::optional<std::uint64_t> descriptorField(pid_t pid, int fd, std::string_view label)
{
    return field(content(place(pid, "fdinfo/" + std::to_string(fd))), label, 10);
}

std::string descriptorTarget(pid_t pid, int fd)
{
    std::string target(PATH_MAX, '\0');
    const ssize_t size =
        readlink(place(pid, "fd/" + std::to_string(fd)).c_str(), target.data(), target.size());
    target.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return target;
}

std::optional<SleepingCall> sleepingCall(pid_t tid)
{
    // number, six arguments, stack and instruction pointer; "running", or "-1" and the last two outside a
    // call
    const std::vector<std::uint64_t> numbers = numbersOf(content(place(tid, "syscall"), 512));
    if (numbers.size() != 9)
        return std::nullopt;
    SleepingCall call;
    call.number = static_cast<long>(numbers[0]);
    std::copy_n(numbers.begin() + 1, call.arguments.size(), call.arguments.begin());
    call.stack = numbers[7];
    return call;
}

namespace {

std::optional<IoCounts> ioCountsIn(const std::string& text)
{
    const auto rchar = field(text, "rchar:", 10);
    const auto wchar = field(text, "wchar:", 10);
    if (!rchar || !wchar)
        return std::nullopt;
    return IoCounts{*rchar, *wchar, field(text, "syscr:", 10).value_or(0),
                    field(text, "syscw:", 10).value_or(0)};
}

} // namespace

std::optional<IoCounts> ioCounts(pid_t pid, pid_t tid)
{
    return ioCountsIn(content(place(pid, "task/" + std::to_string(tid) + "/io"), 512));
}

std::optional<IoCounts> ioCounts(pid_t pid)
{
    return ioCountsIn(content(place(pid, "io"), 512));
}

std::uint64_t timeslices(pid_t tid)
{
    // time running, time waiting, how many times
    const std::vector<std::uint64_t> numbers = numbersOf(content(place(tid, "schedstat"), 256));
    return numbers.size() == 3 ? numbers[2] : 0;
}

std::uint64_t lastRan(pid_t tid)
{
    constexpr std::string_view label = "se.exec_start";
    const std::string text = content(tid == 0 ? "/proc/thread-self/sched" : place(tid, "sched"), 1024);
    const std::size_t at = text.find(label);
    const std::size_t colon = at == std::string::npos ? at : text.find(':', at);
    if (colon == std::string::npos)
        return 0;
    constexpr double nsPerMs = 1e6;
    return static_cast<std::uint64_t>(std::strtod(text.c_str() + colon + 1, nullptr) * nsPerMs);
}

} // namespace byteyard::ipc::proc
