/* Lives and deaths. exec-from-thread: a thread that is not the leader execs /bin/true. threads N: N threads
 * write a byte each to fd 1. children N: N children, each writes a byte to fd 1. vfork: a vforked child execs
 * /bin/true. spawn: the same by posix_spawn. handler / restart: reads stdin with a SIGTERM handler without /
 * with SA_RESTART; ends with 7 on EINTR, 0 at end-of-file. leader-leaves: the leader ends first, a thread
 * writes on. writes N: N single bytes to fd 1. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void* execs(void* unused)
{
    (void)unused;
    execl("/bin/true", "true", (char*)0);
    return NULL;
}

static void* writes(void* unused)
{
    (void)unused;
    write(1, "t", 1);
    return NULL;
}

static void* outlives(void* leader)
{
    pthread_join(*(pthread_t*)leader, NULL);
    int p[2];
    pipe(p);
    write(p[1], "late", 4);
    write(1, "x", 1);
    exit(5);
}

static void handle(int signal)
{
    (void)signal;
}

int main(int argc, char** argv)
{
    static pthread_t leader;
    pthread_t thread[64];
    const char* what = argc > 1 ? argv[1] : "";
    const int count = argc > 2 ? atoi(argv[2]) : 1;
    int i;
    if (strcmp(what, "exec-from-thread") == 0) {
        pthread_create(&thread[0], NULL, execs, NULL);
        pthread_join(thread[0], NULL);
        return 9;
    }
    if (strcmp(what, "threads") == 0) {
        for (i = 0; i < count && i < 64; ++i)
            pthread_create(&thread[i], NULL, writes, NULL);
        for (i = 0; i < count && i < 64; ++i)
            pthread_join(thread[i], NULL);
    } else if (strcmp(what, "children") == 0) {
        for (i = 0; i < count; ++i)
            if (fork() == 0) {
                write(1, "c", 1);
                _exit(0);
            }
        while (wait(NULL) > 0) {
        }
    } else if (strcmp(what, "vfork") == 0) {
        if (vfork() == 0) {
            execl("/bin/true", "true", (char*)0);
            _exit(1);
        }
        wait(&i);
        return WEXITSTATUS(i);
    } else if (strcmp(what, "spawn") == 0) {
        char* arguments[] = {"true", NULL};
        pid_t pid;
        posix_spawn(&pid, "/bin/true", NULL, NULL, arguments, environ);
        wait(&i);
        return WEXITSTATUS(i);
    } else if (strcmp(what, "handler") == 0 || strcmp(what, "restart") == 0) {
        char byte;
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = handle;
        action.sa_flags = strcmp(what, "restart") == 0 ? SA_RESTART : 0;
        sigaction(SIGTERM, &action, NULL);
        return read(0, &byte, 1) < 0 && errno == EINTR ? 7 : 0;
    } else if (strcmp(what, "leader-leaves") == 0) {
        leader = pthread_self();
        pthread_create(&thread[0], NULL, outlives, &leader);
        pthread_exit(NULL);
    } else if (strcmp(what, "writes") == 0) {
        for (i = 0; i < count; ++i)
            write(1, "w", 1);
    }
    return 0;
}
