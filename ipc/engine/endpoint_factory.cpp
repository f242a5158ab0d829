#include "ipc/engine/endpoint_factory.h"

#include "ipc/endpoint/connection.h"
#include "ipc/endpoint/eventfd.h"
#include "ipc/endpoint/fifo.h"
#include "ipc/endpoint/file.h"
#include "ipc/endpoint/memfd.h"
#include "ipc/endpoint/memory_semaphore.h"
#include "ipc/endpoint/pipe.h"
#include "ipc/endpoint/posix_queue.h"
#include "ipc/endpoint/posix_semaphore.h"
#include "ipc/endpoint/posix_shm.h"
#include "ipc/endpoint/pty.h"
#include "ipc/endpoint/raw_socket.h"
#include "ipc/endpoint/socketpair.h"
#include "ipc/endpoint/sysv_queue.h"
#include "ipc/endpoint/sysv_semaphore.h"
#include "ipc/endpoint/sysv_shm.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <netinet/tcp.h>

namespace byteyard::ipc::engine {

namespace {

using Made = std::unique_ptr<Endpoint>;

/// Its socket has just been made. Between bind and listen it is nobody's peer yet; a TCP socket is then in no
/// list of the kernel's, or, from Linux 6.8 on, among those that are bound and inactive.
bool isListening(const EndpointRecord& record)
{
    constexpr int boundInactive = 13; // TCP_BOUND_INACTIVE
    const bool isTcp = record.kind == "tcp";
    host::SocketTable sockets;
    sockets.refresh({!isTcp, isTcp, false});
    const host::SocketState* state = sockets.find(record.id.inode);
    if (!state)
        return isTcp && sockets.missing().empty();
    const bool isBound = state->state == TCP_CLOSE || state->state == boundInactive;
    return state->state == TCP_LISTEN || (isBound && state->remote.port == 0 && state->peerInode == 0);
}

SysvOptions sysvOptions(const EndpointPlan& plan)
{
    const EndpointSpec& spec = plan.node.endpoint;
    return {plan.key, spec.mode, spec.existing, spec.sysvId};
}

Made createPipe(const EndpointPlan& plan)
{
    return std::make_unique<PipeEndpoint>(
        PipeOptions{plan.node.endpoint.capacity, plan.node.endpoint.packets});
}

Made createFifo(const EndpointPlan& plan)
{
    return std::make_unique<FifoEndpoint>(plan.path, plan.node.endpoint.mode, plan.node.endpoint.existing);
}

Made createFile(const EndpointPlan& plan)
{
    return std::make_unique<FileEndpoint>(
        FileOptions{plan.path, plan.node.endpoint.mode, plan.node.endpoint.existing});
}

Made createSocketpair(const EndpointPlan& plan)
{
    const EndpointSpec& spec = plan.node.endpoint;
    return std::make_unique<SocketpairEndpoint>(spec.type == "datagram" ? SocketpairEndpoint::Type::Datagram
                                                : spec.type == "seqpacket"
                                                    ? SocketpairEndpoint::Type::Seqpacket
                                                    : SocketpairEndpoint::Type::Stream,
                                                spec.sendBuffer, spec.receiveBuffer);
}

Made createSysvQueue(const EndpointPlan& plan)
{
    return std::make_unique<SysvQueueEndpoint>(
        SysvQueueOptions{sysvOptions(plan), plan.node.endpoint.queueBytes});
}

Made createSysvShm(const EndpointPlan& plan)
{
    return std::make_unique<SysvShmEndpoint>(SysvShmOptions{sysvOptions(plan), plan.node.endpoint.size});
}

Made createSysvSemaphore(const EndpointPlan& plan)
{
    return std::make_unique<SysvSemaphoreEndpoint>(
        SysvSemaphoreOptions{sysvOptions(plan), plan.node.endpoint.values});
}

Made createPosixQueue(const EndpointPlan& plan)
{
    const EndpointSpec& spec = plan.node.endpoint;
    return std::make_unique<PosixQueueEndpoint>(
        PosixQueueOptions{plan.path, spec.mode, spec.maxMessages, spec.messageSize, spec.existing});
}

Made createPosixShm(const EndpointPlan& plan)
{
    const EndpointSpec& spec = plan.node.endpoint;
    return std::make_unique<PosixShmEndpoint>(
        PosixShmOptions{plan.path, spec.mode, spec.size, spec.existing});
}

Made createMemfd(const EndpointPlan& plan)
{
    return std::make_unique<MemfdEndpoint>(
        MemfdOptions{plan.node.name, plan.node.endpoint.size, plan.node.endpoint.seals});
}

Made createPosixSemaphore(const EndpointPlan& plan)
{
    const EndpointSpec& spec = plan.node.endpoint;
    if (!spec.memory.empty() && !plan.memory)
        throw EndpointError("sem_init", spec.memory, ENXIO);
    if (plan.memory)
        return std::make_unique<MemorySemaphoreEndpoint>(
            *plan.memory, MemorySemaphoreOptions{spec.offset, spec.value, spec.existing});
    return std::make_unique<PosixSemaphoreEndpoint>(
        PosixSemaphoreOptions{plan.path, spec.mode, spec.value, spec.existing});
}

Made createEventfd(const EndpointPlan& plan)
{
    return std::make_unique<EventfdEndpoint>(
        EventfdOptions{plan.node.endpoint.value, plan.node.endpoint.semaphore});
}

Made createPty(const EndpointPlan& plan)
{
    return std::make_unique<PtyEndpoint>(PtyOptions{plan.node.endpoint.rows, plan.node.endpoint.columns});
}

Made createRaw(const EndpointPlan& plan)
{
    return std::make_unique<RawEndpoint>(RawOptions{plan.node.endpoint.protocol, plan.node.endpoint.address});
}

Made adoptPty(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<PtyEndpoint>(static_cast<int>(record.id.inode));
}

/// A program's own: its socket is all there is to see, and no node tells its protocol.
Made adoptNothing(const EndpointRecord& /*record*/, const EndpointRecord* /*parent*/)
{
    return nullptr;
}

Made adoptPosixQueue(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<PosixQueueEndpoint>(record.path, record.id);
}

Made adoptEventfd(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<EventfdEndpoint>(static_cast<std::int64_t>(record.id.inode));
}

Made adoptMemfd(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<MemfdEndpoint>(record.id);
}

Made adoptPosixShm(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<PosixShmEndpoint>(PosixShmOptions{record.path, 0600, 0, true});
}

Made adoptPosixSemaphore(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<PosixSemaphoreEndpoint>(PosixSemaphoreOptions{record.path, 0600, 0, true});
}

template <typename Kind>
Made createSocket(const EndpointPlan& plan)
{
    return std::make_unique<Kind>(socketOptions(plan.node, plan.path, plan.port));
}

/// A socket that has a listener is one of a connection's two; so is one that a program connected to somebody
/// whom we do not see. What binds the name that a node reserved is that node.
Made adoptStream(const EndpointRecord& record, const EndpointRecord* parent)
{
    if (parent || (record.node.empty() && !isListening(record)))
        return std::make_unique<Connection>(record.kind, record.id, Connection::Ends::fromText(record.ends));
    return std::make_unique<ListeningSocket>(record.kind, record.id, record.path, record.names);
}

Made adoptDatagrams(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<DatagramSocket>(record.kind, record.id, record.path, record.names);
}

Made adoptPipe(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<PipeEndpoint>(record.id);
}

Made adoptFifo(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<FifoEndpoint>(record.path, record.id);
}

Made adoptFile(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<FileEndpoint>(FileOptions{record.path, 0600, true});
}

Made adoptSocketpair(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<SocketpairEndpoint>(record.id);
}

template <typename Kind>
Made adoptSysv(const EndpointRecord& record, const EndpointRecord* /*parent*/)
{
    return std::make_unique<Kind>(record.names.sysvId);
}

struct Maker
{
    std::string_view kind;
    Made (*create)(const EndpointPlan&);
    Made (*adopt)(const EndpointRecord&, const EndpointRecord* parent);
};
constexpr std::array makers = {
    Maker{"pipe", createPipe, adoptPipe},
    Maker{"fifo", createFifo, adoptFifo},
    Maker{"file", createFile, adoptFile},
    Maker{"socketpair", createSocketpair, adoptSocketpair},
    Maker{"posix-queue", createPosixQueue, adoptPosixQueue},
    Maker{"posix-shm", createPosixShm, adoptPosixShm},
    Maker{"memfd", createMemfd, adoptMemfd},
    Maker{"posix-semaphore", createPosixSemaphore, adoptPosixSemaphore},
    Maker{"eventfd", createEventfd, adoptEventfd},
    Maker{"unix-stream", createSocket<ListeningSocket>, adoptStream},
    Maker{"unix-seqpacket", createSocket<ListeningSocket>, adoptStream},
    Maker{"unix-datagram", createSocket<DatagramSocket>, adoptDatagrams},
    Maker{"tcp", createSocket<ListeningSocket>, adoptStream},
    Maker{"udp", createSocket<DatagramSocket>, adoptDatagrams},
    Maker{"raw", createRaw, adoptNothing},
    Maker{"pty", createPty, adoptPty},
    Maker{"sysv-queue", createSysvQueue, adoptSysv<SysvQueueEndpoint>},
    Maker{"sysv-shm", createSysvShm, adoptSysv<SysvShmEndpoint>},
    Maker{"sysv-semaphore", createSysvSemaphore, adoptSysv<SysvSemaphoreEndpoint>},
};

const Maker* makerOf(std::string_view kind)
{
    const auto* found =
        std::find_if(makers.begin(), makers.end(), [&](const Maker& each) { return each.kind == kind; });
    return found == makers.end() ? nullptr : found;
}

} // namespace

SocketOptions socketOptions(const NodeSpec& node, const std::string& path, std::uint16_t port)
{
    const EndpointSpec& spec = node.endpoint;
    return {node.kind,         path,
            spec.address,      port,
            spec.backlog,      spec.reuseAddress,
            spec.noDelay,      spec.sendBuffer,
            spec.receiveBuffer};
}

std::unique_ptr<Endpoint> createEndpoint(const EndpointPlan& plan)
{
    const Maker* maker = makerOf(plan.node.kind);
    if (!maker)
        throw EndpointError("create", plan.node.kind, EOPNOTSUPP);
    return maker->create(plan);
}

std::unique_ptr<Endpoint> adoptEndpoint(const EndpointRecord& record, const EndpointRecord* parent)
{
    const Maker* maker = makerOf(record.kind);
    try {
        return maker ? maker->adopt(record, parent) : nullptr;
    } catch (const EndpointError&) {
        return nullptr; // it has gone already
    }
}

} // namespace byteyard::ipc::engine
