#include "model/session/connection.h"

#include "ipc/capture/call.h"

#include <QCoreApplication>
#include <QJsonDocument>

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>

namespace byteyard::model {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto helloTime = 5s;
constexpr int endTimeMs = 3000;
/// An engine that has more than this waiting for us has to wait too.
constexpr std::size_t maxWaiting = 64u << 20;
constexpr qsizetype maxSaid = 16384;

struct ConnectionText
{
    Q_DECLARE_TR_FUNCTIONS(Connection)
};

QString howItEnded(int status)
{
    if (WIFSIGNALED(status)) {
        const std::string_view name = ipc::signalName(WTERMSIG(status));
        return ConnectionText::tr("killed by %1")
            .arg(QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size())));
    }
    return ConnectionText::tr("exit status %1").arg(WEXITSTATUS(status));
}

QString lastLine(const QByteArray& said)
{
    const QList<QByteArray> lines = said.trimmed().split('\n');
    return QString::fromUtf8(lines.last().trimmed());
}

} // namespace

Connection::Connection(QStringList command, const std::optional<Streams>& streams, std::function<void()> wake)
    : m_command(std::move(command)), m_wake(std::move(wake)), m_engine(m_command, streams),
      m_bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_helloDeadline(std::chrono::steady_clock::now() + helloTime)
{
    if (!m_bell)
        throw std::system_error(errno, std::generic_category(), "eventfd");
    const auto* opening = reinterpret_cast<const std::byte*>(ipc::wire::magic.data());
    m_outgoing.assign(opening, opening + ipc::wire::magic.size());
    post({{u"type"_s, u"hello"_s}, {u"version"_s, static_cast<int>(ipc::wire::protocolVersion)}});
    m_thread = std::thread([this] { run(); });
}

Connection::~Connection()
{
    {
        const std::lock_guard lock(m_mutex);
        m_quit = true;
    }
    wakeThread();
    m_thread.join();
}

void Connection::wakeThread()
{
    const quint64 one = 1;
    // Fails only when the counter is full: then the thread is being woken already.
    [[maybe_unused]] const ssize_t size = ::write(m_bell.get(), &one, sizeof one);
}

void Connection::post(const QJsonObject& message)
{
    const QByteArray json = QJsonDocument(message).toJson(QJsonDocument::Compact);
    {
        const std::lock_guard lock(m_mutex);
        ipc::wire::appendControl(std::string_view(json.constData(), static_cast<std::size_t>(json.size())),
                                 m_outgoing);
    }
    wakeThread();
}

void Connection::postRun(const QJsonObject& message, std::shared_ptr<RunLog> log)
{
    {
        const std::lock_guard lock(m_mutex);
        m_log = std::move(log);
    }
    post(message);
}

void Connection::abandon(const ConnectionEnd& why)
{
    {
        const std::lock_guard lock(m_mutex);
        m_abandoned = why;
    }
    wakeThread();
}

std::vector<protocol::Message> Connection::take()
{
    std::vector<protocol::Message> messages;
    bool wasFull = false;
    {
        const std::lock_guard lock(m_mutex);
        messages.swap(m_incoming);
        wasFull = m_incomingSize > maxWaiting;
        m_incomingSize = 0;
    }
    if (wasFull)
        wakeThread();
    return messages;
}

std::optional<ConnectionEnd> Connection::end() const
{
    const std::lock_guard lock(m_mutex);
    return m_incoming.empty() ? m_end : std::nullopt;
}

// ---- The thread

void Connection::run()
{
    serve();
    finish();
    m_wake();
}

