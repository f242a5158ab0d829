#include "ipc/capture/tracer_private.h"

#include "ipc/capture/socket_address.h"
#include "ipc/capture/socket_family.h"
#include "ipc/capture/socket_probe.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>

namespace byteyard::ipc {

namespace {

std::uint16_t portOf(const std::string& address)
{
    const std::size_t colon = address.rfind(':');
    return colon == std::string::npos
               ? std::uint16_t{0}
               : static_cast<std::uint16_t>(std::strtoul(address.c_str() + colon + 1, nullptr, 10));
}

} // namespace

/// What the C library does on its own, to look up names and write to the system's log.
bool isSystemNoise(const std::string& path)
{
    for (const std::string_view head : {"/var/run/nscd/", "/run/nscd/", "/run/systemd/", "/dev/log"})
        if (path.starts_with(head))
            return true;
    return false;
}

std::string_view socketKind(int domain, int type)
{
    if (type == SOCK_RAW)
        return "raw";
    if (domain != AF_UNIX)
        return type == SOCK_STREAM ? "tcp" : "udp";
    return type == SOCK_STREAM ? "unix-stream" : type == SOCK_DGRAM ? "unix-datagram" : "unix-seqpacket";
}

/// Before an address: which names it belongs to.
std::string Tracer::Private::prefixOf(const SocketUse& socket)
{
    return socket.domain == AF_UNIX ? "unix:" : socket.type == SOCK_STREAM ? "tcp:" : "udp:";
}

/// All edges of a descriptor: a datagram socket has one for each endpoint that it sends to.
void Tracer::Private::tellEdge(std::uint32_t process, int fd, const DescriptorTable::Entry& entry, bool open)
{
    if (!entry.announced)
        return;
    if (entry.file->number == 0)
        entry.file->number = ++lastDescription;
    if (entry.file->endpoint != 0) {
        edgeSampled(process, entry.file->endpoint, entry.file.get(), fd, entry.file->access, open);
        sink.edge(process, entry.file->endpoint, fd, entry.file->access, open, entry.file->number);
    }
    for (const std::uint32_t target : entry.file->socket.sendsTo)
        if (target != entry.file->endpoint)
            sink.edge(process, target, fd, Access::Write, open, entry.file->number);
}

void Tracer::Private::tellHolders(const OpenFile& file, bool open)
{
    for (const auto& [number, process] : processes)
        if (!process->closed)
            eachEntry(*process, [&, number = number](int fd, const auto& entry) {
                if (entry.file.get() == &file)
                    tellEdge(number, fd, entry, open);
            });
}

/// The endpoint of a socket is known, or another one, from now on.
void Tracer::Private::assign(OpenFile& file, std::uint32_t endpoint)
{
    if (endpoint == 0 || file.endpoint == endpoint)
        return;
    tellHolders(file, false);
    file.endpoint = endpoint;
    objects[file.object] = endpoint;
    tellHolders(file, true);
}

void Tracer::Private::sendTo(OpenFile& file, std::uint32_t target)
{
    if (target == 0 || file.socket.sendsTo.contains(target))
        return;
    tellHolders(file, false);
    file.socket.sendsTo.insert(target);
    tellHolders(file, true);
}

/// Who is reserved for a name that a program is about to bind.
std::uint32_t Tracer::Private::reservedFor(const TracedThread& thread, const SocketUse& socket,
                                           const std::string& address) const
{
    if (address.empty())
        return 0;
    if (socket.domain == AF_UNIX) {
        auto at = paths.find(address);
        if (at == paths.end() && address.front() != '@') {
            std::error_code error;
            const auto whole = std::filesystem::weakly_canonical(placeOf(thread, AT_FDCWD, address), error);
            at = paths.find(error ? address : whole.string());
        }
        return at == paths.end() ? 0 : at->second;
    }
    const auto at =
        ports.find({socket.type == SOCK_STREAM ? Transport::Tcp : Transport::Udp, portOf(address)});
    return at == ports.end() ? 0 : at->second;
}

/// The endpoint that is bound to an address, or reserved for it.
std::uint32_t Tracer::Private::peerEndpoint(const TracedThread& thread, const SocketUse& socket,
                                            const std::string& address)
{
    if (address.empty() || (socket.domain != AF_UNIX && portOf(address) == 0)) // port 0 is nobody's
        return 0;
    struct stat status
    {
    };
    if (socket.domain == AF_UNIX && address.front() != '@' &&
        stat(placeOf(thread, AT_FDCWD, address).c_str(), &status) == 0)
        if (const auto at = objects.find(ObjectId{status.st_dev, status.st_ino}); at != objects.end())
            return at->second;
    const std::string prefix = prefixOf(socket);
    if (const auto at = addresses.find(prefix + address); at != addresses.end())
        return at->second;
    if (socket.domain != AF_UNIX) {
        if (!ownAddresses.contain(address))
            return 0;
        const std::string port = address.substr(address.rfind(':'));
        for (const char* any : {"0.0.0.0", "[::]"}) { // who listens on [::] is met at IPv4's addresses too
            if (address.front() == '[' && *any != '[')
                continue;
            if (const auto at = addresses.find(std::string(prefix).append(any).append(port));
                at != addresses.end())
                return at->second;
        }
    }
    if (const std::uint32_t reserved = reservedFor(thread, socket, address); reserved != 0)
        return reserved;
    if (socket.type != SOCK_DGRAM)
        return 0;
    // The kernel may have given the name to a socket that was only sent from so far.
    for (const auto& [number, process] : processes)
        for (const auto& [fd, entry] : process->table->entries()) {
            OpenFile& file = *entry.file;
            if (file.endpoint != 0 || file.socket.domain == 0 || file.socket.type != SOCK_DGRAM)
                continue;
            const auto facts = socketFacts(process->pid, fd, file.object);
            const bool isAny =
                facts && (facts->local.starts_with("0.0.0.0:") || facts->local.starts_with("[::]:"));
            const bool isIt =
                facts && (facts->local == address || (isAny && portOf(facts->local) == portOf(address)));
            if (isIt) {
                own(*process, fd, file);
                return file.endpoint;
            }
        }
    return 0;
}

/// A socket whose peers are not followed is an endpoint of its own from the first.
std::uint32_t Tracer::Private::makeOther(const TracedProcess& process, OpenFile& file, int domain,
                                         int protocol)
{
    file.socket.isOther = true;
    file.endpoint =
        sink.discovered({otherSocketKind, file.object, otherSocketName(domain, protocol), process.number});
    return file.endpoint;
}

/// A socket whose peer is unknown, or that others may send to, is an endpoint of its own.
void Tracer::Private::own(const TracedProcess& process, int fd, OpenFile& file)
{
    if (file.endpoint != 0)
        return;
    const SocketFacts facts = socketFacts(tableTask(process), fd, file.object).value_or(SocketFacts{});
    const bool isNamed = !facts.local.empty() && !(file.socket.domain != AF_UNIX && portOf(facts.local) == 0);
    const std::string name = isNamed ? facts.local : std::string();
    assign(file, sink.discovered(
                     {socketKind(file.socket.domain, file.socket.type), file.object, name, process.number}));
    if (isNamed && file.endpoint != 0)
        addresses[prefixOf(file.socket) + name] = file.endpoint;
}

bool Tracer::Private::enterSocket(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    const CallArguments& a = context.arguments;
    TracedProcess& process = *thread.process;
    if (context.row.call == Call::Socket)
        return call.told = true;
    call.fd = context.descriptor(context.row.fd);
    const DescriptorTable::Entry* entry = process.table->find(call.fd);
    if (entry == nullptr)
        return false;
    const std::shared_ptr<OpenFile> file = entry->file;
    call.endpoint = file->endpoint;
    call.told = true;
    if (file->socket.isOther || (context.row.call != Call::Bind && context.row.call != Call::Connect))
        return true;
    call.path = addressText(context.memory, a[1], a[2]);
    if (context.row.call == Call::Bind) {
        if (call.endpoint == 0)
            call.endpoint = reservedFor(thread, file->socket, call.path);
        return true;
    }
    const std::uint32_t target = peerEndpoint(thread, file->socket, call.path);
    if (target == 0 && isSystemNoise(call.path)) {
        removeDescriptor(process, call.fd);
        return false;
    }
    file->socket.target = call.path;
    file->socket.since = call.since;
    if (target != 0)
        call.endpoint = target;
    // The C library connects datagram sockets only to learn an address.
    call.told = file->socket.type != SOCK_DGRAM;
    return true;
}

void Tracer::Private::leaveSocket(TracedThread& thread, const CallContext& context, std::int64_t result)
{
    PendingCall& call = thread.call;
    TracedProcess& process = *thread.process;
    const Call which = context.row.call;
    const int number = static_cast<int>(result);
    struct stat status
    {
    };
    if (which == Call::Socket || which == Call::Accept || which == Call::Accept4) {
        if (result < 0)
            return;
        const std::string place =
            "/proc/" + std::to_string(process.witness) + "/fd/" + std::to_string(number);
        const DescriptorTable::Entry* listener = process.table->find(call.fd);
        const std::shared_ptr<OpenFile> from = listener != nullptr ? listener->file : nullptr;
        removeDescriptor(process, number);
        process.table->erase(number);
        if (stat(place.c_str(), &status) != 0)
            return; // another thread has closed it already
        const ObjectKey key = ObjectId{status.st_dev, status.st_ino};
        auto file = std::make_shared<OpenFile>(OpenFile{0, Access::ReadWrite, key});
        if (which == Call::Socket) {
            const int domain = static_cast<int>(context.arguments[0]);
            call.fd = number;
            if (!hasFollowedPeers(domain)) {
                call.endpoint = makeOther(process, *file, domain, static_cast<int>(context.arguments[2]));
            } else {
                file->socket.domain = domain;
                file->socket.type = static_cast<int>(context.arguments[1] & 0xf);
            }
            if (file->socket.type == SOCK_RAW)
                file->endpoint = call.endpoint = sink.discovered({"raw", key, {}, process.number});
        } else {
            call.fd2 = number;
            if (from == nullptr)
                return;
            if (from->socket.isOther) {
                const SocketFacts facts =
                    socketFacts(tableTask(process), number, key).value_or(SocketFacts{});
                call.endpoint2 = makeOther(process, *file, facts.domain, facts.protocol);
            } else {
                file->endpoint = call.endpoint2 = accepted(process, number, *from, key, call.endpoint);
            }
        }
        if (file->endpoint != 0)
            objects[key] = file->endpoint;
        addDescriptor(process, number, {file, true});
        return;
    }
    const DescriptorTable::Entry* entry = process.table->find(call.fd);
    if (entry == nullptr)
        return;
    const std::shared_ptr<OpenFile> file = entry->file;
    if (file->socket.isOther)
        return;
    const bool isStream = file->socket.type == SOCK_STREAM || file->socket.type == SOCK_SEQPACKET;
    const bool goesOn = which == Call::Connect && isStream && result == -EINPROGRESS;
    if (goesOn) {
        const SocketFacts facts =
            socketFacts(tableTask(process), call.fd, file->object).value_or(SocketFacts{});
        file->socket.isConnecting = !facts.hasPeer; // on this machine it has met its listener already
        file->socket.local = facts.local;
    }
    if (result < 0 && (!goesOn || file->socket.isConnecting))
        return;
    if (which == Call::Connect) {
        if (isStream)
            connected(process, call.fd, *file, call.endpoint);
        else
            sendTo(*file, peerEndpoint(thread, file->socket, file->socket.target));
        if (isStream && file->endpoint != call.endpoint)
            (call.endpoint == 0 ? call.endpoint : call.endpoint2) = file->endpoint;
        return;
    }
    // bind or listen
    file->socket.since = call.since;
    if (call.endpoint != 0 && file->endpoint == 0)
        assign(*file, call.endpoint);
    if (which == Call::Bind && file->socket.domain == AF_UNIX && call.path.starts_with('/') == false &&
        !call.path.starts_with('@') && !call.path.empty())
        call.path = std::filesystem::weakly_canonical(placeOf(thread, AT_FDCWD, call.path)).string();
    const SocketFacts facts = socketFacts(tableTask(process), call.fd, file->object).value_or(SocketFacts{});
    const std::string name = call.path.starts_with('/') ? call.path : facts.local;
    if (file->endpoint == 0)
        assign(*file, sink.discovered({socketKind(file->socket.domain, file->socket.type), file->object, name,
                                       process.number}));
    call.endpoint = file->endpoint;
    if (call.endpoint == 0)
        return;
    addresses[prefixOf(file->socket) + name] = call.endpoint;
    if (name.starts_with('/') && stat(name.c_str(), &status) == 0)
        noteObject(ObjectId{status.st_dev, status.st_ino}, call.endpoint);
}

/// The connection that came to a listener: the one that its client has made, or a new one.
std::uint32_t Tracer::Private::accepted(const TracedProcess& process, int fd, const OpenFile& listener,
                                        ObjectKey key, std::uint32_t parent)
{
    const SocketFacts facts = socketFacts(tableTask(process), fd, key).value_or(SocketFacts{});
    if (facts.domain != AF_UNIX)
        return tcpConnection(process, {0, key, true, listener.socket.since}, facts.local, facts.peer, parent);
    const ObjectKey peer = ObjectId{key.id.device, unixPeerInode(key.number())};
    if (const auto at = objects.find(peer); at != objects.end())
        return at->second;
    const std::uint32_t endpoint = sink.discovered(
        {socketKind(AF_UNIX, listener.socket.type), key, facts.local, process.number, parent});
    if (endpoint != 0 && peer.number() != 0)
        objects[peer] = endpoint;
    return endpoint;
}

/// A client's side of the same.
void Tracer::Private::connected(const TracedProcess& process, int fd, OpenFile& file, std::uint32_t parent)
{
    file.socket.isConnecting = false;
    if (const auto at = objects.find(file.object); at != objects.end()) {
        assign(file, at->second); // it was accepted before the call returned
        return;
    }
    if (file.socket.domain == AF_UNIX) {
        assign(file, sink.discovered({socketKind(AF_UNIX, file.socket.type), file.object, file.socket.target,
                                      process.number, parent}));
        return;
    }
    const SocketFacts facts = socketFacts(tableTask(process), fd, file.object).value_or(SocketFacts{});
    const std::string server = facts.peer.empty() ? file.socket.target : facts.peer;
    const std::string client = facts.local.empty() ? file.socket.local : facts.local;
    assign(file, tcpConnection(process, {0, file.object, false, file.socket.since}, server, client, parent));
}

/// A call has moved bytes on a socket that was connecting: then it is connected, also where it is closed by
/// now and nobody can be asked any more.
void Tracer::Private::settleConnecting(TracedThread& thread)
{
    PendingCall& call = thread.call;
    const DescriptorTable::Entry* entry = thread.process->table->find(call.fd);
    if (entry == nullptr || !entry->file->socket.isConnecting)
        return;
    const std::shared_ptr<OpenFile> file = entry->file;
    connected(*thread.process, call.fd, *file, peerEndpoint(thread, file->socket, file->socket.target));
    call.endpoint = file->endpoint;
}

/// Both sides know the same two addresses; whoever is seen first makes the endpoint. The addresses are used
/// again for later connections: the two are one only when one was accepted and the other connected, and the
/// first was seen after the second had begun (`side.since`: to listen, or to connect).
std::uint32_t Tracer::Private::tcpConnection(const TracedProcess& process, const Half& side,
                                             const std::string& server, const std::string& client,
                                             std::uint32_t parent)
{
    const std::string name = server + "-" + client;
    if (const auto half = halves.find(name); half != halves.end() && half->second.key != side.key &&
                                             half->second.isAccepted != side.isAccepted &&
                                             half->second.since >= side.since) {
        const std::uint32_t endpoint = half->second.endpoint;
        halves.erase(half);
        return endpoint;
    }
    const std::uint32_t endpoint = sink.discovered({"tcp", side.key, name, process.number, parent});
    halves[name] = {endpoint, side.key, side.isAccepted, now()};
    return endpoint;
}

/// The endpoint that a call on a socket counts for.
std::uint32_t Tracer::Private::endpointOfUse(TracedThread& thread, const CallContext& context,
                                             const DescriptorTable::Entry& entry)
{
    if (entry.file->socket.domain == 0)
        return entry.file->endpoint;
    const std::shared_ptr<OpenFile> file = entry.file;
    SocketUse& socket = file->socket;
    TracedProcess& process = *thread.process;
    const int fd = thread.call.fd;
    if (socket.isConnecting) {
        const auto facts = socketFacts(tableTask(process), fd, file->object);
        if (facts && facts->hasPeer)
            connected(process, fd, *file, peerEndpoint(thread, socket, socket.target));
    }
    const Flow flow = callInfo(context.row.call).flow;
    if (flow == Flow::None)
        thread.call.told = true;
    if (socket.type != SOCK_DGRAM || flow == Flow::None)
        return file->endpoint;
    if (flow == Flow::In) {
        const std::string given = destination(context);
        const std::uint32_t target = peerEndpoint(thread, socket, given.empty() ? socket.target : given);
        sendTo(*file, target);
        if (target != 0)
            return target;
    }
    own(process, fd, *file);
    return file->endpoint;
}

} // namespace byteyard::ipc
