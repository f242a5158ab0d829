#include "ipc/engine/orphans.h"

#include "ipc/endpoint/endpoint.h"
#include "ipc/engine/frames.h"
#include "ipc/engine/run_file.h"
#include "ipc/engine/runtime_directory.h"
#include "ipc/host/process_scan.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace byteyard::ipc::engine {

namespace {

std::vector<RunFile> orphans()
{
    std::vector<RunFile> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(runtimeDirectory(), ignored))
        if (std::optional<RunFile> file = RunFile::adopt(entry.path().string()))
            found.push_back(std::move(*file));
    return found;
}

/// By pidfd, so that a pid that has been given to another is not hit.
void endProcess(pid_t pid, std::uint64_t startTime)
{
    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    const std::optional<host::ProcessStat> status = host::processStat("/proc", pid);
    if (!pidfd || !status || status->startTime != startTime)
        return;
    ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
    constexpr int patienceMs = 1000;
    pollfd ended{pidfd.get(), POLLIN, 0};
    ::poll(&ended, 1, patienceMs);
}

int report(const EndpointError& error)
{
    std::fprintf(stderr, "byteyard-engine: %s\n", error.what());
    return 1;
}

} // namespace

int listOrphans()
{
    try {
        for (const RunFile& file : orphans())
            std::printf("%s\n", orphanLine(file).c_str());
        return 0;
    } catch (const EndpointError& error) {
        return report(error);
    }
}

int cleanOrphans(const std::string& id)
{
    try {
        std::vector<RunFile> files = orphans();
        std::erase_if(files, [&](const RunFile& file) { return !id.empty() && file.id() != id; });
        if (files.empty() && !id.empty()) {
            std::fprintf(stderr, "byteyard-engine: no dead engine left a run file %s\n", id.c_str());
            return 1;
        }
        for (const RunFile& file : files) {
            for (const RunFile::Entry& entry : file.entries())
                if (entry.pid > 0)
                    endProcess(entry.pid, entry.startTime);
            file.removeAll();
        }
        return 0;
    } catch (const EndpointError& error) {
        return report(error);
    }
}

} // namespace byteyard::ipc::engine
