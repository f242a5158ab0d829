// `passes COUNT`: is passed COUNT descriptors of what fd 3 is open on, by a child of its, between writes of
// one byte to its output, a thousand for each. Says "done" by one byte on fd 4, and holds them until its
// input ends.
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int pass(int over, int passed)
{
    char byte = 'p';
    struct iovec piece = {&byte, 1};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr message = {0};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    if (passed < 0)
        return recvmsg(over, &message, 0) == 1 ? 0 : -1;
    struct cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &passed, sizeof passed);
    return sendmsg(over, &message, 0) == 1 ? 0 : -1;
}

int main(int argc, char** argv)
{
    const int count = argc > 1 ? atoi(argv[1]) : 1;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return 1;
    const pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < count; ++i)
            if (pass(ends[0], 3) != 0)
                return 1;
        return 0;
    }
    for (int i = 0; i < count; ++i) {
        for (int k = 0; k < 1000; ++k)
            if (write(1, "x", 1) != 1)
                return 1;
        if (pass(ends[1], -1) != 0)
            return 1;
    }
    char byte = 'd';
    waitpid(child, NULL, 0);
    return write(4, &byte, 1) == 1 && read(0, &byte, 1) == 0 ? 0 : 1;
}
