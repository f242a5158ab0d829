#include "ipc/host/object_names.h"

#include <sys/statfs.h>

namespace byteyard::ipc::host {

std::optional<std::pair<std::string_view, std::string>> sharedName(std::string_view target)
{
    constexpr std::string_view deleted = " (deleted)";
    constexpr std::string_view memory = "/dev/shm/";
    constexpr std::string_view semaphore = "/dev/shm/sem.";
    constexpr std::string_view anonymous = "/memfd:";
    if (target.ends_with(deleted))
        target.remove_suffix(deleted.size());
    if (target.starts_with(anonymous))
        return std::pair(std::string_view("memfd"), std::string(target.substr(anonymous.size())));
    if (target.starts_with(semaphore))
        return std::pair(std::string_view("posix-semaphore"),
                         "/" + std::string(target.substr(semaphore.size())));
    if (target.starts_with(memory))
        return std::pair(std::string_view("posix-shm"), "/" + std::string(target.substr(memory.size())));
    return std::nullopt;
}

bool isQueue(const std::string& place)
{
    constexpr auto queues = 0x19800202; // MQUEUE_MAGIC of linux/magic.h, which older headers do not have
    struct statfs system
    {
    };
    return ::statfs(place.c_str(), &system) == 0 && system.f_type == queues;
}

} // namespace byteyard::ipc::host
