// Uses many objects 60 times a second for ever: in one turn it puts something into each, in the next it takes
// that out again. `busy pipe:WRITE:READ pair:A:B fd:N file:N queue:ID shm:ID sem:ID mq:SEND:RECEIVE map:FD
// psem:NAME`.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

struct object
{
    char what[8];
    int a;
    int b;
    volatile char* memory;
    sem_t* semaphore;
};

static void must(int good, const char* what)
{
    if (good)
        return;
    fprintf(stderr, "busy: %s: %s\n", what, strerrorname_np(errno));
    exit(1);
}

static struct object parse(const char* text)
{
    struct object object = {"", -1, -1, NULL, NULL};
    const char* rest = strchr(text, ':');
    must(rest != NULL && rest - text < (long)sizeof object.what, text);
    memcpy(object.what, text, (size_t)(rest - text));
    ++rest;
    if (strcmp(object.what, "psem") == 0) {
        must((object.semaphore = sem_open(rest, 0)) != SEM_FAILED, text);
        return object;
    }
    object.a = object.b = (int)strtol(rest, NULL, 0);
    if ((rest = strchr(rest, ':')) != NULL)
        object.b = (int)strtol(rest + 1, NULL, 0);
    if (strcmp(object.what, "shm") == 0)
        must((object.memory = shmat(object.a, NULL, 0)) != (char*)-1, text);
    if (strcmp(object.what, "map") == 0)
        must((object.memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, object.a, 0)) !=
                 MAP_FAILED,
             text);
    return object;
}

static void use(const struct object* object, int puts)
{
    struct
    {
        long type;
        char text[16];
    } message = {1, "busy"};
    struct sembuf step = {0, 1, 0};
    char room[8192];
    int done = 1;
    step.sem_op = puts ? 1 : -1;
    if (object->memory != NULL)
        ++object->memory[puts];
    else if (object->semaphore != NULL)
        done = (puts ? sem_post(object->semaphore) : sem_trywait(object->semaphore)) == 0;
    else if (strcmp(object->what, "queue") == 0)
        done = puts ? msgsnd(object->a, &message, 4, IPC_NOWAIT) == 0
                    : msgrcv(object->a, &message, sizeof message.text, 0, IPC_NOWAIT) >= 0;
    else if (strcmp(object->what, "sem") == 0)
        done = semop(object->a, &step, 1) == 0;
    else if (strcmp(object->what, "mq") == 0)
        done = puts ? mq_send(object->a, "busy", 4, 1) == 0
                    : mq_receive(object->b, room, sizeof room, NULL) >= 0;
    else if (strcmp(object->what, "file") == 0)
        done = pwrite(object->a, "busy", 4, puts ? 0 : 4) == 4;
    else
        done = puts ? write(object->a, "busy", 4) == 4 : read(object->b, room, sizeof room) > 0;
    must(done, object->what);
}

int main(int argc, char** argv)
{
    const struct timespec turn = {0, 16666667};
    struct object* objects = calloc((size_t)argc, sizeof *objects);
    for (int i = 1; i < argc; ++i)
        objects[i] = parse(argv[i]);
    for (int puts = 1;; puts = !puts) {
        for (int i = 1; i < argc; ++i)
            use(&objects[i], puts);
        nanosleep(&turn, NULL);
    }
}
