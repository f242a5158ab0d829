// Does what its words say, one system call each: `ipc_words queue 0x4d51 send 7 hello hold`. Ends with status
// 1 and a line on stderr at the first call that fails.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

static char** word;
static int id = -1;
static int fd = -1;
static char* memory;
static sem_t* semaphore;

static char* next(void)
{
    if (!*word) {
        fprintf(stderr, "ipc_words: a word is missing\n");
        exit(2);
    }
    return *word++;
}

static long number(void)
{
    return strtol(next(), NULL, 0);
}

static void must(int good, const char* call)
{
    if (good)
        return;
    fprintf(stderr, "ipc_words: %s: %s\n", call, strerrorname_np(errno));
    exit(1);
}

static void sendMessage(void)
{
    struct
    {
        long type;
        char text[65536];
    } message;
    message.type = number();
    const char* text = next();
    const size_t size = strlen(text);
    memcpy(message.text, text, size);
    must(msgsnd(id, &message, size, 0) == 0, "msgsnd");
}

static void receiveMessage(void)
{
    struct
    {
        long type;
        char text[65536];
    } message;
    const ssize_t size = msgrcv(id, &message, sizeof message.text, number(), 0);
    must(size >= 0, "msgrcv");
    printf("%ld %.*s\n", message.type, (int)size, message.text);
    fflush(stdout);
}

static void operate(int flags)
{
    struct sembuf operation = {0, 0, 0};
    operation.sem_num = (unsigned short)number();
    operation.sem_op = (short)number();
    operation.sem_flg = (short)flags;
    must(semop(id, &operation, 1) == 0, "semop");
}

static void receiveQueued(void)
{
    struct mq_attr attributes;
    unsigned priority = 0;
    must(mq_getattr(fd, &attributes) == 0, "mq_getattr");
    char* text = malloc((size_t)attributes.mq_msgsize);
    const ssize_t size = mq_receive(fd, text, (size_t)attributes.mq_msgsize, &priority);
    must(size >= 0, "mq_receive");
    printf("%u %.*s\n", priority, (int)size, text);
    fflush(stdout);
    free(text);
}

static void perform(const char* what)
{
    if (strcmp(what, "queue") == 0)
        must((id = msgget((key_t)strtoul(next(), NULL, 0), 0)) >= 0, "msgget");
    else if (strcmp(what, "shm") == 0)
        must((id = shmget((key_t)strtoul(next(), NULL, 0), 0, 0)) >= 0, "shmget");
    else if (strcmp(what, "sem") == 0)
        must((id = semget((key_t)strtoul(next(), NULL, 0), 0, 0)) >= 0, "semget");
    else if (strcmp(what, "id") == 0)
        id = (int)number();
    else if (strcmp(what, "fd") == 0)
        fd = (int)number();
    else if (strcmp(what, "send") == 0)
        sendMessage();
    else if (strcmp(what, "receive") == 0)
        receiveMessage();
    else if (strcmp(what, "attach") == 0)
        must((memory = shmat(id, NULL, 0)) != (char*)-1, "shmat");
    else if (strcmp(what, "detach") == 0)
        must(shmdt(memory) == 0, "shmdt");
    else if (strcmp(what, "store") == 0) {
        const long offset = number();
        strcpy(memory + offset, next());
    } else if (strcmp(what, "op") == 0)
        operate(0);
    else if (strcmp(what, "undo") == 0)
        operate(SEM_UNDO);
    else if (strcmp(what, "mq") == 0)
        must((fd = mq_open(next(), O_RDWR)) >= 0, "mq_open");
    else if (strcmp(what, "put") == 0) {
        const unsigned priority = (unsigned)number();
        const char* text = next();
        must(mq_send(fd, text, strlen(text), priority) == 0, "mq_send");
    } else if (strcmp(what, "take") == 0)
        receiveQueued();
    else if (strcmp(what, "notify") == 0) {
        struct sigevent event;
        memset(&event, 0, sizeof event);
        event.sigev_notify = SIGEV_SIGNAL;
        event.sigev_signo = SIGUSR1;
        signal(SIGUSR1, SIG_IGN);
        must(mq_notify(fd, &event) == 0, "mq_notify");
    } else if (strcmp(what, "open") == 0)
        must((fd = shm_open(next(), O_RDWR, 0)) >= 0, "shm_open");
    else if (strcmp(what, "map") == 0)
        must((memory = mmap(NULL, (size_t)number(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED,
             "mmap");
    else if (strcmp(what, "close") == 0)
        must(close(fd) == 0, "close");
    else if (strcmp(what, "semaphore") == 0)
        must((semaphore = sem_open(next(), 0)) != SEM_FAILED, "sem_open");
    else if (strcmp(what, "placed") == 0)
        semaphore = (sem_t*)(void*)(memory + number());
    else if (strcmp(what, "value") == 0) {
        int value = -1;
        must(sem_getvalue(semaphore, &value) == 0, "sem_getvalue");
        printf("%d\n", value);
        fflush(stdout);
    } else if (strcmp(what, "post") == 0)
        must(sem_post(semaphore) == 0, "sem_post");
    else if (strcmp(what, "wait") == 0)
        must(sem_wait(semaphore) == 0, "sem_wait");
    else if (strcmp(what, "write") == 0) {
        const char* text = next();
        must(write(fd, text, strlen(text)) >= 0, "write");
    } else if (strcmp(what, "count") == 0) {
        const unsigned long long value = strtoull(next(), NULL, 0);
        must(write(fd, &value, sizeof value) == sizeof value, "write");
    } else if (strcmp(what, "say") == 0) {
        puts(next());
        fflush(stdout);
    } else if (strcmp(what, "hold") == 0)
        for (;;)
            pause();
    else {
        fprintf(stderr, "ipc_words: %s is no word\n", what);
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
