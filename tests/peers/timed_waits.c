/* Sleeps in one call for MS milliseconds: semop | epoll_wait | recv | sigtimedwait, and writes to FILE how
 * many milliseconds that took. Ends with 0 when its time was over, 42 when there was an EINTR. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Ends the sleep: the semaphore set goes with its maker. */
static void onTerm(int signal)
{
    (void)signal;
}

int main(int argc, char** argv)
{
    int sockets[2], result, failure, semaphore = -1;
    struct timespec begin, end;
    sigset_t set;
    if (argc < 4 || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0)
        return 2;
    const long ms = atol(argv[2]);
    const struct timespec limit = {ms / 1000, ms % 1000 * 1000000};
    const struct timeval limit2 = {ms / 1000, ms % 1000 * 1000};
    struct epoll_event event = {.events = EPOLLIN};
    const int epoll = epoll_create1(0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[0], &event);
    setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &limit2, sizeof limit2);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    if (strcmp(argv[1], "semop") == 0) {
        struct sembuf down = {0, -1, 0};
        const struct sigaction wakes = {.sa_handler = onTerm};
        sigaction(SIGTERM, &wakes, NULL);
        semaphore = semget(IPC_PRIVATE, 1, 0600);
        result = semtimedop(semaphore, &down, 1, &limit);
    } else if (strcmp(argv[1], "epoll_wait") == 0) {
        result = epoll_wait(epoll, &event, 1, (int)ms);
    } else if (strcmp(argv[1], "recv") == 0) {
        char byte;
        result = (int)recv(sockets[0], &byte, 1, 0);
    } else {
        result = sigtimedwait(&set, NULL, &limit);
    }
    failure = errno;
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (semaphore >= 0)
        semctl(semaphore, 0, IPC_RMID);
    FILE* file = fopen(argv[3], "w");
    if (file == NULL)
        return 3;
    fprintf(file, "%.1f\n",
            (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6);
    fclose(file);
    if (result < 0 && failure == EINTR)
        return 42;
    return result == 0 || failure == EAGAIN ? 0 : 1;
}
