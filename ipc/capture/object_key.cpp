#include "ipc/capture/object_key.h"

#include "ipc/host/proc.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace byteyard::ipc {

ObjectKey descriptorKey(pid_t pid, int fd, const struct stat& status)
{
    if (S_ISCHR(status.st_mode)) {
        constexpr unsigned firstSlave = 136; // UNIX98 pseudoterminals: majors 136 to 143
        constexpr unsigned majors = 8;
        const unsigned device = major(status.st_rdev);
        if (device >= firstSlave && device < firstSlave + majors)
            return {ObjectKey::Kind::Pty, (device - firstSlave) * 256 + minor(status.st_rdev)};
        if (device == 5 && minor(status.st_rdev) == 2)
            if (const auto index = proc::descriptorField(pid, fd, "tty-index:"))
                return {ObjectKey::Kind::Pty, *index};
    } else if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode) && !S_ISSOCK(status.st_mode)) {
        if (const auto id = proc::descriptorField(pid, fd, "eventfd-id:"))
            return {ObjectKey::Kind::Eventfd, *id};
    }
    return ObjectId{status.st_dev, status.st_ino};
}

} // namespace byteyard::ipc
