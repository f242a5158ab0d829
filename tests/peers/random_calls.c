// random_calls COUNT SEED: six processes make COUNT random IPC calls together over twenty endpoints (forty
// descriptors and their duplicates), and each counts what every call moved by its result. At the end one line
// an endpoint goes to standard output: "INODE BYTES_IN BYTES_OUT". Standard input is read when all is ready.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { endpoints = 20, pipes = 12, processes = 6, mostBytes = 3000 };

struct Endpoint
{
    int fds[2]; // of a pipe: read, write
    long in;
    long out;
};

static struct Endpoint* all;

static void count(struct Endpoint* endpoint, long in, long out)
{
    if (in > 0)
        __atomic_add_fetch(&endpoint->in, in, __ATOMIC_RELAXED);
    if (out > 0)
        __atomic_add_fetch(&endpoint->out, out, __ATOMIC_RELAXED);
}

static void onPipe(struct Endpoint* e, struct Endpoint* other, int what, struct iovec* pieces, size_t size)
{
    switch (what % 6) {
    case 0:
        return count(e, write(e->fds[1], pieces[0].iov_base, size), 0);
    case 1:
        return count(e, 0, read(e->fds[0], pieces[0].iov_base, size));
    case 2:
        return count(e, writev(e->fds[1], pieces, 2), 0);
    case 3:
        return count(e, 0, readv(e->fds[0], pieces, 2));
    case 4:
        if (e != other) {
            const long moved = splice(e->fds[0], NULL, other->fds[1], NULL, size, SPLICE_F_NONBLOCK);
            count(e, 0, moved);
            count(other, moved, 0);
        }
        return;
    default:
        if (e != other)
            count(other, tee(e->fds[0], other->fds[1], size, SPLICE_F_NONBLOCK), 0);
    }
}

static void onSockets(struct Endpoint* e, int side, int what, struct iovec* pieces, size_t size)
{
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    struct mmsghdr two[2] = {{.msg_hdr = message}, {.msg_hdr = message}};
    int done = 0;
    switch (what % 8) {
    case 0:
        return count(e, write(e->fds[side], pieces[0].iov_base, size), 0);
    case 1:
        return count(e, 0, read(e->fds[side], pieces[0].iov_base, size));
    case 2:
        return count(e, send(e->fds[side], pieces[0].iov_base, size, MSG_NOSIGNAL), 0);
    case 3:
        return count(e, 0, recv(e->fds[side], pieces[0].iov_base, size, 0));
    case 4:
        return count(e, sendmsg(e->fds[side], &message, MSG_NOSIGNAL), 0);
    case 5:
        return count(e, 0, recvmsg(e->fds[side], &message, 0));
    case 6:
        done = sendmmsg(e->fds[side], two, 2, MSG_NOSIGNAL);
        for (int i = 0; i < done; ++i)
            count(e, two[i].msg_len, 0);
        return;
    default:
        recv(e->fds[side], pieces[0].iov_base, size, MSG_PEEK); // nothing moves
    }
}

static void work(int calls, unsigned seed)
{
    static char bytes[2 * mostBytes];
    for (int i = 0; i < calls; ++i) {
        const int index = rand_r(&seed) % endpoints;
        struct Endpoint* e = &all[index];
        const size_t size = 1 + (size_t)rand_r(&seed) % mostBytes;
        struct iovec pieces[2] = {{bytes, 1 + size / 3}, {bytes + mostBytes, size}};
        const int what = rand_r(&seed);
        if (what % 50 == 0) { // a duplicate in its place: the old number is closed, and comes again
            const int side = what / 50 % 2;
            const int copy = what / 100 % 2 ? dup(e->fds[side]) : fcntl(e->fds[side], F_DUPFD_CLOEXEC, 100);
            if (copy >= 0) {
                dup2(copy, e->fds[side]);
                close(copy);
                ++i;
            }
        } else if (index < pipes) {
            onPipe(e, &all[rand_r(&seed) % pipes], what / 50, pieces, size);
        } else {
            onSockets(e, rand_r(&seed) % 2, what / 50, pieces, size);
        }
    }
}

int main(int count_, char** words)
{
    if (count_ != 3)
        return 2;
    const int calls = atoi(words[1]);
    const unsigned seed = (unsigned)atoi(words[2]);
    // Shared by all, and no IPC that anybody sees: anonymous.
    all = mmap(NULL, endpoints * sizeof *all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return 3;
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    for (int i = 0; i < endpoints; ++i)
        if (i < pipes ? pipe2(all[i].fds, O_NONBLOCK)
                      : socketpair(AF_UNIX, types[i % 3] | SOCK_NONBLOCK, 0, all[i].fds))
            return 4;
    char go = 0;
    if (read(0, &go, 1) < 0)
        return 5;
    for (int i = 0; i < processes; ++i)
        if (fork() == 0) {
            work(calls / processes, seed * processes + (unsigned)i);
            _exit(0);
        }
    for (int i = 0; i < processes; ++i) {
        int status = 0;
        if (wait(&status) < 0 || status != 0)
            return 6;
    }
    for (int i = 0; i < endpoints; ++i) {
        struct stat status;
        fstat(all[i].fds[0], &status);
        printf("%lu %ld %ld\n", (unsigned long)status.st_ino, all[i].in, all[i].out);
    }
    return 0;
}
