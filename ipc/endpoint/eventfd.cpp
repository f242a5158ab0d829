#include "ipc/endpoint/eventfd.h"

#include "ipc/endpoint/held.h"
#include "ipc/host/process_scan.h"

#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace byteyard::ipc {

namespace {

std::optional<std::int64_t> numberOf(pid_t pid, int fd)
{
    return host::descriptorNumber("/proc", pid, fd, "eventfd-id", 10);
}

} // namespace

EventfdEndpoint::EventfdEndpoint(const EventfdOptions& options) : m_semaphore(options.semaphore)
{
    const int flags = EFD_CLOEXEC | (options.semaphore ? EFD_SEMAPHORE : 0);
    const bool fits = options.value <= UINT_MAX;
    Fd fd(::eventfd(fits ? static_cast<unsigned>(options.value) : 0, flags));
    if (!fd)
        throw EndpointError("eventfd2", "eventfd", errno);
    m_ends[0] = moveHigh(std::move(fd));
    const int own = m_ends[0].get();
    m_setup.push_back({callNamed("eventfd2"), own, -1, own,
                       "initval=" + std::to_string(fits ? options.value : 0) +
                           (options.semaphore ? " flags=EFD_CLOEXEC|EFD_SEMAPHORE" : " flags=EFD_CLOEXEC")});
    if (!fits) {
        const ssize_t written = ::write(own, &options.value, sizeof options.value);
        if (written != sizeof options.value)
            throw EndpointError("write", "eventfd", errno);
        m_setup.push_back({Call::Write, own, -1, written, "value=" + std::to_string(options.value)});
    }
    m_number = numberOf(::getpid(), own).value_or(-1);
}

Fd EventfdEndpoint::end(std::string_view /*port*/, std::span<const TableHolder> holders) const
{
    return reach(holders);
}

Fd EventfdEndpoint::reach(std::span<const TableHolder> holders) const
{
    if (m_ends[0])
        return highCopy(m_ends[0].get());
    for (const TableHolder& holder : holders) {
        if (numberOf(holder.pid, holder.fd) != m_number)
            continue;
        Fd copy = copyHeld(holder);
        if (copy && numberOf(::getpid(), copy.get()) == m_number)
            return moveHigh(std::move(copy));
    }
    return {};
}

std::optional<Look> EventfdEndpoint::look(const LookContext& context)
{
    const std::span<const TableHolder> holders = context.holders;
    std::optional<host::DescriptorInfo> info;
    if (m_ends[0])
        info = host::descriptorInfo("/proc", ::getpid(), m_ends[0].get());
    for (std::size_t i = 0; i < holders.size() && !info; ++i) {
        info = host::descriptorInfo("/proc", holders[i].pid, holders[i].fd);
        if (info && info->number("eventfd-id", 10) != m_number)
            info.reset();
    }
    const std::optional<std::int64_t> count = info ? info->number("eventfd-count", 16) : std::nullopt;
    if (!count)
        return std::nullopt;
    Look look;
    const auto unsignedCount = static_cast<std::uint64_t>(*count);
    look.fill.bytes = unsignedCount;
    look.fill.writeBlocks = unsignedCount >= UINT64_MAX - 1;
    // Older kernels do not tell it.
    const std::int64_t semaphore = info->number("eventfd-semaphore", 10).value_or(m_semaphore ? 1 : 0);
    look.facts = {{"count", *count}, {"semaphore", semaphore}};
    return look;
}

MadeCall EventfdEndpoint::write(std::span<const TableHolder> holders, const WriteRequest& request)
{
    std::uint64_t value = 0;
    if (request.bytes.size() != sizeof value)
        return {Call::Write, -EINVAL, {}, {}};
    std::copy(request.bytes.begin(), request.bytes.end(),
              std::as_writable_bytes(std::span(&value, 1)).begin());
    return setValue(holders, 0, value);
}

MadeCall EventfdEndpoint::setValue(std::span<const TableHolder> holders, std::size_t /*index*/,
                                   std::uint64_t value)
{
    MadeCall made{Call::Write, 0, "value=" + std::to_string(value), {}};
    const Fd fd = reach(holders);
    // The description is its holders': whether it blocks is not ours to change, so what would is not begun.
    const std::optional<Look> now = look({holders});
    if (!fd || !now)
        made.result = -ENXIO;
    else if (value == UINT64_MAX)
        made.result = -EINVAL;
    else if (value > UINT64_MAX - 1 - now->fill.bytes.value_or(0))
        made.result = -EAGAIN;
    else if (made.result = ::write(fd.get(), &value, sizeof value); made.result < 0)
        made.result = -errno;
    return made;
}

} // namespace byteyard::ipc