void Connection::serve()
{
    while (!m_failure) {
        bool reading = false;
        {
            const std::lock_guard lock(m_mutex);
            if (m_quit)
                return;
            if (m_abandoned) {
                m_failure = m_abandoned;
                return;
            }
            if (m_written == m_writing.size()) {
                m_writing.clear();
                m_written = 0;
                m_writing.swap(m_outgoing);
            }
            reading = m_incomingSize <= maxWaiting;
        }
        const bool behind = reading && !mayRead();
        reading = reading && !behind;

        int timeoutMs = behind ? 10 : -1; // nobody rings when a reader of the log has caught up
        if (!m_greeted) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(m_helloDeadline -
                                                                           std::chrono::steady_clock::now());
            if (left.count() <= 0) {
                fail(ConnectionText::tr("The engine (%1) has not answered for %2 s.")
                         .arg(m_command.join(u' '))
                         .arg(helloTime.count()),
                     ConnectionText::tr("Check that this command starts a byteyard-engine."));
                return;
            }
            timeoutMs = static_cast<int>(left.count());
        }
        const bool writing = m_written < m_writing.size();
        std::array<pollfd, 4> fds = {
            pollfd{m_engine.socket(), static_cast<short>((reading ? POLLIN : 0) | (writing ? POLLOUT : 0)),
                   0},
            pollfd{m_engine.messages(), POLLIN, 0},
            pollfd{m_engine.pidfd(), POLLIN, 0},
            pollfd{m_bell.get(), POLLIN, 0},
        };
        // The end is reported whether asked for or not: while we do not read, it must not make us spin.
        if (fds[0].events == 0)
            fds[0].fd = -1;
        if (!reading)
            fds[2].fd = -1;
        if (::poll(fds.data(), fds.size(), timeoutMs) < 0 && errno != EINTR) {
            fail(ConnectionText::tr("The connection to the engine failed: poll: %1.")
                     .arg(QString::fromLocal8Bit(strerror(errno))),
                 {});
            return;
        }
        if (fds[3].revents != 0) {
            quint64 rings = 0;
            [[maybe_unused]] const ssize_t size = ::read(m_bell.get(), &rings, sizeof rings);
        }
        if (fds[1].revents != 0)
            readMessages();
        if ((fds[0].revents & POLLOUT) != 0 && !writeStream())
            return;
        if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !readStream())
            return;
        if (fds[2].revents != 0) {
            drainStream();
            return;
        }
    }
}

bool Connection::mayRead()
{
    const std::lock_guard lock(m_mutex);
    return !m_log || !m_log->isBehind();
}

bool Connection::readStream()
{
    const std::span<std::byte> room = m_reader.writable(256 << 10);
    const ssize_t size = ::recv(m_engine.socket(), room.data(), room.size(), MSG_DONTWAIT);
    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    if (size == 0)
        return false;
    m_reader.commit(static_cast<std::size_t>(size));
    return takeFrames();
}

bool Connection::takeFrames()
{
    ipc::wire::Frame frame;
    bool any = false;
    while (m_reader.next(frame)) {
        any = true;
        if (!takeFrame(frame))
            return false;
    }
    if (any)
        m_wake();
    if (m_reader.isBroken()) {
        const std::string_view what = m_reader.broken();
        failBroken(QString::fromUtf8(what.data(), static_cast<qsizetype>(what.size())));
        return false;
    }
    return true;
}

bool Connection::takeFrame(const ipc::wire::Frame& frame)
{
    if (frame.kind == ipc::wire::FrameKind::Events)
        return takeEvents(frame.payload);
    QString fault;
    std::optional<protocol::Message> message;
    switch (frame.kind) {
    case ipc::wire::FrameKind::Control:
        message = protocol::readControl(frame.payload, fault);
        break;
    case ipc::wire::FrameKind::Output:
        message = protocol::readOutput(frame.payload, fault);
        break;
    case ipc::wire::FrameKind::Contents:
        message = protocol::readContents(frame.payload, fault);
        break;
    case ipc::wire::FrameKind::Events:
        break;
    }
    if (!message) {
        failBroken(fault);
        return false;
    }
    if (const auto* hello = std::get_if<protocol::Hello>(&*message)) {
        if (hello->version != static_cast<int>(ipc::wire::protocolVersion)) {
            fail(ConnectionText::tr(
                     "The engine (%1) speaks version %2 of the protocol, this program speaks version %3.")
                     .arg(m_command.join(u' '))
                     .arg(hello->version)
                     .arg(ipc::wire::protocolVersion),
                 ConnectionText::tr("Install the byteyard-engine that belongs to this program."));
            return false;
        }
        m_greeted = true;
    } else if (const auto* error = std::get_if<protocol::EngineError>(&*message);
               !m_greeted && !(error && error->fatal)) {
        failBroken(ConnectionText::tr("it does not open with hello"));
        return false;
    }
    const bool over = std::holds_alternative<protocol::RunEnded>(*message);
    queue(std::move(*message), frame.payload.size());
    if (over) {
        const std::lock_guard lock(m_mutex);
        m_log.reset();
    }
    return true;
}

