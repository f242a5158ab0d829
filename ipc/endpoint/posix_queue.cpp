#include "ipc/endpoint/posix_queue.h"

#include "ipc/endpoint/held.h"
#include "ipc/host/limits.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/stat.h>

namespace byteyard::ipc {

namespace {

bool isAbove(long wanted, std::string_view limit)
{
    const std::optional<std::string> text = host::limit("/proc", limit);
    return text && wanted > std::strtol(text->c_str(), nullptr, 10);
}

/// Which limit of mq_overview(7) mq_open(3) ran into.
std::string limitBehind(int error, const PosixQueueOptions& options)
{
    if (error == ENOSPC)
        return "mqueue/queues_max";
    if (error == EMFILE)
        return "RLIMIT_MSGQUEUE";
    if (error != EINVAL || options.existing)
        return {};
    return isAbove(options.maxMessages, "mqueue/msg_max")       ? "mqueue/msg_max"
           : isAbove(options.messageSize, "mqueue/msgsize_max") ? "mqueue/msgsize_max"
                                                                : "";
}

/// What reading a queue's descriptor says: "QSIZE:5 NOTIFY:0 SIGNO:10 NOTIFY_PID:7561".
struct Status
{
    std::int64_t bytes = 0;
    std::int64_t notifyPid = 0;
};
std::optional<Status> statusOf(int fd)
{
    std::array<char, 200> text;
    const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
    if (size <= 0)
        return std::nullopt;
    const std::string_view all(text.data(), static_cast<std::size_t>(size));
    const auto numberAfter = [&](std::string_view word) {
        std::int64_t number = 0;
        if (const std::size_t at = all.find(word); at != std::string_view::npos)
            std::from_chars(all.data() + at + word.size(), all.data() + all.size(), number);
        return number;
    };
    return Status{numberAfter("QSIZE:"), numberAfter("NOTIFY_PID:")};
}

std::string queueDetail(const std::string& name, const std::string& flags)
{
    return "name=" + encodeWord(name) + " flags=" + flags;
}

} // namespace

PosixQueueEndpoint::PosixQueueEndpoint(const PosixQueueOptions& options)
{
    m_path = options.name;
    mq_attr attributes{};
    attributes.mq_maxmsg = options.maxMessages;
    attributes.mq_msgsize = options.messageSize;
    Fd fd(options.existing
              ? ::mq_open(m_path.c_str(), O_RDONLY | O_CLOEXEC)
              : ::mq_open(m_path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, options.mode, &attributes));
    if (!fd && options.existing && errno == EACCES)
        fd = Fd(::mq_open(m_path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) {
        const int error = errno;
        throw EndpointError("mq_open", m_path, error, limitBehind(error, options));
    }
    m_id = objectOf(fd.get());
    if (options.existing)
        return;
    ::fchmod(fd.get(), options.mode); // what was asked for, whatever the umask
    m_setup.push_back({callNamed("mq_open"), fd.get(), -1, fd.get(),
                       queueDetail(m_path, "O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC") + " mode=" +
                           octalMode(options.mode) + " maxmsg=" + std::to_string(options.maxMessages) +
                           " msgsize=" + std::to_string(options.messageSize)});
}

PosixQueueEndpoint::PosixQueueEndpoint(std::string name, ObjectId id)
{
    m_path = std::move(name);
    m_id = id;
}

Fd PosixQueueEndpoint::end(std::string_view port, std::span<const TableHolder> /*holders*/) const
{
    Fd fd(::mq_open(m_path.c_str(), (port == "send" ? O_WRONLY : O_RDONLY) | O_CLOEXEC));
    if (!fd)
        throw EndpointError("mq_open", m_path, errno);
    return moveHigh(std::move(fd));
}

Fd PosixQueueEndpoint::reach(std::span<const TableHolder> holders, int flags) const
{
    Fd fd(::mq_open(m_path.c_str(), flags | O_NONBLOCK | O_CLOEXEC));
    if (fd && objectOf(fd.get()) == m_id)
        return fd;
    const int error = fd ? ENOENT : errno;
    fd = reopenHeld(holders, m_id, flags);
    if (!fd)
        errno = error;
    return fd;
}

void PosixQueueEndpoint::note(const EventView& event)
{
    if (event.result < 0 || event.how == How::Unfinished)
        return;
    const std::string priority = detailValue(event.detail, "priority");
    const std::int64_t rank = std::strtoll(priority.c_str(), nullptr, 10);
    const Flow flow = callInfo(event.call).flow;
    if (flow == Flow::In)
        m_ledger.sent(rank, event.requested, event.data);
    else if (flow == Flow::Out)
        m_ledger.received(rank, static_cast<std::uint64_t>(event.result));
}

std::optional<Look> PosixQueueEndpoint::look(const LookContext& context)
{
    const std::span<const TableHolder> holders = context.holders;
    Look look;
    const Fd fd = reach(holders, O_RDONLY);
    mq_attr attributes{};
    if (!fd && errno == ENOENT && holders.empty()) {
        look.isRemoved = true;
        return look;
    }
    if (!fd || ::mq_getattr(fd.get(), &attributes) != 0) {
        look.facts = {{"peek", std::string("refused")}};
        return look;
    }
    const auto count = static_cast<std::uint64_t>(attributes.mq_curmsgs);
    const std::optional<Status> told = statusOf(fd.get());
    const Status status = told.value_or(Status{});
    m_ledger.settle(count, told ? std::optional(static_cast<std::uint64_t>(status.bytes)) : std::nullopt);
    look.fill.bytes = count;
    look.fill.capacity = static_cast<std::uint64_t>(attributes.mq_maxmsg);
    look.fill.writeBlocks = attributes.mq_curmsgs >= attributes.mq_maxmsg;
    look.tiles = m_ledger.tiles(count);
    look.tilesTotal = count;
    look.facts = {{"mq_curmsgs", attributes.mq_curmsgs},
                  {"mq_maxmsg", attributes.mq_maxmsg},
                  {"mq_msgsize", attributes.mq_msgsize},
                  {"qsize", status.bytes},
                  {"notify_pid", status.notifyPid}};
    return look;
}

Contents PosixQueueEndpoint::peek(std::span<const TableHolder> holders, Way /*way*/, std::uint64_t offset,
                                  std::size_t size)
{
    const Fd fd = reach(holders, O_RDONLY);
    if (!fd)
        return Contents::unavailable(errno == ENOENT ? "gone" : "refused");
    Contents contents;
    contents.available = true;
    contents.total = static_cast<std::uint64_t>(statusOf(fd.get()).value_or(Status{}).bytes);
    const std::vector<std::byte> known = m_ledger.bytes();
    const std::uint64_t end = std::min<std::uint64_t>({known.size(), contents.total, offset + size});
    if (offset < end)
        contents.bytes.assign(known.begin() + static_cast<std::ptrdiff_t>(offset),
                              known.begin() + static_cast<std::ptrdiff_t>(end));
    return contents;
}

MadeCall PosixQueueEndpoint::write(std::span<const TableHolder> holders, const WriteRequest& request)
{
    const auto priority = static_cast<unsigned>(request.rank);
    MadeCall made{callNamed("mq_timedsend"), 0, "priority=" + std::to_string(priority), {}};
    const Fd fd = reach(holders, O_WRONLY);
    if (!fd)
        made.result = -errno;
    else if (::mq_send(fd.get(), reinterpret_cast<const char*>(request.bytes.data()), request.bytes.size(),
                       priority) != 0)
        made.result = -errno;
    return made;
}

MadeCall PosixQueueEndpoint::remove()
{
    const int result = ::mq_unlink(m_path.c_str());
    return {callNamed("mq_unlink"), result == 0 ? 0 : -errno, "name=" + encodeWord(m_path), {}};
}

} // namespace byteyard::ipc
