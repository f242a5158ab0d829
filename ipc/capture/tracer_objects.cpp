#include "ipc/capture/tracer_private.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace byteyard::ipc {

namespace {

std::string procPlace(pid_t pid, std::string_view name)
{
    return "/proc/" + std::to_string(pid) + "/" + std::string(name);
}

std::string descriptorPlace(pid_t pid, int fd)
{
    return procPlace(pid, "fd/" + std::to_string(fd));
}

ObjectId identity(const struct stat& status)
{
    return {status.st_dev, status.st_ino};
}

} // namespace

void Tracer::Private::tellEdges(const DescriptorTable& descriptors, int fd,
                                const DescriptorTable::Entry& entry, bool open)
{
    if (!entry.announced)
        return;
    for (const auto& [number, process] : processes)
        if (process->table.get() == &descriptors && !process->closed)
            sink.edge(number, entry.file->endpoint, fd, entry.file->access, open);
}

void Tracer::Private::addDescriptor(TracedProcess& process, int fd, const DescriptorTable::Entry& entry)
{
    process.table->set(fd, entry);
    tellEdges(*process.table, fd, entry, true);
}

void Tracer::Private::removeDescriptor(TracedProcess& process, int fd)
{
    const DescriptorTable::Entry* entry = process.table->find(fd);
    if (entry == nullptr)
        return;
    tellEdges(*process.table, fd, *entry, false);
    process.table->erase(fd);
}

/// The endpoint that a name leads to, before it is opened: an open that blocks must say on what.
std::uint32_t Tracer::Private::endpointOfPath(const TracedThread& thread, const CallContext& context,
                                              const std::string& path) const
{
    if (path.empty() || (objects.empty() && paths.empty()))
        return 0;
    std::string place = path;
    if (path.front() != '/') {
        const bool hasDirectory = context.row.call == Call::Openat || context.row.call == Call::Openat2;
        const int directory = hasDirectory ? context.descriptor(0) : AT_FDCWD;
        place =
            (directory == AT_FDCWD ? procPlace(thread.tid, "cwd") : descriptorPlace(thread.tid, directory)) +
            "/" + path;
    } else if (path.starts_with("/proc/self/") || path.starts_with("/dev/std") ||
               path.starts_with("/dev/fd/")) {
        return 0; // these would name the tracer's own
    }
    struct stat status
    {
    };
    if (stat(place.c_str(), &status) == 0)
        if (const auto at = objects.find(identity(status)); at != objects.end())
            return at->second;
    const auto named = paths.find(path);
    return named == paths.end() ? 0 : named->second;
}

/// Which endpoint a new descriptor leads to, by the kernel's answer.
std::uint32_t Tracer::Private::endpointOf(TracedProcess& process, int fd, const std::string& path,
                                          ObjectId& id)
{
    struct stat status
    {
    };
    if (stat(descriptorPlace(process.witness, fd).c_str(), &status) != 0)
        return 0;
    id = identity(status);
    if (const auto at = objects.find(id); at != objects.end())
        return at->second;
    const bool isFifo = S_ISFIFO(status.st_mode);
    if (!isFifo && (paths.empty() || !S_ISREG(status.st_mode)))
        return 0;
    const std::string target = proc::descriptorTarget(process.witness, fd);
    std::uint32_t endpoint = 0;
    if (const auto named = paths.find(target); named != paths.end())
        endpoint = named->second;
    else if (const auto asked = paths.find(path); asked != paths.end())
        endpoint = asked->second;
    else if (isFifo)
        endpoint = target.starts_with('/') ? sink.discovered({"fifo", id, target, process.number})
                                           : sink.discovered({"pipe", id, {}, process.number});
    if (endpoint != 0)
        objects[id] = endpoint;
    return endpoint;
}

void Tracer::Private::adoptOpened(TracedProcess& process, int fd, Access access, const std::string& path)
{
    removeDescriptor(process, fd);
    process.table->erase(fd);
    ObjectId id;
    if (const std::uint32_t endpoint = endpointOf(process, fd, path, id); endpoint != 0)
        addDescriptor(process, fd, {std::make_shared<OpenFile>(OpenFile{endpoint, access, id}), true});
}

/// pipe, pipe2, socketpair.
void Tracer::Private::adoptPair(TracedProcess& process, const CallContext& context)
{
    const auto pair = context.memory.object<std::array<int, 2>>(context.argument(context.row.buffer));
    if (!pair)
        return;
    const bool sockets = context.row.call == Call::Socketpair;
    std::uint32_t endpoint = 0;
    for (std::size_t i = 0; i < pair->size(); ++i) {
        const int fd = pair->at(i);
        removeDescriptor(process, fd);
        process.table->erase(fd);
        struct stat status
        {
        };
        if (stat(descriptorPlace(process.witness, fd).c_str(), &status) != 0)
            continue; // another thread has closed it already
        const ObjectId id = identity(status);
        if (endpoint == 0)
            endpoint = sink.discovered({sockets ? "socketpair" : "pipe", id, {}, process.number});
        if (endpoint == 0)
            return;
        objects[id] = endpoint;
        const Access access = sockets ? Access::ReadWrite : i == 0 ? Access::Read : Access::Write;
        addDescriptor(process, fd, {std::make_shared<OpenFile>(OpenFile{endpoint, access, id}), true});
    }
}

/// A descriptor that another process has sent.
void Tracer::Private::adoptReceived(TracedProcess& process, int fd)
{
    const int flags = proc::descriptorFlags(process.witness, fd).value_or(O_RDWR) & O_ACCMODE;
    adoptOpened(process, fd, accessOf(flags), {});
}

/// After exec: what was close-on-exec is gone. The kernel knows which.
void Tracer::Private::dropClosed(TracedProcess& process)
{
    if (process.table.use_count() > 1)
        process.table = std::make_shared<DescriptorTable>(*process.table);
    std::vector<int> gone;
    for (const auto& [fd, entry] : process.table->entries()) {
        struct stat status
        {
        };
        if (stat(descriptorPlace(process.witness, fd).c_str(), &status) != 0 ||
            identity(status) != entry.file->object)
            gone.push_back(fd);
    }
    for (const int fd : gone)
        removeDescriptor(process, fd);
}

/// The engine's descriptors of the plan's endpoints, which the child gets by fork: it is seen to dup and
/// close them.
std::vector<int> Tracer::Private::inheritedEnds(const LaunchPlan& plan, DescriptorTable& descriptors) const
{
    std::vector<int> ends;
    const std::lock_guard lock(table);
    for (const auto& item : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int fd = static_cast<int>(std::strtol(item.path().filename().c_str(), nullptr, 10));
        struct stat status
        {
        };
        if (fstat(fd, &status) != 0)
            continue;
        const auto at = objects.find(identity(status));
        const auto planned = [&](const FdPlan& each) {
            return each.endpoint != 0 &&
                   (each.source == fd || (at != objects.end() && each.endpoint == at->second));
        };
        const auto plannedFd = std::find_if(plan.fds.begin(), plan.fds.end(), planned);
        if (plannedFd == plan.fds.end() || plannedFd->source < 0)
            continue;
        const int flags = fcntl(fd, F_GETFL) & O_ACCMODE;
        const Access access = accessOf(flags);
        descriptors.set(
            fd, {std::make_shared<OpenFile>(OpenFile{plannedFd->endpoint, access, identity(status)}), false});
        ends.push_back(fd);
    }
    return ends;
}

} // namespace byteyard::ipc
