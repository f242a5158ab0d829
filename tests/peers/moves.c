/* Moves bytes through its own pipes, sockets and a file, by every call that can. argv[1]: a file to use.
 * Ends with 0 when each call moved what it should; the numbers stand in tst_tracer_calls.cpp. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static void expect(ssize_t got, ssize_t wanted, int code)
{
    if (got != wanted)
        _exit(code);
}

static void vectors(void)
{
    int p[2];
    char a[3], b[20];
    struct iovec out[3] = {{"abc", 3}, {"defgh", 5}, {"ijklmno", 7}};
    struct iovec in[2] = {{a, sizeof a}, {b, sizeof b}};
    expect(pipe(p), 0, 10);
    expect(writev(p[1], out, 3), 15, 11);
    expect(readv(p[0], in, 2), 15, 12);
    expect(close(p[0]), 0, 13);
    expect(close(p[1]), 0, 14);
}

static void splices(void)
{
    int p[2], q[2];
    char b[64];
    struct iovec gift = {"gifted", 6};
    expect(pipe2(p, O_CLOEXEC), 0, 20);
    expect(pipe2(q, O_CLOEXEC), 0, 21);
    expect(write(p[1], "0123456789", 10), 10, 22);
    expect(tee(p[0], q[1], 4, 0), 4, 23);
    expect(splice(p[0], NULL, q[1], NULL, 10, 0), 10, 24);
    expect(vmsplice(q[1], &gift, 1, 0), 6, 25);
    expect(read(q[0], b, sizeof b), 20, 26);
}

static void file(const char* path)
{
    int p[2];
    char b[64];
    struct iovec v = {b, 5};
    int fd = open(path, O_RDWR | O_TRUNC | O_CREAT, 0600);
    if (fd < 0)
        _exit(30);
    expect(pwrite(fd, "hello world", 11, 100), 11, 31);
    expect(pread(fd, b, 11, 100), 11, 32);
    expect(preadv(fd, &v, 1, 106), 5, 33);
    expect(preadv2(fd, &v, 1, 106, 0), 5, 34);
    expect(pwritev(fd, &v, 1, 111), 5, 35);
    expect(lseek(fd, 0, SEEK_END), 116, 36);
    expect(lseek(fd, 100, SEEK_SET), 100, 37);
    expect(pipe(p), 0, 38);
    expect(sendfile(p[1], fd, NULL, 16), 16, 39);
    expect(read(p[0], b, sizeof b), 16, 40);
    expect(ftruncate(fd, 0), 0, 41);
}

static void sockets(void)
{
    int s[2], p[2], got = -1;
    char b[64], c[64];
    char control[CMSG_SPACE(sizeof(int))];
    struct iovec out = {"passed", 6}, in = {b, sizeof b};
    struct msghdr message = {
        .msg_iov = &out, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr* header;
    struct iovec two[2] = {{"one", 3}, {"three", 5}}, into[2] = {{b, 30}, {c, 30}};
    struct mmsghdr many[2] = {{.msg_hdr = {.msg_iov = &two[0], .msg_iovlen = 1}},
                              {.msg_hdr = {.msg_iov = &two[1], .msg_iovlen = 1}}};
    struct mmsghdr room[2] = {{.msg_hdr = {.msg_iov = &into[0], .msg_iovlen = 1}},
                              {.msg_hdr = {.msg_iov = &into[1], .msg_iovlen = 1}}};
    expect(socketpair(AF_UNIX, SOCK_DGRAM, 0, s), 0, 50);
    expect(pipe(p), 0, 51);
    header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &p[1], sizeof(int));
    expect(sendmsg(s[0], &message, 0), 6, 52);
    message.msg_iov = &in;
    expect(recvmsg(s[1], &message, 0), 6, 53);
    memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    expect(close(p[1]), 0, 54);
    expect(write(got, "through", 7), 7, 55);
    expect(read(p[0], b, sizeof b), 7, 56);
    expect(sendmmsg(s[0], many, 2, 0), 2, 57);
    expect(recvmmsg(s[1], room, 2, 0, NULL), 2, 58);
    expect(send(s[1], "back", 4, MSG_NOSIGNAL), 4, 59);
    expect(recv(s[0], b, sizeof b, 0), 4, 60);
    expect(shutdown(s[0], SHUT_WR), 0, 61);
}

int main(int argc, char** argv)
{
    if (argc < 2)
        return 2;
    vectors();
    splices();
    file(argv[1]);
    sockets();
    return 0;
}
