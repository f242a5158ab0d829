/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The least that a program in the kernel can do to tell of each call with its duration and 64 bytes: it looks
 * at nothing but the task, the clock and the caller's memory. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#if defined(__TARGET_ARCH_x86)
struct pt_regs
{
    unsigned long si;
};
#define SECOND(regs) ((regs)->si)
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs
{
    __u64 regs[31];
};
struct pt_regs
{
    struct user_pt_regs user_regs;
};
#define SECOND(regs) ((regs)->user_regs.regs[1])
#endif
struct task_struct
{
    int pid;
};
#pragma clang attribute pop

struct record
{
    __u64 time;
    __u64 since;
    __u64 result;
    __u64 data[8];
};

struct
{
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, __u64);
} tasks SEC(".maps");

struct
{
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 24);
} ring SEC(".maps");

/* Leads nowhere. A program that can go on in another keeps its stack on the task's: since 6.13 another one
 * gets memory of its own for 64 bytes, which CONFIG_HARDENED_USERCOPY looks up for long. */
struct
{
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} more SEC(".maps");

SEC("tp_btf/sys_enter")
int BPF_PROG(enter, struct pt_regs* regs, long id)
{
    struct task_struct* task = (struct task_struct*)bpf_get_current_task_btf();
    __u64* since = bpf_task_storage_get(&tasks, task, 0, 0);
    if (since)
        *since = bpf_ktime_get_ns();
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(leave, struct pt_regs* regs, long result)
{
    struct task_struct* task = (struct task_struct*)bpf_get_current_task_btf();
    const __u64* since = bpf_task_storage_get(&tasks, task, 0, 0);
    if (!since)
        return 0;
    struct record* record = bpf_ringbuf_reserve(&ring, sizeof *record, 0);
    if (!record) {
        bpf_tail_call(ctx, &more, 0);
        return 0;
    }
    __u64 data[8] = {0};
    bpf_probe_read_user(data, sizeof data, (const void*)SECOND(regs));
    record->time = bpf_ktime_get_ns();
    record->since = *since;
    record->result = result;
    __builtin_memcpy(record->data, data, sizeof data);
    bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
    return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(forked, struct task_struct* parent, struct task_struct* child)
{
    __u64 none = 0;
    if (bpf_task_storage_get(&tasks, parent, 0, 0))
        bpf_task_storage_get(&tasks, child, &none, BPF_LOCAL_STORAGE_GET_F_CREATE);
    return 0;
}
