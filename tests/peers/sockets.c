// Does with sockets what its words say, one system call each (as ipc_words does with objects): `sockets fd 3
// accept read 5 hold`. Ends with status 1 and a line on stderr at the first call that fails.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char** word;
static int fd = -1;
static int peer = -1;
static struct sockaddr_storage address;
static socklen_t addressSize;

static char* next(void)
{
    if (!*word) {
        fprintf(stderr, "sockets: a word is missing\n");
        exit(2);
    }
    return *word++;
}

static void must(int good, const char* call)
{
    if (good)
        return;
    fprintf(stderr, "sockets: %s: %s\n", call, strerrorname_np(errno));
    exit(1);
}

static void takePath(void)
{
    struct sockaddr_un* name = (struct sockaddr_un*)&address;
    const char* path = next();
    const size_t size = strlen(path);
    must(size <= sizeof name->sun_path, "path");
    memset(&address, 0, sizeof address);
    name->sun_family = AF_UNIX;
    memcpy(name->sun_path, path, size);
    if (*path == '@') { // abstract; a comma stands for a zero byte
        name->sun_path[0] = '\0';
        for (size_t i = 1; i < size; ++i)
            if (name->sun_path[i] == ',')
                name->sun_path[i] = '\0';
    }
    addressSize = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size +
                              (*path != '@' && size < sizeof name->sun_path ? 1 : 0));
}

static void takeInet(void)
{
    struct sockaddr_in* name = (struct sockaddr_in*)&address;
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

/// One byte with one's own credentials, as anybody may send (unix(7)).
static void sendCredentials(void)
{
    char byte = 'c';
    struct iovec piece = {&byte, 1};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct msghdr message;
    struct ucred self = {getpid(), getuid(), getgid()};
    memset(&message, 0, sizeof message);
    memset(&control, 0, sizeof control);
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_CREDENTIALS;
    control.header.cmsg_len = CMSG_LEN(sizeof self);
    memcpy(CMSG_DATA(&control.header), &self, sizeof self);
    must(sendmsg(peer >= 0 ? peer : fd, &message, 0) == 1, "sendmsg");
}

/// Takes a byte, and what came along.
static void receiveMessage(void)
{
    char byte;
    char name[200];
    struct iovec piece = {&byte, 1};
    char control[256];
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_name = name;
    message.msg_namelen = sizeof name;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    must(recvmsg(peer >= 0 ? peer : fd, &message, 0) == 1, "recvmsg");
}

static void connectLater(void)
{
    struct pollfd ready = {fd, POLLOUT, 0};
    int error = 0;
    socklen_t size = sizeof error;
    must(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
    must(connect(fd, (struct sockaddr*)&address, addressSize) == 0 || errno == EINPROGRESS, "connect");
    must(poll(&ready, 1, -1) == 1, "poll");
    must(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0, "getsockopt");
    errno = error;
    must(error == 0, "connect");
    must(fcntl(fd, F_SETFL, 0) == 0, "fcntl");
}

/// An echo request to this machine, and what comes back on the same socket.
static void pingRaw(void)
{
    struct icmphdr request;
    char answer[200];
    memset(&request, 0, sizeof request);
    request.type = ICMP_ECHO;
    request.un.echo.id = htons((uint16_t)getpid());
    request.checksum = (uint16_t) ~(htons(ICMP_ECHO << 8) + request.un.echo.id);
    must(sendto(fd, &request, sizeof request, 0, (struct sockaddr*)&address, addressSize) == sizeof request,
         "sendto");
    must(recv(fd, answer, sizeof answer, 0) > 0, "recv");
}

static void perform(const char* what)
{
    const int type = strstr(what, "seqpacket") ? SOCK_SEQPACKET
                     : strstr(what, "dgram")   ? SOCK_DGRAM
                                               : SOCK_STREAM;
    if (strcmp(what, "fd") == 0)
        fd = (int)strtol(next(), NULL, 10);
    else if (strncmp(what, "unix-", 5) == 0) {
        takePath();
        must((fd = socket(AF_UNIX, type, 0)) >= 0, "socket");
    } else if (strcmp(what, "tcp") == 0 || strcmp(what, "udp") == 0) {
        takeInet();
        must((fd = socket(AF_INET, *what == 't' ? SOCK_STREAM : SOCK_DGRAM, 0)) >= 0, "socket");
    } else if (strcmp(what, "bind") == 0)
        must(bind(fd, (struct sockaddr*)&address, addressSize) == 0, "bind");
    else if (strcmp(what, "listen") == 0)
        must(listen(fd, (int)strtol(next(), NULL, 10)) == 0, "listen");
    else if (strcmp(what, "connect") == 0)
        must(connect(fd, (struct sockaddr*)&address, addressSize) == 0, "connect");
    else if (strcmp(what, "connect-later") == 0)
        connectLater();
    else if (strcmp(what, "raw") == 0) {
        addressSize = sizeof(struct sockaddr_in);
        address.ss_family = AF_INET;
        ((struct sockaddr_in*)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        must((fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)) >= 0, "socket");
        pingRaw();
    } else if (strcmp(what, "netlink") == 0) { // bound, it can send to itself
        struct sockaddr_nl* name = (struct sockaddr_nl*)&address;
        name->nl_family = AF_NETLINK;
        name->nl_pid = (unsigned)getpid();
        addressSize = sizeof *name;
        must((fd = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK)) >= 0, "socket");
    } else if (strcmp(what, "want-credentials") == 0) {
        const int on = 1;
        must(setsockopt(peer >= 0 ? peer : fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0, "setsockopt");
    } else if (strcmp(what, "credentials") == 0)
        sendCredentials();
    else if (strcmp(what, "message") == 0)
        receiveMessage();
    else if (strcmp(what, "send-to") == 0) {
        const char* text = next();
        must(sendto(fd, text, strlen(text), 0, (struct sockaddr*)&address, addressSize) >= 0, "sendto");
    } else if (strcmp(what, "port") == 0) { // the one that the kernel chose
        struct sockaddr_in bound;
        socklen_t size = sizeof bound;
        must(getsockname(fd, (struct sockaddr*)&bound, &size) == 0, "getsockname");
        dprintf(1, "%d\n", ntohs(bound.sin_port));
    } else if (strcmp(what, "say") == 0)
        dprintf(1, "%s\n", next());
    else if (strcmp(what, "accept") == 0)
        must((peer = accept(fd, NULL, NULL)) >= 0, "accept");
    else if (strcmp(what, "send") == 0) {
        const char* text = next();
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
            must(send(fd, text, sizeof text, MSG_DONTWAIT) >= 0 || errno == EAGAIN || errno == ENOBUFS,
                 "send");
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

int main(int argc, char** argv)
{
    (void)argc;
    word = argv + 1;
    while (*word)
        perform(next());
    return 0;
}
