// A process of two threads, one of which has descriptors of its own. That one closes the pipe that both have
// and makes another, which gets the same numbers: 5 bytes go through it, 7 through the pipe of the others.
// How it gets its own: unshare | range | clone | leader (it is the leader) | exec (it executes a program
// then). Each waits for a byte on descriptor 0 before it ends. Exit status 0 when all did what they should.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int shared[2];
static const char* way;
static char* const* words;
static sem_t isDone;
static int failed;

static int moves(const int ends[2], const char* text)
{
    char byte;
    char room[16];
    const ssize_t size = (ssize_t)strlen(text);
    return write(ends[1], text, (size_t)size) == size && read(ends[0], room, sizeof room) == size &&
           read(0, &byte, 1) == 1;
}

static void* own(void* unused)
{
    int ends[2];
    if (strcmp(way, "clone") != 0) {
        const long result = strcmp(way, "range") == 0
                                ? syscall(SYS_close_range, 1000, 1010, CLOSE_RANGE_UNSHARE)
                                : unshare(CLONE_FILES);
        failed = failed || result != 0;
    }
    failed = failed || close(shared[0]) != 0 || close(shared[1]) != 0 || pipe(ends) != 0 ||
             ends[0] != shared[0] || ends[1] != shared[1] || !moves(ends, "other");
    if (strcmp(way, "exec") == 0) {
        execl(words[0], words[0], "held", NULL);
        _exit(3);
    }
    return unused;
}

static void* usual(void* unused)
{
    while (sem_wait(&isDone) != 0) {
    }
    failed = failed || !moves(shared, "usually");
    return unused;
}

static int ownAfterClone(void* unused)
{
    own(unused);
    syscall(SYS_exit, 0); // of this thread alone
    return 0;
}

// The C library makes no thread without CLONE_FILES. Until it ends its maker only waits: they have one errno.
static int runCloned(void)
{
    static char stack[65536];
    static pid_t tid = -1;
    const int flags = CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                      CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID;
    if (clone(ownAfterClone, stack + sizeof stack, flags, NULL, &tid, NULL, &tid) < 0)
        return 0;
    for (pid_t now = tid; now != 0; now = __atomic_load_n(&tid, __ATOMIC_SEQ_CST))
        syscall(SYS_futex, &tid, FUTEX_WAIT, now, NULL, NULL, 0);
    return 1;
}

int main(int count, char** arguments)
{
    pthread_t thread;
    char byte;
    way = count > 1 ? arguments[1] : "";
    words = arguments;
    if (strcmp(way, "held") == 0)
        return read(0, &byte, 1) != 1;
    if (pipe(shared) != 0 || sem_init(&isDone, 0, 0) != 0)
        return 1;
    if (strcmp(way, "leader") == 0) {
        if (pthread_create(&thread, NULL, usual, NULL) != 0)
            return 1;
        own(NULL);
        sem_post(&isDone);
        return pthread_join(thread, NULL) != 0 || failed ? 2 : 0;
    }
    if (strcmp(way, "clone") == 0) {
        if (!runCloned())
            return 1;
    } else if (pthread_create(&thread, NULL, own, NULL) != 0 || pthread_join(thread, NULL) != 0) {
        return 1;
    }
    sem_post(&isDone);
    usual(NULL);
    return failed ? 2 : 0;
}
