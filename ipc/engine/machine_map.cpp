#include "ipc/engine/machine_map.h"

#include "ipc/engine/map_look.h"
#include "ipc/host/attachable.h"
#include "ipc/host/lock_table.h"
#include "ipc/host/object_names.h"
#include "ipc/host/proc.h"
#include "ipc/host/process_scan.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <set>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace byteyard::ipc::engine {

namespace {

constexpr std::string_view deletedTail = " (deleted)";
constexpr std::string_view shmHead = "/dev/shm/";
constexpr std::string_view memfdHead = "/memfd:";
constexpr std::size_t mostArguments = 256; // bytes of a command line

std::string fdDirectory(pid_t pid)
{
    return "/proc/" + std::to_string(pid) + "/fd";
}

/// A path without what /proc says about it.
std::string plain(std::string_view target)
{
    if (target.ends_with(deletedTail))
        target.remove_suffix(deletedTail.size());
    return std::string(target);
}

/// fstat(2) of what a path leads to, as far as it is known here: a file server that is gone must not hold us
/// up (statx(2), AT_STATX_DONT_SYNC).
std::optional<struct stat> statusOf(const std::string& path)
{
    struct statx known
    {
    };
    constexpr unsigned wanted = STATX_TYPE | STATX_MODE | STATX_INO | STATX_SIZE;
    if (::statx(AT_FDCWD, path.c_str(), AT_STATX_DONT_SYNC, wanted, &known) != 0)
        return std::nullopt;
    struct stat status
    {
    };
    status.st_dev = ::makedev(known.stx_dev_major, known.stx_dev_minor);
    status.st_rdev = ::makedev(known.stx_rdev_major, known.stx_rdev_minor);
    status.st_ino = known.stx_ino;
    status.st_mode = known.stx_mode;
    status.st_size = static_cast<off_t>(known.stx_size);
    return status;
}

std::string_view streamSide(int flags)
{
    const int access = flags & O_ACCMODE;
    return access == O_RDONLY ? "read" : access == O_WRONLY ? "write" : "read-write";
}

std::string_view queueSide(int flags)
{
    const int access = flags & O_ACCMODE;
    return access == O_RDONLY ? "receive" : access == O_WRONLY ? "send" : "send-receive";
}

/// "TCP", "UNIX-STREAM": what sockfs tells of a socket, also of one of another network namespace.
std::string protocolOf(const std::string& place)
{
    std::array<char, 64> name{};
    const ssize_t size = ::getxattr(place.c_str(), "system.sockprotoname", name.data(), name.size() - 1);
    return size > 0 ? std::string(name.data()) : std::string();
}

std::vector<std::string> shortened(const std::vector<std::string>& argv)
{
    std::vector<std::string> words;
    std::size_t room = mostArguments;
    for (const std::string& word : argv) {
        if (word.size() > room)
            break;
        room -= word.size();
        words.push_back(word);
    }
    return words;
}

} // namespace

std::size_t MapLook::object(const ObjectKey& key, std::string_view kind, const std::string& name)
{
    const auto [at, isNew] = m_objects.emplace(key, map.objects.size());
    if (isNew)
        map.objects.push_back({std::string(kind), name, key, {}, {}, 0, {}, {}});
    return at->second;
}

void MapLook::use(const MapUse& each)
{
    if (map.uses.size() >= MachineMap::mostUses) {
        ++map.left;
        return;
    }
    map.uses.push_back(each);
    if (each.fd >= 0)
        m_uses.emplace(std::pair(each.pid, each.fd), each.object);
}

void MapLook::processes()
{
    for (const host::ProcessSeen& seen : host::attachableProcesses("/proc", host::ownAttachRights())) {
        if (seen.refusal && (seen.refusal->why == "own" || seen.refusal->why == "kernel-thread" ||
                             seen.refusal->why == "zombie"))
            continue;
        const auto stat = host::processStat("/proc", seen.pid);
        if (!stat)
            continue; // it has ended meanwhile
        MapProcess process{seen.pid,
                           stat->parent,
                           seen.name,
                           seen.user,
                           shortened(seen.argv),
                           stat->startTime,
                           stat->state == 'T' || stat->state == 't',
                           false};
        const std::string directory = fdDirectory(seen.pid);
        process.isHidden = ::access(directory.c_str(), R_OK | X_OK) != 0;
        map.processes.push_back(std::move(process));
        for (const int fd : host::processes(directory))
            descriptor(seen.pid, fd, directory + '/' + std::to_string(fd));
        mappings(seen.pid);
    }
}

