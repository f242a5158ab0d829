#include "ipc/endpoint/pty.h"

#include "ipc/endpoint/held.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace byteyard::ipc {

namespace {

std::optional<std::uint64_t> waitingAt(const Fd& fd)
{
    int bytes = 0;
    if (!fd || ::ioctl(fd.get(), FIONREAD, &bytes) != 0)
        return std::nullopt;
    return static_cast<std::uint64_t>(std::max(bytes, 0));
}

/// A master tells its number itself; a slave is /dev/pts/N.
bool isMasterOf(int fd, int number)
{
    int told = -1;
    return ::ioctl(fd, TIOCGPTN, &told) == 0 && told == number;
}

} // namespace

PtyEndpoint::PtyEndpoint(const PtyOptions& options)
{
    Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!master)
        throw EndpointError("posix_openpt", "/dev/ptmx", errno);
    std::array<char, 64> name;
    if (::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0 ||
        ::ptsname_r(master.get(), name.data(), name.size()) != 0 ||
        ::ioctl(master.get(), TIOCGPTN, &m_number) != 0)
        throw EndpointError("unlockpt", "/dev/ptmx", errno);
    m_path = name.data();
    m_ends[0] = moveHigh(std::move(master));
    const int own = m_ends[0].get();
    m_setup.push_back({Call::Openat, own, -1, own, "path=/dev/ptmx flags=O_RDWR|O_NOCTTY|O_CLOEXEC"});
    const winsize size{options.rows, options.columns, 0, 0};
    if (::ioctl(own, TIOCSWINSZ, &size) != 0)
        throw EndpointError("ioctl(TIOCSWINSZ)", m_path, errno);
    m_setup.push_back({Call::Ioctl, own, -1, 0,
                       "op=TIOCSWINSZ rows=" + std::to_string(options.rows) +
                           " columns=" + std::to_string(options.columns)});
    Fd slave(::open(m_path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!slave)
        throw EndpointError("open", m_path, errno);
    m_ends[1] = moveHigh(std::move(slave));
    m_setup.push_back({Call::Openat, m_ends[1].get(), -1, m_ends[1].get(),
                       "path=" + encodeWord(m_path) + " flags=O_RDWR|O_NOCTTY|O_CLOEXEC"});
    m_id = objectOf(m_ends[1].get());
}

PtyEndpoint::PtyEndpoint(int number) : m_number(number)
{
    m_path = "/dev/pts/" + std::to_string(number);
    struct stat status;
    if (::stat(m_path.c_str(), &status) == 0)
        m_id = {status.st_dev, status.st_ino};
}

Fd PtyEndpoint::reach(std::span<const TableHolder> holders, bool master) const
{
    if (const Fd& own = m_ends[master ? 0 : 1])
        return highCopy(own.get());
    for (const TableHolder& holder : holders) {
        if (holder.fd < 0)
            continue;
        struct stat status;
        const std::string place = "/proc/" + std::to_string(holder.pid) + "/fd/" + std::to_string(holder.fd);
        if (::stat(place.c_str(), &status) != 0 || !S_ISCHR(status.st_mode))
            continue;
        const bool isSlave = ObjectId{status.st_dev, status.st_ino} == m_id;
        if (isSlave == master)
            continue;
        Fd copy = copyHeld(holder);
        if (copy && (isSlave ? objectOf(copy.get()) == m_id : isMasterOf(copy.get(), m_number)))
            return copy;
    }
    return {};
}

Fd PtyEndpoint::end(std::string_view port, std::span<const TableHolder> holders) const
{
    Fd fd = reach(holders, port == "master");
    return fd ? moveHigh(std::move(fd)) : Fd();
}

std::optional<Look> PtyEndpoint::look(const LookContext& context)
{
    const Fd master = reach(context.holders, true);
    const Fd slave = reach(context.holders, false);
    winsize size{};
    if ((!master && !slave) || ::ioctl(master ? master.get() : slave.get(), TIOCGWINSZ, &size) != 0)
        return std::nullopt;
    Look look;
    look.fill.bytes = waitingAt(slave); // typed at the master; a line that is not finished does not count
    look.fill.bytes2 = waitingAt(master);
    look.facts = {{"rows", static_cast<std::int64_t>(size.ws_row)},
                  {"columns", static_cast<std::int64_t>(size.ws_col)}};
    if (look.fill.bytes2)
        look.facts.emplace_back("a_q", static_cast<std::int64_t>(*look.fill.bytes2));
    if (look.fill.bytes)
        look.facts.emplace_back("b_q", static_cast<std::int64_t>(*look.fill.bytes));
    return look;
}

MadeCall PtyEndpoint::write(std::span<const TableHolder> holders, const WriteRequest& request)
{
    MadeCall made{Call::Write, -ENXIO, request.way == Way::AToB ? "end=master" : "end=slave", {}};
    const Fd fd = reach(holders, request.way == Way::AToB);
    if (!fd)
        return made;
    // The description is its holder's, and may block: a byte at a time fits whenever there is room at all.
    std::int64_t written = 0;
    for (const std::byte& each : request.bytes) {
        pollfd ready{fd.get(), POLLOUT, 0};
        if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0 || ::write(fd.get(), &each, 1) != 1)
            break;
        ++written;
    }
    made.result = written > 0 || request.bytes.empty() ? written : -EAGAIN;
    return made;
}

MadeCall PtyEndpoint::setLimit(std::span<const TableHolder> holders, const std::string& name,
                               std::uint64_t value)
{
    if (name != "rows" && name != "columns")
        return Endpoint::setLimit(holders, name, value);
    MadeCall made{Call::Ioctl, 0, "op=TIOCSWINSZ " + name + '=' + std::to_string(value), {}};
    Fd fd = reach(holders, true);
    if (!fd)
        fd = reach(holders, false);
    winsize size{};
    if (!fd)
        made.result = -ENXIO;
    else if (value > USHRT_MAX)
        made.result = -EINVAL;
    else if (::ioctl(fd.get(), TIOCGWINSZ, &size) != 0)
        made.result = -errno;
    (name == "rows" ? size.ws_row : size.ws_col) = static_cast<unsigned short>(value);
    if (made.result == 0 && ::ioctl(fd.get(), TIOCSWINSZ, &size) != 0)
        made.result = -errno;
    return made;
}

} // namespace byteyard::ipc
