/* Shuffles the descriptors of two pipes by a seed: dup, dup2, dup3, fcntl, close, close_range, fork. Then
 * says "r" on the pipe at fd 3 and waits for end-of-file on stdin, so that what it holds can be compared. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv)
{
    int p[2], q[2], i;
    char byte;
    srand(argc > 1 ? (unsigned)atoi(argv[1]) : 1);
    if (pipe(p) != 0 || pipe2(q, O_CLOEXEC) != 0)
        return 1;
    for (i = 0; i < 300; ++i) {
        const int from = 4 + rand() % 40, to = 4 + rand() % 40;
        switch (rand() % 8) {
        case 0:
            dup(from);
            break;
        case 1:
        case 2:
            dup2(from, to);
            break;
        case 3:
            dup3(from, to, O_CLOEXEC);
            break;
        case 4:
            fcntl(from, F_DUPFD, to);
            break;
        case 5:
            close(from);
            break;
        case 6:
            close_range((unsigned)from, (unsigned)from + (unsigned)(rand() % 3), 0);
            break;
        case 7:
            fcntl(from, F_SETFD, rand() % 2);
            break;
        }
    }
    if (fork() == 0) {
        if (rand() % 2 == 0)
            execl("/bin/cat", "cat", (char*)0);
        while (read(0, &byte, 1) > 0) {
        }
        _exit(0);
    }
    if (write(3, "r", 1) != 1)
        return 2;
    while (read(0, &byte, 1) > 0) {
    }
    while (wait(NULL) > 0) {
    }
    return 0;
}
