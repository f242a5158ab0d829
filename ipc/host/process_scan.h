#pragma once

#include "ipc/capture/tracer.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace byteyard::ipc::host {

/// A descriptor of some process of this machine.
struct DescriptorHolder
{
    pid_t pid = 0;
    std::string name; ///< comm
    int fd = -1;
    Access access = Access::Read;
};

/// Who holds one of these objects open. `root` is "/proc" or a picture of it. Anonymous objects (pipe:[N],
/// socket:[N]) are known by their inode, others by device and inode. Processes that refuse to be looked at
/// are left out (proc_pid_fd(5)).
std::vector<DescriptorHolder> findHolders(const std::string& root, const std::vector<ObjectId>& objects);

/// What /proc/PID/fdinfo/FD shows (proc_pid_fdinfo(5)).
struct DescriptorInfo
{
    std::string text;
    /// The number after "NAME:"; nothing when it is not there.
    std::optional<std::int64_t> number(std::string_view name, int base) const;
};
std::optional<DescriptorInfo> descriptorInfo(const std::string& root, pid_t pid, int fd);
/// One number of it.
std::optional<std::int64_t> descriptorNumber(const std::string& root, pid_t pid, int fd,
                                             std::string_view name, int base);

/// The flags that /proc/PID/fdinfo/FD shows (O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK…); nothing when it cannot
/// be read.
std::optional<int> descriptorFlags(const std::string& root, pid_t pid, int fd);

/// The descriptors that an epoll instance waits on; nothing of another descriptor.
std::vector<int> epollTargets(const std::string& root, pid_t pid, int fd);

/// The inode in "pipe:[N]" or "socket:[N]" behind a descriptor; 0 when it is neither.
std::uint64_t anonymousInode(const std::string& root, pid_t pid, int fd);

/// What /proc/PID/stat says of a process.
struct ProcessStat
{
    std::string name;
    char state = '?';
    pid_t parent = 0;
    std::uint64_t startTime = 0; ///< clock ticks since boot: with the pid it names a process for good
};
std::optional<ProcessStat> processStat(const std::string& root, pid_t pid);

/// Pids of all processes.
std::vector<pid_t> processes(const std::string& root);
std::vector<pid_t> childrenOf(const std::string& root, pid_t parent);
/// Its children, their children and so on, each before its own.
std::vector<pid_t> descendantsOf(const std::string& root, pid_t ancestor);

} // namespace byteyard::ipc::host
