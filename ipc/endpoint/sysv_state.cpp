#include "ipc/endpoint/sysv_state.h"

#include "ipc/endpoint/persistent.h"

#include <cerrno>

namespace byteyard::ipc {

namespace {

// linux/msg.h, linux/shm.h, linux/sem.h; older C libraries do not name them.
constexpr int messageStatAny = 13;
constexpr int shmStatAny = 15;
constexpr int semaphoreStatAny = 20;
/// An id is a place in the kernel's table and, above it, a sequence number (ipc/util.h).
constexpr int placeMask = 0x7fff;

} // namespace

std::optional<msqid_ds> queueState(int id)
{
    msqid_ds state{};
    if (::msgctl(id, IPC_STAT, &state) == 0 ||
        (errno == EACCES && ::msgctl(id & placeMask, messageStatAny, &state) == id))
        return state;
    return std::nullopt;
}

std::optional<shmid_ds> shmState(int id)
{
    shmid_ds state{};
    if (::shmctl(id, IPC_STAT, &state) == 0 ||
        (errno == EACCES && ::shmctl(id & placeMask, shmStatAny, &state) == id))
        return state;
    return std::nullopt;
}

std::optional<semid_ds> semaphoreState(int id)
{
    semid_ds state{};
    SemaphoreArgument argument{};
    argument.buffer = &state;
    if (::semctl(id, 0, IPC_STAT, argument) == 0 ||
        (errno == EACCES && ::semctl(id & placeMask, 0, semaphoreStatAny, argument) == id))
        return state;
    return std::nullopt;
}

std::vector<ObjectKey> SysvEndpoint::keys() const
{
    const ObjectKey::Kind what = kind() == "sysv-queue" ? ObjectKey::Kind::SysvQueue
                                 : kind() == "sysv-shm" ? ObjectKey::Kind::SysvShm
                                                        : ObjectKey::Kind::SysvSemaphore;
    return {{what, static_cast<std::uint64_t>(m_sysvId)}};
}

EndpointNames SysvEndpoint::names() const
{
    return {m_sysvId, m_key != IPC_PRIVATE ? keyText(m_key) : std::string(), {}, 0};
}

std::string SysvEndpoint::keyName() const
{
    return m_key != IPC_PRIVATE ? keyText(m_key) : "id:" + std::to_string(m_sysvId);
}

std::string SysvEndpoint::getDetail(key_t key, mode_t mode, const std::string& more)
{
    return "key=" + keyText(key) + more + " flags=IPC_CREAT|IPC_EXCL mode=" + octalMode(mode);
}

} // namespace byteyard::ipc
