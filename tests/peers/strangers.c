/* Programs that somebody attaches to while they run.
 * strangers threads COUNT GO: one thread waits in read(2) of a pipe, another waits until the file GO is there
 * and then writes COUNT times 100 bytes into it. Then a child writes 5 more, and ends with 3. Ends with 7
 * when all has come. strangers objects GO: has a pipe, a socketpair, a TCP and a UNIX connection, a memfd
 * (mapped), POSIX and System V shared memory, an eventfd, an epoll instance and a netlink socket, until GO is
 * there. strangers wait CALL: waits without end in semop | epoll_wait | sigtimedwait | futex for what comes
 * from outside: a semaphore's value, SIGUSR1 (its handler writes into what epoll waits on), a woken futex.
 * Ends with 0, or 42 when there was an EINTR. strangers busy GO: calls write(2) and read(2) on a pipe as fast
 * as it can until GO is there; writes the number of bytes to the file GO. strangers large GO: a child reads
 * slowly what one write(2) of 1 MiB puts into a pipe. Ends with 0 when the write has returned all of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { piece = 100, tail = 5, largeSize = 1 << 20 };

static int ends[2];
static const char* go;
static long count;

static void waitForGo(void)
{
    const struct timespec pause = {0, 1000000};
    while (access(go, F_OK) != 0)
        nanosleep(&pause, NULL);
}

static void* readAll(void* unused)
{
    char bytes[4096];
    for (long left = count * piece; left > 0;) {
        const ssize_t got = read(ends[0], bytes, sizeof bytes);
        if (got <= 0)
            exit(42);
        left -= got;
    }
    return unused;
}

static void* writeAll(void* unused)
{
    const char bytes[piece] = {0};
    waitForGo();
    for (long i = 0; i < count; ++i)
        if (write(ends[1], bytes, sizeof bytes) != sizeof bytes)
            exit(42);
    return unused;
}

static int threads(void)
{
    pthread_t reader, writer;
    char bytes[tail];
    int status = 0;
    if (pipe(ends) != 0)
        return 1;
    pthread_create(&reader, NULL, readAll, NULL);
    pthread_create(&writer, NULL, writeAll, NULL);
    pthread_join(writer, NULL);
    pthread_join(reader, NULL);
    const pid_t child = fork();
    if (child == 0)
        _exit(write(ends[1], "child", tail) == tail ? 3 : 1);
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 3)
        return 2;
    return read(ends[0], bytes, sizeof bytes) == tail ? 7 : 3;
}

static int objects(void)
{
    int pair[2];
    struct sockaddr_in inet = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    socklen_t size = sizeof inet;
    struct epoll_event event = {.events = EPOLLIN};
    char name[64];
    snprintf(local.sun_path + 1, sizeof local.sun_path - 1, "byteyard-strangers-%d", (int)getpid());
    snprintf(name, sizeof name, "/byteyard-strangers-%d", (int)getpid());
    const socklen_t localSize =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(local.sun_path + 1));
    if (pipe(ends) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return 1;
    const int tcpListener = socket(AF_INET, SOCK_STREAM, 0);
    const int tcpClient = socket(AF_INET, SOCK_STREAM, 0);
    const int unixListener = socket(AF_UNIX, SOCK_STREAM, 0);
    const int unixClient = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(tcpListener, (struct sockaddr*)&inet, sizeof inet) != 0 || listen(tcpListener, 1) != 0 ||
        getsockname(tcpListener, (struct sockaddr*)&inet, &size) != 0 ||
        connect(tcpClient, (struct sockaddr*)&inet, sizeof inet) != 0 || accept(tcpListener, NULL, NULL) < 0)
        return 2;
    if (bind(unixListener, (struct sockaddr*)&local, localSize) != 0 || listen(unixListener, 1) != 0 ||
        connect(unixClient, (struct sockaddr*)&local, localSize) != 0 || accept(unixListener, NULL, NULL) < 0)
        return 3;
    const int memory = memfd_create("byteyard-strangers", 0);
    const int posix = shm_open(name, O_RDWR | O_CREAT, 0600);
    const int sysv = shmget(IPC_PRIVATE, 4096, 0600);
    const int epoll = epoll_create1(0);
    if (memory < 0 || ftruncate(memory, 4096) != 0 || posix < 0 || ftruncate(posix, 4096) != 0 || sysv < 0 ||
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0) == MAP_FAILED ||
        mmap(NULL, 4096, PROT_READ, MAP_SHARED, posix, 0) == MAP_FAILED || shmat(sysv, NULL, 0) == (void*)-1)
        return 4;
    shmctl(sysv, IPC_RMID, NULL);
    if (eventfd(0, 0) < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) != 0 ||
        socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) < 0)
        return 5;
    const int copy = dup(ends[1]);
    waitForGo();
    shm_unlink(name);
    const char byte = 'x';
    return write(copy, &byte, 1) == 1 && epoll_wait(epoll, &event, 1, -1) == 1 ? 0 : 6;
}

static void onSignal(int signal)
{
    const char byte = (char)signal;
    if (write(ends[1], &byte, 1) != 1)
        _exit(9);
}

/* Ends the sleep: the semaphore set goes with its maker. */
static void onTerm(int signal)
{
    (void)signal;
}

