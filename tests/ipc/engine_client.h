#pragma once

#include "ipc/process/fd.h"
#include "ipc/wire/event_record.h"
#include "ipc/wire/frame.h"

#include <QByteArray>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QTemporaryDir>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <grp.h>
#include <map>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace byteyard::tests {

using namespace Qt::StringLiterals;

/// A model that is nothing but a test: starts the real byteyard-engine on a socketpair, says what it is told,
/// and keeps what comes. The engine's runtime directory is one of its own.
class EngineClient
{
public:
    struct OwnedEvent : ipc::EventView
    {
        QByteArray detailText;
        QByteArray bytes;
    };
    struct Peeked
    {
        quint32 request = 0;
        quint64 total = 0;
        bool available = false;
        QByteArray bytes;
    };

    enum class As { Self, Nobody };

    /// `before` runs in the engine's process first: what it takes away is not there for the engine.
    explicit EngineClient(const QString& runtime = {}, As who = As::Self,
                          const std::function<void()>& before = {})
        : m_runtime(runtime.isEmpty() ? m_own.path() : runtime)
    {
        constexpr uid_t nobody = 65534;
        if (who == As::Nobody && ::chown(QFile::encodeName(m_runtime).constData(), nobody, nobody) != 0)
            qFatal("only root can be nobody");
        std::array<int, 2> ends;
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            qFatal("socketpair");
        m_wire = ipc::Fd(ends[0]);
        const ipc::Fd engine(ends[1]);
        const QByteArray xdg = "XDG_RUNTIME_DIR=" + QFile::encodeName(m_runtime);
        const QByteArray path = "PATH=" + qgetenv("PATH");
        const QByteArray asan = "ASAN_OPTIONS=" + qgetenv("ASAN_OPTIONS");
        const std::array<char*, 4> environment{const_cast<char*>(xdg.data()), const_cast<char*>(path.data()),
                                               const_cast<char*>(asan.data()), nullptr};
        const std::array<char*, 2> arguments{const_cast<char*>("byteyard-engine"), nullptr};
        m_keeper = ::fork();
        if (m_keeper == 0) {
            ::dup2(engine.get(), 0);
            ::dup2(engine.get(), 1);
            if (before)
                before();
            if (who == As::Nobody &&
                (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0))
                ::_exit(126);
            ::execve(BYTEYARD_BIN "/byteyard-engine", arguments.data(), environment.data());
            ::_exit(127);
        }
    }
    ~EngineClient()
    {
        m_wire.reset();
        waitForEnd();
    }
    EngineClient(const EngineClient&) = delete;
    EngineClient& operator=(const EngineClient&) = delete;

    /// Waits for hello.
    bool greet()
    {
        sendRaw(QByteArray(ipc::wire::magic.data(), ipc::wire::magic.size()));
        send({{"type", "hello"}, {"version", static_cast<int>(ipc::wire::protocolVersion)}});
        return until([this] { return has(u"hello"_s); });
    }
    void send(const QJsonObject& message)
    {
        const QByteArray text = QJsonDocument(message).toJson(QJsonDocument::Compact);
        std::vector<std::byte> out;
        ipc::wire::appendControl(std::string_view(text.constData(), static_cast<std::size_t>(text.size())),
                                 out);
        sendRaw(QByteArray(reinterpret_cast<const char*>(out.data()), static_cast<qsizetype>(out.size())));
    }
    void sendRaw(const QByteArray& bytes)
    {
        qsizetype sent = 0;
        while (sent < bytes.size()) {
            const ssize_t size = ::send(m_wire.get(), bytes.constData() + sent,
                                        static_cast<std::size_t>(bytes.size() - sent), MSG_NOSIGNAL);
            if (size <= 0)
                return;
            sent += size;
        }
    }
    /// No more will be said; what the engine says is still heard.
    void halfClose() { ::shutdown(m_wire.get(), SHUT_WR); }
    void hangUp() { m_wire.reset(); }

