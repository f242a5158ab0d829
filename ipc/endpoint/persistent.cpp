#include "ipc/endpoint/persistent.h"

#include "ipc/endpoint/sysv_state.h"
#include "ipc/process/fd.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <mqueue.h>
#include <optional>
#include <random>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace byteyard::ipc {

namespace {

struct SysvObject
{
    int id = -1;
    uid_t owner = 0;
    std::int64_t changed = 0; ///< ctime
};

bool isSysv(std::string_view kind)
{
    return kind.starts_with("sysv-");
}

int sysvId(std::string_view kind, int key)
{
    if (key == IPC_PRIVATE)
        return errno = ENOENT, -1;
    return kind == "sysv-queue" ? ::msgget(key, 0)
           : kind == "sysv-shm" ? ::shmget(key, 0, 0)
                                : ::semget(key, 0, 0);
}

/// Nothing when there is none.
std::optional<SysvObject> findSysv(std::string_view kind, int key)
{
    SysvObject found;
    found.id = sysvId(kind, key);
    if (found.id < 0)
        return std::nullopt;
    const auto take = [&](const ipc_perm& perm, std::int64_t changed) {
        found.owner = perm.cuid;
        found.changed = changed;
    };
    if (kind == "sysv-queue") {
        const std::optional<msqid_ds> state = queueState(found.id);
        if (!state)
            return std::nullopt;
        take(state->msg_perm, state->msg_ctime);
    } else if (kind == "sysv-shm") {
        const std::optional<shmid_ds> state = shmState(found.id);
        if (!state)
            return std::nullopt;
        take(state->shm_perm, state->shm_ctime);
    } else {
        const std::optional<semid_ds> state = semaphoreState(found.id);
        if (!state)
            return std::nullopt;
        take(state->sem_perm, state->sem_ctime);
    }
    return found;
}

/// glibc keeps named memory and semaphores as files there (shm_overview(7), sem_overview(7)).
std::string shmPath(std::string_view kind, const std::string& name)
{
    if (name.size() < 2 || name.front() != '/' || name.find('/', 1) != std::string::npos)
        return {};
    return (kind == "posix-shm" ? "/dev/shm/" : "/dev/shm/sem.") + name.substr(1);
}

Fd openQueue(const std::string& name)
{
    // A queue that may be written alone can be known too; nothing waits in mq_open(3).
    Fd fd(::mq_open(name.c_str(), O_RDONLY | O_CLOEXEC));
    return fd ? std::move(fd) : Fd(::mq_open(name.c_str(), O_WRONLY | O_CLOEXEC));
}

std::string birthText(int fd, const std::string& path, mode_t type)
{
    struct statx status
    {
    };
    if (::statx(fd, path.c_str(), AT_SYMLINK_NOFOLLOW | (path.empty() ? AT_EMPTY_PATH : 0),
                STATX_BASIC_STATS | STATX_BTIME, &status) != 0 ||
        status.stx_uid != ::getuid() || (type != 0 && (status.stx_mode & S_IFMT) != type))
        return {};
    std::array<char, 96> text;
    std::snprintf(text.data(), text.size(), "%u:%u:%llu:%lld.%09u", status.stx_dev_major,
                  status.stx_dev_minor, static_cast<unsigned long long>(status.stx_ino),
                  static_cast<long long>(status.stx_btime.tv_sec), status.stx_btime.tv_nsec);
    return text.data();
}

mode_t typeOf(std::string_view kind)
{
    return kind == "fifo" ? S_IFIFO : kind == "socket" ? S_IFSOCK : S_IFREG;
}

bool removeSysv(std::string_view kind, int id)
{
    if (kind == "sysv-queue")
        return ::msgctl(id, IPC_RMID, nullptr) == 0;
    if (kind == "sysv-shm")
        return ::shmctl(id, IPC_RMID, nullptr) == 0;
    return ::semctl(id, 0, IPC_RMID) == 0;
}

std::optional<long long> wholeNumber(std::string_view text)
{
    long long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// "ID:CTIME" of then against now: an id comes back only after thousands of others, and ctime never goes
/// back.
bool isSameSysv(const SysvObject& now, const std::string& identity)
{
    const std::size_t colon = identity.find(':');
    const std::optional<long long> id = wholeNumber(identity.substr(0, colon));
    const std::optional<long long> changed =
        colon == std::string::npos ? std::nullopt : wholeNumber(identity.substr(colon + 1));
    return id && changed && now.id == *id && now.changed >= *changed;
}

} // namespace

bool isNameTaken(std::string_view kind, const std::string& name)
{
    struct stat status;
    if (isSysv(kind))
        return sysvId(kind, keyOf(name)) >= 0 || errno != ENOENT;
    if (kind == "posix-queue")
        return openQueue(name) || errno == EACCES;
    const std::string path = kind.starts_with("posix-") ? shmPath(kind, name) : name;
    return ::lstat(path.c_str(), &status) == 0;
}

std::string identityOf(std::string_view kind, const std::string& name)
{
    if (isSysv(kind)) {
        const std::optional<SysvObject> found = findSysv(kind, keyOf(name));
        return found && found->owner == ::getuid()
                   ? std::to_string(found->id) + ':' + std::to_string(found->changed)
                   : std::string();
    }
    if (kind == "posix-queue") {
        const Fd fd = openQueue(name);
        return fd ? birthText(fd.get(), {}, 0) : std::string();
    }
    const std::string path = kind.starts_with("posix-") ? shmPath(kind, name) : name;
    return path.empty() ? std::string() : birthText(AT_FDCWD, path, typeOf(kind));
}

bool removeNamed(std::string_view kind, const std::string& name, const std::string& identity)
{
    if (isSysv(kind)) {
        const std::optional<SysvObject> found = findSysv(kind, keyOf(name));
        return found && found->owner == ::getuid() && (identity.empty() || isSameSysv(*found, identity)) &&
               removeSysv(kind, found->id);
    }
    const std::string now = identityOf(kind, name);
    // A queue that its owner may neither read nor write cannot be told from another; the kernel lets none but
    // its owner unlink it.
    if (kind == "posix-queue" && now.empty() && errno == EACCES)
        return ::mq_unlink(name.c_str()) == 0;
    if (now.empty() || (!identity.empty() && now != identity))
        return false;
    if (kind == "posix-queue")
        return ::mq_unlink(name.c_str()) == 0;
    if (kind == "posix-shm")
        return ::shm_unlink(name.c_str()) == 0;
    if (kind == "posix-semaphore")
        return ::sem_unlink(name.c_str()) == 0;
    return ::unlink(name.c_str()) == 0;
}

std::string keyText(int key)
{
    std::array<char, 16> text;
    std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(key));
    return text.data();
}

int keyOf(const std::string& text)
{
    std::uint32_t key = 0;
    if (!text.starts_with("0x") ||
        std::from_chars(text.data() + 2, text.data() + text.size(), key, 16).ec != std::errc())
        return 0;
    return static_cast<int>(key);
}

int randomKey()
{
    std::random_device source;
    unsigned key = 0;
    while (key == 0)
        key = source();
    return static_cast<int>(key);
}

} // namespace byteyard::ipc
