#include "ipc/host/lock_table.h"

#include <fstream>
#include <sstream>
#include <sys/sysmacros.h>

namespace byteyard::ipc::host {

namespace {

constexpr std::chrono::milliseconds refreshEvery{50};

/// "1: POSIX  ADVISORY  WRITE 1234 fd:00:2531452 0 EOF"; one that waits has "->" after its number.
bool readLock(const std::string& line, FileLock& lock)
{
    std::istringstream words(line);
    std::string word;
    std::string place;
    words >> word >> lock.kind;
    lock.waits = lock.kind == "->";
    if (lock.waits)
        words >> lock.kind;
    words >> word >> lock.access >> lock.pid >> place >> lock.begin >> lock.end;
    if (!words)
        return false;
    std::istringstream parts(place);
    unsigned major = 0;
    unsigned minor = 0;
    char colon = 0;
    std::uint64_t inode = 0;
    parts >> std::hex >> major >> colon >> minor >> colon >> std::dec >> inode;
    lock.object = {::makedev(major, minor), inode};
    return static_cast<bool>(parts);
}

} // namespace

std::string lockWords(const std::vector<FileLock>& locks)
{
    std::string words;
    for (const FileLock& lock : locks)
        words.append(words.empty() ? "" : "; ")
            .append(lock.kind + ' ' + lock.access + ' ' + std::to_string(lock.pid) + ' ' + lock.begin + ' ' +
                    lock.end)
            .append(lock.waits ? " waits" : "");
    return words;
}

void LockTable::refresh()
{
    const Clock::time_point now = Clock::now();
    if (now < m_next)
        return;
    m_next = now + refreshEvery;
    m_locks.clear();
    std::ifstream file(m_root + "/locks");
    std::string line;
    while (std::getline(file, line)) {
        FileLock lock;
        if (readLock(line, lock))
            m_locks.push_back(std::move(lock));
    }
}

std::vector<FileLock> LockTable::of(ObjectId object) const
{
    std::vector<FileLock> found;
    for (const FileLock& lock : m_locks)
        if (lock.object == object)
            found.push_back(lock);
    return found;
}

} // namespace byteyard::ipc::host
