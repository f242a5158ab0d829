/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the programs know of the kernel's structures. */
#ifndef BYTEYARD_BPF_KERNEL_TYPES_H
#define BYTEYARD_BPF_KERNEL_TYPES_H

#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* The few fields that are used. Where they lie in the running kernel is found when this is loaded. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#if defined(__TARGET_ARCH_x86)
struct pt_regs
{
    unsigned long di, si, dx, r10, r8, r9, orig_ax;
};
struct thread_info
{
    __u32 status;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs
{
    __u64 regs[31];
};
struct pt_regs
{
    struct user_pt_regs user_regs;
    __u64 orig_x0;
    __s32 syscallno;
};
struct thread_info
{
    unsigned long flags;
};
#endif
struct list_head
{
    struct list_head* next;
};
struct super_block
{
    __u32 s_dev;
};
struct inode
{
    __u16 i_mode;
    __u32 i_rdev;
    unsigned long i_ino;
    struct super_block* i_sb;
};
struct file
{
    struct inode* f_inode;
    void* private_data;
};
struct fdtable
{
    unsigned int max_fds;
    struct file** fd;
};
struct files_struct
{
    struct fdtable* fdt;
};
struct tty_struct
{
    int index;
};
struct tty_file_private
{
    struct tty_struct* tty;
};
struct ns_common
{
    unsigned int inum;
};
struct pid_namespace
{
    struct ns_common ns;
};
struct upid
{
    int nr;
    struct pid_namespace* ns;
};
struct pid
{
    unsigned int level;
    struct upid numbers[1];
};
typedef struct
{
    unsigned long sig[1];
} sigset_t;
struct task_struct
{
    struct thread_info thread_info;
    struct files_struct* files;
    struct pid* thread_pid;
    struct task_struct* group_leader;
    struct task_struct* parent; /* its tracer, if it has one */
    unsigned int ptrace;
    sigset_t blocked;
};
struct linux_binprm
{
    const char* filename;
};
struct bpf_iter__task
{
    struct task_struct* task;
};
#pragma clang attribute pop

/* Makes a typed pointer of a number: what it points to is then loaded, not copied by a helper (Linux 6.2). */
extern void* bpf_rdonly_cast(const void* object, __u32 type) __ksym __weak;

#define LOAD(pointer, field)                                                                                 \
    ({                                                                                                       \
        typeof((pointer)->field) loaded;                                                                     \
        if (bpf_rdonly_cast)                                                                                 \
            loaded =                                                                                         \
                ((typeof(pointer))bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(typeof(*(pointer)))))     \
                    ->field;                                                                                 \
        else                                                                                                 \
            loaded = BPF_CORE_READ(pointer, field);                                                          \
        loaded;                                                                                              \
    })

/* The pointer that stands at a place in the kernel. A list's head begins with one: there is no type to cast
 * to for a pointer alone. */
#define POINTER_AT(place) ((void*)LOAD((struct list_head*)(place), next))

#endif
