#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <sys/types.h>

namespace byteyard::ipc {

/// The wait for the next stop of a traced thread, by the one thread that traces (waitpid(2)). A stop that has
/// to wake us on another processor costs more than all else about it: where stops come often, the next one is
/// asked for a little while before we sleep (measured on two processors: a message over a pipe, four stops,
/// took 80 µs and takes 31).
class StopWait
{
public:
    StopWait();
    struct Before
    {
        std::size_t threads = 0; ///< that are traced
        bool isEntry = false;    ///< the last stop was one at a call's entry
    };
    /// As waitpid(-1), of this thread's children alone; 0 when `isWanted` became true meanwhile.
    pid_t next(int& status, const Before& before, const std::atomic<bool>& isWanted);

private:
    using Clock = std::chrono::steady_clock;

    std::size_t m_most; ///< of so many threads at most
    // What was seen after stops of either kind: a call ends soon, and the next one may come much later.
    bool m_exitsSoon = false;
    bool m_entersSoon = false;
};

} // namespace byteyard::ipc
