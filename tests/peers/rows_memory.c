// rows_memory CALL: as rows, of the calls on mapped memory: 8192 bytes of a memfd.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_futex_wake
#define SYS_futex_wake 454
#define SYS_futex_wait 455
#define SYS_futex_requeue 456
#endif

enum { WORDS_OF_32_BITS = 2 }; // FUTEX2_SIZE_U32

// Those that wait find another value than they were told: EAGAIN at once. An older kernel says ENOSYS.
int main(int count, char** arguments)
{
    const char* name = count == 2 ? arguments[1] : "";
    const int fd = (int)syscall(SYS_memfd_create, "byteyard-rows", 0);
    const int other = (int)syscall(SYS_memfd_create, "byteyard-other", 0);
    if (fd < 0 || other < 0 || ftruncate(fd, 8192) != 0 || ftruncate(other, 4096) != 0)
        return 100;
    const long at = syscall(SYS_mmap, NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (strcmp(name, "mmap") == 0)
        return at == -1;
    const long second = syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, other, 0);
    if (at == -1 || second == -1)
        return 100;
    static uint32_t own;
    struct futex_waitv words[3] = {
        {.uaddr = (uintptr_t)&own, .val = 1, .flags = WORDS_OF_32_BITS | FUTEX_PRIVATE_FLAG},
        {.uaddr = (uint64_t)at + 64, .val = 1, .flags = WORDS_OF_32_BITS},
        {.uaddr = (uint64_t)second + 8, .val = 1, .flags = WORDS_OF_32_BITS}};
    if (syscall(SYS_msync, at + 4096, 4096, MS_SYNC) != 0) // what it changes is no mapping
        return 1;
    if (strcmp(name, "msync") == 0)
        return 0;
    if (strcmp(name, "munmap") == 0)
        return syscall(SYS_munmap, at, 8192) != 0;
    if (strcmp(name, "mremap") == 0)
        return syscall(SYS_mremap, at, 8192, 4096, 0) != at;
    if (strcmp(name, "futex") == 0)
        return syscall(SYS_futex, at + 64, FUTEX_WAKE, 1, NULL, NULL, 0) != 0;
    if (strcmp(name, "futex_wake") == 0)
        syscall(SYS_futex_wake, at + 64, 0xffffffffUL, 1, WORDS_OF_32_BITS);
    else if (strcmp(name, "futex_wait") == 0)
        syscall(SYS_futex_wait, at + 64, 1, 0xffffffffUL, WORDS_OF_32_BITS, NULL, 0);
    else if (strcmp(name, "futex_waitv") == 0)
        syscall(SYS_futex_waitv, words, 3, 0, NULL, 0);
    else if (strcmp(name, "futex_requeue") == 0)
        syscall(SYS_futex_requeue, words + 1, 0, 1, 2);
    else
        return 102;
    return 0;
}