    /// Takes what comes until `done`; false after `ms`, or when the engine has gone before.
    bool until(const std::function<bool()>& done, int ms = 20000)
    {
        QElapsedTimer timer;
        timer.start();
        while (!done()) {
            pollfd ready{m_wire.get(), POLLIN, 0};
            if (timer.hasExpired(ms) || m_ended)
                return false;
            if (::poll(&ready, 1, 20) > 0)
                read();
        }
        return true;
    }
    bool untilEnd(int ms = 10000)
    {
        return until([this] { return m_ended; }, ms);
    }

    /// A run of this topology, to its end.
    bool run(const QJsonArray& nodes, const QJsonArray& edges, const QJsonObject& files = {})
    {
        begin(nodes, edges, files);
        return untilRunEnds();
    }
    void begin(const QJsonArray& nodes, const QJsonArray& edges, const QJsonObject& files = {},
               int dataBytes = 64)
    {
        clear();
        send(
            {{"type", "run"},
             {"capture", "auto"},
             {"dataBytes", dataBytes},
             {"pace", 0},
             {"topology", QJsonObject{{"format", 1}, {"nodes", nodes}, {"edges", edges}, {"files", files}}}});
    }
    bool untilRunEnds()
    {
        return until([this] { return has(u"run-ended"_s); });
    }
    void clear()
    {
        messages.clear();
        events.clear();
        output.clear();
        peeked.clear();
    }

    static QJsonObject command(const QString& id, const QStringList& argv, QJsonObject properties = {})
    {
        properties[u"argv"_s] = QJsonArray::fromStringList(argv);
        return {{"id", id},
                {"kind", "command"},
                {"name", id},
                {"position", QJsonArray{0, 0}},
                {"properties", properties}};
    }
    static QJsonObject endpoint(const QString& id, const QString& kind, const QJsonObject& properties = {})
    {
        return {{"id", id},
                {"kind", kind},
                {"name", id},
                {"position", QJsonArray{0, 0}},
                {"properties", properties}};
    }
    /// `port` is a descriptor's number or a handle.
    static QJsonObject edge(const QString& process, const QString& port, const QString& endpoint,
                            const QString& endpointPort, const QJsonObject& properties = {},
                            const QString& id = {})
    {
        return {{"id", id.isEmpty() ? process + u'-' + port : id},
                {"process", QJsonObject{{"node", process}, {"port", port}}},
                {"endpoint", QJsonObject{{"node", endpoint}, {"port", endpointPort}}},
                {"properties", properties}};
    }
    static QJsonObject edge(const QString& process, int fd, const QString& endpoint, const QString& port,
                            const QJsonObject& properties = {})
    {
        return edge(process, QString::number(fd), endpoint, port, properties);
    }

    bool has(const QString& type) const { return !last(type).isEmpty(); }
    QJsonObject last(const QString& type) const
    {
        return lastWith([&](const QJsonObject& m) { return m[u"type"_s] == type; });
    }
    QJsonObject lastWith(const std::function<bool(const QJsonObject&)>& fits) const
    {
        for (auto it = messages.crbegin(); it != messages.crend(); ++it)
            if (fits(*it))
                return *it;
        return {};
    }
    /// The newest word about a node's process, or endpoint.
    QJsonObject process(const QString& node) const
    {
        return lastWith(
            [&](const QJsonObject& m) { return m[u"type"_s] == u"process"_s && m[u"node"_s] == node; });
    }
    QJsonObject endpointOf(const QString& node) const
    {
        return lastWith(
            [&](const QJsonObject& m) { return m[u"type"_s] == u"endpoint"_s && m[u"node"_s] == node; });
    }
    QString stateOf(const QString& node) const { return process(node)[u"state"_s].toString(); }
    bool untilState(const QString& node, const QString& state)
    {
        return until([&] { return stateOf(node) == state; });
    }
    /// The codes of all errors, in order.
    QStringList errors() const
    {
        QStringList codes;
        for (const QJsonObject& message : messages)
            if (message[u"type"_s] == u"error"_s)
                codes.append(message[u"code"_s].toString());
        return codes;
    }
    QByteArray outputOf(const QString& node) const
    {
        return output.value(static_cast<quint32>(process(node)[u"process"_s].toInt()));
    }

