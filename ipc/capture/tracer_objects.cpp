#include "ipc/capture/tracer_private.h"

#include "ipc/capture/socket_probe.h"
#include "ipc/host/object_names.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <linux/kcmp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/// sem_open(3) makes a file under a name of six random letters and links it to the semaphore's own.
bool isBeingMade(const std::string& path, const std::string& target)
{
    constexpr std::string_view head = "/dev/shm/sem.";
    constexpr std::size_t letters = 6;
    return path.starts_with(head) && target == path && path.size() == head.size() + letters;
}

} // namespace

/// A bound or listening socket, as the engine or another program made it. A connected stream, and either end
/// of a pair, is like a pipe.
void noteSocket(OpenFile& file, const SocketFacts& facts)
{
    const bool isPair = facts.hasPeer && facts.local.empty() && facts.peer.empty();
    if (isPair || (facts.hasPeer && facts.type != SOCK_DGRAM))
        return;
    file.socket.domain = facts.domain;
    file.socket.type = facts.type;
    file.socket.target = facts.peer;
}

void Tracer::Private::tellEdges(const DescriptorTable& descriptors, int fd,
                                const DescriptorTable::Entry& entry, bool open)
{
    if (!entry.announced)
        return;
    for (const auto& [number, process] : processes) {
        bool has = false;
        bool hasAnother = false; // in another thread's table
        if (!process->closed)
            eachTable(*process, [&](pid_t, const DescriptorTable& each) {
                const DescriptorTable::Entry* same = &each == &descriptors ? nullptr : each.find(fd);
                has = has || &each == &descriptors;
                hasAnother = hasAnother || (same != nullptr && same->file == entry.file);
            });
        if (has && !hasAnother)
            tellEdge(number, fd, entry, open);
    }
}

void Tracer::Private::addDescriptor(TracedProcess& process, int fd, const DescriptorTable::Entry& entry)
{
    process.table->set(fd, entry);
    if (kernel)
        kernel->followFile(process.witness, fd, entry.file->object);
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

/// A name of a program as one of the tracer's.
std::string Tracer::Private::placeOf(const TracedThread& thread, int directory, const std::string& path) const
{
    if (path.starts_with('/'))
        return path;
    return (directory == AT_FDCWD ? procPlace(thread.tid, "cwd") : descriptorPlace(thread.tid, directory)) +
           "/" + path;
}

/// The endpoint that a name leads to, before it is opened: an open that blocks must say on what.
std::uint32_t Tracer::Private::endpointOfPath(const TracedThread& thread, const CallContext& context,
                                              const std::string& path) const
{
    if (path.empty() || (objects.empty() && paths.empty()))
        return 0;
    if (path.starts_with("/proc/self/") || path.starts_with("/dev/std") || path.starts_with("/dev/fd/"))
        return 0; // these would name the tracer's own
    const bool hasDirectory = context.row.call == Call::Openat || context.row.call == Call::Openat2;
    const std::string place = placeOf(thread, hasDirectory ? context.descriptor(0) : AT_FDCWD, path);
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
                                          ObjectKey& key)
{
    struct stat status
    {
    };
    if (stat(descriptorPlace(process.witness, fd).c_str(), &status) != 0)
        return 0;
    key = descriptorKey(process.witness, fd, status);
    const std::string target = proc::descriptorTarget(process.witness, fd);
    const bool isMaster = key.kind == ObjectKey::Kind::Pty && target.ends_with("ptmx");
    forgetNameless(key);
    if (const auto at = objects.find(key); at != objects.end() && !(isMaster && !path.empty()))
        return at->second;
    const bool isFifo = S_ISFIFO(status.st_mode);
    std::uint32_t endpoint = 0;
    if (isMaster)
        endpoint = sink.discovered({"pty", key, "/dev/pts/" + std::to_string(key.number()), process.number});
    else if (!isFifo && !S_ISREG(status.st_mode))
        return 0;
    else if (const auto named = paths.find(target); named != paths.end())
        endpoint = named->second;
    else if (const auto asked = paths.find(path); asked != paths.end())
        endpoint = asked->second;
    else if (isFifo)
        endpoint = target.starts_with('/') ? sink.discovered({"fifo", key, target, process.number})
                                           : sink.discovered({"pipe", key, {}, process.number});
    else if (target.starts_with("/dev/shm/") && !target.ends_with(" (deleted)") &&
             !(target.starts_with("/dev/shm/sem.") && isBeingMade(path, target)))
        endpoint = sink.discovered(
            {host::sharedName(target)->first, key, host::sharedName(target)->second, process.number});
    else if (foundFiles.take(target))
        endpoint = sink.discovered({"file", key, target, process.number});
    if (endpoint != 0)
        noteObject(key, endpoint);
    if (endpoint != 0 && target.starts_with('/'))
        foundNames[target] = endpoint;
    return endpoint;
}

/// Files that are open and were left out so far.
void Tracer::Private::adoptOpenFiles(TracedProcess& process)
{
    std::error_code gone;
    for (const auto& entry : std::filesystem::directory_iterator(procPlace(process.witness, "fd"), gone)) {
        const auto fd = static_cast<int>(std::strtol(entry.path().filename().c_str(), nullptr, 10));
        struct stat status
        {
        };
        if (process.table->find(fd) == nullptr && stat(entry.path().c_str(), &status) == 0 &&
            S_ISREG(status.st_mode))
            adoptReceived(process, fd);
    }
}

/// A new object of its own behind a new descriptor.
void Tracer::Private::makeObject(TracedProcess& process, int fd, std::string_view kind,
                                 const std::string& name, std::uint32_t& endpoint)
{
    removeDescriptor(process, fd);
    process.table->erase(fd);
    struct stat status
    {
    };
    if (stat(descriptorPlace(process.witness, fd).c_str(), &status) != 0)
        return; // another thread has closed it already
    const ObjectKey key = descriptorKey(process.witness, fd, status);
    endpoint = sink.discovered({kind, key, name, process.number});
    if (endpoint == 0)
        return;
    objects[key] = endpoint;
    addDescriptor(process, fd,
                  {std::make_shared<OpenFile>(OpenFile{endpoint, Access::ReadWrite, key}), true});
}

/// mq_open: what the library's "/name" leads to is known by its inode alone, when /dev/mqueue is mounted.
bool Tracer::Private::enterOpenQueue(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    call.path = "/" + context.memory.string(context.argument(context.row.buffer)).value_or(std::string());
    call.endpoint = queueOfName(call.path);
    call.told = true;
    return true;
}

std::uint32_t Tracer::Private::queueOfName(const std::string& name) const
{
    struct stat status
    {
    };
    if (stat(("/dev/mqueue" + name).c_str(), &status) == 0)
        if (const auto at = objects.find(identity(status)); at != objects.end())
            return at->second;
    const auto named = addresses.find("mq:" + name);
    return named == addresses.end() ? 0 : named->second;
}

void Tracer::Private::adoptQueue(TracedThread& thread, const CallContext& context, int fd)
{
    PendingCall& call = thread.call;
    TracedProcess& process = *thread.process;
    call.fd = fd;
    removeDescriptor(process, fd);
    process.table->erase(fd);
    struct stat status
    {
    };
    if (stat(descriptorPlace(process.witness, fd).c_str(), &status) != 0)
        return;
    const ObjectKey key = identity(status);
    const auto known = objects.find(key);
    call.endpoint = known != objects.end() ? known->second
                                           : sink.discovered({"posix-queue", key, call.path, process.number});
    if (call.endpoint == 0)
        return;
    objects[key] = addresses["mq:" + call.path] = call.endpoint;
    const Access access = accessOf(static_cast<int>(context.arguments[1]));
    addDescriptor(process, fd, {std::make_shared<OpenFile>(OpenFile{call.endpoint, access, key}), true});
}

void Tracer::Private::adoptOpened(TracedProcess& process, int fd, Access access, const std::string& path)
{
    removeDescriptor(process, fd);
    process.table->erase(fd);
    ObjectKey key;
    const std::uint32_t endpoint = endpointOf(process, fd, path, key);
    // A semaphore that sem_open(3) is about to give its name: followed, but not known yet.
    if (endpoint != 0 || isBeingMade(path, path))
        addDescriptor(process, fd, {std::make_shared<OpenFile>(OpenFile{endpoint, access, key}), true});
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
            descriptorKey(process.witness, fd, status) != entry.file->object)
            gone.push_back(fd);
    }
    for (const int fd : gone)
        removeDescriptor(process, fd);
}

