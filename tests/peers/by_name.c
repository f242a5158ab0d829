// Puts "hello" into one object, or takes it out, and knows nothing of who made it: by_name put|take KIND
// PLACE [PORT]. A PLACE of "-" stands in the environment (PLACE, PORT). Sockets: take binds and waits, put
// connects or sends.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const char* place;
static const char* port;
static int puts_it;
static char text[64];

static void must(int good, const char* call)
{
    if (good)
        return;
    fprintf(stderr, "by_name: %s %s: %s\n", call, place, strerrorname_np(errno));
    exit(1);
}

static void rest(void)
{
    const struct timespec moment = {0, 5000000};
    nanosleep(&moment, NULL);
}

static key_t key(void)
{
    return (key_t)strtoul(place, NULL, 0);
}
static int number(void)
{
    return (int)strtol(place, NULL, 0);
}

static void queue(int id)
{
    struct
    {
        long type;
        char text[64];
    } message = {1, "hello"};
    must(id >= 0, "msgget");
    if (puts_it)
        must(msgsnd(id, &message, 5, 0) == 0, "msgsnd");
    else
        must(msgrcv(id, &message, sizeof message.text, 0, 0) == 5, "msgrcv");
    memcpy(text, message.text, 5);
}

static void posixQueue(void)
{
    const mqd_t queue = mq_open(place, puts_it ? O_WRONLY : O_RDONLY);
    char room[8192];
    must(queue >= 0, "mq_open");
    if (puts_it)
        must(mq_send(queue, "hello", 5, 3) == 0, "mq_send");
    else
        must(mq_receive(queue, room, sizeof room, NULL) == 5, "mq_receive");
    memcpy(text, room, 5);
}

/// A byte says that the text is there.
static void memory(volatile char* at)
{
    must(at != NULL && at != MAP_FAILED && at != (char*)-1, "map");
    if (puts_it) {
        memcpy((char*)at + 1, "hello", 5);
        __atomic_store_n(at, 1, __ATOMIC_RELEASE);
        return;
    }
    while (__atomic_load_n(at, __ATOMIC_ACQUIRE) == 0)
        rest();
    memcpy(text, (char*)at + 1, 5);
}

