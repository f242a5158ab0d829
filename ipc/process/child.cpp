#include "ipc/process/child.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace byteyard::ipc {

namespace {

void wake(std::atomic<int>& word) noexcept
{
    word.store(1);
    syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

void waitFor(std::atomic<int>& word) noexcept
{
    while (word.load() == 0)
        syscall(SYS_futex, &word, FUTEX_WAIT, 0, nullptr, nullptr, 0);
}

std::vector<char*> pointers(const std::vector<std::string>& words)
{
    std::vector<char*> list;
    list.reserve(words.size() + 1);
    for (const std::string& word : words)
        list.push_back(
            const_cast<char*>(word.c_str())); // NOLINT(cppcoreguidelines-pro-type-const-cast): execve's type
    list.push_back(nullptr);
    return list;
}

} // namespace

Child::Child(const LaunchPlan& plan, std::vector<int> ownEnds, std::span<const sock_filter> filter)
    : m_plan(plan), m_ownEnds(std::move(ownEnds)), m_arguments(pointers(m_plan.argv)),
      m_environment(pointers(m_plan.environment)), m_filter(filter)
{
    for (std::size_t i = 0; i < m_plan.fds.size(); ++i) {
        const FdPlan& fd = m_plan.fds[i];
        m_sources.push_back(fd.source);
        if (fd.source < 0)
            m_opens.push_back(i);
        else
            m_targets.push_back(fd.target);
    }
    std::sort(m_targets.begin(), m_targets.end());
    std::erase_if(m_ownEnds,
                  [this](int fd) { return std::binary_search(m_targets.begin(), m_targets.end(), fd); });
    // The lowest free number is what open(2) gives: in this order most opens hit their target at once.
    std::sort(m_opens.begin(), m_opens.end(),
              [this](std::size_t a, std::size_t b) { return m_plan.fds[a].target < m_plan.fds[b].target; });
    void* page = mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "mmap");
    m_page = new (page) Page{};
}

Child::~Child()
{
    munmap(m_page, sizeof(Page));
}

void Child::goOn() noexcept
{
    wake(m_page->traced);
}

bool Child::waitUntilHeld(int timeoutMs) const noexcept
{
    const timespec timeout{timeoutMs / 1000, timeoutMs % 1000 * 1000000L};
    if (m_page->held.load() == 0)
        syscall(SYS_futex, &m_page->held, FUTEX_WAIT, 0, &timeout, nullptr, 0);
    return m_page->held.load() != 0;
}

void Child::release() noexcept
{
    wake(m_page->released);
}

ChildFailure Child::failure() const
{
    const auto index = static_cast<std::size_t>(m_page->index);
    switch (m_page->step) {
    case Step::None:
        break;
    case Step::Seccomp:
        return {"seccomp", {}, m_page->error};
    case Step::Dup:
        return {"dup2", std::to_string(m_plan.fds.at(index).target), m_page->error};
    case Step::Open:
        return {"open", m_plan.fds.at(index).path, m_page->error};
    case Step::Socket:
        return {"connect", m_plan.fds.at(index).socket->text, m_page->error};
    case Step::Directory:
        return {"chdir", m_plan.directory, m_page->error};
    case Step::Exec:
        return {"execve", index < m_plan.executables.size() ? m_plan.executables[index] : std::string(),
                m_page->error};
    }
    return {};
}

void Child::fail(Step step, std::size_t index, int error) noexcept
{
    m_page->step = step;
    m_page->index = static_cast<int>(index);
    m_page->error = error;
    _exit(127);
}

void Child::run() noexcept
{
    waitFor(m_page->traced);
    if (setpgid(0, m_plan.group) != 0) // that group may be gone
        setpgid(0, 0);
    resetSignals();
    loadFilter();
    wire();
    closeOthers();
    if (m_plan.openFiles)
        setrlimit(RLIMIT_NOFILE, &*m_plan.openFiles);
    wake(m_page->held);
    waitFor(m_page->released);
    if (!m_plan.directory.empty() && chdir(m_plan.directory.c_str()) != 0)
        fail(Step::Directory, 0, errno);
    openFiles();
    execute();
}

