#include "ipc/capture/decode.h"

#include "ipc/capture/socket_address.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace byteyard::ipc {

namespace {

constexpr std::size_t mostPieces = 1024;      // UIO_MAXIOV
constexpr std::size_t mostDescriptors = 1024; // of one poll; more are not named
constexpr std::size_t mostControl = 65536;

/// Adds the pieces of an iovec; how many bytes they have room for.
std::uint64_t addVector(const TraceeMemory& memory, std::uint64_t address, std::uint64_t count,
                        std::vector<RemotePiece>& pieces)
{
    count = std::min<std::uint64_t>(count, mostPieces);
    std::uint64_t requested = 0;
    std::array<iovec, 8> some{};
    for (std::uint64_t done = 0; done < count;) {
        const std::span<iovec> room(some.data(), std::min<std::size_t>(some.size(), count - done));
        const std::size_t got =
            memory.read(address + done * sizeof(iovec), std::as_writable_bytes(room)) / sizeof(iovec);
        for (const iovec& piece : room.first(got)) {
            pieces.push_back({reinterpret_cast<std::uint64_t>(piece.iov_base), piece.iov_len});
            requested += piece.iov_len;
        }
        done += got;
        if (got != room.size())
            break;
    }
    return requested;
}

std::uint64_t addMessage(const TraceeMemory& memory, const msghdr& header, std::vector<RemotePiece>& pieces)
{
    return addVector(memory, reinterpret_cast<std::uint64_t>(header.msg_iov), header.msg_iovlen, pieces);
}

std::vector<msghdr> messageHeaders(const CallContext& call, std::size_t messages)
{
    std::vector<msghdr> headers;
    if (call.row.payload == Payload::Message) {
        if (const auto header = call.memory.object<msghdr>(call.argument(call.row.buffer)))
            headers.push_back(*header);
    } else if (call.row.payload == Payload::Messages) {
        for (const mmsghdr& message :
             call.memory.objects<mmsghdr>(call.argument(call.row.buffer), std::min(messages, mostPieces)))
            headers.push_back(message.msg_hdr);
    }
    return headers;
}

/// What came or goes beside the bytes of each message, as `take(type, data)` (cmsg(3)).
template <typename Take>
void eachControl(const CallContext& call, std::size_t messages, Take take)
{
    for (const msghdr& message : messageHeaders(call, messages)) {
        if (message.msg_control == nullptr || message.msg_controllen < sizeof(cmsghdr))
            continue;
        const std::vector<std::byte> bytes =
            call.memory.objects<std::byte>(reinterpret_cast<std::uint64_t>(message.msg_control),
                                           std::min<std::size_t>(message.msg_controllen, mostControl));
        std::span<const std::byte> control(bytes);
        while (control.size() >= sizeof(cmsghdr)) {
            cmsghdr header;
            std::memcpy(&header, control.data(), sizeof header);
            if (header.cmsg_len < sizeof header || header.cmsg_len > control.size())
                break;
            if (header.cmsg_level == SOL_SOCKET && header.cmsg_len >= CMSG_LEN(0))
                take(header.cmsg_type, control.subspan(CMSG_LEN(0), header.cmsg_len - CMSG_LEN(0)));
            control = control.subspan(std::min(CMSG_ALIGN(header.cmsg_len), control.size()));
        }
    }
}

} // namespace

std::uint64_t payloadPieces(const CallContext& call, std::vector<RemotePiece>& pieces)
{
    pieces.clear();
    std::uint64_t requested = 0;
    switch (call.row.payload) {
    case Payload::Flat:
        requested = call.argument(call.row.size);
        pieces.push_back({call.argument(call.row.buffer), requested});
        return requested;
    case Payload::Typed:
        requested = call.argument(call.row.size);
        pieces.push_back({call.argument(call.row.buffer) + sizeof(long), requested});
        return requested;
    case Payload::Vector:
        return addVector(call.memory, call.argument(call.row.buffer), call.argument(call.row.size), pieces);
    case Payload::Message:
        for (const msghdr& header : messageHeaders(call, 1))
            requested += addMessage(call.memory, header, pieces);
        return requested;
    case Payload::Messages:
        for (const msghdr& header : messageHeaders(call, call.argument(call.row.size)))
            requested += addMessage(call.memory, header, pieces);
        pieces.clear(); // each message has its own
        return requested;
    case Payload::None:
        break;
    }
    return call.argument(call.row.size);
}

std::vector<RemoteMessage> payloadMessages(const CallContext& call, std::size_t count)
{
    const auto headers =
        call.memory.objects<mmsghdr>(call.argument(call.row.buffer), std::min(count, mostPieces));
    std::vector<RemoteMessage> messages;
    messages.reserve(headers.size());
    for (const mmsghdr& header : headers) {
        RemoteMessage message;
        message.requested = addMessage(call.memory, header.msg_hdr, message.pieces);
        message.moved = header.msg_len;
        messages.push_back(std::move(message));
    }
    return messages;
}

bool copyPieces(const TraceeMemory& memory, std::span<const RemotePiece> pieces, std::size_t size,
                std::vector<std::byte>& into)
{
    into.resize(size);
    std::size_t done = 0;
    for (const RemotePiece& piece : pieces) {
        const std::size_t part = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size, size - done));
        const std::size_t got = memory.read(piece.address, std::span(into).subspan(done, part));
        done += got;
        if (got != part)
            break;
        if (done == size)
            return true;
    }
    into.resize(done);
    return done == size;
}