static void* mapped(int fd)
{
    must(fd >= 0, "open");
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

/// No bytes: a token.
static void semaphores(int id)
{
    struct sembuf step = {0, 1, 0};
    must(id >= 0, "semget");
    step.sem_op = puts_it ? 1 : -1;
    must(semop(id, &step, 1) == 0, "semop");
    memcpy(text, "hello", 5);
}
static void posixSemaphore(void)
{
    sem_t* semaphore = sem_open(place, 0);
    must(semaphore != SEM_FAILED, "sem_open");
    must((puts_it ? sem_post(semaphore) : sem_wait(semaphore)) == 0, "sem_wait");
    memcpy(text, "hello", 5);
}

static void bytes(int fd)
{
    size_t size = 0;
    ssize_t got = 0;
    must(fd >= 0, "open");
    if (puts_it) {
        must(write(fd, "hello", 5) == 5, "write");
        return;
    }
    while (size < 5 && (got = read(fd, text + size, 5 - size)) >= 0) {
        size += (size_t)got;
        if (got == 0)
            rest(); // a file that is not written yet
    }
    must(got >= 0, "read");
}

static void internetAddress(struct sockaddr_storage* address, socklen_t* size)
{
    struct sockaddr_in* four = (struct sockaddr_in*)address;
    four->sin_family = AF_INET;
    four->sin_port = htons((unsigned short)strtol(port, NULL, 10));
    must(inet_pton(AF_INET, place, &four->sin_addr) == 1, "inet_pton");
    *size = sizeof *four;
}
static void unixAddress(struct sockaddr_storage* address, socklen_t* size)
{
    struct sockaddr_un* name = (struct sockaddr_un*)address;
    name->sun_family = AF_UNIX;
    strncpy(name->sun_path, place, sizeof name->sun_path - 1);
    *size = sizeof *name;
    if (*place == '@') {
        name->sun_path[0] = 0;
        *size = (socklen_t)(sizeof name->sun_family + strlen(place));
    }
}

static void sockets(int family, int type)
{
    struct sockaddr_storage address;
    socklen_t size = 0;
    int fd = -1;
    memset(&address, 0, sizeof address);
    family == AF_UNIX ? unixAddress(&address, &size) : internetAddress(&address, &size);
    if (!puts_it) {
        must((fd = socket(family, type, 0)) >= 0, "socket");
        must(bind(fd, (struct sockaddr*)&address, size) == 0, "bind");
        if (type != SOCK_DGRAM) {
            must(listen(fd, 5) == 0, "listen");
            must((fd = accept(fd, NULL, NULL)) >= 0, "accept");
        }
        bytes(fd);
        return;
    }
    for (;;) { // until the other is there
        must((fd = socket(family, type, 0)) >= 0, "socket");
        if (connect(fd, (struct sockaddr*)&address, size) == 0)
            break;
        close(fd);
        rest();
    }
    for (;;) { // UDP: on loopback a refusal is there when send() returns, udp(7)
        int refused = 0;
        socklen_t length = sizeof refused;
        const ssize_t sent = send(fd, "hello", 5, MSG_NOSIGNAL);
        must(getsockopt(fd, SOL_SOCKET, SO_ERROR, &refused, &length) == 0, "getsockopt");
        if (sent == 5 && refused == 0)
            break;
        rest();
    }
}

static void counter(int fd)
{
    unsigned long long value = 5;
    must((puts_it ? write(fd, &value, sizeof value) : read(fd, &value, sizeof value)) == sizeof value,
         "eventfd");
    must(value == 5, "eventfd");
    memcpy(text, "hello", 5);
}

/// A terminal hands over whole lines, and forgets them when its master goes: that one waits for an answer.
static void terminal(int fd)
{
    char line[64] = "";
    if (puts_it) {
        must(write(fd, "hello\n", 6) == 6, "write");
        while (memchr(line, '!', sizeof line) == NULL) // the echo comes first
            must(read(fd, line, sizeof line) > 0, "read");
        return;
    }
    must(read(fd, line, sizeof line) == 6, "read");
    must(write(fd, "!", 1) == 1, "write");
    memcpy(text, line, 5);
}

/// An echo request to the address that stands in `port`, through a raw socket; everybody who has one gets a
/// copy.
static void raw(int fd)
{
    struct
    {
        struct icmphdr header;
        char text[6];
    } request = {{0}, "hello"};
    struct sockaddr_in address = {.sin_family = AF_INET};
    char packet[256];
    unsigned sum = 0;
    if (puts_it) {
        unsigned short words[sizeof request / 2];
        request.header.type = ICMP_ECHO;
        memcpy(words, &request, sizeof request);
        for (size_t i = 0; i < sizeof request / 2; ++i)
            sum += words[i];
        request.header.checksum = (unsigned short)~((sum & 0xffff) + (sum >> 16));
        must(inet_pton(AF_INET, port, &address.sin_addr) == 1, "inet_pton");
        must(sendto(fd, &request, sizeof request, 0, (struct sockaddr*)&address, sizeof address) ==
                 (ssize_t)sizeof request,
             "sendto");
        return;
    }
    while (recv(fd, packet, sizeof packet, 0) < 33 || memcmp(packet + 28, "hello", 5) != 0)
        continue; // somebody else's
    memcpy(text, packet + 28, 5);
}

static int isKind(const char* kind, const char* name)
{
    return strcmp(kind, name) == 0;
}

int main(int argc, char** argv)
{
    const char* kind = argc > 3 ? argv[2] : "";
    if (argc < 4)
        return 2;
    puts_it = strcmp(argv[1], "put") == 0;
    place = strcmp(argv[3], "-") == 0 ? getenv("PLACE") : argv[3];
    port = argc > 4 ? argv[4] : getenv("PORT");
    if (place == NULL)
        return 2;
    if (isKind(kind, "sysv-queue-id") || isKind(kind, "sysv-queue-key"))
        queue(isKind(kind, "sysv-queue-id") ? number() : msgget(key(), 0));
    else if (isKind(kind, "sysv-shm-id") || isKind(kind, "sysv-shm-key"))
        memory(shmat(isKind(kind, "sysv-shm-id") ? number() : shmget(key(), 0, 0), NULL, 0));
    else if (isKind(kind, "sysv-semaphore-id") || isKind(kind, "sysv-semaphore-key"))
        semaphores(isKind(kind, "sysv-semaphore-id") ? number() : semget(key(), 0, 0));
    else if (isKind(kind, "posix-queue"))
        posixQueue();
    else if (isKind(kind, "posix-shm"))
        memory(mapped(shm_open(place, O_RDWR, 0)));
    else if (isKind(kind, "posix-semaphore"))
        posixSemaphore();
    else if (isKind(kind, "memfd"))
        memory(mapped(number()));
    else if (isKind(kind, "fifo"))
        bytes(open(place, puts_it ? O_WRONLY : O_RDONLY));
    else if (isKind(kind, "file"))
        bytes(open(place, puts_it ? O_WRONLY | O_CREAT : O_RDONLY | O_CREAT, 0600));
    else if (isKind(kind, "descriptor")) // pipe, socketpair
        bytes(number());
    else if (isKind(kind, "eventfd"))
        counter(number());
    else if (isKind(kind, "pty"))
        terminal(number());
    else if (isKind(kind, "raw"))
        raw(number());
    else if (isKind(kind, "unix-stream"))
        sockets(AF_UNIX, SOCK_STREAM);
    else if (isKind(kind, "unix-seqpacket"))
        sockets(AF_UNIX, SOCK_SEQPACKET);
    else if (isKind(kind, "unix-datagram"))
        sockets(AF_UNIX, SOCK_DGRAM);
    else if (isKind(kind, "tcp"))
        sockets(AF_INET, SOCK_STREAM);
    else if (isKind(kind, "udp"))
        sockets(AF_INET, SOCK_DGRAM);
    else
        return 2;
    if (!puts_it)
        printf("%s\n", text);
    return 0;
}
