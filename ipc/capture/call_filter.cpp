#include "ipc/capture/call_filter.h"

#include "ipc/capture/call_table.h"

#include <cerrno>
#include <cstdio>
#include <linux/futex.h>
#include <memory>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>

namespace byteyard::ipc {

namespace {

void require(int result, const char* what)
{
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), what);
}

struct CloseFile
{
    void operator()(std::FILE* file) const { std::fclose(file); }
};

} // namespace

bool isDataCall(const CallRow& row) noexcept
{
    switch (row.call) {
    case Call::Semop:
    case Call::Semtimedop:
    case Call::Lseek:
    case Call::Ioctl:
    case Call::IoUringEnter:
    case Call::Getsockname:
    case Call::Getpeername:
    case Call::Msync:
    case Call::Fsync:
    case Call::Fdatasync:
    case Call::SyncFileRange:
    case Call::EpollCtl: // what is waited on stands in /proc
        return true;
    default:
        return row.effect == Effect::Wait || row.effect == Effect::Futex ||
               (row.effect != Effect::Receive && callInfo(row.call).flow != Flow::None);
    }
}

bool passesFilter(FilterKind kind, const CallRow& row)
{
    return kind == FilterKind::Control && isDataCall(row);
}

std::vector<sock_filter> tracedCallsFilter(FilterKind kind)
{
    const std::unique_ptr<void, decltype(&seccomp_release)> context(seccomp_init(SCMP_ACT_ALLOW),
                                                                    &seccomp_release);
    if (!context)
        throw std::system_error(ENOMEM, std::generic_category(), "seccomp_init");
    require(seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW), "seccomp_attr_set");
    // A binary tree instead of a chain: the calls that pass pay for every comparison.
    require(seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2), "seccomp_attr_set");
    for (const CallRow& row : callRows()) {
        if (passesFilter(kind, row)) {
            // A look at waiting datagrams (SO_PEEK_OFF) must not meet the program's own.
            if (row.call == Call::Recvfrom)
                require(seccomp_rule_add(context.get(), SCMP_ACT_TRACE(0), static_cast<int>(row.number), 1,
                                         SCMP_A3(SCMP_CMP_MASKED_EQ, MSG_PEEK, MSG_PEEK)),
                        "seccomp_rule_add");
            // It makes a descriptor: the other side of a terminal.
            if (row.call == Call::Ioctl)
                require(seccomp_rule_add(context.get(), SCMP_ACT_TRACE(0), static_cast<int>(row.number), 1,
                                         SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffU, TIOCGPTPEER)),
                        "seccomp_rule_add");
            continue;
        }
        if (row.call == Call::Mmap) {
            // Only what is shared and no anonymous memory: programs map a lot, and little of it is IPC.
            require(seccomp_rule_add(context.get(), SCMP_ACT_TRACE(0), static_cast<int>(row.number), 1,
                                     SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_SHARED | MAP_ANONYMOUS, MAP_SHARED)),
                    "seccomp_rule_add");
            continue;
        }
        if (const auto flags = futexFlags(row.call)) {
            // Not within one process (pthread_mutex_lock(3) and the like), which costs every lock.
            require(seccomp_rule_add(context.get(), SCMP_ACT_TRACE(0), static_cast<int>(row.number), 1,
                                     SCMP_CMP(*flags, SCMP_CMP_MASKED_EQ, FUTEX_PRIVATE_FLAG, 0)),
                    "seccomp_rule_add");
            continue;
        }
        require(seccomp_rule_add(context.get(), SCMP_ACT_TRACE(0), static_cast<int>(row.number), 0),
                "seccomp_rule_add");
    }

    const std::unique_ptr<std::FILE, CloseFile> file(
        fdopen(memfd_create("byteyard-filter", MFD_CLOEXEC), "r"));
    if (!file)
        throw std::system_error(errno, std::generic_category(), "memfd_create");
    require(seccomp_export_bpf(context.get(), fileno(file.get())), "seccomp_export_bpf");
    std::rewind(file.get());
    struct stat status
    {
    };
    if (fstat(fileno(file.get()), &status) != 0)
        throw std::system_error(errno, std::generic_category(), "fstat");
    std::vector<sock_filter> program(static_cast<std::size_t>(status.st_size) / sizeof(sock_filter));
    if (std::fread(program.data(), sizeof(sock_filter), program.size(), file.get()) != program.size())
        throw std::system_error(EIO, std::generic_category(), "the seccomp filter cannot be read back");
    return program;
}

} // namespace byteyard::ipc