std::vector<WaitedDescriptor> waitedDescriptors(const CallContext& call)
{
    std::vector<WaitedDescriptor> waited;
    if (call.row.call == Call::Poll || call.row.call == Call::Ppoll) {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(call.argument(1), mostDescriptors));
        for (const pollfd& each : call.memory.objects<pollfd>(call.argument(0), count))
            if (each.fd >= 0)
                waited.push_back({each.fd, static_cast<unsigned short>(each.events)});
    } else if (call.row.call == Call::Select || call.row.call == Call::Pselect6) {
        const auto count = static_cast<std::size_t>(
            std::clamp<std::int64_t>(static_cast<int>(call.argument(0)), 0, FD_SETSIZE));
        constexpr std::array<unsigned, 3> events = {POLLIN, POLLOUT, POLLPRI};
        std::array<std::vector<unsigned long>, 3> sets;
        constexpr std::size_t bits = 8 * sizeof(unsigned long);
        for (std::size_t i = 0; i < sets.size(); ++i)
            if (call.arguments.at(i + 1) != 0)
                sets.at(i) =
                    call.memory.objects<unsigned long>(call.arguments.at(i + 1), (count + bits - 1) / bits);
        for (std::size_t fd = 0; fd < count; ++fd) {
            WaitedDescriptor each{static_cast<int>(fd), 0};
            for (std::size_t i = 0; i < sets.size(); ++i)
                if (fd / bits < sets.at(i).size() && (sets.at(i)[fd / bits] >> fd % bits & 1) != 0)
                    each.events |= events.at(i);
            if (each.events != 0)
                waited.push_back(each);
        }
    }
    return waited;
}

std::vector<int> receivedDescriptors(const CallContext& call, std::size_t messages)
{
    std::vector<int> fds;
    eachControl(call, messages, [&](int type, std::span<const std::byte> data) {
        for (std::size_t at = 0; type == SCM_RIGHTS && at + sizeof(int) <= data.size(); at += sizeof(int)) {
            int fd = -1;
            std::memcpy(&fd, data.data() + at, sizeof fd);
            fds.push_back(fd);
        }
    });
    return fds;
}

std::optional<ucred> messageCredentials(const CallContext& call)
{
    std::optional<ucred> who;
    eachControl(call, 1, [&](int type, std::span<const std::byte> data) {
        if (type != SCM_CREDENTIALS || data.size() < sizeof(ucred))
            return;
        who.emplace();
        std::memcpy(&*who, data.data(), sizeof *who);
    });
    return who;
}

std::vector<int> passedDescriptors(const CallContext& call)
{
    return receivedDescriptors(call, call.argument(call.row.size));
}

std::string destination(const CallContext& call)
{
    if (call.row.call == Call::Sendto)
        return addressText(call.memory, call.arguments[4], call.arguments[5]);
    for (const msghdr& header : messageHeaders(call, 1))
        return addressText(call.memory, reinterpret_cast<std::uint64_t>(header.msg_name), header.msg_namelen);
    return {};
}

bool looksOnly(const CallContext& call)
{
    switch (call.row.call) {
    case Call::Recvfrom:
    case Call::Recvmmsg:
        return (call.arguments[3] & MSG_PEEK) != 0;
    case Call::Recvmsg:
        return (call.arguments[2] & MSG_PEEK) != 0;
    default:
        return false;
    }
}

bool takesControl(const CallContext& call)
{
    const std::vector<msghdr> headers = messageHeaders(call, call.argument(call.row.size));
    return std::any_of(headers.begin(), headers.end(),
                       [](const msghdr& header) { return header.msg_controllen >= CMSG_LEN(sizeof(int)); });
}

std::vector<std::uint64_t> sharedFutexes(const CallContext& call)
{
    const CallArguments& a = call.arguments;
    std::vector<std::uint64_t> addresses;
    if (const auto flags = futexFlags(call.row.call)) {
        if ((a.at(*flags) & FUTEX_PRIVATE_FLAG) != 0)
            return addresses;
        addresses.push_back(a[0]);
        const auto operation = static_cast<int>(a[1]) & FUTEX_CMD_MASK;
        if (call.row.call == Call::Futex &&
            (operation == FUTEX_REQUEUE || operation == FUTEX_CMP_REQUEUE || operation == FUTEX_WAKE_OP))
            addresses.push_back(a[4]);
        return addresses;
    }
    const std::uint64_t count = call.row.call == Call::FutexRequeue ? 2 : a[1] & 0xffffffff;
    for (const futex_waitv& each : call.memory.objects<futex_waitv>(
             a[0], static_cast<std::size_t>(std::min<std::uint64_t>(count, FUTEX_WAITV_MAX))))
        if ((each.flags & FUTEX_PRIVATE_FLAG) == 0)
            addresses.push_back(each.uaddr);
    return addresses;
}

int openFlags(const CallContext& call)
{
    switch (call.row.call) {
    case Call::Creat:
        return O_CREAT | O_WRONLY | O_TRUNC;
    case Call::Open:
        return static_cast<int>(call.arguments[1]);
    case Call::Openat2:
        if (const auto how = call.memory.object<open_how>(call.arguments[2]))
            return static_cast<int>(how->flags);
        return 0;
    default:
        return static_cast<int>(call.arguments[2]);
    }
}

std::uint64_t cloneFlags(const CallContext& call)
{
    switch (call.row.call) {
    case Call::Vfork:
        return CLONE_VFORK | CLONE_VM;
    case Call::Clone:
        return call.arguments[0] & ~static_cast<std::uint64_t>(CSIGNAL);
    case Call::Clone3:
        return call.memory.object<std::uint64_t>(call.arguments[0]).value_or(0);
    default:
        return 0;
    }
}

} // namespace byteyard::ipc
