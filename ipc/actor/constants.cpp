#include "ipc/actor/families.h"

#include <array>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace byteyard::ipc::actor {

namespace {

struct Constant
{
    const char* name;
    long long value;
};

constexpr auto constants = std::to_array<Constant>({
    {"O_RDONLY", O_RDONLY},
    {"O_WRONLY", O_WRONLY},
    {"O_RDWR", O_RDWR},
    {"O_APPEND", O_APPEND},
    {"O_CREAT", O_CREAT},
    {"O_EXCL", O_EXCL},
    {"O_TRUNC", O_TRUNC},
    {"O_NONBLOCK", O_NONBLOCK},
    {"O_CLOEXEC", O_CLOEXEC},
    {"O_SYNC", O_SYNC},
    {"O_DIRECT", O_DIRECT},
    {"O_NOCTTY", O_NOCTTY},
    {"SEEK_SET", SEEK_SET},
    {"SEEK_CUR", SEEK_CUR},
    {"SEEK_END", SEEK_END},
    {"F_DUPFD", F_DUPFD},
    {"F_DUPFD_CLOEXEC", F_DUPFD_CLOEXEC},
    {"F_GETFD", F_GETFD},
    {"F_SETFD", F_SETFD},
    {"F_GETFL", F_GETFL},
    {"F_SETFL", F_SETFL},
    {"F_GETOWN", F_GETOWN},
    {"F_SETOWN", F_SETOWN},
    {"F_GETLK", F_GETLK},
    {"F_SETLK", F_SETLK},
    {"F_SETLKW", F_SETLKW},
    {"F_OFD_GETLK", F_OFD_GETLK},
    {"F_OFD_SETLK", F_OFD_SETLK},
    {"F_OFD_SETLKW", F_OFD_SETLKW},
    {"F_GETPIPE_SZ", F_GETPIPE_SZ},
    {"F_SETPIPE_SZ", F_SETPIPE_SZ},
    {"F_ADD_SEALS", F_ADD_SEALS},
    {"F_GET_SEALS", F_GET_SEALS},
    {"F_RDLCK", F_RDLCK},
    {"F_WRLCK", F_WRLCK},
    {"F_UNLCK", F_UNLCK},
    {"FD_CLOEXEC", FD_CLOEXEC},
    {"F_SEAL_SEAL", F_SEAL_SEAL},
    {"F_SEAL_SHRINK", F_SEAL_SHRINK},
    {"F_SEAL_GROW", F_SEAL_GROW},
    {"F_SEAL_WRITE", F_SEAL_WRITE},
    {"LOCK_SH", LOCK_SH},
    {"LOCK_EX", LOCK_EX},
    {"LOCK_UN", LOCK_UN},
    {"LOCK_NB", LOCK_NB},
    {"POLLIN", POLLIN},
    {"POLLOUT", POLLOUT},
    {"POLLPRI", POLLPRI},
    {"POLLERR", POLLERR},
    {"POLLHUP", POLLHUP},
    {"POLLRDHUP", POLLRDHUP},
    {"POLLNVAL", POLLNVAL},
    {"EFD_CLOEXEC", EFD_CLOEXEC},
    {"EFD_NONBLOCK", EFD_NONBLOCK},
    {"EFD_SEMAPHORE", EFD_SEMAPHORE},
    {"WNOHANG", WNOHANG},
    {"WUNTRACED", WUNTRACED},
    {"WCONTINUED", WCONTINUED},
    {"SIGHUP", SIGHUP},
    {"SIGINT", SIGINT},
    {"SIGQUIT", SIGQUIT},
    {"SIGILL", SIGILL},
    {"SIGABRT", SIGABRT},
    {"SIGFPE", SIGFPE},
    {"SIGKILL", SIGKILL},
    {"SIGSEGV", SIGSEGV},
    {"SIGPIPE", SIGPIPE},
    {"SIGALRM", SIGALRM},
    {"SIGTERM", SIGTERM},
    {"SIGUSR1", SIGUSR1},
    {"SIGUSR2", SIGUSR2},
    {"SIGCHLD", SIGCHLD},
    {"SIGCONT", SIGCONT},
    {"SIGSTOP", SIGSTOP},
    {"SIGTSTP", SIGTSTP},
    {"SIGTTIN", SIGTTIN},
    {"SIGTTOU", SIGTTOU},
    {"SIGURG", SIGURG},
    {"SIGWINCH", SIGWINCH},
    {"SIGIO", SIGIO},
    {"SIGBUS", SIGBUS},
    {"SIGTRAP", SIGTRAP},
    {"SIGSYS", SIGSYS},
    {"CLOCK_REALTIME", CLOCK_REALTIME},
    {"CLOCK_MONOTONIC", CLOCK_MONOTONIC},
    {"CLOCK_BOOTTIME", CLOCK_BOOTTIME},
    {"CLOCK_PROCESS_CPUTIME_ID", CLOCK_PROCESS_CPUTIME_ID},
    {"CLOCK_THREAD_CPUTIME_ID", CLOCK_THREAD_CPUTIME_ID},
    {"IPC_PRIVATE", IPC_PRIVATE},
    {"IPC_CREAT", IPC_CREAT},
    {"IPC_EXCL", IPC_EXCL},
    {"IPC_NOWAIT", IPC_NOWAIT},
    {"IPC_RMID", IPC_RMID},
    {"IPC_SET", IPC_SET},
    {"IPC_STAT", IPC_STAT},
    {"MSG_NOERROR", MSG_NOERROR},
    {"MSG_EXCEPT", MSG_EXCEPT},
    {"MSG_COPY", MSG_COPY},
    {"SHM_RDONLY", SHM_RDONLY},
    {"SHM_EXEC", SHM_EXEC},
    {"SHM_LOCK", SHM_LOCK},
    {"SHM_UNLOCK", SHM_UNLOCK},
    {"SHM_HUGETLB", SHM_HUGETLB},
    {"SHM_NORESERVE", SHM_NORESERVE},
    {"SEM_UNDO", SEM_UNDO},
    {"GETVAL", GETVAL},
    {"SETVAL", SETVAL},
    {"GETALL", GETALL},
    {"SETALL", SETALL},
    {"GETPID", GETPID},
    {"GETNCNT", GETNCNT},
    {"GETZCNT", GETZCNT},
    {"PROT_NONE", PROT_NONE},
    {"PROT_READ", PROT_READ},
    {"PROT_WRITE", PROT_WRITE},
    {"PROT_EXEC", PROT_EXEC},
    {"MAP_SHARED", MAP_SHARED},
    {"MAP_PRIVATE", MAP_PRIVATE},
    {"MAP_ANONYMOUS", MAP_ANONYMOUS},
    {"MAP_POPULATE", MAP_POPULATE},
    {"MAP_NORESERVE", MAP_NORESERVE},
    {"MFD_CLOEXEC", MFD_CLOEXEC},
    {"MFD_ALLOW_SEALING", MFD_ALLOW_SEALING},
    {"AF_UNIX", AF_UNIX},
    {"AF_INET", AF_INET},
    {"AF_INET6", AF_INET6},
    {"SOCK_STREAM", SOCK_STREAM},
    {"SOCK_DGRAM", SOCK_DGRAM},
    {"SOCK_SEQPACKET", SOCK_SEQPACKET},
    {"SOCK_RAW", SOCK_RAW},
    {"SOCK_NONBLOCK", SOCK_NONBLOCK},
    {"SOCK_CLOEXEC", SOCK_CLOEXEC},
    {"IPPROTO_IP", IPPROTO_IP},
    {"IPPROTO_IPV6", IPPROTO_IPV6},
    {"IPPROTO_ICMP", IPPROTO_ICMP},
    {"IPPROTO_ICMPV6", IPPROTO_ICMPV6},
    {"IPPROTO_TCP", IPPROTO_TCP},
    {"IPPROTO_UDP", IPPROTO_UDP},
    {"SHUT_RD", SHUT_RD},
    {"SHUT_WR", SHUT_WR},
    {"SHUT_RDWR", SHUT_RDWR},
    {"MSG_PEEK", MSG_PEEK},
    {"MSG_DONTWAIT", MSG_DONTWAIT},
    {"MSG_WAITALL", MSG_WAITALL},
    {"MSG_TRUNC", MSG_TRUNC},
    {"MSG_CTRUNC", MSG_CTRUNC},
    {"MSG_NOSIGNAL", MSG_NOSIGNAL},
    {"MSG_OOB", MSG_OOB},
    {"MSG_EOR", MSG_EOR},
    {"MSG_CMSG_CLOEXEC", MSG_CMSG_CLOEXEC},
    {"MSG_MORE", MSG_MORE},
    {"SOL_SOCKET", SOL_SOCKET},
    {"SO_REUSEADDR", SO_REUSEADDR},
    {"SO_REUSEPORT", SO_REUSEPORT},
    {"SO_KEEPALIVE", SO_KEEPALIVE},
    {"SO_BROADCAST", SO_BROADCAST},
    {"SO_LINGER", SO_LINGER},
    {"SO_SNDBUF", SO_SNDBUF},
    {"SO_RCVBUF", SO_RCVBUF},
    {"SO_RCVTIMEO", SO_RCVTIMEO},
    {"SO_SNDTIMEO", SO_SNDTIMEO},
    {"SO_RCVLOWAT", SO_RCVLOWAT},
    {"SO_ERROR", SO_ERROR},
    {"SO_TYPE", SO_TYPE},
    {"SO_DOMAIN", SO_DOMAIN},
    {"SO_PROTOCOL", SO_PROTOCOL},
    {"SO_ACCEPTCONN", SO_ACCEPTCONN},
    {"SO_PEERCRED", SO_PEERCRED},
    {"SO_PASSCRED", SO_PASSCRED},
    {"SO_OOBINLINE", SO_OOBINLINE},
    {"TCP_NODELAY", TCP_NODELAY},
    {"TCP_CORK", TCP_CORK},
    {"TCP_KEEPIDLE", TCP_KEEPIDLE},
    {"TCP_KEEPINTVL", TCP_KEEPINTVL},
    {"TCP_KEEPCNT", TCP_KEEPCNT},
    {"TCP_USER_TIMEOUT", TCP_USER_TIMEOUT},
    {"TCP_DEFER_ACCEPT", TCP_DEFER_ACCEPT},
    {"TCP_QUICKACK", TCP_QUICKACK},
    {"IPV6_V6ONLY", IPV6_V6ONLY},
    {"IP_TTL", IP_TTL},
});

} // namespace

void addConstants(lua_State* lua)
{
    for (const Constant& constant : constants) {
        lua_pushinteger(lua, constant.value);
        lua_setglobal(lua, constant.name);
    }
    // These are no constants to the compiler.
    lua_pushinteger(lua, SIGRTMIN);
    lua_setglobal(lua, "SIGRTMIN");
    lua_pushinteger(lua, SIGRTMAX);
    lua_setglobal(lua, "SIGRTMAX");
}

} // namespace byteyard::ipc::actor
