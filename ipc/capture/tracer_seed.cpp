#include "ipc/capture/socket_family.h"
#include "ipc/capture/tracer_private.h"
#include "ipc/host/memory_maps.h"
#include "ipc/host/object_names.h"
#include "ipc/host/process_scan.h"

#include <algorithm>
#include <cstdlib>
#include <sys/socket.h>

// What a process has open and mapped when somebody attaches to it: the kernel's answers in /proc. Where
// others that are followed have the same object, or the same open file description, it becomes one with
// theirs.

namespace byteyard::ipc {

namespace {

constexpr std::string_view deletedTail = " (deleted)";

std::string openPlace(pid_t pid, int fd)
{
    return "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
}

bool isConnection(const SocketFacts& facts)
{
    return facts.hasPeer && facts.type != SOCK_DGRAM;
}

} // namespace

namespace {

/// Input, output and errors of the engine itself: what is launched inherits them, and nobody means them.
bool isStandardOfEngine(const struct stat& status)
{
    for (int fd = 0; fd <= 2; ++fd) {
        struct stat own
        {
        };
        if (fstat(fd, &own) == 0 && own.st_dev == status.st_dev && own.st_ino == status.st_ino)
            return true;
    }
    return false;
}

} // namespace

/// Takes on what the process has open and the table does not know, and takes off what it has no more.
void Tracer::Private::lookUpDescriptors(TracedProcess& process)
{
    struct Found
    {
        int fd;
        struct stat status;
        std::optional<SocketFacts> facts;
    };
    process.lookedAt = now();
    std::vector<Found> found;
    std::set<int> open;
    for (const int fd : host::processes("/proc/" + std::to_string(tableTask(process)) + "/fd")) {
        Found each{fd, {}, {}};
        if (stat(openPlace(tableTask(process), fd).c_str(), &each.status) != 0)
            continue;
        open.insert(fd);
        const DescriptorTable::Entry* entry = process.table->find(fd);
        if (entry != nullptr && entry->file->object == descriptorKey(tableTask(process), fd, each.status))
            continue;
        if (entry != nullptr) {
            removeDescriptor(process, fd);
            process.table->erase(fd);
        }
        if (!process.attached && isStandardOfEngine(each.status))
            continue;
        if (S_ISSOCK(each.status.st_mode))
            each.facts =
                socketFacts(tableTask(process), fd, descriptorKey(tableTask(process), fd, each.status));
        found.push_back(std::move(each));
    }
    std::vector<int> closed;
    for (const auto& [fd, entry] : process.table->entries())
        if (!open.contains(fd))
            closed.push_back(fd);
    for (const int fd : closed)
        removeDescriptor(process, fd);
    // Listeners first: what they have accepted belongs to them.
    std::stable_partition(found.begin(), found.end(),
                          [](const Found& each) { return !each.facts || !isConnection(*each.facts); });
    for (const Found& each : found)
        adoptExisting(process, each.fd, each.status, each.facts);
    for (const Found& each : found)
        watchExisting(process, each.fd);
}

/// What an epoll instance waits on stands in its fdinfo (proc_pid_fdinfo(5)).
void Tracer::Private::watchExisting(TracedProcess& process, int fd)
{
    if (proc::descriptorTarget(tableTask(process), fd) == "anon_inode:[eventpoll]")
        process.table->watchOnly(fd, host::epollTargets("/proc", tableTask(process), fd));
}

/// While calls were not seen the lists may have changed.
void Tracer::Private::watchAgain(TracedProcess& process)
{
    for (const int fd : host::processes("/proc/" + std::to_string(tableTask(process)) + "/fd"))
        watchExisting(process, fd);
}

void Tracer::Private::adoptExisting(TracedProcess& process, int fd, const struct stat& status,
                                    const std::optional<SocketFacts>& facts)
{
    const int flags = proc::descriptorFlags(tableTask(process), fd).value_or(O_PATH);
    if ((flags & O_PATH) != 0)
        return; // it reads and writes nothing
    const ObjectKey key = descriptorKey(tableTask(process), fd, status);
    if (auto file = knownDescription(tableTask(process), fd, key, *process.table))
        return addDescriptor(process, fd, {std::move(file), true});
    auto file = std::make_shared<OpenFile>(OpenFile{0, accessOf(flags), key});
    if (facts)
        return adoptSocket(process, fd, file, *facts);
    file->endpoint = existingObject(process, fd, key);
    if (file->endpoint == 0)
        return;
    objects[key] = file->endpoint;
    addDescriptor(process, fd, {file, true});
}

/// The endpoint behind a descriptor that is no socket's; 0 when it is none.
std::uint32_t Tracer::Private::existingObject(TracedProcess& process, int fd, const ObjectKey& key)
{
    if (const auto known = objects.find(key); known != objects.end())
        return known->second;
    if (key.kind == ObjectKey::Kind::Eventfd)
        return sink.discovered({"eventfd", key, {}, process.number});
    const std::string target = proc::descriptorTarget(tableTask(process), fd);
    if (const auto shared = host::sharedName(target); shared && shared->first == "memfd")
        return sink.discovered({shared->first, key, shared->second, process.number});
    if (host::isQueue(openPlace(tableTask(process), fd))) {
        const std::uint32_t queue = sink.discovered({"posix-queue", key, target, process.number});
        if (queue != 0)
            addresses["mq:" + target] = queue;
        return queue;
    }
    ObjectKey same;
    return endpointOf(process, fd, {}, same);
}

void Tracer::Private::adoptSocket(TracedProcess& process, int fd, const std::shared_ptr<OpenFile>& file,
                                  const SocketFacts& facts)
{
    const bool isUnknown = facts.domain == AF_UNSPEC; // nobody tells what it is
    if (isUnknown || (facts.domain == AF_UNIX && (isSystemNoise(facts.peer) || isSystemNoise(facts.local))))
        return;
    const bool isOther = !hasFollowedPeers(facts.domain);
    if (!isOther)
        noteSocket(*file, facts);
    SocketUse& socket = file->socket;
    socket.isOther = isOther;
    if (const auto known = objects.find(file->object); known != objects.end())
        file->endpoint = known->second;
    else if (isOther)
        makeOther(process, *file, facts.domain, facts.protocol);
    else if (socket.domain == 0)
        file->endpoint = existingConnection(process, facts, file->object);
    if (file->endpoint != 0)
        objects[file->object] = file->endpoint;
    addDescriptor(process, fd, {file, true});
    if (socket.domain == 0)
        return;
    const bool isNamedDatagram = socket.type == SOCK_DGRAM && !facts.local.empty();
    if (facts.isListening || isNamedDatagram || socket.type == SOCK_RAW)
        own(process, fd, *file);
    struct stat status
    {
    };
    if (file->endpoint != 0 && facts.local.starts_with('/') && stat(facts.local.c_str(), &status) == 0)
        objects[ObjectId{status.st_dev, status.st_ino}] = file->endpoint;
    if (!socket.target.empty()) {
        TracedThread asker;
        asker.tid = tableTask(process);
        asker.process = &process;
        sendTo(*file, peerEndpoint(asker, socket, socket.target));
    }
}

/// The endpoint of a connection (or pair) that is there already: the one that its other side has, or a new
/// one.
std::uint32_t Tracer::Private::existingConnection(const TracedProcess& process, const SocketFacts& facts,
                                                  const ObjectKey& key)
{
    TracedThread asker;
    asker.tid = tableTask(process);
    asker.process = byNumber(process.number);
    SocketUse use;
    use.domain = facts.domain;
    use.type = facts.type;
    if (facts.domain == AF_UNIX) {
        const ObjectKey peer = ObjectId{key.id.device, unixPeerInode(key.number())};
        if (const auto known = objects.find(peer); known != objects.end())
            return known->second;
        const std::string& name = facts.local.empty() ? facts.peer : facts.local;
        const std::uint32_t endpoint =
            name.empty() ? sink.discovered({"socketpair", key, {}, process.number})
                         : sink.discovered({socketKind(AF_UNIX, facts.type), key, name, process.number,
                                            peerEndpoint(asker, use, name)});
        if (endpoint != 0 && peer.number() != 0)
            objects[peer] = endpoint;
        return endpoint;
    }
    // Both ends live, so their addresses name this connection alone.
    for (const std::string& name : {facts.local + "-" + facts.peer, facts.peer + "-" + facts.local})
        if (const auto half = halves.find(name); half != halves.end() && half->second.key != key) {
            const std::uint32_t endpoint = half->second.endpoint;
            halves.erase(half);
            return endpoint;
        }
    if (const std::uint32_t listener = peerEndpoint(asker, use, facts.local); listener != 0)
        return tcpConnection(process, {0, key, true, 0}, facts.local, facts.peer, listener);
    return tcpConnection(process, {0, key, false, 0}, facts.peer, facts.local,
                         peerEndpoint(asker, use, facts.peer));
}

/// Memory that it shares with others (mmap(2), shmat(2)).
void Tracer::Private::adoptMappings(TracedProcess& process)
{
    for (const host::SharedMapping& each : host::sharedMappings("/proc", process.pid)) {
        const ObjectKey key = each.object.sysv ? ObjectKey(ObjectKey::Kind::SysvShm, each.object.id.inode)
                                               : ObjectKey(each.object.id);
        std::uint32_t endpoint = 0;
        if (each.object.sysv)
            endpoint = sysvEndpoint(process, key);
        else if (const auto known = objects.find(key); known != objects.end())
            endpoint = known->second;
        else if (const auto named = paths.find(each.path); named != paths.end())
            endpoint = named->second;
        else if (const auto shared = host::sharedName(each.path);
                 shared && (shared->first == "memfd" || !each.path.ends_with(deletedTail)))
            endpoint = sink.discovered({shared->first, key, shared->second, process.number});
        if (endpoint == 0)
            continue;
        objects[key] = endpoint;
        addMapping(process, {each.where.begin, each.where.end - each.where.begin, each.where.offset, endpoint,
                             key, each.isWritable ? Access::ReadWrite : Access::Read});
    }
}

} // namespace byteyard::ipc
