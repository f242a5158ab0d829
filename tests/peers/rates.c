/* Moves messages between itself and a child: blocks | pipe | ping-pong | sysv | many, COUNT times, and writes
 * the nanoseconds that one took to FILE. blocks: 64 KiB over a pipe; the others 64 bytes; many: 64 of them a
 * call, over a socketpair. As fast as it can, or, with RATE, so many a second. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/uio.h>
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

enum { AT_ONCE = 64, SIZE = 64 };

/* At most `left` of them; how many it were. */
static int some(int fd, long left, int sends)
{
    struct iovec pieces[AT_ONCE];
    struct mmsghdr messages[AT_ONCE] = {0};
    for (int i = 0; i < AT_ONCE; ++i) {
        pieces[i] = (struct iovec){buffer + i * SIZE, SIZE};
        messages[i].msg_hdr.msg_iov = &pieces[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    const unsigned most = left < AT_ONCE ? (unsigned)left : AT_ONCE;
    const int done =
        sends ? sendmmsg(fd, messages, most, 0) : recvmmsg(fd, messages, most, MSG_WAITFORONE, NULL);
    if (done <= 0)
        _exit(3);
    return done;
}

/* Sleeps for as long as `done` messages are ahead of their time. */
static void keep_pace(const struct timespec* begin, long done, double rate)
{
    const double due = (double)done / rate;
    struct timespec until = {begin->tv_sec + (time_t)due,
                             begin->tv_nsec + (long)((due - (double)(time_t)due) * 1e9)};
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

int main(int argc, char** argv)
{
    if (argc < 4)
        return 2;
    const char* kind = argv[1];
    const long count = atol(argv[2]);
    const size_t size = strcmp(kind, "blocks") == 0 ? sizeof buffer : SIZE;
    const int queue = strcmp(kind, "sysv") == 0 ? msgget(IPC_PRIVATE, 0600) : -1;
    const int both = strcmp(kind, "ping-pong") == 0;
    const int many = strcmp(kind, "many") == 0;
    const double rate = argc > 4 ? atof(argv[4]) : 0;
    const long burst = rate < 1000 ? 1 : (long)(rate / 1000); // a sleep costs more than many messages
    int ends[2], status = 0;
    struct timespec begin, end;
    struct
    {
        long type;
        char text[SIZE];
    } message = {1, {0}};
    if (both || many ? socketpair(AF_UNIX, both ? SOCK_STREAM : SOCK_SEQPACKET, 0, ends) != 0
                     : pipe(ends) != 0)
        return 3;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    const pid_t child = fork();
    for (long i = 0, next = burst; i < count; ++i) {
        if (rate > 0 && child != 0 && i >= next) {
            keep_pace(&begin, i, rate);
            next = i + burst;
        }
        if (many) {
            i += some(ends[child == 0], count - i, child != 0) - 1;
        } else if (queue >= 0) {
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
