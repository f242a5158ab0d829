#include "ipc/capture/decode.h"

#include "ipc/capture/describe_words.h"
#include "ipc/capture/event.h"
#include "ipc/capture/seal_names.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/falloc.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

namespace byteyard::ipc {

namespace {

// O_SYNC holds O_DSYNC's bit, O_TMPFILE holds O_DIRECTORY's: the larger first.
constexpr NamedBits openNames[] = {
    {O_CREAT, "O_CREAT"},       {O_EXCL, "O_EXCL"},       {O_NOCTTY, "O_NOCTTY"},
    {O_TRUNC, "O_TRUNC"},       {O_APPEND, "O_APPEND"},   {O_NONBLOCK, "O_NONBLOCK"},
    {O_SYNC, "O_SYNC"},         {O_DSYNC, "O_DSYNC"},     {O_ASYNC, "O_ASYNC"},
    {O_DIRECT, "O_DIRECT"},     {O_TMPFILE, "O_TMPFILE"}, {O_DIRECTORY, "O_DIRECTORY"},
    {O_NOFOLLOW, "O_NOFOLLOW"}, {O_NOATIME, "O_NOATIME"}, {O_CLOEXEC, "O_CLOEXEC"},
    {O_PATH, "O_PATH"}};
constexpr NamedBits messageNames[] = {{MSG_OOB, "MSG_OOB"},
                                      {MSG_PEEK, "MSG_PEEK"},
                                      {MSG_DONTROUTE, "MSG_DONTROUTE"},
                                      {MSG_TRUNC, "MSG_TRUNC"},
                                      {MSG_DONTWAIT, "MSG_DONTWAIT"},
                                      {MSG_EOR, "MSG_EOR"},
                                      {MSG_WAITALL, "MSG_WAITALL"},
                                      {MSG_CONFIRM, "MSG_CONFIRM"},
                                      {MSG_ERRQUEUE, "MSG_ERRQUEUE"},
                                      {MSG_NOSIGNAL, "MSG_NOSIGNAL"},
                                      {MSG_MORE, "MSG_MORE"},
                                      {MSG_WAITFORONE, "MSG_WAITFORONE"},
                                      {MSG_CMSG_CLOEXEC, "MSG_CMSG_CLOEXEC"}};
constexpr NamedBits spliceNames[] = {{SPLICE_F_MOVE, "SPLICE_F_MOVE"},
                                     {SPLICE_F_NONBLOCK, "SPLICE_F_NONBLOCK"},
                                     {SPLICE_F_MORE, "SPLICE_F_MORE"},
                                     {SPLICE_F_GIFT, "SPLICE_F_GIFT"}};
constexpr NamedBits allocateNames[] = {{FALLOC_FL_KEEP_SIZE, "FALLOC_FL_KEEP_SIZE"},
                                       {FALLOC_FL_PUNCH_HOLE, "FALLOC_FL_PUNCH_HOLE"},
                                       {FALLOC_FL_COLLAPSE_RANGE, "FALLOC_FL_COLLAPSE_RANGE"},
                                       {FALLOC_FL_ZERO_RANGE, "FALLOC_FL_ZERO_RANGE"},
                                       {FALLOC_FL_INSERT_RANGE, "FALLOC_FL_INSERT_RANGE"},
                                       {FALLOC_FL_UNSHARE_RANGE, "FALLOC_FL_UNSHARE_RANGE"}};
constexpr NamedBits namespaceNames[] = {
    {CLONE_FILES, "CLONE_FILES"},   {CLONE_FS, "CLONE_FS"},           {CLONE_NEWIPC, "CLONE_NEWIPC"},
    {CLONE_NEWNET, "CLONE_NEWNET"}, {CLONE_NEWNS, "CLONE_NEWNS"},     {CLONE_NEWPID, "CLONE_NEWPID"},
    {CLONE_NEWUTS, "CLONE_NEWUTS"}, {CLONE_NEWUSER, "CLONE_NEWUSER"}, {CLONE_NEWCGROUP, "CLONE_NEWCGROUP"}};
constexpr NamedBits vectorNames[] = {{RWF_HIPRI, "RWF_HIPRI"},
                                     {RWF_DSYNC, "RWF_DSYNC"},
                                     {RWF_SYNC, "RWF_SYNC"},
                                     {RWF_NOWAIT, "RWF_NOWAIT"},
                                     {RWF_APPEND, "RWF_APPEND"}};
constexpr NamedBits cloneNames[] = {{CLONE_VM, "CLONE_VM"},
                                    {CLONE_FS, "CLONE_FS"},
                                    {CLONE_FILES, "CLONE_FILES"},
                                    {CLONE_SIGHAND, "CLONE_SIGHAND"},
                                    {CLONE_PIDFD, "CLONE_PIDFD"},
                                    {CLONE_VFORK, "CLONE_VFORK"},
                                    {CLONE_PARENT, "CLONE_PARENT"},
                                    {CLONE_THREAD, "CLONE_THREAD"},
                                    {CLONE_NEWNS, "CLONE_NEWNS"},
                                    {CLONE_SYSVSEM, "CLONE_SYSVSEM"},
                                    {CLONE_SETTLS, "CLONE_SETTLS"},
                                    {CLONE_PARENT_SETTID, "CLONE_PARENT_SETTID"},
                                    {CLONE_CHILD_CLEARTID, "CLONE_CHILD_CLEARTID"},
                                    {CLONE_CHILD_SETTID, "CLONE_CHILD_SETTID"},
                                    {CLONE_NEWIPC, "CLONE_NEWIPC"},
                                    {CLONE_NEWUSER, "CLONE_NEWUSER"},
                                    {CLONE_NEWPID, "CLONE_NEWPID"},
                                    {CLONE_NEWNET, "CLONE_NEWNET"}};
constexpr NamedBits pollNames[] = {{POLLIN, "in"}, {POLLOUT, "out"}, {POLLPRI, "pri"}};
constexpr NamedBits rangeNames[] = {{CLOSE_RANGE_UNSHARE, "CLOSE_RANGE_UNSHARE"},
                                    {CLOSE_RANGE_CLOEXEC, "CLOSE_RANGE_CLOEXEC"}};
constexpr NamedBits socketNames[] = {{SOCK_NONBLOCK, "SOCK_NONBLOCK"}, {SOCK_CLOEXEC, "SOCK_CLOEXEC"}};
constexpr NamedBits epollNames[] = {{EPOLLIN, "in"},           {EPOLLOUT, "out"}, {EPOLLPRI, "pri"},
                                    {EPOLLRDHUP, "rdhup"},     {EPOLLERR, "err"}, {EPOLLHUP, "hup"},
                                    {EPOLLONESHOT, "oneshot"}, {EPOLLET, "et"}};
constexpr NamedBits fcntlNames[] = {{F_DUPFD, "F_DUPFD"},           {F_GETFD, "F_GETFD"},
                                    {F_SETFD, "F_SETFD"},           {F_GETFL, "F_GETFL"},
                                    {F_SETFL, "F_SETFL"},           {F_GETLK, "F_GETLK"},
                                    {F_SETLK, "F_SETLK"},           {F_SETLKW, "F_SETLKW"},
                                    {F_SETOWN, "F_SETOWN"},         {F_GETOWN, "F_GETOWN"},
                                    {F_OFD_GETLK, "F_OFD_GETLK"},   {F_OFD_SETLK, "F_OFD_SETLK"},
                                    {F_OFD_SETLKW, "F_OFD_SETLKW"}, {F_DUPFD_CLOEXEC, "F_DUPFD_CLOEXEC"},
                                    {F_SETPIPE_SZ, "F_SETPIPE_SZ"}, {F_GETPIPE_SZ, "F_GETPIPE_SZ"},
                                    {F_SETSIG, "F_SETSIG"},         {F_GETSIG, "F_GETSIG"},
                                    {F_SETLEASE, "F_SETLEASE"},     {F_GETLEASE, "F_GETLEASE"},
                                    {F_ADD_SEALS, "F_ADD_SEALS"},   {F_GET_SEALS, "F_GET_SEALS"}};
constexpr NamedBits lockNames[] = {{F_RDLCK, "F_RDLCK"}, {F_WRLCK, "F_WRLCK"}, {F_UNLCK, "F_UNLCK"}};
constexpr NamedBits whenceNames[] = {{SEEK_SET, "SEEK_SET"},
                                     {SEEK_CUR, "SEEK_CUR"},
                                     {SEEK_END, "SEEK_END"},
                                     {SEEK_DATA, "SEEK_DATA"},
                                     {SEEK_HOLE, "SEEK_HOLE"}};
constexpr NamedBits shutdownNames[] = {{SHUT_RD, "SHUT_RD"}, {SHUT_WR, "SHUT_WR"}, {SHUT_RDWR, "SHUT_RDWR"}};
constexpr NamedBits ioctlNames[] = {
    {FIONREAD, "FIONREAD"}, {FIONBIO, "FIONBIO"},        {FIOASYNC, "FIOASYNC"},     {FIOCLEX, "FIOCLEX"},
    {FIONCLEX, "FIONCLEX"}, {TCGETS, "TCGETS"},          {TIOCGWINSZ, "TIOCGWINSZ"}, {TIOCGPGRP, "TIOCGPGRP"},
    {TIOCOUTQ, "TIOCOUTQ"}, {TIOCGPTPEER, "TIOCGPTPEER"}};
constexpr NamedBits epollOperations[] = {
    {EPOLL_CTL_ADD, "EPOLL_CTL_ADD"}, {EPOLL_CTL_DEL, "EPOLL_CTL_DEL"}, {EPOLL_CTL_MOD, "EPOLL_CTL_MOD"}};
constexpr NamedBits socketTypes[] = {
    {SOCK_STREAM, "SOCK_STREAM"}, {SOCK_DGRAM, "SOCK_DGRAM"}, {SOCK_SEQPACKET, "SOCK_SEQPACKET"}};

std::string openFlagNames(int flags)
{
    // A 64-bit program's C library adds O_LARGEFILE of the 32-bit ABI, which says nothing here.
    constexpr int largeFile = 0100000;
    const int access = flags & O_ACCMODE;
    const std::string name = access == O_RDONLY ? "O_RDONLY" : access == O_WRONLY ? "O_WRONLY" : "O_RDWR";
    const std::string rest = bitNames(static_cast<unsigned>(flags & ~O_ACCMODE & ~largeFile), openNames);
    return rest.empty() ? name : name + "|" + rest;
}

/// The region that fcntl(2) locks.
std::string describeLock(const TraceeMemory& memory, std::uint64_t address)
{
    const auto lock = memory.object<struct flock>(address);
    if (!lock)
        return {};
    return words({"type=" + valueName(static_cast<std::uint64_t>(lock->l_type), lockNames),
                  "whence=" + valueName(static_cast<std::uint64_t>(lock->l_whence), whenceNames),
                  "start=" + std::to_string(lock->l_start), "length=" + std::to_string(lock->l_len)});
}

std::string describeFcntl(const CallContext& call)
{
    const std::uint64_t value = call.arguments[2];
    const std::string command = "cmd=" + valueName(call.arguments[1] & 0xffffffff, fcntlNames);
    switch (static_cast<int>(call.arguments[1])) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return words({command, "least=" + signedText(value)});
    case F_SETFD:
        return words({command, word("flags", (value & FD_CLOEXEC) != 0 ? "FD_CLOEXEC" : "0")});
    case F_SETFL:
        return words({command, "flags=" + openFlagNames(static_cast<int>(value))});
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return words({command, describeLock(call.memory, value)});
    case F_ADD_SEALS:
        return words({command, word("seals", bitNames(value, sealNames))});
    case F_SETPIPE_SZ:
        return words({command, "size=" + signedText(value)});
    default:
        return command;
    }
}

} // namespace

