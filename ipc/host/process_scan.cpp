#include "ipc/host/process_scan.h"

#include "ipc/process/fd.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <dirent.h>
#include <fcntl.h>
#include <map>
#include <memory>
#include <string_view>
#include <sys/stat.h>

namespace byteyard::ipc::host {

namespace {

struct CloseDir
{
    void operator()(DIR* dir) const { ::closedir(dir); }
};

/// The numeric names in a directory: pids, fds.
std::vector<int> numbersIn(const std::string& path)
{
    std::vector<int> numbers;
    const std::unique_ptr<DIR, CloseDir> dir(::opendir(path.c_str()));
    if (!dir)
        return numbers;
    while (const dirent* entry = ::readdir(dir.get())) {
        const std::string_view name = entry->d_name;
        int number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (error == std::errc() && end == name.data() + name.size())
            numbers.push_back(number);
    }
    return numbers;
}

/// A small file of /proc (at most 4 KiB are looked at).
std::string contentsOf(const std::string& path)
{
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    if (!fd)
        return text;
    text.resize(4096);
    const ssize_t size = ::read(fd.get(), text.data(), text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
}

std::string linkOf(const std::string& path)
{
    std::array<char, 256> target;
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    return size > 0 ? std::string(target.data(), static_cast<std::size_t>(size)) : std::string();
}

std::uint64_t inodeInLink(std::string_view link)
{
    for (const std::string_view prefix : {"pipe:[", "socket:["}) {
        if (!link.starts_with(prefix) || !link.ends_with(']'))
            continue;
        std::uint64_t inode = 0;
        std::from_chars(link.data() + prefix.size(), link.data() + link.size() - 1, inode);
        return inode;
    }
    return 0;
}

std::string processDir(const std::string& root, pid_t pid)
{
    return root + '/' + std::to_string(pid);
}

Access accessOf(int flags)
{
    switch (flags & O_ACCMODE) {
    case O_RDONLY:
        return Access::Read;
    case O_WRONLY:
        return Access::Write;
    default:
        return Access::ReadWrite;
    }
}

bool isOneOf(const std::string& link, const std::string& path, const std::vector<ObjectId>& objects)
{
    if (const std::uint64_t inode = inodeInLink(link))
        return std::any_of(objects.begin(), objects.end(), [&](ObjectId id) { return id.inode == inode; });
    struct stat status;
    if (!link.starts_with('/') || ::stat(path.c_str(), &status) != 0)
        return false;
    return std::find(objects.begin(), objects.end(), ObjectId{status.st_dev, status.st_ino}) != objects.end();
}

} // namespace

std::vector<DescriptorHolder> findHolders(const std::string& root, const std::vector<ObjectId>& objects)
{
    std::vector<DescriptorHolder> holders;
    for (const pid_t pid : processes(root)) {
        const std::string dir = processDir(root, pid) + "/fd";
        for (const int fd : numbersIn(dir)) {
            const std::string path = dir + '/' + std::to_string(fd);
            if (!isOneOf(linkOf(path), path, objects))
                continue;
            const std::optional<ProcessStat> status = processStat(root, pid);
            holders.push_back({pid, status ? status->name : std::string(), fd,
                               accessOf(descriptorFlags(root, pid, fd).value_or(O_RDWR))});
        }
    }
    return holders;
}

std::optional<std::int64_t> DescriptorInfo::number(std::string_view name, int base) const
{
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        const std::size_t colon = at + name.size();
        if ((at != 0 && text[at - 1] != '\n') || colon >= text.size() || text[colon] != ':')
            continue;
        const std::size_t begin = text.find_first_not_of(" \t", colon + 1);
        if (begin == std::string::npos)
            return std::nullopt;
        std::uint64_t number = 0; // an eventfd's count has no sign
        const bool good =
            std::from_chars(text.data() + begin, text.data() + text.size(), number, base).ec == std::errc();
        return good ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<DescriptorInfo> descriptorInfo(const std::string& root, pid_t pid, int fd)
{
    DescriptorInfo info{contentsOf(processDir(root, pid) + "/fdinfo/" + std::to_string(fd))};
    return info.text.empty() ? std::nullopt : std::optional(std::move(info));
}

std::optional<std::int64_t> descriptorNumber(const std::string& root, pid_t pid, int fd,
                                             std::string_view name, int base)
{
    const std::optional<DescriptorInfo> info = descriptorInfo(root, pid, fd);
    return info ? info->number(name, base) : std::nullopt;
}

std::optional<int> descriptorFlags(const std::string& root, pid_t pid, int fd)
{
    const std::optional<std::int64_t> flags = descriptorNumber(root, pid, fd, "flags", 8);
    return flags ? std::optional(static_cast<int>(*flags)) : std::nullopt;
}

std::vector<int> epollTargets(const std::string& root, pid_t pid, int fd)
{
    constexpr std::string_view label = "tfd:";
    std::vector<int> targets;
    const std::string text = descriptorInfo(root, pid, fd).value_or(DescriptorInfo{}).text;
    for (std::size_t at = text.find(label); at != std::string::npos; at = text.find(label, at + label.size()))
        targets.push_back(static_cast<int>(std::strtol(text.c_str() + at + label.size(), nullptr, 10)));
    return targets;
}

std::uint64_t anonymousInode(const std::string& root, pid_t pid, int fd)
{
    return inodeInLink(linkOf(processDir(root, pid) + "/fd/" + std::to_string(fd)));
}

std::optional<ProcessStat> processStat(const std::string& root, pid_t pid)
{
    const std::string text = contentsOf(processDir(root, pid) + "/stat");
    // The name stands in parentheses and may itself hold some.
    const std::size_t open = text.find('(');
    const std::size_t close = text.rfind(')');
    if (open == std::string::npos || close == std::string::npos || close < open || text.size() < close + 5)
        return std::nullopt;
    ProcessStat status;
    status.name = text.substr(open + 1, close - open - 1);
    status.state = text[close + 2];
    std::string_view rest = std::string_view(text).substr(close + 4);
    constexpr int parentField = 4;
    constexpr int startTimeField = 22;
    for (int field = parentField; field <= startTimeField; ++field) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        if (field == parentField)
            std::from_chars(rest.data(), rest.data() + end, status.parent);
        else if (field == startTimeField)
            std::from_chars(rest.data(), rest.data() + end, status.startTime);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return status;
}

std::vector<pid_t> processes(const std::string& root)
{
    return numbersIn(root);
}

std::vector<pid_t> childrenOf(const std::string& root, pid_t parent)
{
    std::vector<pid_t> children;
    for (const pid_t pid : processes(root)) {
        const std::optional<ProcessStat> status = processStat(root, pid);
        if (status && status->parent == parent)
            children.push_back(pid);
    }
    return children;
}

std::vector<pid_t> descendantsOf(const std::string& root, pid_t ancestor)
{
    std::multimap<pid_t, pid_t> children;
    for (const pid_t pid : processes(root))
        if (const std::optional<ProcessStat> status = processStat(root, pid))
            children.emplace(status->parent, pid);
    std::vector<pid_t> found{ancestor};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto [from, to] = children.equal_range(found[i]);
        for (auto child = from; child != to; ++child)
            if (std::find(found.begin(), found.end(), child->second) == found.end())
                found.push_back(child->second); // a number may be given again while /proc is read
    }
    found.erase(found.begin());
    return found;
}

} // namespace byteyard::ipc::host
