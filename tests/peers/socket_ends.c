/* Both ends of a socket. tcp-server PORT, tcp-client PORT, unix-server PATH, unix-client PATH, udp-server
 * PORT, udp-client PORT: the client sends "ping", the server answers "pong!". A PORT of a server may be 0; it
 * is written to fd 1. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_storage address;
static socklen_t size;

static void expect(long got, long wanted, int code)
{
    if (got != wanted)
        _exit(code);
}

static void set_address(const char* what, const char* name)
{
    if (strncmp(what, "unix", 4) == 0) {
        struct sockaddr_un* un = (struct sockaddr_un*)&address;
        un->sun_family = AF_UNIX;
        strncpy(un->sun_path, name, sizeof un->sun_path - 1);
        size = sizeof *un;
    } else {
        struct sockaddr_in* in = (struct sockaddr_in*)&address;
        in->sin_family = AF_INET;
        in->sin_port = htons((unsigned short)atoi(name));
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        size = sizeof *in;
    }
}

int main(int argc, char** argv)
{
    char text[16];
    const char* what = argc > 2 ? argv[1] : "";
    const int is_server = strstr(what, "server") != NULL;
    const int is_datagram = strncmp(what, "udp", 3) == 0;
    int fd, connection;
    if (argc < 3)
        return 2;
    set_address(what, argv[2]);
    fd = socket(address.ss_family, is_datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
    expect(fd >= 0, 1, 10);
    if (is_server) {
        expect(bind(fd, (struct sockaddr*)&address, size), 0, 11);
        if (!is_datagram)
            expect(listen(fd, 5), 0, 12);
        size = sizeof address;
        getsockname(fd, (struct sockaddr*)&address, &size);
        if (!strncmp(what, "unix", 4))
            dprintf(1, "0\n");
        else
            dprintf(1, "%d\n", ntohs(((struct sockaddr_in*)&address)->sin_port));
        if (is_datagram) {
            struct sockaddr_storage from;
            socklen_t length = sizeof from;
            expect(recvfrom(fd, text, sizeof text, MSG_PEEK, NULL, NULL), 4, 13);
            expect(recvfrom(fd, text, sizeof text, 0, (struct sockaddr*)&from, &length), 4, 14);
            expect(sendto(fd, "pong!", 5, 0, (struct sockaddr*)&from, length), 5, 15);
            return 0;
        }
        connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        expect(connection >= 0, 1, 16);
        expect(recv(connection, text, sizeof text, MSG_PEEK | MSG_WAITALL) > 0, 1, 17);
        expect(recv(connection, text, 4, MSG_WAITALL), 4, 18);
        expect(send(connection, "pong!", 5, 0), 5, 19);
        expect(shutdown(connection, SHUT_WR), 0, 20);
        return 0;
    }
    if (is_datagram) {
        expect(sendto(fd, "ping", 4, 0, (struct sockaddr*)&address, size), 4, 21);
        expect(recv(fd, text, sizeof text, 0), 5, 22);
        return 0;
    }
    expect(connect(fd, (struct sockaddr*)&address, size), 0, 23);
    expect(write(fd, "ping", 4), 4, 24);
    expect(shutdown(fd, SHUT_WR), 0, 25);
    expect(recv(fd, text, 5, MSG_WAITALL), 5, 26);
    return 0;
}
