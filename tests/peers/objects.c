/* Uses one kind of object by every call: queue, mq NAME, shm, posix-shm NAME, memfd, semaphore, sem NAME,
 * eventfd, pty, lock FILE, kill. "queue-wait ID", "sem-wait ID", "lock-wait FILE", "sem-hold NAME" and
 * "word-wait CALL" sleep in a call. Ends with 0 when each call did what it should, with 77 when the kernel
 * has no such call. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_futex_wait
#define SYS_futex_wait 455
#endif

struct message
{
    long type;
    char text[16];
};

static void expect(long got, long wanted, int code)
{
    if (got != wanted)
        _exit(code);
}

static void queue(void)
{
    struct message m = {7, "seven"};
    const int id = msgget(IPC_PRIVATE, 0600);
    expect(id >= 0, 1, 10);
    expect(msgsnd(id, &m, 5, 0), 0, 11);
    m.type = 3;
    expect(msgsnd(id, &m, 0, 0), 0, 12);
    expect(msgrcv(id, &m, sizeof m.text, 1, IPC_NOWAIT | MSG_COPY), 0, 13); /* the second message */
    expect(msgrcv(id, &m, sizeof m.text, -5, 0), 0, 14);
    expect(msgrcv(id, &m, sizeof m.text, 0, 0), 5, 15);
    expect(msgctl(id, IPC_RMID, NULL), 0, 16);
}

static void mq(const char* name)
{
    struct mq_attr attributes = {0, 4, 32, 0, {0}};
    char text[32];
    unsigned priority = 0;
    const mqd_t q = mq_open(name, O_CREAT | O_RDWR, 0600, &attributes);
    expect(q >= 0, 1, 20);
    expect(mq_send(q, "low", 3, 1), 0, 21);
    expect(mq_send(q, "high", 4, 5), 0, 22);
    expect(mq_receive(q, text, sizeof text, &priority), 4, 23);
    expect(priority, 5, 24);
    expect(mq_receive(q, text, sizeof text, NULL), 3, 25);
    expect(mq_unlink(name), 0, 26);
    expect(mq_close(q), 0, 27);
}

/* For ever, until the word at 64 of a shared memory is not 0. */
static void word_wait(const char* call)
{
    enum { WORD_OF_32_BITS = 2 }; /* FUTEX2_SIZE_U32 */
    const int fd = memfd_create("byteyard", MFD_CLOEXEC);
    expect(ftruncate(fd, 4096), 0, 96);
    char* memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    expect(memory != MAP_FAILED, 1, 97);
    struct futex_waitv word = {.uaddr = (unsigned long)(memory + 64), .flags = WORD_OF_32_BITS};
    if (strcmp(call, "futex") == 0)
        syscall(SYS_futex, memory + 64, FUTEX_WAIT, 0, NULL, NULL, 0);
    else if (strcmp(call, "futex_wait") == 0)
        syscall(SYS_futex_wait, memory + 64, 0, 0xffffffffUL, WORD_OF_32_BITS, NULL, 0);
    else
        syscall(SYS_futex_waitv, &word, 1, 0, NULL, 0);
    if (errno == ENOSYS || errno == EPERM)
        _exit(77);
    _exit(98);
}

static void wait_for_input(void)
{
    char byte;
    while (read(0, &byte, 1) > 0) {
    }
}

static void shm(void)
{
    const int id = shmget(IPC_PRIVATE, 5000, 0600);
    char* memory = shmat(id, NULL, 0);
    expect(memory != (void*)-1, 1, 30);
    strcpy(memory, "shared");
    wait_for_input();
    expect(shmdt(memory), 0, 31);
    expect(shmctl(id, IPC_RMID, NULL), 0, 32);
}

static void mapped(int fd)
{
    char* memory;
    expect(ftruncate(fd, 8192), 0, 40);
    memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    expect(memory != MAP_FAILED, 1, 41);
    close(fd);
    memory[0] = 1;
    wait_for_input();
    expect(munmap(memory, 8192), 0, 42);
}