void MapLook::descriptor(pid_t pid, int fd, const std::string& place)
{
    const std::optional<struct stat> status = statusOf(place);
    if (!status)
        return;
    const ObjectKey key = descriptorKey(pid, fd, *status);
    if (S_ISSOCK(status->st_mode)) {
        m_sockets.push_back({pid, fd, key.id});
        return;
    }
    const bool isRegular = S_ISREG(status->st_mode);
    if (!isRegular && !S_ISFIFO(status->st_mode) && key.kind == ObjectKey::Kind::Inode)
        return;
    const std::string target = proc::descriptorTarget(pid, fd);
    if (isRegular && !target.starts_with(shmHead) && !target.starts_with(memfdHead)) {
        const int flags = proc::descriptorFlags(pid, fd).value_or(O_PATH);
        if ((flags & O_PATH) != 0)
            return;
        const bool isAtRoot = target.rfind('/') == 0; // as queues are in their file system
        if (isAtRoot && host::isQueue(place)) {
            const std::size_t queue = object(key, "posix-queue", plain(target));
            return use({pid, fd, queue, queueSide(flags), {}});
        }
        File& seen = m_files[key];
        seen.path = plain(target);
        seen.isWritten = seen.isWritten || (flags & O_ACCMODE) != O_RDONLY;
        seen.uses.push_back({pid, fd, 0, streamSide(flags), {}});
        return;
    }
    special(pid, fd, key, *status, target);
}

/// What is known by where its descriptor leads to.
void MapLook::special(pid_t pid, int fd, const ObjectKey& key, const struct stat& status,
                      const std::string& target)
{
    if (key.kind == ObjectKey::Kind::Eventfd)
        return use({pid, fd, object(key, "eventfd", {}), "read-write", {}});
    if (key.kind == ObjectKey::Kind::Pty) {
        const std::size_t pty = object(key, "pty", "/dev/pts/" + std::to_string(key.number()));
        return use({pid, fd, pty, target.ends_with("ptmx") ? "master" : "slave", {}});
    }
    if (S_ISFIFO(status.st_mode)) {
        const bool isNamed = target.starts_with('/');
        const std::size_t pipe = object(key, isNamed ? "fifo" : "pipe", isNamed ? plain(target) : "");
        return use({pid, fd, pipe, streamSide(proc::descriptorFlags(pid, fd).value_or(O_RDWR)), {}});
    }
    if (const auto shared = host::sharedName(target))
        use({pid,
             fd,
             object(key, shared->first, shared->second),
             shared->first == "posix-semaphore" ? "use" : "attach",
             {}});
}

void MapLook::mappings(pid_t pid)
{
    std::set<std::size_t> told;
    for (const host::SharedMapping& each : host::sharedMappings("/proc", pid)) {
        const ObjectKey key = each.object.sysv ? ObjectKey(ObjectKey::Kind::SysvShm, each.object.id.inode)
                                               : ObjectKey(each.object.id);
        std::optional<std::size_t> found;
        std::string_view side = "attach";
        if (each.object.sysv) {
            found = object(key, "sysv-shm", {});
        } else if (const auto shared = host::sharedName(each.path)) {
            found = object(key, shared->first, shared->second);
            side = shared->first == "posix-semaphore" ? "use" : side;
        } else if (each.path.starts_with("/dev/zero")) {
            found = object(key, "anonymous-shm", {});
        } else if (each.path.starts_with('/') && !each.path.starts_with("/dev/")) {
            File& seen = m_files[key];
            seen.path = plain(each.path);
            seen.isWritten = seen.isWritten || each.isWritable;
            seen.uses.push_back({pid, -1, 0, side, {}});
        }
        if (!found)
            continue;
        m_mapped.emplace(pid, Piece{each.where, *found});
        if (told.insert(*found).second)
            use({pid, -1, *found, side, {}});
    }
}

void MapLook::file(const ObjectKey& key, const File& seen)
{
    const std::size_t number = object(key, "file", seen.path);
    std::set<std::pair<pid_t, int>> told;
    for (MapUse each : seen.uses)
        if (told.emplace(each.pid, each.fd).second) {
            each.object = number;
            use(each);
        }
}

void MapLook::locks()
{
    host::LockTable table;
    table.refresh();
    for (const host::FileLock& lock : table.all())
        if (const auto seen = m_files.find(lock.object);
            seen != m_files.end() && !m_objects.contains(lock.object))
            file(seen->first, seen->second);
}

void MapLook::files()
{
    for (const auto& [key, seen] : m_files) {
        const pid_t first = seen.uses.front().pid;
        const bool isShared = std::any_of(seen.uses.begin(), seen.uses.end(),
                                          [first](const MapUse& each) { return each.pid != first; });
        if (seen.isWritten && isShared && !m_objects.contains(key))
            file(key, seen);
    }
    m_files.clear();
}

