/* Sleeps in a call that a stop, a freezer or PTRACE_INTERRUPT would end with EINTR: semop, epoll_wait, a
 * timed recv, sigtimedwait. A second thread ends the sleep when a byte comes on stdin. Ends with 0; 42 when
 * there was an EINTR. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int semaphore, ends[2], sockets[2];

static void* waker(void* which)
{
    char byte;
    struct sembuf up = {0, 1, 0};
    if (read(0, &byte, 1) != 1)
        return NULL;
    if (strcmp(which, "semop") == 0)
        semop(semaphore, &up, 1);
    else if (strcmp(which, "epoll_wait") == 0)
        write(ends[1], "x", 1);
    else if (strcmp(which, "recv") == 0)
        send(sockets[1], "x", 1, 0);
    else
        kill(getpid(), SIGUSR1);
    return NULL;
}

int main(int argc, char** argv)
{
    pthread_t thread;
    int result = -1, failure;
    sigset_t set;
    const char* which = argc > 1 ? argv[1] : "";
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (pipe(ends) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0)
        return 3;
    if (strcmp(which, "semop") == 0)
        semaphore = semget(IPC_PRIVATE, 1, 0600);
    pthread_create(&thread, NULL, waker, argv[1]);
    if (strcmp(which, "semop") == 0) {
        struct sembuf down = {0, -1, 0};
        result = semop(semaphore, &down, 1);
    } else if (strcmp(which, "epoll_wait") == 0) {
        struct epoll_event event = {.events = EPOLLIN};
        const int epoll = epoll_create1(0);
        epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
        result = epoll_wait(epoll, &event, 1, -1);
    } else if (strcmp(which, "recv") == 0) {
        char byte;
        const struct timeval limit = {600, 0};
        setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        result = (int)recv(sockets[0], &byte, 1, 0);
    } else {
        const struct timespec limit = {600, 0};
        result = sigtimedwait(&set, NULL, &limit);
    }
    failure = errno;
    if (strcmp(which, "semop") == 0)
        semctl(semaphore, 0, IPC_RMID);
    return result >= 0 ? 0 : failure == EINTR ? 42 : 1;
}
