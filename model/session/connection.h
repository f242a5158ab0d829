#pragma once

#include "model/session/engine_process.h"
#include "model/session/message.h"
#include "model/session/run_log.h"

#include "ipc/wire/frame.h"

#include <QJsonObject>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace byteyard::model {

/// Why a connection is over: a sentence and what to do.
struct ConnectionEnd
{
    QString what;
    QString remedy;
};

/// A running engine and the thread that speaks with it. Events go straight into the run's log; everything
/// else waits in a queue for the owner. Everything that comes is checked: what is not as in docs/protocol.md
/// ends the connection.
class Connection
{
public:
    /// Starts the engine (EngineProcess). `wake` is called from the connection's thread when something new is
    /// there; it must not block. Throws std::system_error.
    Connection(QStringList command, const std::optional<Streams>& streams, std::function<void()> wake);
    /// Hangs up, gives the engine some seconds to clean up and end, then kills it.
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Sends a message, without waiting for it to be taken.
    void post(const QJsonObject& message);
    /// Sends `run`; events are welcome from now on until the run has ended, and go into `log`.
    void postRun(const QJsonObject& message, std::shared_ptr<RunLog> log);
    /// Ends it for a reason of ours (an engine that does not react).
    void abandon(const ConnectionEnd& why);
    /// What has come since the last call, in order.
    std::vector<protocol::Message> take();
    /// Set when it is over, once everything that came before has been taken.
    std::optional<ConnectionEnd> end() const;

private:
    void run();
    void serve();
    bool readStream();
    void drainStream();
    bool takeFrames();
    bool takeFrame(const ipc::wire::Frame& frame);
    bool takeEvents(std::span<const std::byte> records);
    void queue(protocol::Message message, std::size_t size);
    bool writeStream();
    void readMessages();
    bool mayRead();
    void finish();
    void fail(QString what, QString remedy);
    void failBroken(const QString& what);
    void wakeThread();

    QStringList m_command;
    std::function<void()> m_wake;
    EngineProcess m_engine;
    ipc::Fd m_bell; ///< an eventfd that wakes the thread

    // The thread's own.
    ipc::wire::FrameReader m_reader;
    std::vector<std::byte> m_writing;
    std::size_t m_written = 0;
    QByteArray m_said; ///< the end of what the engine wrote on stderr
    bool m_greeted = false;
    std::chrono::steady_clock::time_point m_helloDeadline;
    std::optional<ConnectionEnd> m_failure;

    mutable std::mutex m_mutex; ///< guards what follows
    std::vector<std::byte> m_outgoing;
    std::vector<protocol::Message> m_incoming;
    std::size_t m_incomingSize = 0;
    std::shared_ptr<RunLog> m_log;
    std::optional<ConnectionEnd> m_abandoned;
    bool m_quit = false;
    std::optional<ConnectionEnd> m_end;

    std::thread m_thread; ///< last: it uses all of the above
};

} // namespace byteyard::model
