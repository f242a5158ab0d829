#include "ipc/engine/run_file.h"

#include "ipc/endpoint/endpoint.h"
#include "ipc/engine/frames.h"
#include "ipc/engine/runtime_directory.h"
#include "ipc/host/process_scan.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>

namespace byteyard::ipc::engine {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view namePrefix = "run-";
constexpr std::size_t maxBytes = 64u << 20;

std::string readWhole(int fd)
{
    std::string text;
    std::array<char, 65536> piece;
    ssize_t size = 0;
    while (text.size() < maxBytes &&
           (size = ::pread(fd, piece.data(), piece.size(), static_cast<off_t>(text.size()))) > 0)
        text.append(piece.data(), static_cast<std::size_t>(size));
    return text;
}

/// Only what is of its kind and of this user is removed: a listed name may have been taken by another since.
void removeEntry(const RunFile::Entry& entry, const fs::path& runtimeDirectory)
{
    struct stat status;
    if (::lstat(entry.path.c_str(), &status) != 0 || status.st_uid != ::getuid())
        return;
    const fs::path path(entry.path);
    if (entry.kind == "directory" && S_ISDIR(status.st_mode) && path.parent_path() == runtimeDirectory &&
        path.filename().string().starts_with("session-"))
        removeTree(entry.path);
    else if ((entry.kind == "fifo" && S_ISFIFO(status.st_mode)) ||
             (entry.kind == "file" && S_ISREG(status.st_mode)))
        ::unlink(entry.path.c_str());
}

} // namespace

RunFile::RunFile(const std::string& runtimeDirectory)
    : m_path(runtimeDirectory + '/' + std::string(namePrefix) + std::to_string(::getpid()) + '-' +
             randomWord())
{
    m_fd = Fd(::open(m_path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!m_fd)
        throw EndpointError("open", m_path, errno);
    m_fd = moveHigh(std::move(m_fd));
    if (::flock(m_fd.get(), LOCK_EX | LOCK_NB) != 0)
        throw EndpointError("flock", m_path, errno);
    append("started " + wallClock() + '\n');
}

std::optional<RunFile> RunFile::adopt(const std::string& path)
{
    Fd fd(::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status;
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != ::getuid() ||
        !fs::path(path).filename().string().starts_with(namePrefix) ||
        ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return std::nullopt;
    return RunFile(path, std::move(fd));
}

std::string RunFile::directory() const
{
    return fs::path(m_path).parent_path().string();
}

std::string RunFile::id() const
{
    return fs::path(m_path).filename().string().substr(namePrefix.size());
}

bool RunFile::list(std::string_view kind, const std::string& path) const
{
    struct stat status;
    if (::lstat(path.c_str(), &status) == 0)
        return false;
    append(std::string(kind) + ' ' + encodeWord(path) + '\n');
    return true;
}

void RunFile::listProcess(pid_t pid) const
{
    if (const std::optional<host::ProcessStat> status = host::processStat("/proc", pid))
        append("process " + std::to_string(pid) + ' ' + std::to_string(status->startTime) + '\n');
}

void RunFile::forget(const std::string& path) const
{
    append("forget " + encodeWord(path) + '\n');
}

void RunFile::append(const std::string& line) const
{
    // One write: O_APPEND keeps the lines of two threads apart. A full disk is not a reason to stop: the
    // keeper still lives.
    [[maybe_unused]] const ssize_t written = ::write(m_fd.get(), line.data(), line.size());
}

std::vector<RunFile::Entry> RunFile::entries() const
{
    std::vector<Entry> entries;
    std::istringstream lines(readWhole(m_fd.get()));
    std::string line;
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        Entry entry;
        std::string first;
        std::string second;
        words >> entry.kind >> first >> second;
        if (entry.kind == "process") {
            entry.pid = static_cast<pid_t>(std::strtol(first.c_str(), nullptr, 10));
            entry.startTime = std::strtoull(second.c_str(), nullptr, 10);
            if (entry.pid > 1)
                entries.push_back(entry);
            continue;
        }
        entry.path = decodeWord(first);
        if (entry.kind == "forget")
            std::erase_if(entries, [&](const Entry& other) { return other.path == entry.path; });
        else if (entry.path.starts_with('/'))
            entries.push_back(entry);
    }
    return entries;
}

std::string RunFile::started() const
{
    std::istringstream words(readWhole(m_fd.get()));
    std::string keyword;
    std::string time;
    words >> keyword >> time;
    return keyword == "started" ? time : std::string();
}

std::vector<pid_t> RunFile::livingProcesses() const
{
    std::vector<pid_t> pids;
    for (const Entry& entry : entries()) {
        if (entry.kind != "process")
            continue;
        const std::optional<host::ProcessStat> status = host::processStat("/proc", entry.pid);
        if (status && status->startTime == entry.startTime && status->state != 'Z')
            pids.push_back(entry.pid);
    }
    return pids;
}

void RunFile::removeAll() const
{
    for (const Entry& entry : entries())
        if (!entry.path.empty())
            removeEntry(entry, directory());
    ::unlink(m_path.c_str());
}

void removeTree(const std::string& path)
{
    std::error_code ignored; // a program may go on creating files while it dies: once more, then
    for (int attempt = 0; attempt < 3 && fs::exists(path, ignored); ++attempt)
        fs::remove_all(path, ignored);
}

} // namespace byteyard::ipc::engine
