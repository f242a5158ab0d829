#include "ipc/endpoint/file.h"

#include "ipc/endpoint/held.h"
#include "ipc/host/process_scan.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace byteyard::ipc {

namespace {

constexpr std::size_t maxDescriptions = 64;

} // namespace

FileEndpoint::FileEndpoint(const FileOptions& options)
{
    m_path = options.path;
    const Fd created(
        options.existing
            ? -1
            : ::open(m_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, options.mode));
    if (!options.existing && !created && errno != EEXIST)
        throw EndpointError("open", m_path, errno);
    struct stat status;
    if (::stat(m_path.c_str(), &status) != 0)
        throw EndpointError("stat", m_path, errno);
    if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))
        throw EndpointError("open", m_path, S_ISDIR(status.st_mode) ? EISDIR : EEXIST);
    m_id = {status.st_dev, status.st_ino};
    if (!created)
        return;
    ::fchmod(created.get(), options.mode);
    m_setup.push_back({Call::Openat, created.get(), -1, created.get(),
                       "path=" + encodeWord(m_path) +
                           " flags=O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC mode=" + octalMode(options.mode)});
}

std::optional<Fill> FileEndpoint::fill(std::span<const TableHolder> /*holders*/)
{
    struct stat status;
    if (::stat(m_path.c_str(), &status) != 0)
        return std::nullopt;
    m_id = {status.st_dev, status.st_ino};
    Fill fill;
    fill.bytes = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
    return fill;
}

/// Which descriptors share a description: kcmp(2) tells, where it may.
void FileEndpoint::findDescriptions(std::span<const TableHolder> holders)
{
    if (std::equal(holders.begin(), holders.end(), m_holders.begin(), m_holders.end()))
        return;
    m_holders.assign(holders.begin(), holders.end());
    m_descriptions.clear();
    for (const TableHolder& holder : m_holders) {
        const bool isShared =
            std::any_of(m_descriptions.begin(), m_descriptions.end(), [&](const TableHolder& other) {
                return ::syscall(SYS_kcmp, holder.pid, other.pid, KCMP_FILE, holder.fd, other.fd) == 0;
            });
        if (holder.fd >= 0 && !isShared && m_descriptions.size() < maxDescriptions)
            m_descriptions.push_back(holder);
    }
}

std::optional<Look> FileEndpoint::look(const LookContext& context)
{
    struct stat status;
    Look look;
    if (::stat(m_path.c_str(), &status) != 0) {
        if (errno != ENOENT || !context.holders.empty())
            return std::nullopt;
        look.isRemoved = true;
        return look;
    }
    m_id = {status.st_dev, status.st_ino};
    const off_t size = std::max<off_t>(status.st_size, 0);
    look.fill.bytes = static_cast<std::uint64_t>(size);
    look.facts = {{"size", size}};
    findDescriptions(context.holders);
    std::vector<std::int64_t> offsets;
    std::vector<std::int64_t> pids;
    for (const TableHolder& each : m_descriptions) {
        const std::optional<std::int64_t> offset =
            host::descriptorNumber("/proc", each.pid, each.fd, "pos", 10);
        if (!offset)
            continue;
        offsets.push_back(*offset);
        pids.push_back(each.pid);
    }
    if (!offsets.empty()) {
        look.facts.emplace_back("offsets", std::move(offsets));
        look.facts.emplace_back("offset_pids", std::move(pids));
    }
    if (const std::string locks = context.locks ? host::lockWords(context.locks->of(m_id)) : "";
        !locks.empty())
        look.facts.emplace_back("locks", locks);
    return look;
}

Contents FileEndpoint::peek(std::span<const TableHolder> /*holders*/, Way /*way*/, std::uint64_t offset,
                            std::size_t size)
{
    // Not to be held up by what a program may have put in its place.
    const Fd fd(::open(m_path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    struct stat status;
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return Contents::unavailable(fd ? "unsupported" : errno == EACCES ? "refused" : "gone");
    }
    return readAt(fd.get(), static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0)), offset, size);
}

MadeCall FileEndpoint::write(std::span<const TableHolder> /*holders*/, const WriteRequest& request)
{
    const Fd fd(::open(m_path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (!fd)
        return {Call::Write, -errno, {}, {}};
    const ssize_t written = ::write(fd.get(), request.bytes.data(), request.bytes.size());
    return {Call::Write, written >= 0 ? written : -errno, {}, {}};
}

MadeCall FileEndpoint::remove()
{
    return unlinkCall(m_path);
}

} // namespace byteyard::ipc