bool Connection::takeEvents(std::span<const std::byte> records)
{
    std::shared_ptr<RunLog> log;
    {
        const std::lock_guard lock(m_mutex);
        log = m_log;
    }
    if (!log) {
        failBroken(ConnectionText::tr("it sends events while nothing runs"));
        return false;
    }
    Statistics::Batch batch(log->statistics);
    if (log->store->append(records, [&](const ipc::EventView& event) { batch.add(event); }))
        return true;
    failBroken(ConnectionText::tr("an event record is broken"));
    return false;
}

void Connection::queue(protocol::Message message, std::size_t size)
{
    const std::lock_guard lock(m_mutex);
    m_incoming.push_back(std::move(message));
    m_incomingSize += size + sizeof(protocol::Message);
}

bool Connection::writeStream()
{
    const ssize_t size = ::send(m_engine.socket(), m_writing.data() + m_written, m_writing.size() - m_written,
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size >= 0) {
        m_written += static_cast<std::size_t>(size);
        return true;
    }
    if (errno == EAGAIN || errno == EINTR)
        return true;
    drainStream(); // it is gone; what it said last may tell why
    return false;
}

/// Takes what was said before the end. A worker that outlives its keeper may go on for ever, hence the
/// deadline.
void Connection::drainStream()
{
    const auto deadline = std::chrono::steady_clock::now() + 1s;
    pollfd more{m_engine.socket(), POLLIN, 0};
    while (std::chrono::steady_clock::now() < deadline && ::poll(&more, 1, 0) > 0 && readStream()) {
    }
}

void Connection::readMessages()
{
    std::array<char, 4096> buffer{};
    ssize_t size = 0;
    while ((size = ::read(m_engine.messages(), buffer.data(), buffer.size())) > 0) {
        m_said.append(buffer.data(), size);
        if (m_said.size() > maxSaid)
            m_said.remove(0, m_said.size() - maxSaid);
    }
    if (size == 0)
        m_engine.closeMessages();
}

void Connection::finish()
{
    const bool cut = !m_reader.atBoundary();
    m_engine.hangUp();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(endTimeMs);
    // An engine that says much while it cleans up must not wait for us.
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        std::array<pollfd, 2> fds = {pollfd{m_engine.pidfd(), POLLIN, 0},
                                     pollfd{m_engine.messages(), POLLIN, 0}};
        if (left.count() <= 0 || ::poll(fds.data(), fds.size(), static_cast<int>(left.count())) == 0)
            break;
        readMessages();
        if (fds[0].revents != 0)
            break;
    }
    const bool endedAlone = m_engine.waitForEnd(0);
    if (!endedAlone) {
        m_engine.kill();
        m_engine.waitForEnd(-1);
    }
    readMessages();
    if (!m_failure) {
        QString what =
            endedAlone
                ? ConnectionText::tr("The engine (%1) ended: %2")
                      .arg(m_command.join(u' '), howItEnded(m_engine.waitStatus().value_or(0)))
                : ConnectionText::tr("The engine (%1) closed the connection").arg(m_command.join(u' '));
        if (m_greeted && cut)
            what += ConnectionText::tr(", in the middle of a message");
        const QString said = lastLine(m_said);
        what += said.isEmpty() ? u"."_s : ConnectionText::tr("; it said: %1").arg(said);
        m_failure = ConnectionEnd{
            what, m_greeted ? ConnectionText::tr("What ran has been ended. Run starts a new engine.")
                            : ConnectionText::tr("Check that this command starts a byteyard-engine.")};
    }
    const std::lock_guard lock(m_mutex);
    m_log.reset();
    m_end = m_failure;
}

void Connection::fail(QString what, QString remedy)
{
    m_failure = ConnectionEnd{std::move(what), std::move(remedy)};
}

void Connection::failBroken(const QString& what)
{
    fail(ConnectionText::tr("The engine (%1) sent what is no Byteyard message: %2.")
             .arg(m_command.join(u' '), what),
         m_greeted
             ? ConnectionText::tr("What ran has been ended. Run starts a new engine.")
             : ConnectionText::tr(
                   "Check that this command starts a byteyard-engine, and nothing that prints on its own."));
}

} // namespace byteyard::model
