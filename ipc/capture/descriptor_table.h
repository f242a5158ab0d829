#pragma once

#include "ipc/capture/tracer.h"

#include <algorithm>
#include <fcntl.h>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace byteyard::ipc {

/// What matters of a socket until it is connected, and of one that sends datagrams. A connection, and what
/// is no socket, has domain 0.
struct SocketUse
{
    int domain = 0;
    int type = 0;
    bool isOther = false;            ///< of a family whose peers are not followed; its domain is 0, too
    bool isConnecting = false;       ///< connect(2) went on without waiting
    std::string target;              ///< the address that it was connected to
    std::string local;               ///< while it is connecting: from which address
    std::uint64_t since = 0;         ///< when connect(2) or listen(2) was called last
    std::set<std::uint32_t> sendsTo; ///< endpoints of those that it has sent datagrams to
};

/// An open file description (open(2), NOTES) of a followed endpoint: shared by the descriptors that dup, fork
/// and passing made of it.
struct OpenFile
{
    std::uint32_t endpoint = 0;
    Access access = Access::Read;
    ObjectKey object;
    SocketUse socket{};
    std::uint32_t number = 0; ///< of the description, from 1; 0: not told of yet
};

/// From the flags of open(2) or F_GETFL.
inline Access accessOf(int openFlags)
{
    switch (openFlags & O_ACCMODE) {
    case O_RDONLY:
        return Access::Read;
    case O_WRONLY:
        return Access::Write;
    default:
        return Access::ReadWrite;
    }
}

/// The descriptors of one process, or of several that share them (CLONE_FILES), as far as they lead to
/// followed endpoints. A close takes effect when the call is entered, a new descriptor when it returns, for
/// the kernel gives a number again that early.
class DescriptorTable
{
public:
    struct Entry
    {
        std::shared_ptr<OpenFile> file;
        bool announced = true; ///< false: an end that a child has from the engine and closes before exec
    };

    const Entry* find(int fd) const
    {
        const auto at = m_entries.find(fd);
        return at == m_entries.end() ? nullptr : &at->second;
    }
    void set(int fd, Entry entry) { m_entries[fd] = std::move(entry); }
    void erase(int fd)
    {
        m_entries.erase(fd);
        m_interests.erase(fd);
        for (auto& [epoll, list] : m_interests)
            std::erase(list, fd);
    }
    const std::map<int, Entry>& entries() const noexcept { return m_entries; }

    /// What an epoll descriptor waits on, as far as it is followed (epoll_ctl(2)).
    void watch(int epoll, int fd)
    {
        std::vector<int>& list = m_interests[epoll];
        if (std::find(list.begin(), list.end(), fd) == list.end())
            list.push_back(fd);
    }
    void watchOnly(int epoll, std::vector<int> fds) { m_interests[epoll] = std::move(fds); }
    void unwatch(int epoll, int fd)
    {
        if (const auto at = m_interests.find(epoll); at != m_interests.end())
            std::erase(at->second, fd);
    }
    std::vector<int> watched(int epoll) const
    {
        const auto at = m_interests.find(epoll);
        return at == m_interests.end() ? std::vector<int>() : at->second;
    }
    /// Another number for the same epoll instance.
    void copyWatched(int from, int to)
    {
        if (const auto at = m_interests.find(from); at != m_interests.end())
            m_interests[to] = std::vector<int>(at->second);
    }

private:
    std::map<int, Entry> m_entries;
    std::map<int, std::vector<int>> m_interests;
};

} // namespace byteyard::ipc
