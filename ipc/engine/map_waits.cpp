#include "ipc/capture/decode.h"
#include "ipc/capture/traced.h"
#include "ipc/engine/map_look.h"
#include "ipc/host/proc.h"
#include "ipc/host/process_scan.h"

#include <algorithm>
#include <fcntl.h>

namespace byteyard::ipc::engine {

std::vector<std::size_t> MapLook::objectsBehind(pid_t pid, int fd) const
{
    std::vector<std::size_t> found;
    const auto [from, to] = m_uses.equal_range({pid, fd});
    for (auto at = from; at != to; ++at)
        found.push_back(at->second);
    return found;
}

/// The FIFO that a program waits to open.
std::optional<std::size_t> MapLook::opened(pid_t pid, const std::string& path)
{
    struct stat status
    {
    };
    const std::string place =
        "/proc/" + std::to_string(pid) + (path.starts_with('/') ? "/root" : "/cwd/") + path;
    if (path.empty() || ::stat(place.c_str(), &status) != 0 || !S_ISFIFO(status.st_mode))
        return std::nullopt;
    return object(ObjectId{status.st_dev, status.st_ino}, "fifo", path);
}

void MapLook::waits()
{
    const std::vector<MapProcess>& all = map.processes;
    for (const MapProcess& process : all)
        if (!process.isHidden &&
            !process.isStopped) { // whose last call would look like one that it sleeps in
            const std::vector<pid_t> threads =
                host::processes("/proc/" + std::to_string(process.pid) + "/task");
            for (const pid_t tid : threads)
                thread(process.pid, tid, static_cast<int>(threads.size()));
        }
}

/// Its arguments are those of a call that it sleeps in: what they point to stands still.
void MapLook::thread(pid_t pid, pid_t tid, int threads)
{
    const auto sleeping = proc::sleepingCall(tid);
    if (!sleeping || sleeping->number < 0)
        return;
    MapWait wait;
    wait.pid = pid;
    wait.tid = tid;
    wait.threads = threads;
    wait.call = systemCallName(sleeping->number);
    const std::uint64_t slept = proc::lastRan(tid);
    const std::uint64_t ran = proc::lastRan(0);
    wait.waitedNs = slept != 0 && ran > slept ? ran - slept : 0;
    if (const CallRow* row = callRow(static_cast<std::uint64_t>(sleeping->number)))
        describe(wait, *row, sleeping->arguments);
    if (!wait.objects.empty() || tid == pid) // a process is said to sleep when its first thread does
        map.waits.push_back(std::move(wait));
}

void MapLook::describe(MapWait& wait, const CallRow& row, const CallArguments& arguments)
{
    const pid_t pid = wait.pid;
    const TraceeMemory memory(wait.tid);
    const CallContext call{row, arguments, memory};
    wait.fd = call.descriptor(row.fd);
    const auto add = [&wait](const std::vector<std::size_t>& more) {
        for (const std::size_t each : more)
            if (std::find(wait.objects.begin(), wait.objects.end(), each) == wait.objects.end())
                wait.objects.push_back(each);
    };
    if (row.effect == Effect::Wait) {
        const std::vector<WaitedDescriptor> waited = waitedDescriptors(call);
        for (const WaitedDescriptor& each : waited)
            add(objectsBehind(pid, each.fd));
        wait.detail = describeWaited(waited);
        if (wait.fd >= 0)
            for (const int fd : host::epollTargets("/proc", pid, wait.fd))
                add(objectsBehind(pid, fd));
    } else if (row.effect == Effect::Futex) {
        for (const std::uint64_t address : sharedFutexes(call)) {
            const auto [from, to] = m_mapped.equal_range(pid);
            for (auto at = from; at != to; ++at)
                if (address >= at->second.where.begin && address < at->second.where.end)
                    add({at->second.object});
        }
    } else if (row.effect == Effect::Open) {
        if (const auto fifo = opened(pid, memory.string(call.argument(row.buffer)).value_or(std::string()))) {
            add({*fifo});
            const int access = openFlags(call) & O_ACCMODE;
            use({pid,
                 -1,
                 *fifo,
                 access == O_RDONLY   ? "read"
                 : access == O_WRONLY ? "write"
                                      : "read-write",
                 {}});
        }
    } else if (const auto key = sysvKey(row, arguments)) {
        if (const auto known = m_objects.find(*key); known != m_objects.end()) {
            add({known->second});
            const Access access = sysvAccess(row); // nobody holds such an object: who sleeps on it uses it
            use({pid,
                 -1,
                 known->second,
                 access == Access::Read    ? "receive"
                 : access == Access::Write ? "send"
                                           : "use",
                 {}});
        }
    } else if (wait.fd >= 0) {
        add(objectsBehind(pid, wait.fd));
    }
    if (wait.detail.empty())
        wait.detail = describeArguments(call);
    std::vector<RemotePiece> pieces;
    wait.requested = payloadPieces(call, pieces);
}

} // namespace byteyard::ipc::engine
