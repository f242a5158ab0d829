/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a descriptor leads to. */
#ifndef BYTEYARD_BPF_OBJECTS_H
#define BYTEYARD_BPF_OBJECTS_H

#include "tasks.h"

enum { KIND_MASK = 0170000, SOCKET = 0140000, REGULAR = 0100000, CHARACTER = 0020000, FIFO = 0010000 };

static __always_inline __u64 user_device(__u32 device)
{
    const __u64 major = device >> 20;
    const __u64 minor = device & 0xfffff;
    return (minor & 0xff) | (major << 8) | ((minor & ~0xffULL) << 12);
}

static __always_inline struct file* file_of(struct task_struct* task, int fd)
{
    struct fdtable* table = task->files->fdt;
    return fd < 0 || (__u32)fd >= table->max_fds ? 0 : POINTER_AT(table->fd + fd);
}

/* Whether a descriptor leads to what can be followed: no directory, and no device but a terminal. */
static __always_inline int may_be_followed(struct task_struct* task, int fd)
{
    struct file* file = file_of(task, fd);
    if (!file)
        return 0;
    struct inode* inode = LOAD(file, f_inode);
    const __u16 kind = LOAD(inode, i_mode) & KIND_MASK;
    if (kind != CHARACTER)
        return kind == FIFO || kind == SOCKET || kind == REGULAR || kind == 0;
    const __u32 device = LOAD(inode, i_rdev);
    return device >> 20 == 5 || (device >> 20 >= 136 && device >> 20 < 144);
}

/* What stands behind a descriptor, if it is of interest. */
static __always_inline int identify(struct task_struct* task, int fd, struct byteyard_key* key)
{
    struct file* file = file_of(task, fd);
    if (!file)
        return 0;
    struct inode* inode = LOAD(file, f_inode);
    const __u16 mode = LOAD(inode, i_mode);
    key->kind = BYTEYARD_KEY_INODE;
    if ((mode & KIND_MASK) == 0) {
        key->kind = BYTEYARD_KEY_DESCRIPTOR;
        key->device = 0;
        key->number = fd;
        return 1;
    }
    if ((mode & KIND_MASK) == CHARACTER) {
        const __u32 device = LOAD(inode, i_rdev);
        const __u32 major = device >> 20;
        key->kind = BYTEYARD_KEY_PTY;
        key->device = 0;
        if (major >= 136 && major < 144) {
            key->number = (major - 136) * 256 + (device & 0xfffff);
        } else if (device == ((5 << 20) | 2)) {
            struct tty_file_private* private = LOAD(file, private_data);
            key->number = BPF_CORE_READ(private, tty, index);
        } else {
            return 0;
        }
    } else {
        struct super_block* superblock = LOAD(inode, i_sb);
        key->device = user_device(LOAD(superblock, s_dev));
        key->number = LOAD(inode, i_ino);
        if ((mode & KIND_MASK) == FIFO || (mode & KIND_MASK) == SOCKET)
            return 1;
        if ((mode & KIND_MASK) != REGULAR)
            return 0;
    }
    const struct byteyard_key* name = bpf_map_lookup_elem(&followed, key);
    if (!name)
        return 0;
    *key = *name;
    return 1;
}

#endif
