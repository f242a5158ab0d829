#include "ipc/capture/describe_words.h"
#include "ipc/capture/event.h"
#include "ipc/capture/socket_address.h"
#include "ipc/capture/socket_family.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/memfd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>

namespace byteyard::ipc {

namespace {

constexpr NamedBits getNames[] = {{IPC_CREAT, "IPC_CREAT"}, {IPC_EXCL, "IPC_EXCL"}};
constexpr NamedBits messageFlags[] = {{IPC_NOWAIT, "IPC_NOWAIT"},
                                      {MSG_NOERROR, "MSG_NOERROR"},
                                      {MSG_EXCEPT, "MSG_EXCEPT"},
                                      {040000, "MSG_COPY"}};
constexpr NamedBits attachFlags[] = {
    {SHM_RDONLY, "SHM_RDONLY"}, {SHM_RND, "SHM_RND"}, {SHM_REMAP, "SHM_REMAP"}, {SHM_EXEC, "SHM_EXEC"}};
constexpr NamedBits operationFlags[] = {{IPC_NOWAIT, "IPC_NOWAIT"}, {SEM_UNDO, "SEM_UNDO"}};
constexpr NamedBits futexNames[] = {{FUTEX_WAIT, "FUTEX_WAIT"},
                                    {FUTEX_WAKE, "FUTEX_WAKE"},
                                    {FUTEX_REQUEUE, "FUTEX_REQUEUE"},
                                    {FUTEX_CMP_REQUEUE, "FUTEX_CMP_REQUEUE"},
                                    {FUTEX_WAKE_OP, "FUTEX_WAKE_OP"},
                                    {FUTEX_LOCK_PI, "FUTEX_LOCK_PI"},
                                    {FUTEX_UNLOCK_PI, "FUTEX_UNLOCK_PI"},
                                    {FUTEX_TRYLOCK_PI, "FUTEX_TRYLOCK_PI"},
                                    {FUTEX_WAIT_BITSET, "FUTEX_WAIT_BITSET"},
                                    {FUTEX_WAKE_BITSET, "FUTEX_WAKE_BITSET"}};
constexpr NamedBits syncNames[] = {
    {MS_ASYNC, "MS_ASYNC"}, {MS_INVALIDATE, "MS_INVALIDATE"}, {MS_SYNC, "MS_SYNC"}};
constexpr NamedBits controlNames[] = {{IPC_RMID, "IPC_RMID"}, {IPC_SET, "IPC_SET"}, {IPC_STAT, "IPC_STAT"},
                                      {GETPID, "GETPID"},     {GETVAL, "GETVAL"},   {GETALL, "GETALL"},
                                      {GETNCNT, "GETNCNT"},   {GETZCNT, "GETZCNT"}, {SETVAL, "SETVAL"},
                                      {SETALL, "SETALL"}};
constexpr NamedBits shmControlNames[] = {{IPC_RMID, "IPC_RMID"},
                                         {IPC_SET, "IPC_SET"},
                                         {IPC_STAT, "IPC_STAT"},
                                         {SHM_LOCK, "SHM_LOCK"},
                                         {SHM_UNLOCK, "SHM_UNLOCK"}};
constexpr NamedBits memfdNames[] = {{MFD_CLOEXEC, "MFD_CLOEXEC"}, {MFD_ALLOW_SEALING, "MFD_ALLOW_SEALING"}};
constexpr NamedBits eventfdNames[] = {
    {EFD_CLOEXEC, "EFD_CLOEXEC"}, {EFD_NONBLOCK, "EFD_NONBLOCK"}, {EFD_SEMAPHORE, "EFD_SEMAPHORE"}};
constexpr NamedBits protectionNames[] = {
    {PROT_READ, "PROT_READ"}, {PROT_WRITE, "PROT_WRITE"}, {PROT_EXEC, "PROT_EXEC"}};
constexpr NamedBits renameNames[] = {{RENAME_NOREPLACE, "RENAME_NOREPLACE"},
                                     {RENAME_EXCHANGE, "RENAME_EXCHANGE"},
                                     {RENAME_WHITEOUT, "RENAME_WHITEOUT"}};
constexpr NamedBits flockNames[] = {
    {LOCK_NB, "LOCK_NB"}, {LOCK_SH, "LOCK_SH"}, {LOCK_EX, "LOCK_EX"}, {LOCK_UN, "LOCK_UN"}};
constexpr NamedBits typeNames[] = {{SOCK_STREAM, "SOCK_STREAM"},
                                   {SOCK_DGRAM, "SOCK_DGRAM"},
                                   {SOCK_SEQPACKET, "SOCK_SEQPACKET"},
                                   {SOCK_RAW, "SOCK_RAW"}};
constexpr NamedBits socketFlags[] = {{SOCK_NONBLOCK, "SOCK_NONBLOCK"}, {SOCK_CLOEXEC, "SOCK_CLOEXEC"}};
constexpr NamedBits socketOptions[] = {{SO_REUSEADDR, "SO_REUSEADDR"},
                                       {SO_REUSEPORT, "SO_REUSEPORT"},
                                       {SO_SNDBUF, "SO_SNDBUF"},
                                       {SO_RCVBUF, "SO_RCVBUF"},
                                       {SO_ERROR, "SO_ERROR"},
                                       {SO_BROADCAST, "SO_BROADCAST"},
                                       {SO_KEEPALIVE, "SO_KEEPALIVE"},
                                       {SO_LINGER, "SO_LINGER"},
                                       {SO_PASSCRED, "SO_PASSCRED"},
                                       {SO_PEERCRED, "SO_PEERCRED"},
                                       {SO_RCVTIMEO, "SO_RCVTIMEO"},
                                       {SO_SNDTIMEO, "SO_SNDTIMEO"},
                                       {SO_TYPE, "SO_TYPE"}};

std::string modeWord(std::uint64_t mode)
{
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "mode=0%03o", static_cast<unsigned>(mode & 07777));
    return text.data();
}

std::string keyWord(std::uint64_t key)
{
    return "key=" + (static_cast<std::uint32_t>(key) == IPC_PRIVATE ? std::string("IPC_PRIVATE")
                                                                    : hexadecimal(key & 0xffffffff));
}

std::string getWords(std::uint64_t key, const std::string& size, std::uint64_t flags)
{
    return words({keyWord(key), size, word("flags", bitNames(flags & (IPC_CREAT | IPC_EXCL), getNames)),
                  modeWord(flags & 0777)}); // IPC_CREAT is what the sticky bit is elsewhere
}

/// "ops=0:-1:SEM_UNDO,1:1"
std::string operations(const CallContext& call)
{
    constexpr std::size_t most = 500; // SEMOPM
    std::string text;
    for (const sembuf& each : call.memory.objects<sembuf>(
             call.arguments[1], static_cast<std::size_t>(std::min<std::uint64_t>(call.arguments[2], most)))) {
        text +=
            (text.empty() ? "ops=" : ",") + std::to_string(each.sem_num) + ":" + std::to_string(each.sem_op);
        if (each.sem_flg != 0)
            text += ":" + bitNames(static_cast<std::uint16_t>(each.sem_flg), operationFlags);
    }
    return text;
}

std::string timeoutWord(const CallContext& call, std::uint64_t address)
{
    const auto time = call.memory.object<timespec>(address);
    return time ? "timeout=" + std::to_string(time->tv_sec * 1000 + time->tv_nsec / 1000000) + "ms"
                : std::string();
}

std::string optionName(std::uint64_t level, std::uint64_t option)
{
    if (level == SOL_SOCKET)
        return valueName(option, socketOptions);
    if (level == IPPROTO_TCP && option == TCP_NODELAY)
        return "TCP_NODELAY";
    return std::to_string(level) + ":" + std::to_string(option);
}

std::string pathWord(const CallContext& call, std::string_view key, int argument)
{
    const auto path = call.memory.string(call.argument(argument));
    return path ? std::string(key) + "=" + encodeWord(*path) : std::string();
}

} // namespace

