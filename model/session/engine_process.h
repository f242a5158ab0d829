#pragma once

#include "model/session/streams.h"

#include "ipc/process/fd.h"

#include <QStringList>

#include <optional>
#include <sys/types.h>

namespace byteyard::model {

/// A running engine: a child process whose stdin and stdout are the other end of `socket()`. Nothing else of
/// ours is open in it; it leads a process group of its own, so that Ctrl-C in a terminal reaches only us.
class EngineProcess
{
public:
    /// Starts `command`; with `streams` as its 3, 4 and 5 (--standard). Throws std::system_error
    /// (socketpair(2), pipe(2), posix_spawnp(3), pidfd_open(2)).
    explicit EngineProcess(const QStringList& command, const std::optional<Streams>& streams = {});
    /// Kills it when it has not ended, and waits for it.
    ~EngineProcess();
    EngineProcess(const EngineProcess&) = delete;
    EngineProcess& operator=(const EngineProcess&) = delete;

    int socket() const { return m_socket.get(); } ///< non-blocking; -1 after hangUp()
    int messages() const
    {
        return m_messages.get();
    } ///< what it writes on stderr, non-blocking; -1 after closeMessages()
    int pidfd() const { return m_pidfd.get(); } ///< readable when it has ended
    pid_t pid() const { return m_pid; }

    void closeMessages() { m_messages.reset(); }
    /// Closes our end: the engine reads end-of-file, cleans up and ends.
    void hangUp() { m_socket.reset(); }
    void kill() const;
    /// Waits at most `timeoutMs`; false when it still runs.
    bool waitForEnd(int timeoutMs);
    /// As waitpid(2) gives it; nothing while it runs.
    std::optional<int> waitStatus() const { return m_status; }

private:
    ipc::Fd m_socket;
    ipc::Fd m_messages;
    ipc::Fd m_pidfd;
    pid_t m_pid = -1;
    std::optional<int> m_status;
};

} // namespace byteyard::model
