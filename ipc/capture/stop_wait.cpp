#include "ipc/capture/stop_wait.h"

#include <sched.h>
#include <sys/wait.h>

namespace byteyard::ipc {

namespace {

constexpr std::chrono::microseconds askFor{30};
/// When one came within that while we slept, the next one is asked for: to wake us takes about half of it.
constexpr std::chrono::microseconds soon{60};
/// Another one's children are not ours to reap.
constexpr int ours = __WALL | __WNOTHREAD;

/// That we may run on.
std::size_t processors()
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? static_cast<std::size_t>(CPU_COUNT(&set)) : 1;
}

} // namespace

// More threads than that keep every processor busy, and would have ours as well.
StopWait::StopWait() : m_most(processors() > 1 ? 2 * processors() : 0) {}

pid_t StopWait::next(int& status, const Before& before, const std::atomic<bool>& isWanted)
{
    bool& comesSoon = before.isEntry ? m_exitsSoon : m_entersSoon;
    const Clock::time_point begin = Clock::now();
    pid_t tid = 0;
    if (comesSoon && before.threads <= m_most)
        do
            tid = waitpid(-1, &status, ours | WNOHANG);
        while (tid == 0 && !isWanted && Clock::now() - begin < askFor);
    comesSoon = tid != 0;
    if (tid == 0 && !isWanted) {
        tid = waitpid(-1, &status, ours);
        comesSoon = Clock::now() - begin < soon;
    }
    return tid;
}

} // namespace byteyard::ipc