void Child::resetSignals() noexcept
{
    struct sigaction standard
    {
    };
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
        sigaction(number, &standard, nullptr); // refused for SIGKILL, SIGSTOP and the C library's own
    // The C library hides two signals; a mask of zeros is the kernel's own word.
    const std::uint64_t none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
}

void Child::loadFilter() noexcept
{
    if (m_filter.empty())
        return;
    sock_fprog program{static_cast<unsigned short>(m_filter.size()),
                       const_cast<sock_filter*>(m_filter.data())}; // NOLINT
    const auto load = [&program] {
        return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0;
    };
    if (load())
        return;
    // Without CAP_SYS_ADMIN the kernel asks for this promise (it takes the s bit from sudo and ping, as a
    // tracer does too).
    if (errno != EACCES || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !load())
        fail(Step::Seccomp, 0, errno);
}

void Child::wire() noexcept
{
    const int above = m_targets.empty() ? 0 : m_targets.back() + 1;
    for (std::size_t i = 0; i < m_sources.size(); ++i) {
        const int source = m_sources[i];
        if (source < 0 || source == m_plan.fds[i].target ||
            !std::binary_search(m_targets.begin(), m_targets.end(), source))
            continue;
        const int moved = fcntl(source, F_DUPFD_CLOEXEC, above);
        if (moved < 0)
            fail(Step::Dup, i, errno);
        for (std::size_t j = i; j < m_sources.size(); ++j)
            if (m_sources[j] == source && m_plan.fds[j].target != source)
                m_sources[j] = moved;
    }
    for (std::size_t i = 0; i < m_sources.size(); ++i) {
        const int target = m_plan.fds[i].target;
        if (m_sources[i] < 0)
            continue;
        if (m_sources[i] == target ? fcntl(target, F_SETFD, 0) != 0 : dup2(m_sources[i], target) != target)
            fail(Step::Dup, i, errno);
    }
}

void Child::closeOthers() noexcept
{
    for (const int fd : m_ownEnds)
        close(fd);
    unsigned first = 0;
    for (const int kept : m_targets) {
        const auto number = static_cast<unsigned>(kept);
        if (number > first)
            syscall(SYS_close_range, first, number - 1, 0);
        first = std::max(first, number + 1);
    }
    syscall(SYS_close_range, first, UINT_MAX, 0);
}

int Child::connectSocket(std::size_t index) noexcept
{
    const SocketPlan& plan = *m_plan.fds[index].socket;
    const int on = 1;
    const int fd = socket(plan.family, plan.type, 0);
    if (fd < 0)
        fail(Step::Socket, index, errno);
    if ((plan.sendBuffer > 0 &&
         setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &plan.sendBuffer, sizeof plan.sendBuffer) != 0) ||
        (plan.receiveBuffer > 0 &&
         setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &plan.receiveBuffer, sizeof plan.receiveBuffer) != 0) ||
        (plan.noDelay && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0))
        fail(Step::Socket, index, errno);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&plan.address), plan.addressSize) != 0)
        fail(Step::Socket, index, errno);
    return fd;
}

void Child::openFiles() noexcept
{
    for (const std::size_t i : m_opens) {
        const FdPlan& plan = m_plan.fds[i];
        const int fd = plan.socket ? connectSocket(i) : open(plan.path.c_str(), plan.flags, plan.mode);
        if (fd < 0)
            fail(Step::Open, i, errno);
        if (fd == plan.target)
            continue;
        if (dup2(fd, plan.target) != plan.target)
            fail(Step::Open, i, errno);
        close(fd);
    }
}

void Child::execute() noexcept
{
    // As execvp(3): a place without the program is passed over, and a denial is told only when no other place
    // has it.
    std::size_t told = 0;
    int error = ENOENT;
    for (std::size_t i = 0; i < m_plan.executables.size(); ++i) {
        execve(m_plan.executables[i].c_str(), m_arguments.data(), m_environment.data());
        const bool passedOver = errno == ENOENT || errno == ENOTDIR || errno == ENODEV || errno == ESTALE;
        if (!passedOver || error == ENOENT) {
            told = i;
            error = errno;
        }
        if (!passedOver && error != EACCES)
            break;
    }
    fail(Step::Exec, told, error);
}

} // namespace byteyard::ipc
