#include "model/session/engine_process.h"

#include <QFile>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <vector>

extern char** environ;

namespace byteyard::model {

namespace {

[[noreturn]] void fail(const char* call, int error)
{
    throw std::system_error(error, std::generic_category(), call);
}

/// posix_spawn's two records, freed on every way out.
struct SpawnSettings
{
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};

    SpawnSettings()
    {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnSettings()
    {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
};

/// Copies above what a child's descriptors are put at, so that dup2 there never meets its own target; -1 in
/// place of those that are closed.
std::array<ipc::Fd, 3> highCopies(const Streams& streams, int first)
{
    std::array<ipc::Fd, 3> copies;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        copies[i].reset(::fcntl(streams[i], F_DUPFD_CLOEXEC, first));
        if (!copies[i] && errno != EBADF)
            fail("fcntl", errno);
    }
    return copies;
}

pid_t spawn(const QStringList& command, int stream, int messages, const std::array<ipc::Fd, 3>& shared)
{
    std::vector<QByteArray> words;
    words.reserve(static_cast<std::size_t>(command.size()));
    for (const QString& word : command)
        words.push_back(QFile::encodeName(word));
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (QByteArray& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);

    SpawnSettings settings;
    posix_spawn_file_actions_adddup2(&settings.actions, stream, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&settings.actions, stream, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&settings.actions, messages, STDERR_FILENO);
    int next = STDERR_FILENO + 1;
    for (const ipc::Fd& fd : shared) {
        if (fd)
            posix_spawn_file_actions_adddup2(&settings.actions, fd.get(), next);
        else // ours may be in that place
            posix_spawn_file_actions_addclose(&settings.actions, next);
        ++next;
    }
    posix_spawn_file_actions_addclosefrom_np(&settings.actions, next);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&settings.attributes, &none);
    posix_spawnattr_setsigdefault(&settings.attributes, &all);
    posix_spawnattr_setpgroup(&settings.attributes, 0);
    posix_spawnattr_setflags(&settings.attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    pid_t pid = -1;
    if (const int error =
            posix_spawnp(&pid, argv[0], &settings.actions, &settings.attributes, argv.data(), environ))
        fail("posix_spawnp", error);
    return pid;
}

} // namespace

EngineProcess::EngineProcess(const QStringList& command, const std::optional<Streams>& streams)
{
    if (command.isEmpty())
        fail("posix_spawnp", ENOENT);
    // Above them, so that dup2 in the child never meets its own target even when our 0, 1 or 2 are closed.
    constexpr int firstFree = 2 * (STDERR_FILENO + 1);
    const std::array<ipc::Fd, 3> shared = highCopies(streams.value_or(Streams{-1, -1, -1}), firstFree);
    std::array<int, 2> stream{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream.data()) < 0)
        fail("socketpair", errno);
    m_socket.reset(stream[0]);
    ipc::Fd theirStream(stream[1]);
    std::array<int, 2> messages{};
    if (::pipe2(messages.data(), O_CLOEXEC) < 0)
        fail("pipe2", errno);
    m_messages.reset(messages[0]);
    ipc::Fd theirMessages(messages[1]);
    for (ipc::Fd* fd : {&theirStream, &theirMessages}) {
        const int high = ::fcntl(fd->get(), F_DUPFD_CLOEXEC, firstFree);
        if (high < 0)
            fail("fcntl", errno);
        fd->reset(high);
    }
    // Only our ends: O_NONBLOCK belongs to the open file description, and theirs is another one.
    ::fcntl(m_socket.get(), F_SETFL, O_RDWR | O_NONBLOCK);
    ::fcntl(m_messages.get(), F_SETFL, O_RDONLY | O_NONBLOCK);

    m_pid = spawn(command, theirStream.get(), theirMessages.get(), shared);
    m_pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, m_pid, 0)));
    if (!m_pidfd) {
        const int error = errno;
        ::kill(m_pid, SIGKILL); // not waited for yet, so the number is still its own
        ::waitpid(m_pid, nullptr, 0);
        fail("pidfd_open", error);
    }
}

EngineProcess::~EngineProcess()
{
    hangUp();
    if (!waitForEnd(0)) {
        kill();
        waitForEnd(-1);
    }
}

void EngineProcess::kill() const
{
    if (!m_status)
        ::syscall(SYS_pidfd_send_signal, m_pidfd.get(), SIGKILL, nullptr, 0);
}

bool EngineProcess::waitForEnd(int timeoutMs)
{
    if (m_status)
        return true;
    pollfd ended{m_pidfd.get(), POLLIN, 0};
    int ready = 0;
    do
        ready = ::poll(&ended, 1, timeoutMs);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0)
        return false;
    int status = 0;
    if (::waitpid(m_pid, &status, 0) != m_pid)
        status = 0; // somebody else has waited for it: it is gone all the same
    m_status = status;
    return true;
}

} // namespace byteyard::model
