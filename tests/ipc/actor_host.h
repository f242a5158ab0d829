#pragma once

#include "ipc/actor/channel.h"
#include "ipc/process/fd.h"

#include <QByteArray>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>
#include <QString>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace byteyard::tests {

/// Starts the real byteyard-actor as the engine would, without a tracer: makes its channel, and reads what
/// comes.
class ActorHost
{
public:
    explicit ActorHost(const QByteArray& script, const QJsonObject& fields = {},
                       const QJsonArray& handles = {}, const QString& name = QStringLiteral("test"))
    {
        const QByteArray text =
            QJsonDocument(QJsonObject{{QStringLiteral("name"), name},
                                      {QStringLiteral("script"), QString::fromUtf8(script)},
                                      {QStringLiteral("fields"), fields},
                                      {QStringLiteral("handles"), handles}})
                .toJson(QJsonDocument::Compact);
        m_size = sizeof(ipc::actor::Channel) + static_cast<std::size_t>(text.size());
        const ipc::Fd memory(::memfd_create("byteyard-test-actor", 0));
        if (::ftruncate(memory.get(), static_cast<off_t>(m_size)) != 0)
            qFatal("ftruncate");
        m_channel = static_cast<ipc::actor::Channel*>(
            ::mmap(nullptr, m_size, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0));
        if (m_channel == MAP_FAILED)
            qFatal("mmap");
        m_channel->magic = ipc::actor::channelMagic;
        m_channel->textSize = static_cast<std::uint64_t>(text.size());
        std::memcpy(m_channel->text(), text.constData(), static_cast<std::size_t>(text.size()));
        start(memory.get());
    }
    ~ActorHost()
    {
        if (m_pid > 0 && !m_ended) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
        ::munmap(m_channel, m_size);
    }
    ActorHost(const ActorHost&) = delete;
    ActorHost& operator=(const ActorHost&) = delete;

    pid_t pid() const { return m_pid; }
    const ipc::actor::Channel& channel() const { return *m_channel; }
    const ipc::actor::Lane& lane(std::size_t number = 0) const { return m_channel->lanes[number]; }
    const QByteArray& out() const { return m_out; }
    const QByteArray& errors() const { return m_err; }

    /// Takes output until it ends; its exit code, or -signal. -1000 when it does not end.
    int wait(int ms = 60000)
    {
        if (!read([this] { return !m_outEnd && !m_errEnd; }, ms))
            return -1000;
        int status = 0;
        ::waitpid(m_pid, &status, 0);
        m_ended = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    bool untilOut(const QByteArray& part, int ms = 20000)
    {
        return read([&] { return m_out.contains(part); }, ms);
    }
    /// All records of a lane, as far as the ring holds them.
    QList<ipc::actor::Record> records(std::size_t number = 0) const
    {
        QList<ipc::actor::Record> list;
        const std::uint64_t written = lane(number).written.load(std::memory_order_acquire);
        for (std::uint64_t i = lane(number).read; i < written; ++i)
            list.append(m_channel->rings[number][i % ipc::actor::laneRecords]);
        return list;
    }

private:
    void start(int memory)
    {
        std::array<int, 2> out;
        std::array<int, 2> err;
        if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0)
            qFatal("pipe");
        m_outEnd = ipc::Fd(out[0]);
        m_errEnd = ipc::Fd(err[0]);
        const ipc::Fd outWrite(out[1]);
        const ipc::Fd errWrite(err[1]);
        const QByteArray variable =
            QByteArray(ipc::actor::channelVariable) + "=" + QByteArray::number(memory);
        const QByteArray path = "PATH=" + qgetenv("PATH");
        const QByteArray asan = "ASAN_OPTIONS=" + qgetenv("ASAN_OPTIONS");
        const std::array<char*, 4> environment{const_cast<char*>(variable.data()),
                                               const_cast<char*>(path.data()), const_cast<char*>(asan.data()),
                                               nullptr};
        const std::array<char*, 2> arguments{const_cast<char*>("byteyard-actor"), nullptr};
        m_pid = ::fork();
        if (m_pid != 0)
            return;
        const ipc::Fd null(::open("/dev/null", O_RDONLY));
        ::dup2(null.get(), 0);
        ::dup2(out[1], 1);
        ::dup2(err[1], 2);
        ::execve(BYTEYARD_BIN "/byteyard-actor", arguments.data(), environment.data());
        ::_exit(127);
    }
    template <typename Done>
    bool read(const Done& done, int ms)
    {
        QElapsedTimer timer;
        timer.start();
        while (!done()) {
            if (timer.hasExpired(ms) || (!m_outEnd && !m_errEnd))
                return false;
            std::array<pollfd, 2> ready{pollfd{m_outEnd.get(), POLLIN, 0}, pollfd{m_errEnd.get(), POLLIN, 0}};
            ::poll(ready.data(), ready.size(), 50);
            if (ready[0].revents != 0)
                take(m_outEnd, m_out);
            if (ready[1].revents != 0)
                take(m_errEnd, m_err);
        }
        return true;
    }
    static void take(ipc::Fd& fd, QByteArray& into)
    {
        std::array<char, 4096> bytes;
        const ssize_t size = ::read(fd.get(), bytes.data(), bytes.size());
        if (size > 0)
            into.append(bytes.data(), size);
        else
            fd.reset();
    }

    ipc::actor::Channel* m_channel = nullptr;
    std::size_t m_size = 0;
    pid_t m_pid = -1;
    bool m_ended = false;
    ipc::Fd m_outEnd;
    ipc::Fd m_errEnd;
    QByteArray m_out;
    QByteArray m_err;
};

} // namespace byteyard::tests
