#include "ipc/engine/keeper.h"

#include "ipc/engine/frames.h"
#include "ipc/engine/runtime_directory.h"
#include "ipc/engine/worker.h"
#include "ipc/host/process_scan.h"
#include "ipc/wire/frame.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace byteyard::ipc::engine {

namespace {

using Clock = std::chrono::steady_clock;
/// A worker that sees the end of the stream, too, can say why it ends.
constexpr std::chrono::milliseconds workerGrace{1000};
constexpr std::chrono::milliseconds killPatience{1500};
constexpr int killPauseMs = 5;

Fd openPidfd(pid_t pid)
{
    return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

void kill(const Fd& pidfd)
{
    ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
}

/// Takes the dead off the table; `worker`'s status is kept.
void reap(pid_t worker, int& workerStatus)
{
    int status = 0;
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0)
        if (pid == worker)
            workerStatus = status;
}

/// Kills all children, and those that come to us when their parents die, until there are none.
void killFamily(pid_t worker, int& workerStatus)
{
    const Clock::time_point until = Clock::now() + killPatience;
    while (Clock::now() < until) {
        reap(worker, workerStatus);
        const std::vector<pid_t> children = host::childrenOf("/proc", ::getpid());
        if (children.empty())
            return;
        for (const pid_t child : children)
            if (const Fd pidfd = openPidfd(child))
                kill(pidfd);
        ::poll(nullptr, 0, killPauseMs);
    }
}

/// Until the worker has ended.
void watch(const Fd& worker, pid_t pid, int& status, int signals)
{
    std::array<pollfd, 3> ready{pollfd{worker.get(), POLLIN, 0}, pollfd{signals, POLLIN, 0},
                                pollfd{STDIN_FILENO, POLLRDHUP, 0}};
    bool ending = false;
    Clock::time_point until{};
    while (true) {
        int timeout = -1;
        if (ending) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
            if (left <= 0)
                return kill(worker);
            timeout = static_cast<int>(left);
        }
        if (::poll(ready.data(), ready.size(), timeout) < 0)
            continue;
        if (ready[0].revents != 0)
            return;
        bool ends = ready[2].revents != 0;
        if (ready[1].revents != 0) {
            signalfd_siginfo info{};
            [[maybe_unused]] const ssize_t size = ::read(signals, &info, sizeof info);
            if (info.ssi_signo == SIGCHLD)
                reap(pid, status);
            else
                ends = true;
        }
        if (ends && !ending) {
            ending = true;
            until = Clock::now() + workerGrace;
            ready[2].fd = -1;
        }
    }
}

/// Signals come by descriptor; the mask is the worker's too.
Fd takeSignals()
{
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD})
        ::sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    return Fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

/// What a worker would say, when there cannot be one.
void refuse(const EndpointError& error)
{
    std::fprintf(stderr, "byteyard-engine: %s\n", error.what());
    std::vector<std::byte> bytes(wire::magic.size());
    std::memcpy(bytes.data(), wire::magic.data(), bytes.size());
    wire::appendControl(
        errorFrame({"session-directory",
                    {{"path", error.object()}, {"errno", std::string(errnoName(error.error()))}}},
                   {}, true),
        bytes);
    [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
}

int keep(const RunFile& runFile, StandardStreams standard)
{
    // A Ctrl-C in the terminal is for the model, which will stop the run in order; or it is for a process
    // that shares the model's terminal, and then its session, too.
    if (standard.group == 0)
        ::setsid();
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        throw std::system_error(errno, std::generic_category(), "prctl");
    std::array<int, 2> alive;
    if (::pipe2(alive.data(), O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe2");
    Fd aliveRead(alive[0]);
    Fd aliveWrite(alive[1]);
    const Fd signals = takeSignals();
    const pid_t keeper = ::getpid();
    const pid_t worker = ::fork();
    if (worker < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (worker == 0) {
        aliveWrite.reset();
        const int status = runWorker(runFile, std::move(aliveRead), keeper, std::move(standard));
        if (::getppid() != keeper)
            runFile.removeAll(); // the keeper is gone: this is left to us
        std::_Exit(status);
    }
    aliveRead.reset();
    standard = {};
    const Fd pidfd = openPidfd(worker);
    int status = -1;
    watch(pidfd, worker, status, signals.get());
    kill(pidfd);
    killFamily(worker, status);
    runFile.removeAll();
    if (status >= 0 && WIFEXITED(status))
        return WEXITSTATUS(status);
    // Killed by us because the model went away, or by somebody else.
    return exitCrashed;
}

} // namespace

int runKeeper(bool takesStandard)
{
    try {
        StandardStreams standard = takesStandard ? takeStandardStreams() : StandardStreams();
        const RunFile runFile(runtimeDirectory());
        return keep(runFile, std::move(standard));
    } catch (const EndpointError& error) {
        refuse(error);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "byteyard-engine: %s\n", error.what());
    }
    return exitFailed;
}

} // namespace byteyard::ipc::engine
