#include "ipc/capture/privileges.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <linux/capability.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

namespace byteyard::ipc {

namespace {

struct Credentials
{
    uid_t effectiveUser = 0;
    gid_t effectiveGroup = 0;
    std::uint64_t permitted = 0; ///< capabilities, a bit each
};

/// The second of the numbers behind "Uid:" and "Gid:", and what stands behind "CapPrm:" (proc(5)).
std::optional<Credentials> credentialsOf(const std::string& place)
{
    std::ifstream status(place + "status");
    Credentials found;
    int lines = 0;
    std::string word;
    while (status >> word) {
        if (word == "Uid:" || word == "Gid:") {
            unsigned real = 0;
            unsigned effective = 0;
            status >> real >> effective;
            (word == "Uid:" ? found.effectiveUser : found.effectiveGroup) = effective;
            ++lines;
        } else if (word == "CapPrm:") {
            status >> word;
            std::from_chars(word.data(), word.data() + word.size(), found.permitted, 16);
            ++lines;
        }
    }
    return lines == 3 ? std::optional(found) : std::nullopt;
}

/// The capabilities that a file permits (capabilities(7), "File capabilities").
std::uint64_t fileCapabilities(const std::string& program)
{
    std::array<std::uint32_t, 6> data{};
    const ssize_t size = getxattr(program.c_str(), "security.capability", data.data(), sizeof data);
    constexpr ssize_t twoWords = 20; // magic, and permitted and inheritable twice
    return size < twoWords ? 0 : data[1] | static_cast<std::uint64_t>(data[3]) << 32;
}

} // namespace

std::string_view refusedPrivileges(pid_t pid)
{
    const std::string place = "/proc/" + std::to_string(pid) + "/";
    const std::string program = place + "exe";
    struct stat file
    {
    };
    struct statvfs mount
    {
    };
    if (stat(program.c_str(), &file) != 0)
        return {};
    // Without the group's x bit set-group-ID says nothing of groups (inode(7)).
    const bool givesUser = (file.st_mode & S_ISUID) != 0;
    const bool givesGroup = (file.st_mode & S_ISGID) != 0 && (file.st_mode & S_IXGRP) != 0;
    const std::uint64_t given = fileCapabilities(program);
    if (!givesUser && !givesGroup && given == 0)
        return {};
    const auto has = credentialsOf(place);
    if (!has || statvfs(program.c_str(), &mount) != 0 || (mount.f_flag & ST_NOSUID) != 0)
        return {};
    if (givesUser && has->effectiveUser != file.st_uid)
        return "set-user-ID";
    if (givesGroup && has->effectiveGroup != file.st_gid)
        return "set-group-ID";
    return (given & ~has->permitted) != 0 ? "file capabilities" : std::string_view();
}

} // namespace byteyard::ipc