std::string describeArguments(const CallContext& call)
{
    const CallArguments& a = call.arguments;
    switch (call.row.call) {
    case Call::Pread64:
    case Call::Pwrite64:
    case Call::Preadv:
    case Call::Pwritev:
        return "offset=" + signedText(a[3]);
    case Call::Preadv2:
    case Call::Pwritev2:
        return words({"offset=" + signedText(a[3]), word("flags", bitNames(a[5], vectorNames))});
    case Call::Splice:
        return word("flags", bitNames(a[5] & 0xffffffff, spliceNames));
    case Call::Tee:
    case Call::Vmsplice:
        return word("flags", bitNames(a[3] & 0xffffffff, spliceNames));
    case Call::Sendto:
        return words({word("flags", bitNames(a[3] & 0xffffffff, messageNames)),
                      word("peer", encodeWord(destination(call)))});
    case Call::Recvfrom:
    case Call::Sendmmsg:
    case Call::Recvmmsg:
        return word("flags", bitNames(a[3] & 0xffffffff, messageNames));
    case Call::Sendmsg: {
        std::string rights;
        for (const int fd : passedDescriptors(call))
            rights += (rights.empty() ? "" : ",") + std::to_string(fd);
        return words({word("flags", bitNames(a[2] & 0xffffffff, messageNames)),
                      word("peer", encodeWord(destination(call))), word("rights", rights),
                      credentialsWord(call)});
    }
    case Call::Recvmsg:
        return word("flags", bitNames(a[2] & 0xffffffff, messageNames));
    case Call::PidfdOpen:
        return "target=" + signedText(a[0]);
    case Call::PidfdGetfd:
        return "from=" + signedText(a[1]);
    case Call::InotifyAddWatch:
        return word("path", encodeWord(call.memory.string(a[1]).value_or(std::string())));
    case Call::ProcessVmReadv:
    case Call::ProcessVmWritev:
        return "target=" + signedText(a[0]);
    case Call::Unshare:
        return word("flags", bitNames(a[0], namespaceNames));
    case Call::Setns:
        return word("flags", bitNames(a[1] & 0xffffffff, namespaceNames));
    case Call::IoUringSetup:
    case Call::IoUringEnter:
    case Call::IoUringRegister:
        return "unobserved=io_uring";
    case Call::Shutdown:
        return "how=" + valueName(a[1] & 0xffffffff, shutdownNames);
    case Call::Open:
    case Call::Openat:
    case Call::Openat2:
    case Call::Creat: {
        const auto path = call.memory.string(call.argument(call.row.buffer));
        return words(
            {"flags=" + openFlagNames(openFlags(call)), path ? "path=" + encodeWord(*path) : std::string()});
    }
    case Call::CloseRange:
        return words({"first=" + std::to_string(a[0] & 0xffffffff),
                      "last=" + std::to_string(a[1] & 0xffffffff),
                      word("flags", bitNames(a[2] & 0xffffffff, rangeNames))});
    case Call::Dup3:
        return word("flags", bitNames(a[2] & 0xffffffff, openNames));
    case Call::Pipe2:
        return word("flags", bitNames(a[1] & 0xffffffff, openNames));
    case Call::Socketpair:
        return words({"type=" + valueName(a[1] & ~static_cast<std::uint64_t>(SOCK_NONBLOCK | SOCK_CLOEXEC) &
                                              0xffffffff,
                                          socketTypes),
                      word("flags", bitNames(a[1] & (SOCK_NONBLOCK | SOCK_CLOEXEC), socketNames))});
    case Call::Fcntl:
        return describeFcntl(call);
    case Call::Lseek:
        return words({"offset=" + signedText(a[1]), "whence=" + valueName(a[2] & 0xffffffff, whenceNames)});
    case Call::Ioctl:
        return "cmd=" + valueName(a[1] & 0xffffffff, ioctlNames);
    case Call::Ftruncate:
        return "length=" + signedText(a[1]);
    case Call::Fallocate:
        return words({word("mode", bitNames(a[1] & 0xffffffff, allocateNames)), "offset=" + signedText(a[2]),
                      "length=" + signedText(a[3])});
    case Call::SyncFileRange:
        return words({"offset=" + signedText(a[1]), "length=" + signedText(a[2])});
    case Call::EpollCtl: {
        const auto event = call.memory.object<epoll_event>(a[3]);
        return words({"op=" + valueName(a[1] & 0xffffffff, epollOperations),
                      event ? word("events", bitNames(event->events, epollNames)) : std::string()});
    }
    case Call::Clone:
    case Call::Clone3:
        return word("flags", bitNames(cloneFlags(call), cloneNames));
    case Call::Execve:
    case Call::Execveat: {
        const auto path = call.memory.string(call.argument(call.row.buffer));
        return path ? "path=" + encodeWord(*path) : std::string();
    }
    default:
        return describeIpc(call);
    }
}