std::string credentialsWord(const CallContext& call)
{
    const std::optional<ucred> who = messageCredentials(call);
    return who ? "credentials=" + std::to_string(who->pid) + ':' + std::to_string(who->uid) + ':' +
                     std::to_string(who->gid)
               : std::string();
}

std::string describeIpc(const CallContext& call)
{
    const CallArguments& a = call.arguments;
    switch (call.row.call) {
    case Call::Msgget:
        return getWords(a[0], {}, a[1]);
    case Call::Semget:
        return getWords(a[0], "nsems=" + std::to_string(static_cast<int>(a[1])), a[2]);
    case Call::Shmget:
        return getWords(a[0], "size=" + std::to_string(a[1]), a[2]);
    case Call::Msgsnd: {
        const auto type = call.memory.object<long>(a[1]);
        return words({type ? numberWord("type", *type) : std::string(),
                      word("flags", bitNames(a[3] & 0xffffffff, messageFlags))});
    }
    case Call::Msgrcv:
        return words({numberWord("type", static_cast<std::int64_t>(a[3])),
                      word("flags", bitNames(a[4] & 0xffffffff, messageFlags))});
    case Call::Msgctl:
        return "cmd=" + valueName(a[1] & 0xff, controlNames);
    case Call::Shmctl:
        return "cmd=" + valueName(a[1] & 0xff, shmControlNames);
    case Call::Semctl: {
        const std::uint64_t command = a[2] & 0xff;
        return words({"cmd=" + valueName(command, controlNames),
                      "index=" + std::to_string(static_cast<int>(a[1])),
                      command == SETVAL ? "value=" + std::to_string(static_cast<int>(a[3])) : std::string()});
    }
    case Call::Semop:
        return operations(call);
    case Call::Semtimedop:
        return words({operations(call), timeoutWord(call, a[3])});
    case Call::Futex: {
        const std::uint64_t operation = a[1] & static_cast<unsigned>(FUTEX_CMD_MASK);
        return words({"op=" + valueName(operation, futexNames),
                      operation == FUTEX_WAIT ? timeoutWord(call, a[3]) : std::string()});
    }
    case Call::FutexWaitv:
        return "count=" + std::to_string(a[1] & 0xffffffff);
    case Call::FutexWake:
        return "count=" + std::to_string(static_cast<int>(a[2]));
    case Call::FutexWait:
        return "value=" + std::to_string(a[1]);
    case Call::FutexRequeue:
        return words({"wake=" + std::to_string(static_cast<int>(a[2])),
                      "requeue=" + std::to_string(static_cast<int>(a[3]))});
    case Call::Shmat:
        return word("flags", bitNames(a[2] & 0xffffffff, attachFlags));
    case Call::Shmdt:
        return "address=" + hexadecimal(a[0]);
    case Call::MqOpen:
        return words({"flags=" + hexadecimal(a[1] & 0xffffffff), pathWord(call, "name", 0)});
    case Call::MqUnlink:
        return pathWord(call, "name", 0);
    case Call::MqTimedsend:
        return words({"priority=" + std::to_string(a[3] & 0xffffffff), timeoutWord(call, a[4])});
    case Call::MqTimedreceive:
        return timeoutWord(call, a[4]);
    case Call::MemfdCreate:
        return words({pathWord(call, "name", 0), word("flags", bitNames(a[1] & 0xffffffff, memfdNames))});
    case Call::Eventfd:
    case Call::Eventfd2:
        return words(
            {"value=" + std::to_string(a[0] & 0xffffffff),
             call.row.call == Call::Eventfd2 ? word("flags", bitNames(a[1], eventfdNames)) : std::string()});
    case Call::Mmap:
        return words({"length=" + std::to_string(a[1]), word("protection", bitNames(a[2], protectionNames)),
                      "offset=" + std::to_string(a[5])});
    case Call::Munmap:
        return words({"address=" + hexadecimal(a[0]), "length=" + std::to_string(a[1])});
    case Call::Mremap:
        return words({"address=" + hexadecimal(a[0]), "length=" + std::to_string(a[2])});
    case Call::Msync:
        return words({"address=" + hexadecimal(a[0]), "length=" + std::to_string(a[1]),
                      word("flags", bitNames(a[2] & 0xffffffff, syncNames))});
    case Call::Flock:
        return "operation=" + bitNames(a[1] & 0xffffffff, flockNames);
    case Call::Socket:
        return words({"domain=" + familyName(static_cast<int>(a[0])),
                      "type=" + valueName(a[1] & 0xf, typeNames),
                      word("flags", bitNames(a[1] & (SOCK_NONBLOCK | SOCK_CLOEXEC), socketFlags)),
                      static_cast<int>(a[2]) != 0 || !hasFollowedPeers(static_cast<int>(a[0]))
                          ? "protocol=" + protocolName(static_cast<int>(a[0]), static_cast<int>(a[2]))
                          : std::string()});
    case Call::Bind:
    case Call::Connect:
        return word("peer", encodeWord(addressText(call.memory, a[1], a[2])));
    case Call::Listen:
        return "backlog=" + std::to_string(static_cast<int>(a[1]));
    case Call::Accept4:
        return word("flags", bitNames(a[3] & 0xffffffff, socketFlags));
    case Call::Getsockopt:
    case Call::Setsockopt:
        return "option=" + optionName(a[1] & 0xffffffff, a[2] & 0xffffffff);
    case Call::Unlink:
        return pathWord(call, "path", 0);
    case Call::Unlinkat:
        return pathWord(call, "path", 1);
    case Call::Mknod:
        return words({pathWord(call, "path", 0), modeWord(a[1])});
    case Call::Mknodat:
        return words({pathWord(call, "path", 1), modeWord(a[2])});
    case Call::Link:
    case Call::Rename:
        return words({pathWord(call, "path", 0), pathWord(call, "to", 1)});
    case Call::Linkat:
    case Call::Renameat:
        return words({pathWord(call, "path", 1), pathWord(call, "to", 3)});
    case Call::Renameat2:
        return words({pathWord(call, "path", 1), pathWord(call, "to", 3),
                      word("flags", bitNames(a[4] & 0xffffffff, renameNames))});
    case Call::Truncate:
        return words({pathWord(call, "path", 0), "length=" + signedText(a[1])});
    default:
        return {};
    }
}

