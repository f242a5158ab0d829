#include "ipc/endpoint/posix_semaphore.h"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <semaphore.h>
#include <sys/stat.h>
#include <unistd.h>

namespace byteyard::ipc {

namespace {

struct CloseSemaphore
{
    void operator()(sem_t* semaphore) const { ::sem_close(semaphore); }
};
/// A value is reached by single steps, for there is no call that sets it.
constexpr int maxSteps = 100000;

using Semaphore = std::unique_ptr<sem_t, CloseSemaphore>;

} // namespace

PosixSemaphoreEndpoint::PosixSemaphoreEndpoint(const PosixSemaphoreOptions& options)
{
    m_path = options.name;
    if (!options.existing) {
        const auto value = static_cast<unsigned>(std::min<std::uint64_t>(options.value, UINT_MAX));
        const Semaphore made(::sem_open(m_path.c_str(), O_CREAT | O_EXCL, options.mode, value));
        if (!made)
            throw EndpointError("sem_open", m_path, errno);
        ::chmod(filePath().c_str(), options.mode); // what was asked for, whatever the umask
        m_setup.push_back({Call::Openat, -1, -1, 0,
                           "path=" + encodeWord(filePath()) + " flags=O_CREAT|O_EXCL mode=" +
                               octalMode(options.mode) + " value=" + std::to_string(value)});
    }
    struct stat status;
    if (::lstat(filePath().c_str(), &status) != 0)
        throw EndpointError("sem_open", m_path, errno);
    m_id = {status.st_dev, status.st_ino};
    m_users.setObject({m_id, false});
}

/// The C library puts it there (shm_overview(7)).
std::string PosixSemaphoreEndpoint::filePath() const
{
    return "/dev/shm/sem." + m_path.substr(std::min<std::size_t>(m_path.size(), 1));
}

std::optional<Look> PosixSemaphoreEndpoint::look(const LookContext& context)
{
    Look look;
    const Fd fd(::open(filePath().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!fd && errno == EACCES) {
        look.facts = {{"peek", std::string("refused")}};
        return look;
    }
    std::uint64_t words = 0;
    if (!fd || objectOf(fd.get()) != m_id) {
        look.isRemoved = true;
        return look;
    }
    if (::pread(fd.get(), &words, sizeof words, 0) != sizeof words)
        return std::nullopt;
    look.facts = semaphoreFacts(words);
    m_users.update(context.holders, 0, false);
    look.attached = m_users.attachments();
    return look;
}

MadeCall PosixSemaphoreEndpoint::setValue(std::span<const TableHolder> /*holders*/, std::size_t /*index*/,
                                          std::uint64_t value)
{
    const Semaphore semaphore(::sem_open(m_path.c_str(), 0));
    return setSemaphore(semaphore.get(), semaphore ? 0 : errno, value);
}

Facts semaphoreFacts(std::uint64_t words)
{
    constexpr unsigned waitersShift = 32;
    return {{"value", static_cast<std::int64_t>(words & UINT32_MAX)},
            {"waiters", static_cast<std::int64_t>(words >> waitersShift)}};
}

MadeCall setSemaphore(sem_t* semaphore, int error, std::uint64_t value)
{
    MadeCall made{callNamed("futex"), -error, "value=" + std::to_string(value), {}};
    if (!semaphore)
        return made;
    int count = 0;
    ::sem_getvalue(semaphore, &count);
    std::int64_t now = count; // of bytes that are no semaphore it may be any number
    const auto wanted = static_cast<std::int64_t>(std::min<std::uint64_t>(value, SEM_VALUE_MAX));
    if (value > SEM_VALUE_MAX || std::abs(wanted - now) > maxSteps) {
        made.result = value > SEM_VALUE_MAX ? -EINVAL : -ERANGE;
        return made;
    }
    // One way, and not for ever.
    for (; now < wanted && made.result == 0; ++now)
        made.result = ::sem_post(semaphore) == 0 ? 0 : -errno;
    for (; now > wanted && made.result == 0; --now)
        made.result = ::sem_trywait(semaphore) == 0 ? 0 : -errno;
    return made;
}

MadeCall PosixSemaphoreEndpoint::remove()
{
    const int result = ::sem_unlink(m_path.c_str());
    return {callNamed("unlink"), result == 0 ? 0 : -errno, "path=" + encodeWord(filePath()), {}};
}

} // namespace byteyard::ipc