static void semaphore(void)
{
    struct sembuf down_and_up[2] = {{0, -1, SEM_UNDO}, {1, 1, 0}};
    const int id = semget(IPC_PRIVATE, 2, 0600);
    const struct timespec limit = {5, 0};
    expect(semctl(id, 0, SETVAL, 2), 0, 50);
    expect(semop(id, down_and_up, 2), 0, 51);
    expect(semtimedop(id, down_and_up, 2, &limit), 0, 52);
    expect(semctl(id, 1, GETVAL), 2, 53);
    expect(semctl(id, 0, IPC_RMID), 0, 54);
}

static void event(void)
{
    unsigned long long value = 5;
    const int one = eventfd(0, 0), other = eventfd(1, EFD_SEMAPHORE);
    expect(write(one, &value, 8), 8, 60);
    expect(read(one, &value, 8), 8, 61);
    expect((long)value, 5, 62);
    expect(read(other, &value, 8), 8, 63);
}

static void pty(void)
{
    char text[16];
    const int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    int slave;
    expect(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0, 1, 70);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    expect(slave >= 0, 1, 71);
    expect(write(master, "hi\n", 3), 3, 72);
    expect(read(slave, text, sizeof text), 3, 73);
}

static void lock(const char* path)
{
    struct flock region = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5};
    const int fd = open(path, O_RDWR | O_CREAT, 0600);
    expect(flock(fd, LOCK_EX | LOCK_NB), 0, 80);
    expect(fcntl(fd, F_SETLK, &region), 0, 81);
    expect(flock(fd, LOCK_UN), 0, 82);
    expect(unlink(path), 0, 83);
}

int main(int argc, char** argv)
{
    const char* what = argc > 1 ? argv[1] : "";
    const char* name = argc > 2 ? argv[2] : "";
    if (strcmp(what, "queue") == 0) {
        queue();
    } else if (strcmp(what, "mq") == 0) {
        mq(name);
    } else if (strcmp(what, "shm") == 0) {
        shm();
    } else if (strcmp(what, "posix-shm") == 0) {
        mapped(shm_open(name, O_RDWR | O_CREAT, 0600));
        expect(shm_unlink(name), 0, 43);
    } else if (strcmp(what, "memfd") == 0) {
        mapped(memfd_create("byteyard", MFD_CLOEXEC));
    } else if (strcmp(what, "semaphore") == 0) {
        semaphore();
    } else if (strcmp(what, "sem") == 0) {
        sem_t* sem = sem_open(name, O_CREAT, 0600, 0);
        expect(sem != SEM_FAILED, 1, 90);
        expect(sem_post(sem), 0, 91);
        expect(sem_wait(sem), 0, 92);
        sem_unlink(name);
        sem_wait(sem); /* for ever */
    } else if (strcmp(what, "eventfd") == 0) {
        event();
    } else if (strcmp(what, "pty") == 0) {
        pty();
    } else if (strcmp(what, "lock") == 0) {
        lock(name);
    } else if (strcmp(what, "kill") == 0) {
        expect(kill(getpid(), 0), 0, 95);
    } else if (strcmp(what, "queue-wait") == 0) {
        struct message m;
        return msgrcv(atoi(name), &m, sizeof m.text, 0, 0) == 2 ? 0 : 1;
    } else if (strcmp(what, "sem-wait") == 0) {
        struct sembuf down = {0, -1, 0};
        return semop(atoi(name), &down, 1) == 0 ? 0 : 1;
    } else if (strcmp(what, "word-wait") == 0) {
        word_wait(name);
    } else if (strcmp(what, "lock-wait") == 0) {
        const int fd = open(name, O_RDWR);
        return flock(fd, LOCK_EX) == 0 ? 0 : 1;
    }
    return 0;
}
