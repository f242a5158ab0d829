#include "ipc/engine/outputs.h"

#include <cerrno>
#include <fcntl.h>
#include <pty.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>

namespace byteyard::ipc::engine {

namespace {

constexpr std::size_t readSize = 65536;

} // namespace

Outputs::Outputs(EventLoop& loop, OutputQueue& queue, Clock now)
    : m_loop(loop), m_queue(queue), m_now(std::move(now))
{
}

Outputs::~Outputs()
{
    while (!m_terminals.empty())
        close(m_terminals.begin()->first);
}

Fd Outputs::open(std::uint32_t process, std::uint8_t stream)
{
    Fd opened(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
    if (!opened || ::grantpt(opened.get()) != 0 || ::unlockpt(opened.get()) != 0)
        throw EndpointError("posix_openpt", "/dev/ptmx", errno);
    Fd master = moveHigh(std::move(opened));
    // By the master, not by its name: /dev/pts may be another one than ours.
    Fd slave(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!slave)
        throw EndpointError("ioctl(TIOCGPTPEER)", "/dev/ptmx", errno);
    termios settings{};
    ::tcgetattr(slave.get(), &settings);
    ::cfmakeraw(&settings); // what is shown is what was written: no \n to \r\n, no echo
    ::tcsetattr(slave.get(), TCSANOW, &settings);
    const winsize size{24, 80, 0, 0};
    ::ioctl(slave.get(), TIOCSWINSZ, &size);
    Fd high = moveHigh(std::move(slave));
    const int fd = master.get();
    m_terminals.insert_or_assign(process, Terminal{std::move(master), stream});
    m_loop.add(fd, EPOLLIN, [this, process](std::uint32_t) {
        const auto found = m_terminals.find(process);
        if (found != m_terminals.end() && !read(process, found->second))
            close(process);
    });
    return high;
}

void Outputs::close(std::uint32_t process)
{
    const auto found = m_terminals.find(process);
    if (found == m_terminals.end())
        return;
    m_loop.remove(found->second.master.get());
    m_terminals.erase(found);
}

void Outputs::finish()
{
    while (!m_terminals.empty()) {
        const auto& [process, terminal] = *m_terminals.begin();
        while (read(process, terminal) && errno != EAGAIN) {
        }
        close(process);
    }
}

/// Reads once. False when the last writer is gone (EIO); errno is EAGAIN when nothing was there.
bool Outputs::read(std::uint32_t process, const Terminal& terminal)
{
    std::array<std::byte, readSize> bytes;
    const ssize_t size = ::read(terminal.master.get(), bytes.data(), bytes.size());
    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    m_queue.output(process, terminal.stream, m_now(), std::span(bytes).first(static_cast<std::size_t>(size)));
    errno = 0;
    return size > 0;
}

Inputs::~Inputs()
{
    while (!m_lines.empty())
        close(m_lines.begin()->first);
}

Fd Inputs::open(std::uint32_t process)
{
    std::array<int, 2> ends;
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw EndpointError("pipe2", "pipe", errno);
    Fd read(ends[0]);
    Fd write(ends[1]);
    Line line;
    line.end = moveHigh(std::move(write));
    ::fcntl(line.end.get(), F_SETFL, O_NONBLOCK);
    m_lines.insert_or_assign(process, std::move(line));
    return moveHigh(std::move(read));
}

void Inputs::close(std::uint32_t process)
{
    const auto found = m_lines.find(process);
    if (found == m_lines.end())
        return;
    if (found->second.watched)
        m_loop.remove(found->second.end.get());
    m_lines.erase(found);
}

bool Inputs::write(std::uint32_t process, std::string_view bytes, bool end)
{
    const auto found = m_lines.find(process);
    if (found == m_lines.end() || found->second.ending)
        return false;
    found->second.pending.append(bytes);
    found->second.ending = end;
    flush(process);
    return true;
}

void Inputs::flush(std::uint32_t process)
{
    Line& line = m_lines.at(process);
    while (!line.pending.empty()) {
        const ssize_t written = ::write(line.end.get(), line.pending.data(), line.pending.size());
        if (written < 0 && errno != EAGAIN)
            return close(process); // nobody reads it any more
        if (written < 0)
            break;
        line.pending.erase(0, static_cast<std::size_t>(written));
    }
    if (line.pending.empty() && line.ending)
        return close(process);
    const bool watch = !line.pending.empty();
    if (watch && !line.watched)
        m_loop.add(line.end.get(), EPOLLOUT, [this, process](std::uint32_t) {
            if (m_lines.count(process) > 0)
                flush(process);
        });
    else if (!watch && line.watched)
        m_loop.remove(line.end.get());
    line.watched = watch;
}

} // namespace byteyard::ipc::engine