std::string describeResult(const CallContext& call, std::int64_t result)
{
    if (call.row.call == Call::Fcntl && static_cast<int>(call.arguments[1]) == F_GETFL && result >= 0)
        return "flags=" + openFlagNames(static_cast<int>(result));
    return result < 0 ? std::string() : describeIpcResult(call, result);
}

std::string describeWaited(std::span<const WaitedDescriptor> waited)
{
    std::string text;
    for (const WaitedDescriptor& each : waited) {
        text += (text.empty() ? "fds=" : ",") + std::to_string(each.fd);
        const std::string events = bitNames(each.events & (POLLIN | POLLOUT | POLLPRI), pollNames);
        if (!events.empty())
            text += ":" + events;
    }
    return text;
}

std::string describeTimeout(const CallContext& call)
{
    const CallArguments& a = call.arguments;
    std::int64_t milliseconds = -1;
    const auto fromSpec = [&](std::uint64_t address) {
        if (const auto time = call.memory.object<timespec>(address))
            milliseconds = time->tv_sec * 1000 + time->tv_nsec / 1000000;
    };
    switch (call.row.call) {
    case Call::Poll:
        milliseconds = static_cast<int>(a[2]);
        break;
    case Call::EpollWait:
    case Call::EpollPwait:
        milliseconds = static_cast<int>(a[3]);
        break;
    case Call::Ppoll:
        fromSpec(a[2]);
        break;
    case Call::EpollPwait2:
        fromSpec(a[3]);
        break;
    case Call::Pselect6:
        fromSpec(a[4]);
        break;
    case Call::Select:
        if (const auto time = call.memory.object<timeval>(a[4]))
            milliseconds = time->tv_sec * 1000 + time->tv_usec / 1000;
        break;
    default:
        break;
    }
    return milliseconds < 0 ? std::string() : "timeout=" + std::to_string(milliseconds) + "ms";
}

} // namespace byteyard::ipc