/// What the table has of the open file description behind a descriptor: several processes get the same end,
/// and only the kernel can tell that it is the same (kcmp(2)). Null when it is new. `newest` is the table of
/// `pid`.
std::shared_ptr<OpenFile> Tracer::Private::knownDescription(pid_t pid, int fd, const ObjectKey& key,
                                                            const DescriptorTable& newest) const
{
    const auto find = [&](pid_t owner, const DescriptorTable& descriptors) -> std::shared_ptr<OpenFile> {
        for (const auto& [number, entry] : descriptors.entries())
            if (entry.file->object == key && syscall(SYS_kcmp, owner, pid, KCMP_FILE, number, fd) == 0)
                return entry.file;
        return nullptr;
    };
    if (auto file = find(pid, newest))
        return file;
    std::shared_ptr<OpenFile> file;
    for (const auto& [number, process] : processes)
        if (!process->closed && !file)
            eachTable(*process, [&](pid_t task, const DescriptorTable& each) {
                if (!file)
                    file = find(task, each);
            });
    return file;
}

/// The engine's descriptors of the plan's endpoints, which the child gets by fork: it is seen to dup and
/// close them.
std::vector<int> Tracer::Private::inheritedEnds(const LaunchPlan& plan, DescriptorTable& descriptors)
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
        const ObjectKey key = descriptorKey(getpid(), fd, status);
        const auto at = objects.find(key);
        const auto planned = [&](const FdPlan& each) {
            return each.endpoint != 0 &&
                   (each.source == fd || (at != objects.end() && each.endpoint == at->second));
        };
        const auto plannedFd = std::find_if(plan.fds.begin(), plan.fds.end(), planned);
        if (plannedFd == plan.fds.end() || plannedFd->source < 0)
            continue;
        if (auto file = knownDescription(getpid(), fd, key, descriptors)) {
            descriptors.set(fd, {std::move(file), false});
            ends.push_back(fd);
            continue;
        }
        const int flags = fcntl(fd, F_GETFL) & O_ACCMODE;
        const Access access = accessOf(flags);
        auto file = std::make_shared<OpenFile>(OpenFile{plannedFd->endpoint, access, key});
        if (S_ISSOCK(status.st_mode)) {
            const SocketFacts facts = socketFacts(fd);
            noteSocket(*file, facts);
            // Who connects or sends to its name belongs to it.
            if (file->socket.domain != 0 && !facts.local.empty())
                addresses[prefixOf(file->socket) + facts.local] = file->endpoint;
        }
        descriptors.set(fd, {file, false});
        if (kernel)
            kernel->followFile(getpid(), fd, key);
        ends.push_back(fd);
    }
    return ends;
}

} // namespace byteyard::ipc
