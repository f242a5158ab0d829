/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a call writes over, as it was at its entry. */
#ifndef BYTEYARD_BPF_KEPT_H
#define BYTEYARD_BPF_KEPT_H

#include "copies.h"
#include "tasks.h"

/* What a task's call writes over, as it was at the entry. Only tasks that make such calls have it. */
struct kept
{
    struct
    {
        __u64 address;
        __u64 size;
        __u8 bytes[BYTEYARD_MOST_KEPT];
    } of[BYTEYARD_KEPT];
};

struct
{
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct kept);
} entries SEC(".maps");

static __always_inline void keep(struct task_struct* task, const struct byteyard_call* call,
                                 struct pt_regs* regs)
{
    struct kept* kept = bpf_task_storage_get(&entries, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (!kept)
        return;
    for (int i = 0; i < BYTEYARD_KEPT; ++i) {
        const __u64 place = argument(regs, call->kept[i].address);
        __u64 size = call->kept[i].size;
        if (call->kept[i].bits >= 0)
            size = ((__u32)argument(regs, call->kept[i].bits) + 63) / 64 * 8;
        size = least(size, BYTEYARD_MOST_KEPT);
        asm volatile("" : "+r"(size)); // as in append
        kept->of[i].size = 0;
        if (call->kept[i].address < 0 || place == 0 || size == 0 || size > BYTEYARD_MOST_KEPT ||
            bpf_probe_read_user(kept->of[i].bytes, size, (const void*)place) != 0)
            continue;
        kept->of[i].address = place;
        kept->of[i].size = size;
    }
}

/* Puts what was kept at a call's entry into the scratch; where that ends. */
static __always_inline __u32 append_kept(struct task_struct* task, struct scratch* scratch)
{
    const struct kept* kept = bpf_task_storage_get(&entries, task, 0, 0);
    __u32 at = 0;
    for (int i = 0; kept && i < BYTEYARD_KEPT; ++i) {
        const __u64 size = kept->of[i].size;
        __u64 begin = at;
        asm volatile("" : "+r"(begin)); // as in append
        if (size == 0 || size > BYTEYARD_MOST_KEPT ||
            begin > BYTEYARD_KEPT * (sizeof(struct byteyard_piece) + BYTEYARD_MOST_KEPT))
            continue;
        struct byteyard_piece* piece = (struct byteyard_piece*)(scratch->bytes + begin);
        piece->address = kept->of[i].address;
        piece->size = size;
        piece->zero = 0;
        __builtin_memcpy(piece + 1, kept->of[i].bytes, BYTEYARD_MOST_KEPT);
        ++scratch->record.pieces;
        at += (sizeof *piece + size + 7) & ~7U;
    }
    return at;
}

#endif
