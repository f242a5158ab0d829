#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace byteyard::ipc::proc {

/// What /proc/TID/status tells about kinship (proc(5)).
struct Kinship
{
    pid_t tgid = 0;
    pid_t parent = 0;
};
std::optional<Kinship> kinship(pid_t tid);

/// Signals that wait for this thread or its process and are not blocked: bit n-1 stands for signal n.
std::uint64_t pendingSignals(pid_t tid);

/// What a process does with signals: bit n-1 stands for signal n.
struct SignalSets
{
    std::uint64_t ignored = 0;
    std::uint64_t caught = 0;
};
SignalSets signalSets(pid_t pid);

/// /proc/PID/comm and /proc/PID/cmdline; empty when the process is gone.
std::string commandName(pid_t pid);
std::vector<std::string> commandLine(pid_t pid);

/// The open flags (O_RDWR…) of a descriptor, from /proc/PID/fdinfo/FD.
std::optional<int> descriptorFlags(pid_t pid, int fd);

/// A number of /proc/PID/fdinfo/FD by its label ("eventfd-id:").
std::optional<std::uint64_t> descriptorField(pid_t pid, int fd, std::string_view label);

/// Where /proc/PID/fd/FD points: "/tmp/a", "pipe:[123]".
std::string descriptorTarget(pid_t pid, int fd);

/// The call that a thread sleeps in (/proc/TID/syscall).
struct SleepingCall
{
    long number = -1;
    std::array<std::uint64_t, 6> arguments{};
    std::uint64_t stack = 0;
    bool operator==(const SleepingCall&) const = default;
};
/// Nothing when the thread runs, sleeps outside any call, or is gone.
std::optional<SleepingCall> sleepingCall(pid_t tid);

/// What a thread has moved so far by read(2), write(2) and their kin, on whatever (/proc/PID/task/TID/io):
/// not by send, recv, msgsnd and the like.
struct IoCounts
{
    std::uint64_t rchar = 0;
    std::uint64_t wchar = 0;
    std::uint64_t syscr = 0;
    std::uint64_t syscw = 0;
};
/// Nothing when the kernel does not tell: the thread has ended, or belongs to another user.
std::optional<IoCounts> ioCounts(pid_t pid, pid_t tid);
/// The same of all threads of a process, also those that have ended (/proc/PID/io).
std::optional<IoCounts> ioCounts(pid_t pid);

/// How many times a thread was given the processor (/proc/TID/schedstat): unchanged means it slept all the
/// while.
std::uint64_t timeslices(pid_t tid);

/// When a thread had the processor last, in ns on a clock of the scheduler's (/proc/TID/sched,
/// se.exec_start; `tid` 0: this thread's own, which is now to some milliseconds). 0: not told
/// (CONFIG_SCHED_DEBUG).
std::uint64_t lastRan(pid_t tid);

} // namespace byteyard::ipc::proc
