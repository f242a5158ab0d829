#include "ipc/engine/command_lookup.h"

#include "ipc/engine/launch_error.h"

#include <cerrno>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace byteyard::ipc::engine {

namespace {

/// 0 when it can be executed, else errno.
int executableFault(const std::string& path)
{
    struct stat status;
    if (::stat(path.c_str(), &status) != 0)
        return errno;
    if (!S_ISREG(status.st_mode))
        return EACCES;
    return ::access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

[[noreturn]] void refuse(const std::string& command, int error)
{
    if (error == ENOENT || error == ENOTDIR)
        throw LaunchError({"no-command", {{"command", command}}});
    throw LaunchError({"not-executable", {{"command", command}, {"errno", std::string(errnoName(error))}}});
}

} // namespace

std::vector<std::string> findExecutables(const std::string& command, const std::string& path,
                                         const std::string& directory)
{
    if (command.find('/') != std::string::npos) {
        const std::string full = command.front() == '/' ? command : directory + '/' + command;
        if (const int fault = executableFault(full))
            refuse(command, fault);
        return {full};
    }
    std::vector<std::string> found;
    int worst = ENOENT;
    std::istringstream directories(path);
    std::string entry;
    while (std::getline(directories, entry, ':')) {
        std::string candidate = entry.empty() || entry.front() != '/' ? directory : std::string();
        if (!entry.empty())
            candidate.append(candidate.empty() ? "" : "/").append(entry);
        candidate.append("/").append(command);
        const int fault = executableFault(candidate);
        if (fault == 0)
            found.push_back(candidate);
        else if (fault != ENOENT && fault != ENOTDIR)
            worst = fault;
    }
    if (found.empty())
        refuse(command, worst);
    return found;
}

} // namespace byteyard::ipc::engine
