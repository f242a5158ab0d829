// Does with sockets what its words say, one system call each (as ipc_words does with objects): `sockets fd 3
// accept read 5 hold`. Ends with status 1 and a line on stderr at the first call that fails.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char **word;
static int fd = -1;
static int peer = -1;
static struct sockaddr_storage address;
static socklen_t addressSize;

static char *next(void)
{
    if (!*word) {
        fprintf(stderr, "sockets: a word is missing\n");
        exit(2);
    }
    return *word++;
}

static void must(int good, const char *call)
{
    if (good)
        return;
    fprintf(stderr, "sockets: %s: %s\n", call, strerrorname_np(errno));
    exit(1);
}

static void takePath(void)
{
    struct sockaddr_un *name = (struct sockaddr_un *)&address;
    const char *path = next();
    const size_t size = strlen(path);
    must(size <= sizeof name->sun_path, "path");
    memset(&address, 0, sizeof address);
    name->sun_family = AF_UNIX;
    memcpy(name->sun_path, path, size);
    if (*path == '@')
        name->sun_path[0] = '\0';
    addressSize = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size +
                              (*path != '@' && size < sizeof name->sun_path ? 1 : 0));
}

static void takeInet(void)
{
    struct sockaddr_in *name = (struct sockaddr_in *)&address;
    memset(&address, 0, sizeof address);
    name->sin_family = AF_INET;
    must(inet_pton(AF_INET, next(), &name->sin_addr) == 1, "inet_pton");
    name->sin_port = htons((uint16_t)strtol(next(), NULL, 10));
    addressSize = sizeof *name;
}

static void sendDescriptor(int passed)
{
    char byte = 'd';
    struct iovec piece = {&byte, 1};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message;
    memset(&message, 0, sizeof message);
    memset(&control, 0, sizeof control);
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &passed, sizeof passed);
    must(sendmsg(peer >= 0 ? peer : fd, &message, 0) == 1, "sendmsg");
}

static void perform(const char *what)
{
    const int type = strstr(what, "seqpacket") ? SOCK_SEQPACKET : strstr(what, "dgram") ? SOCK_DGRAM : SOCK_STREAM;
    if (strcmp(what, "fd") == 0)
        fd = (int)strtol(next(), NULL, 10);
    else if (strncmp(what, "unix-", 5) == 0) {
        takePath();
        must((fd = socket(AF_UNIX, type, 0)) >= 0, "socket");
    } else if (strcmp(what, "tcp") == 0 || strcmp(what, "udp") == 0) {
        takeInet();
        must((fd = socket(AF_INET, *what == 't' ? SOCK_STREAM : SOCK_DGRAM, 0)) >= 0, "socket");
    } else if (strcmp(what, "bind") == 0)
        must(bind(fd, (struct sockaddr *)&address, addressSize) == 0, "bind");
    else if (strcmp(what, "listen") == 0)
        must(listen(fd, (int)strtol(next(), NULL, 10)) == 0, "listen");
    else if (strcmp(what, "connect") == 0)
        must(connect(fd, (struct sockaddr *)&address, addressSize) == 0, "connect");
    else if (strcmp(what, "accept") == 0)
        must((peer = accept(fd, NULL, NULL)) >= 0, "accept");
    else if (strcmp(what, "send") == 0) {
        const char *text = next();
        must(send(peer >= 0 ? peer : fd, text, strlen(text), 0) >= 0, "send");
    } else if (strcmp(what, "receive") == 0) {
        char text[65536];
        const ssize_t size = recv(peer >= 0 ? peer : fd, text, (size_t)strtol(next(), NULL, 10), 0);
        must(size >= 0, "recv");
        printf("%.*s\n", (int)size, text);
        fflush(stdout);
    } else if (strcmp(what, "flood") == 0) {
        static char text[1000];
        for (long count = strtol(next(), NULL, 10); count > 0; --count)
            must(send(fd, text, sizeof text, MSG_DONTWAIT) >= 0 || errno == EAGAIN || errno == ENOBUFS, "send");
    } else if (strcmp(what, "pass") == 0)
        sendDescriptor((int)strtol(next(), NULL, 10));
    else if (strcmp(what, "close") == 0)
        must(close(fd) == 0, "close");
    else if (strcmp(what, "close-peer") == 0)
        must(close(peer) == 0, "close");
    else if (strcmp(what, "line") == 0) // waits until somebody types one
        must(getchar() != EOF, "getchar");
    else if (strcmp(what, "hold") == 0)
        for (;;)
            pause();
    else {
        fprintf(stderr, "sockets: %s is no word\n", what);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    word = argv + 1;
    while (*word)
        perform(next());
    return 0;
}