static int waitIn(const char* call)
{
    int result;
    sigset_t set;
    static int word;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    if (strcmp(call, "semop") == 0) {
        struct sembuf down = {0, -1, 0};
        const struct sigaction wakes = {.sa_handler = onTerm};
        sigaction(SIGTERM, &wakes, NULL);
        const int semaphore = semget(IPC_PRIVATE, 1, 0600);
        result = semop(semaphore, &down, 1);
        const int failure = errno;
        semctl(semaphore, 0, IPC_RMID);
        errno = failure;
    } else if (strcmp(call, "epoll_wait") == 0) {
        struct epoll_event event = {.events = EPOLLIN};
        struct sigaction action = {.sa_handler = onSignal, .sa_flags = SA_RESTART};
        const int epoll = epoll_create1(0);
        sigaction(SIGUSR1, &action, NULL);
        if (pipe(ends) != 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) != 0)
            return 1;
        result = epoll_wait(epoll, &event, 1, -1);
    } else if (strcmp(call, "sigtimedwait") == 0) {
        pthread_sigmask(SIG_BLOCK, &set, NULL);
        result = sigwaitinfo(&set, NULL);
    } else {
        const struct timespec limit = {20, 0};
        result = (int)syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &limit, NULL, 0);
        return result < 0 && errno == ETIMEDOUT ? 0 : result < 0 && errno == EINTR ? 42 : 1;
    }
    return result >= 0 ? 0 : errno == EINTR ? 42 : 1;
}

static int busy(void)
{
    char bytes[piece] = {0};
    unsigned long long moved = 0;
    if (pipe(ends) != 0)
        return 1;
    for (unsigned long i = 0; i % 256 != 0 || access(go, F_OK) != 0; ++i) {
        if (write(ends[1], bytes, sizeof bytes) != sizeof bytes ||
            read(ends[0], bytes, sizeof bytes) != sizeof bytes)
            return 42;
        moved += sizeof bytes;
    }
    FILE* file = fopen(go, "w");
    if (file == NULL)
        return 2;
    fprintf(file, "%llu\n", moved);
    return fclose(file) == 0 ? 0 : 3;
}

static int large(void)
{
    char* bytes = calloc(1, largeSize);
    if (pipe(ends) != 0)
        return 1;
    const pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        waitForGo();
        while (read(ends[0], bytes, 4096) > 0) {
        }
        _exit(0);
    }
    close(ends[0]);
    const ssize_t written = write(ends[1], bytes, largeSize);
    close(ends[1]);
    waitpid(child, NULL, 0);
    return written == largeSize ? 0 : written < 0 ? 1 : 43;
}

int main(int argc, char** argv)
{
    if (argc < 3)
        return 99;
    go = argv[argc - 1];
    if (strcmp(argv[1], "threads") == 0 && argc == 4) {
        count = atol(argv[2]);
        return threads();
    }
    if (strcmp(argv[1], "objects") == 0)
        return objects();
    if (strcmp(argv[1], "busy") == 0)
        return busy();
    if (strcmp(argv[1], "large") == 0)
        return large();
    return waitIn(argv[2]);
}