std::string describeIpcResult(const CallContext& call, std::int64_t result)
{
    const CallArguments& a = call.arguments;
    switch (call.row.call) {
    case Call::Msgrcv:
        if (const auto type = call.memory.object<long>(a[1]))
            return numberWord("got", *type);
        return {};
    case Call::MqTimedreceive:
        if (const auto priority = call.memory.object<unsigned>(a[3]))
            return "priority=" + std::to_string(*priority);
        return {};
    case Call::Shmat:
    case Call::Mmap:
        return "address=" + hexadecimal(static_cast<std::uint64_t>(result));
    case Call::Ioctl:
        if ((a[1] & 0xffffffff) == FIONREAD || (a[1] & 0xffffffff) == TIOCOUTQ)
            if (const auto value = call.memory.object<int>(a[2]))
                return "value=" + std::to_string(*value);
        return {};
    case Call::Recvfrom:
        if (a[4] != 0 && a[5] != 0)
            if (const auto size = call.memory.object<socklen_t>(a[5]))
                return word("peer", encodeWord(addressText(call.memory, a[4], *size)));
        return {};
    case Call::Getsockname:
    case Call::Getpeername:
        if (const auto size = call.memory.object<socklen_t>(a[2]))
            return word(call.row.call == Call::Getsockname ? "name" : "peer",
                        encodeWord(addressText(call.memory, a[1], *size)));
        return {};
    case Call::Accept:
    case Call::Accept4:
        if (a[1] != 0 && a[2] != 0)
            if (const auto size = call.memory.object<socklen_t>(a[2]))
                return word("peer", encodeWord(addressText(call.memory, a[1], *size)));
        return {};
    case Call::Recvmsg: {
        std::string text;
        if (const auto header = call.memory.object<msghdr>(a[1]); header && header->msg_name != nullptr)
            text = word("peer",
                        encodeWord(addressText(call.memory, reinterpret_cast<std::uint64_t>(header->msg_name),
                                               header->msg_namelen)));
        std::string fds;
        for (const int fd : receivedDescriptors(call, 1))
            fds += (fds.empty() ? "" : ",") + std::to_string(fd);
        return words({text, word("rights", fds), credentialsWord(call)});
    }
    default:
        return {};
    }
}

} // namespace byteyard::ipc
