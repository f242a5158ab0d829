#pragma once

#include "ipc/endpoint/endpoint.h"

#include <optional>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

namespace byteyard::ipc {

// What the kernel knows of a System V object, also of one that may not be read (MSG_STAT_ANY and its kin).
// Nothing when it is gone.
std::optional<msqid_ds> queueState(int id);
std::optional<shmid_ds> shmState(int id);
std::optional<semid_ds> semaphoreState(int id);

/// semctl(2)'s last argument: the caller has to declare it.
union SemaphoreArgument {
    int value;
    semid_ds* buffer;
    unsigned short* array;
};

/// What the three kinds have in common. Its holders are those who used it, with a descriptor of -1.
class SysvEndpoint : public Endpoint
{
public:
    EndpointNames names() const override;
    bool isAnonymous() const noexcept override { return false; }
    std::vector<ObjectId> objects() const override { return {}; }
    std::vector<ObjectKey> keys() const override;

protected:
    /// "key=0x4d51 mode=0600 flags=IPC_CREAT|IPC_EXCL"
    static std::string getDetail(key_t key, mode_t mode, const std::string& more = {});

    /// How errors name it: "0x00004d51", or "id:7".
    std::string keyName() const;

    int m_sysvId = -1;
    key_t m_key = 0; ///< IPC_PRIVATE: nobody finds it by a key
};

/// How to get at a System V object.
struct SysvOptions
{
    key_t key = 0;
    mode_t mode = 0600;
    bool existing = false;
    int id = -1; ///< of one that exists
};

} // namespace byteyard::ipc
