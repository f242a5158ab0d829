#pragma once

#include "ipc/process/fd.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

namespace byteyard::ipc::engine {

/// Calls back when descriptors are ready (epoll(7)). Level-triggered; a callback may see nothing to do and
/// must then not block.
class EventLoop
{
public:
    using Callback = std::function<void(std::uint32_t events)>;

    EventLoop();
    /// `events` as for epoll: EPOLLIN, EPOLLOUT… The descriptor stays the caller's, who removes it before it
    /// is closed.
    void add(int fd, std::uint32_t events, Callback callback);
    void remove(int fd) noexcept;
    /// Returns what quit() was called with.
    int run();
    void quit(int status) noexcept;

private:
    Fd m_epoll;
    std::unordered_map<int, std::shared_ptr<Callback>> m_callbacks;
    bool m_running = true;
    int m_status = 0;
};

} // namespace byteyard::ipc::engine
