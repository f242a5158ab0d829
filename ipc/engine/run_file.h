#pragma once

#include "ipc/capture/tracer.h"
#include "ipc/process/fd.h"

#include <optional>
#include <string>
#include <vector>

namespace byteyard::ipc::engine {

/// What an engine has made that would outlive it, written down before it is made. The file is locked
/// (flock(2)) while the keeper or the worker lives; one that is not locked is an orphan's. One line an entry:
/// `directory PATH`, `process PID STARTTIME`, `started TIME`, and for what persists (endpoint/persistent.h)
/// `KIND NAME` before it is made, `made KIND NAME IDENTITY` when it is, `forget KIND NAME`; words
/// percent-encoded as in an event's detail.
class RunFile
{
public:
    struct Entry
    {
        std::string kind;
        std::string name;     ///< a path, a key, the name of a POSIX object
        std::string identity; ///< empty: it may not have been made
        pid_t pid = 0;
        std::uint64_t startTime = 0;
    };

    /// Creates and locks a new one in `runtimeDirectory`. Throws EndpointError.
    explicit RunFile(const std::string& runtimeDirectory);
    /// An orphan's: nothing when it is locked, is not ours, or does not look like one.
    static std::optional<RunFile> adopt(const std::string& path);

    const std::string& path() const noexcept { return m_path; }
    /// The runtime directory that it lies in.
    std::string directory() const;
    /// Its name without "run-": what --clean takes.
    std::string id() const;

    /// Lists a "directory" or what persists, which is about to be made. False, and not listed, when something
    /// has that name already.
    bool list(std::string_view kind, const std::string& name) const;
    /// It has been made: only this one is ours.
    void made(std::string_view kind, const std::string& name, const std::string& identity) const;
    void listProcess(pid_t pid) const;
    /// It has been removed, or was never made.
    void forget(std::string_view kind, const std::string& name) const;

    std::vector<Entry> entries() const;
    /// When the engine started, RFC 3339.
    std::string started() const;
    /// Listed processes that still live.
    std::vector<pid_t> livingProcesses() const;
    /// Removes what is listed, and then this file.
    void removeAll() const;

private:
    RunFile(std::string path, Fd fd) : m_path(std::move(path)), m_fd(std::move(fd)) {}
    void append(const std::string& line) const;

    std::string m_path;
    Fd m_fd;
};

/// Removes a session directory with all that is in it.
void removeTree(const std::string& path);

} // namespace byteyard::ipc::engine
