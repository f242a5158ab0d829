/* Moves messages between itself and a child as fast as it can: blocks | pipe | ping-pong | sysv, COUNT times,
 * and writes the nanoseconds that one took to FILE. blocks: 64 KiB over a pipe; the others 64 bytes. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[65536];

static void all(int fd, size_t size, ssize_t (*move)(int, void*, size_t))
{
    size_t done = 0;
    while (done < size) {
        const ssize_t part = move(fd, buffer + done, size - done);
        if (part <= 0)
            _exit(3);
        done += (size_t)part;
    }
}

static ssize_t put(int fd, void* from, size_t size)
{
    return write(fd, from, size);
}

int main(int argc, char** argv)
{
    if (argc < 4)
        return 2;
    const char* kind = argv[1];
    const long count = atol(argv[2]);
    const size_t size = strcmp(kind, "blocks") == 0 ? sizeof buffer : 64;
    const int queue = strcmp(kind, "sysv") == 0 ? msgget(IPC_PRIVATE, 0600) : -1;
    const int both = strcmp(kind, "ping-pong") == 0;
    int ends[2], status = 0;
    struct timespec begin, end;
    struct
    {
        long type;
        char text[64];
    } message = {1, {0}};
    if (both ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 : pipe(ends) != 0)
        return 3;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    const pid_t child = fork();
    for (long i = 0; i < count; ++i) {
        if (queue >= 0) {
            if ((child == 0 ? msgrcv(queue, &message, size, 0, 0) : msgsnd(queue, &message, size, 0)) < 0)
                _exit(3);
        } else if (both) {
            all(ends[child == 0], size, child == 0 ? read : put);
            all(ends[child == 0], size, child == 0 ? put : read);
        } else {
            all(ends[child != 0], size, child == 0 ? read : put);
        }
    }
    if (child == 0)
        _exit(0);
    waitpid(child, &status, 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (queue >= 0)
        msgctl(queue, IPC_RMID, NULL);
    FILE* file = fopen(argv[3], "w");
    if (file == NULL || status != 0)
        return 3;
    fprintf(file, "%.1f\n",
            ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) /
                (double)count);
    return fclose(file) == 0 ? 0 : 3;
}
