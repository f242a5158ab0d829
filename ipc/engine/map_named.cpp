#include "ipc/endpoint/persistent.h"
#include "ipc/endpoint/pipe_probe.h"
#include "ipc/engine/map_look.h"
#include "ipc/host/object_names.h"
#include "ipc/host/proc.h"
#include "ipc/process/fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <sstream>
#include <sys/stat.h>

namespace byteyard::ipc::engine {

namespace {

struct CloseListing
{
    void operator()(DIR* dir) const { ::closedir(dir); }
};

std::string keyWord(int key)
{
    return key == 0 ? std::string() : keyText(key);
}

} // namespace

/// A table of /proc/sysvipc (sysvipc(7), proc(5)): a line of heads, then the key, the id and the rest by the
/// heads' names.
void MapLook::sysv(const char* list)
{
    std::ifstream file(std::string("/proc/sysvipc/") + list);
    std::string line;
    std::getline(file, line);
    std::istringstream headWords(line);
    std::vector<std::string> heads;
    for (std::string head; headWords >> head;)
        heads.push_back(head);
    while (std::getline(file, line)) {
        std::istringstream values(line);
        std::map<std::string, std::string> row;
        std::string value;
        for (const std::string& head : heads)
            if (values >> value)
                row.emplace(head, value);
        const auto number = [&row](const char* head) {
            return std::strtoull(row[head].c_str(), nullptr, 10);
        };
        const int key = static_cast<int>(std::strtol(row["key"].c_str(), nullptr, 10));
        if (row.contains("msqid"))
            object({ObjectKey::Kind::SysvQueue, number("msqid")}, "sysv-queue", keyWord(key));
        else if (row.contains("semid"))
            object({ObjectKey::Kind::SysvSemaphore, number("semid")}, "sysv-semaphore", keyWord(key));
        else if (row.contains("shmid")) // some process's mapping may have told of it already, without its key
            map.objects[object({ObjectKey::Kind::SysvShm, number("shmid")}, "sysv-shm", {})].name =
                keyWord(key);
    }
}

/// What stands under a name, with or without anybody who has it open.
void MapLook::directory(const char* path)
{
    const std::unique_ptr<DIR, CloseListing> dir(::opendir(path));
    const bool isQueues = std::string_view(path) == "/dev/mqueue";
    while (const dirent* entry = dir ? ::readdir(dir.get()) : nullptr) {
        const std::string place = std::string(path) + '/' + entry->d_name;
        struct stat status
        {
        };
        if (::lstat(place.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
            continue;
        const ObjectId id{status.st_dev, status.st_ino};
        if (isQueues)
            object(id, "posix-queue", std::string("/") + entry->d_name);
        else if (const auto shared = host::sharedName(place))
            object(id, shared->first, shared->second);
    }
}

void MapLook::named()
{
    for (const char* list : {"msg", "shm", "sem"})
        sysv(list);
    for (const char* path : {"/dev/mqueue", "/dev/shm"})
        directory(path);
}

/// How full pipes are, by a write end that is opened and closed at once. A FIFO's only when somebody reads
/// and somebody writes: one who waits in open(2) for the other side must go on waiting (fifo(7)).
void MapLook::fills()
{
    struct Ends
    {
        const MapUse* any = nullptr;
        bool isRead = false;
        bool isWritten = false;
    };
    std::map<std::size_t, Ends> pipes;
    for (const MapUse& each : map.uses) {
        const std::string& kind = map.objects[each.object].kind;
        if (each.fd < 0 || (kind != "pipe" && kind != "fifo"))
            continue;
        Ends& ends = pipes[each.object];
        ends.any = &each;
        ends.isRead = ends.isRead || each.side != "write";
        ends.isWritten = ends.isWritten || each.side != "read";
    }
    for (const auto& [number, ends] : pipes) {
        MapObject& pipe = map.objects[number];
        if (!ends.isRead || !ends.isWritten)
            continue;
        const std::string place =
            "/proc/" + std::to_string(ends.any->pid) + "/fd/" + std::to_string(ends.any->fd);
        const Fd end(::open(place.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
        struct stat status
        {
        };
        if (!end || ::fstat(end.get(), &status) != 0 ||
            pipe.key != ObjectKey(ObjectId{status.st_dev, status.st_ino}))
            continue; // the number leads elsewhere by now
        const Fill fill = pipeFill(end.get(), true);
        pipe.fill = fill.bytes;
        pipe.capacity = fill.capacity;
    }
}

} // namespace byteyard::ipc::engine
