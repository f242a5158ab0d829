#pragma once

#include "ipc/capture/tracer.h"

#include <chrono>
#include <string>
#include <vector>

namespace byteyard::ipc::host {

/// A lock on a file, or a wish for one (proc_locks(5)).
struct FileLock
{
    std::string kind;   ///< "FLOCK", "POSIX", "OFDLCK", "LEASE"
    std::string access; ///< "READ", "WRITE"
    pid_t pid = 0;      ///< -1: belongs to an open file description
    ObjectId object;
    std::string begin;
    std::string end; ///< "EOF": to the end
    bool waits = false;
};

/// "FLOCK WRITE 123 0 EOF; POSIX READ 124 0 9 waits"
std::string lockWords(const std::vector<FileLock>& locks);

/// The locks of the machine, from `root`/locks ("/proc", or a picture of it).
class LockTable
{
public:
    explicit LockTable(std::string root = "/proc") : m_root(std::move(root)) {}

    /// Reads again, unless that was a short while ago.
    void refresh();
    const std::vector<FileLock>& all() const noexcept { return m_locks; }
    std::vector<FileLock> of(ObjectId object) const;

private:
    using Clock = std::chrono::steady_clock;

    std::string m_root;
    Clock::time_point m_next{};
    std::vector<FileLock> m_locks;
};

} // namespace byteyard::ipc::host
