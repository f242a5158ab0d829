// Makes one call of each that is no call on an endpoint, but makes, wakes or reaches one. Exit status 0 when
// all did what they should.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

// A child that shares the descriptors until it has its own: what it closes then its parent keeps.
static int sharesNoMore(void* argument)
{
    const int* ends = argument;
    if (unshare(CLONE_FILES) != 0 || close(ends[1]) != 0)
        return 1;
    return 0;
}

int main(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        return 1;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    if (signalfd(-1, &set, 0) < 0)
        return 2;
    const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    const struct itimerspec soon = {{0, 0}, {0, 1000}};
    uint64_t expired = 0;
    if (timer < 0 || timerfd_settime(timer, 0, &soon, NULL) != 0 ||
        read(timer, &expired, sizeof expired) != 8)
        return 3;
    const int watch = inotify_init1(0);
    if (watch < 0 || inotify_add_watch(watch, "/tmp", IN_CREATE) < 0)
        return 4;
    // Our own pipe, fetched as another's would be.
    const int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    const int fetched = (int)syscall(SYS_pidfd_getfd, self, ends[1], 0);
    if (self < 0 || fetched < 0 || write(fetched, "fetched", 7) != 7)
        return 5;
    int waiting = 0;
    if (ioctl(ends[0], FIONREAD, &waiting) != 0 || waiting != 7)
        return 6;
    static char stack[65536];
    int status = 1;
    const int child = clone(sharesNoMore, stack + sizeof stack, CLONE_FILES | SIGCHLD, ends);
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        return 7;
    if (write(ends[1], "kept", 4) != 4)
        return 8;
    struct io_uring_params parameters = {0};
    const int ring = (int)syscall(SYS_io_uring_setup, 4, &parameters);
    if (ring >= 0 && syscall(SYS_io_uring_enter, ring, 0, 0, 0, NULL, 0) != 0)
        return 9;
    // The FIFO is one object under both of its names.
    if (mknodat(AT_FDCWD, "one", S_IFIFO | 0600, 0) != 0)
        return 10;
    const int fifo = open("one", O_RDWR);
    if (fifo < 0 || rename("one", "other") != 0 || write(fifo, "named", 5) != 5 || unlink("other") != 0)
        return 11;
    return close_range((unsigned)ends[0], ~0U, 0) == 0 ? 0 : 12;
}
