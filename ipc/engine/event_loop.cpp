#include "ipc/engine/event_loop.h"

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>

namespace byteyard::ipc::engine {

EventLoop::EventLoop() : m_epoll(::epoll_create1(EPOLL_CLOEXEC))
{
    if (!m_epoll)
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

void EventLoop::add(int fd, std::uint32_t events, Callback callback)
{
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    if (::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    m_callbacks[fd] = std::make_shared<Callback>(std::move(callback));
}

void EventLoop::remove(int fd) noexcept
{
    ::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
    m_callbacks.erase(fd);
}

int EventLoop::run()
{
    std::array<epoll_event, 64> ready;
    while (m_running) {
        const int count = ::epoll_wait(m_epoll.get(), ready.data(), static_cast<int>(ready.size()), -1);
        if (count < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "epoll_wait");
        for (int i = 0; i < count && m_running; ++i) {
            const epoll_event& event = ready[static_cast<std::size_t>(i)];
            const auto found = m_callbacks.find(event.data.fd);
            if (found == m_callbacks.end())
                continue; // removed by a callback of this round
            const std::shared_ptr<Callback> callback = found->second;
            (*callback)(event.events);
        }
    }
    return m_status;
}

void EventLoop::quit(int status) noexcept
{
    m_running = false;
    m_status = status;
}

} // namespace byteyard::ipc::engine