void MapLook::sockets()
{
    m_places.refresh();
    map.missing = m_places.missing();
    for (const HeldSocket& each : m_sockets) {
        const std::string place = fdDirectory(each.pid) + '/' + std::to_string(each.fd);
        const SocketPlace found = m_places.place(each.id.inode, protocolOf(place));
        if (found.kind.empty())
            continue;
        const std::size_t number = placeObject(found, each.id.device);
        use({each.pid, each.fd, number, found.side, found.unread});
        if (found.sendsTo == 0)
            continue;
        const SocketPlace target = m_places.place(found.sendsTo, {});
        use({each.pid, each.fd, placeObject(target, each.id.device), "send", {}});
    }
}

std::size_t MapLook::placeObject(const SocketPlace& place, std::uint64_t device)
{
    const std::size_t number = object(ObjectId{device, place.inode}, place.kind, place.name);
    MapObject& seen = map.objects[number];
    if (seen.facts.empty()) {
        seen.state = place.state;
        if (!place.state.empty())
            seen.facts.emplace_back("state", place.state);
        seen.facts.insert(seen.facts.end(), place.facts.begin(), place.facts.end());
    }
    if (place.listener != 0)
        seen.listener = ObjectId{device, place.listener};
    return number;
}

MachineMap lookAtMachine()
{
    MapLook look;
    look.processes();
    look.named();
    look.sockets();
    look.locks();
    look.files();
    look.fills();
    look.waits();
    return std::move(look.map);
}

namespace {

/// Whether it is of interest when all processes are looked at.
std::vector<bool> sharedObjects(const MachineMap& whole)
{
    std::vector<bool> wanted(whole.objects.size(), false);
    std::vector<pid_t> first(whole.objects.size(), 0);
    for (const MapUse& use : whole.uses) {
        pid_t& one = first[use.object];
        wanted[use.object] = wanted[use.object] || (one != 0 && one != use.pid);
        one = use.pid;
    }
    for (const MapWait& wait : whole.waits)
        for (const std::size_t object : wait.objects)
            wanted[object] = true;
    for (std::size_t i = 0; i < first.size(); ++i)
        if (first[i] == 0)
            wanted[i] = true;
    return wanted;
}

std::vector<bool> objectsOf(const MachineMap& whole, const std::set<pid_t>& pids)
{
    std::vector<bool> wanted(whole.objects.size(), false);
    for (const MapUse& use : whole.uses)
        if (pids.contains(use.pid))
            wanted[use.object] = true;
    for (const MapWait& wait : whole.waits)
        if (pids.contains(wait.pid))
            for (const std::size_t object : wait.objects)
                wanted[object] = true;
    return wanted;
}

/// Where a connection is shown, what it came to is too.
void addListeners(const MachineMap& whole, std::vector<bool>& wanted)
{
    std::set<ObjectKey> listeners;
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (wanted[i] && whole.objects[i].listener.number() != 0)
            listeners.insert(whole.objects[i].listener);
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (listeners.contains(whole.objects[i].key))
            wanted[i] = true;
}

} // namespace

MachineMap partOf(const MachineMap& whole, const std::set<pid_t>& pids)
{
    std::vector<bool> wanted = pids.empty() ? sharedObjects(whole) : objectsOf(whole, pids);
    MachineMap part;
    part.missing = whole.missing;
    part.left = whole.left;
    addListeners(whole, wanted);
    std::vector<std::size_t> places(whole.objects.size(), 0);
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (wanted[i]) {
            places[i] = part.objects.size();
            part.objects.push_back(whole.objects[i]);
        }
    std::set<pid_t> taken = pids;
    for (MapUse use : whole.uses)
        if (wanted[use.object]) {
            use.object = places[use.object];
            part.uses.push_back(use);
            taken.insert(use.pid);
        }
    for (MapWait wait : whole.waits) {
        std::erase_if(wait.objects, [&wanted](std::size_t object) { return !wanted[object]; });
        for (std::size_t& object : wait.objects)
            object = places[object];
        if (!wait.objects.empty())
            taken.insert(wait.pid);
        if (!wait.objects.empty() || wait.tid == wait.pid)
            part.waits.push_back(std::move(wait));
    }
    std::erase_if(part.waits, [&taken](const MapWait& wait) { return !taken.contains(wait.pid); });
    for (const MapProcess& process : whole.processes)
        if (taken.contains(process.pid))
            part.processes.push_back(process);
    return part;
}

} // namespace byteyard::ipc::engine
