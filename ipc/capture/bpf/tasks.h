/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tasks of a session, what the engine sets, and how a call's arguments are found. */
#ifndef BYTEYARD_BPF_TASKS_H
#define BYTEYARD_BPF_TASKS_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "kernel_types.h"
#include "record.h"

enum { NAMESPACE_LEVELS = 33 };

/* A task of the session, and the call that it is in. Children inherit it at fork. */
struct in_call
{
    __u64 since;
    __u64 returned;
    struct byteyard_key key;
    struct byteyard_key key2; /* what bytes go into, of a call on two */
    __u32 call;
    __u32 armed;
    __u32 tid; /* 0: not looked up yet */
    __u32 process;
    __u32 resumes;     /* the call that restart_syscall(2) goes on with; 0: none */
    __u32 unread;      /* a name was not in memory at the call's entry */
    __u32 isBeginLost; /* the record of the call's entry found no room */
};

/* Of in_call.armed: the call is told as it returns. One that began before the task was followed is not known
 * until then. */
enum { ARMED = 1, BEGAN_BEFORE = 2 };

struct
{
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct in_call);
} tasks SEC(".maps");

struct
{
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct byteyard_settings);
} settings SEC(".maps");

/* Files and terminals that are followed; of others nothing is told. The value is their name in user space,
 * which overlayfs and btrfs make up. */
struct
{
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 65536);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct byteyard_key);
    __type(value, struct byteyard_key);
} followed SEC(".maps");

/* Threads that are told of less for now, by their number: BYTEYARD_SILENT or BYTEYARD_STOPPED. */
struct
{
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 65536);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, __u32);
    __type(value, __u32);
} silent SEC(".maps");

struct
{
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 24);
} ring SEC(".maps");

static __always_inline __u64 argument(struct pt_regs* regs, int index)
{
#if defined(__TARGET_ARCH_x86)
    switch (index) {
    case 0:
        return regs->di;
    case 1:
        return regs->si;
    case 2:
        return regs->dx;
    case 3:
        return regs->r10;
    case 4:
        return regs->r8;
    case 5:
        return regs->r9;
    }
#elif defined(__TARGET_ARCH_arm64)
    switch (index) {
    case 0:
        return regs->orig_x0;
    case 1:
        return regs->user_regs.regs[1];
    case 2:
        return regs->user_regs.regs[2];
    case 3:
        return regs->user_regs.regs[3];
    case 4:
        return regs->user_regs.regs[4];
    case 5:
        return regs->user_regs.regs[5];
    }
#endif
    return 0;
}

/* The number of the call that a task is in. */
static __always_inline long call_number(struct pt_regs* regs)
{
#if defined(__TARGET_ARCH_x86)
    return regs->orig_ax;
#else
    return regs->syscallno;
#endif
}

/* Calls of another architecture have other numbers: they are not observed. */
static __always_inline int is_compat(struct task_struct* task)
{
#if defined(__TARGET_ARCH_x86)
    return (task->thread_info.status & 2) != 0; /* TS_COMPAT */
#else
    return (task->thread_info.flags & (1UL << 22)) != 0; /* TIF_32BIT */
#endif
}

/* A thread's number as those in a PID namespace see it; 0 when it is none of theirs. */
static __always_inline __u32 number_of(struct task_struct* task, __u32 namespace)
{
    struct pid* pid = BPF_CORE_READ(task, thread_pid);
    const __u32 level = BPF_CORE_READ(pid, level);
    const __u64 first = (__u64)pid + bpf_core_field_offset(struct pid, numbers);
    for (__u32 i = 0; i < NAMESPACE_LEVELS && i <= level; ++i) {
        struct upid* number = (struct upid*)(first + i * bpf_core_type_size(struct upid));
        if (BPF_CORE_READ(number, ns, ns.inum) == namespace)
            return BPF_CORE_READ(number, nr);
    }
    return 0;
}

static __always_inline __u64 wake_flag(const struct byteyard_settings* set)
{
    return set->wanted ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

#endif
