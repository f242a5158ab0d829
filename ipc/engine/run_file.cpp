#include "ipc/engine/run_file.h"

#include "ipc/endpoint/endpoint.h"
#include "ipc/endpoint/persistent.h"
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

void removeEntry(const RunFile::Entry& entry, const fs::path& runtimeDirectory)
{
    if (entry.kind != "directory") {
        removeNamed(entry.kind, entry.name, entry.identity);
        return;
    }
    // A listed name may have been taken by another since.
    struct stat status;
    const fs::path path(entry.name);
    if (::lstat(entry.name.c_str(), &status) == 0 && status.st_uid == ::getuid() && S_ISDIR(status.st_mode) &&
        path.parent_path() == runtimeDirectory && path.filename().string().starts_with("session-"))
        removeTree(entry.name);
}

bool isPersistentKind(std::string_view kind)
{
    return kind == "directory" || kind == "fifo" || kind == "file" || kind == "socket" ||
           kind.starts_with("sysv-") || kind.starts_with("posix-");
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

bool RunFile::list(std::string_view kind, const std::string& name) const
{
    if (isNameTaken(kind, name))
        return false;
    append(std::string(kind) + ' ' + encodeWord(name) + '\n');
    return true;
}

void RunFile::made(std::string_view kind, const std::string& name, const std::string& identity) const
{
    append("made " + std::string(kind) + ' ' + encodeWord(name) + ' ' + encodeWord(identity) + '\n');
}

void RunFile::listProcess(pid_t pid) const
{
    if (const std::optional<host::ProcessStat> status = host::processStat("/proc", pid))
        append("process " + std::to_string(pid) + ' ' + std::to_string(status->startTime) + '\n');
}

void RunFile::forget(std::string_view kind, const std::string& name) const
{
    append("forget " + std::string(kind) + ' ' + encodeWord(name) + '\n');
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
        std::array<std::string, 4> word;
        for (std::string& each : word)
            words >> each;
        Entry entry;
        if (word[0] == "process") {
            entry.kind = word[0];
            entry.pid = static_cast<pid_t>(std::strtol(word[1].c_str(), nullptr, 10));
            entry.startTime = std::strtoull(word[2].c_str(), nullptr, 10);
            if (entry.pid > 1)
                entries.push_back(entry);
            continue;
        }
        const bool isPlain = word[0] != "made" && word[0] != "forget";
        entry.kind = isPlain ? word[0] : word[1];
        entry.name = decodeWord(isPlain ? word[1] : word[2]);
        const bool isPath = !entry.kind.starts_with("sysv-");
        if (!isPersistentKind(entry.kind) || entry.name.empty() || (isPath && entry.name.front() != '/'))
            continue;
        const auto known = std::find_if(entries.begin(), entries.end(), [&](const Entry& other) {
            return other.kind == entry.kind && other.name == entry.name;
        });
        if (isPlain)
            entries.push_back(entry);
        else if (known != entries.end() && word[0] == "made")
            known->identity = decodeWord(word[3]);
        else if (known != entries.end())
            entries.erase(known);
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
        if (!entry.name.empty())
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