    pid_t keeper() const { return m_keeper; }
    pid_t worker() const
    {
        return last(u"hello"_s).isEmpty() ? m_worker : last(u"hello"_s)[u"pid"_s].toInt();
    }
    /// Ends keeper and worker, and neither sees the other's death: the kernel would wake a stopped worker
    /// whose keeper is gone.
    void killBoth()
    {
        const pid_t second = worker();
        ::kill(keeper(), SIGSTOP);
        ::kill(second, SIGKILL);
        ::kill(keeper(), SIGKILL);
        waitForEnd();
    }
    QString runtime() const { return m_runtime + u"/byteyard"_s; }
    /// What is left in the runtime directory.
    QStringList leftBehind() const
    {
        return QDir(runtime()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::System |
                                         QDir::Hidden);
    }
    /// The keeper's exit status; -1 when a signal ended it.
    int waitForEnd()
    {
        if (m_keeper > 0) {
            int status = 0;
            ::waitpid(m_keeper, &status, 0);
            m_keeper = 0;
            m_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        }
        return m_status;
    }

    QList<QJsonObject> messages;
    std::vector<OwnedEvent> events;
    QMap<quint32, QByteArray> output;
    QList<Peeked> peeked;

private:
    void read()
    {
        const auto room = m_reader.writable(1 << 20);
        const ssize_t size = ::read(m_wire.get(), room.data(), room.size());
        if (size <= 0) {
            m_ended = true;
            return;
        }
        m_reader.commit(static_cast<std::size_t>(size));
        ipc::wire::Frame frame;
        while (m_reader.next(frame))
            take(frame);
        if (m_reader.isBroken())
            qFatal("the engine's stream is broken");
    }
    void take(const ipc::wire::Frame& frame)
    {
        const QByteArray payload(reinterpret_cast<const char*>(frame.payload.data()),
                                 static_cast<qsizetype>(frame.payload.size()));
        const auto number = [&](qsizetype at) {
            quint32 value = 0;
            std::memcpy(&value, payload.constData() + at, sizeof value);
            return value;
        };
        switch (frame.kind) {
        case ipc::wire::FrameKind::Control: {
            messages.append(QJsonDocument::fromJson(payload).object());
            if (messages.last()[u"type"_s] == u"hello"_s)
                m_worker = messages.last()[u"pid"_s].toInt();
            break;
        }
        case ipc::wire::FrameKind::Events: {
            auto rest = frame.payload;
            while (!rest.empty()) {
                std::size_t size = 0;
                const auto view = ipc::wire::readRecord(rest, size);
                if (!view)
                    qFatal("a record is broken");
                OwnedEvent event;
                static_cast<ipc::EventView&>(event) = *view;
                event.detailText =
                    QByteArray(view->detail.data(), static_cast<qsizetype>(view->detail.size()));
                event.bytes = QByteArray(reinterpret_cast<const char*>(view->data.data()),
                                         static_cast<qsizetype>(view->data.size()));
                event.detail = {};
                event.data = {};
                events.push_back(event);
                rest = rest.subspan(size);
            }
            break;
        }
        case ipc::wire::FrameKind::Output:
            output[number(0)] += payload.mid(16);
            break;
        case ipc::wire::FrameKind::Contents: {
            quint64 total = 0;
            std::memcpy(&total, payload.constData() + 16, sizeof total);
            peeked.append({number(0), total, payload[24] == 0, payload.mid(32)});
            break;
        }
        }
    }

    QTemporaryDir m_own{QDir::tempPath() + u"/byteyard-engine-test-XXXXXX"_s};
    QString m_runtime;
    ipc::Fd m_wire;
    pid_t m_keeper = 0;
    pid_t m_worker = 0;
    int m_status = -1;
    bool m_ended = false;
    ipc::wire::FrameReader m_reader;
};

/// The process exists and is no zombie.
inline bool isRunning(pid_t pid)
{
    QFile file(u"/proc/%1/stat"_s.arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray text = file.readAll();
    const qsizetype at = text.lastIndexOf(')');
    return at > 0 && text.size() > at + 2 && text[at + 2] != 'Z';
}

inline qsizetype openDescriptors(pid_t pid)
{
    return QDir(u"/proc/%1/fd"_s.arg(pid))
        .entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::System)
        .size();
}

} // namespace byteyard::tests
