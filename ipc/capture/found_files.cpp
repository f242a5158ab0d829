#include "ipc/capture/found_files.h"

#include <algorithm>
#include <array>

namespace byteyard::ipc {

namespace {

constexpr std::array<std::string_view, 12> systemDirectories{"/usr/",    "/lib/", "/lib32/",     "/lib64/",
                                                             "/libx32/", "/bin/", "/sbin/",      "/etc/",
                                                             "/proc/",   "/sys/", "/var/cache/", "/dev/"};

/// Where interpreters have their libraries, whatever they are installed below.
constexpr std::array<std::string_view, 5> libraryDirectories{
    "/__pycache__/", "/site-packages/", "/dist-packages/", "/lib/python", "/node_modules/"};

} // namespace

bool isSystemFile(std::string_view path) noexcept
{
    // What an administrator has put there is of this machine, not of the system.
    if (path.starts_with("/usr/local/"))
        return false;
    if (std::any_of(systemDirectories.begin(), systemDirectories.end(),
                    [&](std::string_view directory) { return path.starts_with(directory); }))
        return true;
    if (std::any_of(libraryDirectories.begin(), libraryDirectories.end(),
                    [&](std::string_view directory) { return path.find(directory) != path.npos; }))
        return true;
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const std::size_t library = name.find(".so");
    return library != std::string_view::npos && (name.size() == library + 3 || name[library + 3] == '.');
}

bool FoundFiles::take(std::string_view path) noexcept
{
    if (!path.starts_with('/') || path.ends_with(" (deleted)"))
        return false;
    if (!m_system && isSystemFile(path)) {
        ++m_leftSystem;
        return false;
    }
    if (m_taken >= most) {
        ++m_leftOver;
        return false;
    }
    ++m_taken;
    return true;
}

} // namespace byteyard::ipc
