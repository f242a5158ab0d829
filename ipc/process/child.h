#pragma once

#include "ipc/process/launch_plan.h"

#include <atomic>
#include <linux/filter.h>
#include <span>

namespace byteyard::ipc {

/// What failed in a child before its program ran.
struct ChildFailure
{
    std::string call; ///< "seccomp", "dup2", "chdir", "open", "connect", "execve"
    std::string path;
    int error = 0;
};

/// What a child does between fork and exec, prepared beforehand, since only async-signal-safe calls may be
/// made there. The two sides meet at a page of shared memory: a pipe would be one more descriptor in the
/// child, and in the log.
class Child
{
public:
    /// `ownEnds` are the engine's descriptors of the plan's endpoints that the child closes one by one, so
    /// that the log shows it; everything else that the plan does not give is closed too. `filter` must
    /// outlive run(). Throws std::system_error (mmap).
    Child(const LaunchPlan& plan, std::vector<int> ownEnds, std::span<const sock_filter> filter);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// In the child.
    [[noreturn]] void run() noexcept;

    // In the parent.
    /// Lets it wire its descriptors: call it when the child is traced.
    void goOn() noexcept;
    /// Waits until it is wired, at most `timeoutMs`.
    bool waitUntilHeld(int timeoutMs) const noexcept;
    /// Lets it open, change directory and exec.
    void release() noexcept;
    /// Complete when the child has ended; `error` 0 when nothing failed before exec.
    ChildFailure failure() const;
    const LaunchPlan& plan() const noexcept { return m_plan; }

private:
    enum class Step : int { None, Seccomp, Dup, Open, Socket, Directory, Exec };
    struct Page
    {
        std::atomic<int> traced;
        std::atomic<int> held;
        std::atomic<int> released;
        Step step;
        int index;
        int error;
    };
    [[noreturn]] void fail(Step step, std::size_t index, int error) noexcept;
    void resetSignals() noexcept;
    void loadFilter() noexcept;
    void wire() noexcept;
    void closeOthers() noexcept;
    void openFiles() noexcept;
    int connectSocket(std::size_t index) noexcept;
    [[noreturn]] void execute() noexcept;

    const LaunchPlan m_plan;
    std::vector<int> m_sources; ///< one for each of m_plan.fds, moved out of the targets' way in the child
    std::vector<int> m_ownEnds;
    std::vector<int> m_targets;       ///< sorted: what stays open
    std::vector<std::size_t> m_opens; ///< which of m_plan.fds are opened by the child, by ascending target
    std::vector<char*> m_arguments;
    std::vector<char*> m_environment;
    std::span<const sock_filter> m_filter;
    Page* m_page;
};

} // namespace byteyard::ipc
