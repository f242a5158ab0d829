#include "ipc/capture/tracer_private.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fcntl.h>

namespace byteyard::ipc {

namespace {

/// A path as `addresses` has it.
std::string socketAt(const std::string& whole)
{
    return "unix:" + whole;
}

/// The directory and the name that a call acts on first.
struct FileName
{
    int directory = AT_FDCWD;
    std::string path;
};

FileName nameOf(const CallContext& context)
{
    const int argument = context.row.buffer;
    return {argument > 0 ? context.descriptor(argument - 1) : AT_FDCWD,
            context.memory.string(context.argument(argument)).value_or(std::string())};
}

/// The same of the second name of link and rename.
FileName otherNameOf(const CallContext& context)
{
    const bool hasDirectory = context.row.buffer > 0;
    return {hasDirectory ? context.descriptor(2) : AT_FDCWD,
            context.memory.string(context.arguments[hasDirectory ? 3 : 1]).value_or(std::string())};
}

/// Without links on the way to it; what it names itself may be gone.
std::string wholePath(const std::string& path)
{
    std::error_code error;
    const std::filesystem::path given(path);
    const std::filesystem::path directory = std::filesystem::canonical(given.parent_path(), error);
    return error ? path : (directory / given.filename()).string();
}

bool isLink(Call call)
{
    return call == Call::Link || call == Call::Linkat;
}

bool isRename(Call call)
{
    return call == Call::Rename || call == Call::Renameat || call == Call::Renameat2;
}

/// renameat2(2): both keep a name, each the other's.
bool exchanges(const CallContext& context)
{
    return context.row.call == Call::Renameat2 && (context.arguments[4] & RENAME_EXCHANGE) != 0;
}

bool removes(Call call)
{
    return call == Call::Unlink || call == Call::Unlinkat;
}

/// mknod(2) for mkfifo(3).
bool makesFifo(const CallContext& context)
{
    const Call which = context.row.call;
    return (which == Call::Mknod && S_ISFIFO(context.arguments[1])) ||
           (which == Call::Mknodat && S_ISFIFO(context.arguments[2]));
}

} // namespace

/// What is known to have a name, whether it has it still.
std::uint32_t Tracer::Private::namedEndpoint(const std::string& whole) const
{
    if (const auto at = foundNames.find(whole); at != foundNames.end())
        return at->second;
    const auto socket = addresses.find(socketAt(whole));
    return socket == addresses.end() ? 0 : socket->second;
}

/// The inode of what has no other name, as far as names are known.
std::optional<ObjectKey> Tracer::Private::lastNamed(std::uint32_t endpoint) const
{
    const auto isIt = [endpoint](const auto& each) { return each.second == endpoint; };
    const auto key = std::find_if(objects.begin(), objects.end(), [&](const auto& each) {
        return isIt(each) && each.first.kind == ObjectKey::Kind::Inode;
    });
    const bool isLast = std::count_if(foundNames.begin(), foundNames.end(), isIt) <= 1;
    return isLast && key != objects.end() ? std::optional(key->first) : std::nullopt;
}

/// What has lost its last name, and is held by nobody any more, may have given its inode to another file.
void Tracer::Private::forgetNameless(const ObjectKey& key)
{
    if (!nameless.contains(key))
        return;
    const bool isHeld = std::any_of(processes.begin(), processes.end(), [&](const auto& each) {
        const auto& mappings = each.second->memory->mappings;
        bool isOpen = false;
        eachEntry(*each.second,
                  [&](int, const auto& entry) { isOpen = isOpen || entry.file->object == key; });
        return isOpen || std::any_of(mappings.begin(), mappings.end(),
                                     [&](const Mapping& mapping) { return mapping.key == key; });
    });
    if (isHeld)
        return;
    objects.erase(key);
    nameless.erase(key);
}

/// An inode is this endpoint's from now on.
void Tracer::Private::noteObject(const ObjectKey& key, std::uint32_t endpoint)
{
    objects[key] = endpoint;
    nameless.erase(key);
}

/// By the name that it has had so far.
bool Tracer::Private::enterKnownName(PendingCall& call, bool isRemoved) const
{
    call.path = wholePath(call.path);
    call.endpoint = namedEndpoint(call.path);
    if (call.endpoint == 0)
        return false;
    if (const auto key = isRemoved ? lastNamed(call.endpoint) : std::nullopt)
        call.carried.file = std::make_shared<OpenFile>(OpenFile{call.endpoint, Access::Read, *key});
    return true;
}

bool Tracer::Private::enterName(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    const Call which = context.row.call;
    const FileName name = nameOf(context);
    if (which == Call::MqUnlink) {
        call.endpoint = queueOfName("/" + name.path);
        return call.told = true;
    }
    call.path = placeOf(thread, name.directory, name.path);
    if (exchanges(context)) {
        const FileName other = otherNameOf(context);
        call.endpoint = namedEndpoint(wholePath(call.path));
        call.endpoint2 = namedEndpoint(wholePath(placeOf(thread, other.directory, other.path)));
        return call.endpoint != 0 || call.endpoint2 != 0;
    }
    // The kernel's side has told of it late: the name may be gone, or another's.
    if (kernel && !makesFifo(context) && enterKnownName(call, removes(which)))
        return true;
    struct stat status
    {
    };
    if (lstat(call.path.c_str(), &status) == 0) {
        call.carried = {};
        const ObjectKey key = ObjectId{status.st_dev, status.st_ino};
        forgetNameless(key);
        if (const auto at = objects.find(key); at != objects.end())
            call.endpoint = at->second;
        // What has no other name may give its inode to another file.
        if (removes(which) && call.endpoint != 0 && status.st_nlink <= 1)
            call.carried.file = std::make_shared<OpenFile>(OpenFile{call.endpoint, Access::Read, key});
    } else if (const auto named = paths.find(name.path); named != paths.end()) {
        call.endpoint = named->second;
    }
    return call.endpoint != 0 || makesFifo(context) ||
           (isLink(which) && otherNameOf(context).path.starts_with("/dev/shm/sem."));
}

/// A FIFO that a program has just made: reserved, or found.
void Tracer::Private::adoptFifo(TracedThread& thread)
{
    PendingCall& call = thread.call;
    struct stat status
    {
    };
    std::error_code error;
    const std::string path = std::filesystem::canonical(call.path, error).string();
    if (error || lstat(path.c_str(), &status) != 0 || !S_ISFIFO(status.st_mode))
        return; // gone already
    const ObjectKey key = ObjectId{status.st_dev, status.st_ino};
    if (const auto named = paths.find(path); call.endpoint == 0 && named != paths.end())
        call.endpoint = named->second;
    if (call.endpoint == 0)
        call.endpoint = sink.discovered({"fifo", key, path, thread.process->number});
    if (call.endpoint != 0)
        noteObject(key, foundNames[path] = call.endpoint);
}

void Tracer::Private::forgetName(const std::string& whole)
{
    foundNames.erase(whole);
    addresses.erase(socketAt(whole));
}

/// A renamed or linked endpoint is known by its new name.
void Tracer::Private::giveName(std::uint32_t endpoint, const std::string& before, const std::string& whole,
                               bool keepsBefore)
{
    const bool isSocket = addresses.contains(socketAt(before));
    // What had that name so far has been replaced.
    if (const std::uint32_t replaced = namedEndpoint(whole); replaced != 0 && replaced != endpoint)
        if (const auto key = lastNamed(replaced))
            nameless.insert(*key);
    forgetName(whole);
    if (!keepsBefore)
        forgetName(before);
    (isSocket ? addresses[socketAt(whole)] : foundNames[whole]) = endpoint;
}

void Tracer::Private::exchangeNames(const std::string& one, const std::string& other)
{
    const auto exchange = [](auto& named, const std::string& first, const std::string& second) {
        auto before = named.extract(first);
        if (auto after = named.extract(second)) {
            after.key() = first;
            named.insert(std::move(after));
        }
        if (before) {
            before.key() = second;
            named.insert(std::move(before));
        }
    };
    exchange(foundNames, one, other);
    exchange(addresses, socketAt(one), socketAt(other));
}

void Tracer::Private::leaveName(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    if (removes(context.row.call) && call.carried.file)
        nameless.insert(call.carried.file->object);
    if (makesFifo(context)) {
        adoptFifo(thread);
        return;
    }
    const FileName second = otherNameOf(context);
    if (removes(context.row.call))
        forgetName(wholePath(call.path));
    else if (exchanges(context))
        exchangeNames(wholePath(call.path), wholePath(placeOf(thread, second.directory, second.path)));
    else if (call.endpoint != 0 && (isLink(context.row.call) || isRename(context.row.call)))
        giveName(call.endpoint, wholePath(call.path),
                 wholePath(placeOf(thread, second.directory, second.path)), isLink(context.row.call));
    constexpr std::string_view head = "/dev/shm/sem.";
    const std::string to = isLink(context.row.call) ? second.path : std::string();
    struct stat status
    {
    };
    if (call.endpoint != 0 || !to.starts_with(head) || stat(to.c_str(), &status) != 0)
        return;
    // sem_open(3) gives its new semaphore the name: now it is one.
    const ObjectKey key = ObjectId{status.st_dev, status.st_ino};
    const std::uint32_t endpoint =
        sink.discovered({"posix-semaphore", key, "/" + to.substr(head.size()), thread.process->number});
    if (endpoint == 0)
        return;
    foundNames[to] = foundNames[call.path] = call.endpoint = endpoint;
    noteObject(key, endpoint);
    for (const auto& [number, process] : processes)
        for (Mapping& each : process->memory->mappings)
            if (each.key == key && each.endpoint == 0) {
                each.endpoint = endpoint;
                addUse(*process, endpoint, each.access);
            }
    for (const auto& [fd, entry] : thread.process->table->entries())
        if (entry.file->object == key && entry.file->endpoint == 0) {
            const Access access = entry.file->access;
            addDescriptor(*thread.process, fd,
                          {std::make_shared<OpenFile>(OpenFile{endpoint, access, key}), true});
        }
}

/// Told when a followed process is the target.
bool Tracer::Private::enterSendSignal(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    const CallArguments& a = context.arguments;
    const Call which = context.row.call;
    const bool hasThread = which == Call::Tgkill || which == Call::RtTgsigqueueinfo;
    auto target = static_cast<pid_t>(a[0]);
    if (which == Call::PidfdSendSignal)
        target =
            static_cast<pid_t>(proc::descriptorField(thread.tid, static_cast<int>(a[0]), "Pid:").value_or(0));
    const auto signal = static_cast<int>(a[hasThread ? 2 : 1]);
    for (const auto& [number, process] : processes) {
        bool isTarget = process->pid == target;
        if (which == Call::Kill && target <= 0 && target != -1)
            isTarget = getpgid(process->pid) == (target == 0 ? getpgid(thread.tid) : -target);
        if (which == Call::Tkill)
            if (const auto at = threads.find(target); at != threads.end())
                isTarget = at->second.process == process.get();
        if (!isTarget)
            continue;
        call.detail = "signal=" + (signal == 0 ? std::string("0") : encodeWord(signalName(signal))) +
                      " target=" + std::to_string(target) + " process=" + std::to_string(number);
        return call.told = true;
    }
    return false;
}

} // namespace byteyard::ipc
