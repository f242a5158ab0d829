#pragma once

#include "ipc/host/proc.h"
#include "ipc/process/fd.h"

#include <QFile>
#include <QString>
#include <QStringList>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace byteyard::tests {

/// A program that runs already when somebody attaches to it: the child of a shell, and not of the test, whose
/// waits would take what is the tracer's (ptrace(2), BUGS).
class Stranger
{
public:
    explicit Stranger(const QStringList& argv, uid_t user = 0)
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            qFatal("pipe2");
        m_words = ipc::Fd(ends[0]);
        const ipc::Fd theirs(ends[1]);
        QByteArrayList words{"/bin/sh", "-c", "\"$@\" </dev/null >/dev/null 2>&1 & echo $!; wait $!; echo $?",
                             "sh"};
        for (const QString& word : argv)
            words.append(QFile::encodeName(word));
        std::vector<char*> pointers;
        for (QByteArray& word : words)
            pointers.push_back(word.data());
        pointers.push_back(nullptr);
        m_shell = ::fork();
        if (m_shell == 0) {
            ::dup2(theirs.get(), STDOUT_FILENO);
            ::close_range(STDERR_FILENO + 1, ~0U, 0); // what the test has open is not its own
            if (user != 0 && (::setgid(user) != 0 || ::setuid(user) != 0))
                ::_exit(126);
            ::execv("/bin/sh", pointers.data());
            ::_exit(127);
        }
        m_pid = line(10'000).toInt();
    }
    ~Stranger()
    {
        // Asked first: who sleeps on a semaphore set of its own takes it along.
        constexpr int politeMs = 1000;
        if (m_status < 0 && m_pid > 0 && ::kill(m_pid, SIGTERM) == 0 && status(politeMs) < 0)
            ::kill(m_pid, SIGKILL);
        ::kill(m_shell, SIGKILL);
        ::waitpid(m_shell, nullptr, 0);
    }
    Stranger(const Stranger&) = delete;
    Stranger& operator=(const Stranger&) = delete;

    pid_t pid() const { return m_pid; }
    bool isAlive() const { return ::kill(m_pid, 0) == 0 && stateOf() != 'Z'; }
    char stateOf() const
    {
        QFile file(QStringLiteral("/proc/%1/stat").arg(m_pid));
        if (!file.open(QIODevice::ReadOnly))
            return 0;
        const QByteArray text = file.readAll();
        const qsizetype close = text.lastIndexOf(')');
        return close < 0 ? '\0' : text.at(close + 2);
    }
    /// Who traces it; 0: nobody.
    int tracer() const { return static_cast<int>(statusNumber("\nTracerPid:")); }
    /// How often it gave the processor away by itself: also at each stop.
    std::uint64_t timesGiven() const { return statusNumber("\nvoluntary_ctxt_switches:"); }
    bool sleepsIn(long call) const
    {
        const auto sleeping = ipc::proc::sleepingCall(m_pid);
        return sleeping && sleeping->number == call;
    }
    /// What it ended with, as a shell has it; -1 when it has not within this time.
    int status(int ms = 30'000)
    {
        if (m_status < 0) {
            const QByteArray word = line(ms);
            m_status = word.isEmpty() ? -1 : word.toInt();
        }
        return m_status;
    }

private:
    /// Of /proc/PID/status.
    std::uint64_t statusNumber(const QByteArray& name) const
    {
        QFile file(QStringLiteral("/proc/%1/status").arg(m_pid));
        if (!file.open(QIODevice::ReadOnly))
            return 0;
        const QByteArray text = file.readAll();
        const qsizetype at = text.indexOf(name);
        if (at < 0)
            return 0;
        const qsizetype from = at + name.size();
        return text.mid(from, text.indexOf('\n', from) - from).trimmed().toULongLong();
    }

    QByteArray line(int ms)
    {
        QByteArray text;
        char byte = 0;
        for (pollfd ready{m_words.get(), POLLIN, 0}; ::poll(&ready, 1, ms) > 0;) {
            if (::read(m_words.get(), &byte, 1) != 1 || byte == '\n')
                break;
            text += byte;
        }
        return text;
    }

    ipc::Fd m_words;
    pid_t m_shell = -1;
    pid_t m_pid = -1;
    int m_status = -1;
};

} // namespace byteyard::tests
