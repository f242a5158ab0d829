/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copies of what a call's arguments point to, put one behind the other into a processor's scratch. */
#ifndef BYTEYARD_BPF_COPIES_H
#define BYTEYARD_BPF_COPIES_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include "record.h"

enum { SCRATCHES = 256, SCRATCH_BYTES = 196608, SUMMED_AT_ONCE = 32 };

struct scratch
{
    struct byteyard_record record;
    __u8 bytes[SCRATCH_BYTES];
    __u64 bytesMoved; /* of sendmmsg and recvmmsg */
    __u64 messagesMoved;
    __u64 unread; /* structures that were not in memory */
};

/* As the kernel's user has them. */
struct vector
{
    __u64 address;
    __u64 size;
};
struct message
{
    __u64 name;
    __u64 nameSize;
    __u64 vectors;
    __u64 count;
    __u64 control;
    __u64 controlSize;
    __u64 flags;
};
struct message_of_many
{
    struct message message;
    __u64 moved;
};

/* One a processor: these programs run with preemption off. */
struct
{
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, SCRATCHES);
    __type(key, __u32);
    __type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline __u64 least(__u64 a, __u64 b)
{
    return a < b ? a : b;
}

/* The functions that are not static are verified by themselves, once, and not for each of their callers. */

/* Copies what an address points to behind what stands in a processor's scratch already; where that ends. */
__noinline int append(__u32 cpu, __u32 at, __u64 address, __u64 size)
{
    struct scratch* scratch = bpf_map_lookup_elem(&scratches, &cpu);
    __u64 begin = at;
    __u64 part = least(size, BYTEYARD_MOST_DATA + 8);
    // What is compared must be what is used: the verifier knows nothing of copies.
    asm volatile("" : "+r"(begin), "+r"(part));
    if (!scratch || begin > SCRATCH_BYTES - BYTEYARD_MOST_DATA - 64 || part == 0 ||
        part > BYTEYARD_MOST_DATA + 8)
        return at;
    struct byteyard_piece* piece = (struct byteyard_piece*)(scratch->bytes + begin);
    if (bpf_probe_read_user(piece + 1, part, (const void*)address) != 0)
        return at;
    piece->address = address;
    piece->size = part;
    piece->zero = 0;
    ++scratch->record.pieces;
    return at + ((sizeof *piece + part + 7) & ~7U);
}

/* Copies a string and its zero, as append() does; nothing of one that is longer than a path may be. */
__noinline int append_string(__u32 cpu, __u32 at, __u64 address)
{
    struct scratch* scratch = bpf_map_lookup_elem(&scratches, &cpu);
    __u64 begin = at;
    asm volatile("" : "+r"(begin));
    if (!scratch || begin > SCRATCH_BYTES - BYTEYARD_MOST_DATA - 64)
        return at;
    struct byteyard_piece* piece = (struct byteyard_piece*)(scratch->bytes + begin);
    const long size = bpf_probe_read_user_str(piece + 1, BYTEYARD_MOST_PATH, (const void*)address);
    if (size <= 0 || size > BYTEYARD_MOST_PATH)
        return at;
    piece->address = address;
    piece->size = size;
    piece->zero = 0;
    ++scratch->record.pieces;
    return at + ((sizeof *piece + (__u32)size + 7) & ~7U);
}

/* Copies the pages that are in memory from an address on, each as a piece. */
__noinline int append_pages(__u32 cpu, __u32 at, __u64 address)
{
    for (int i = 0; i < BYTEYARD_MOST_PAGES; ++i)
        at = append(cpu, at, address + i * BYTEYARD_PAGE, BYTEYARD_PAGE);
    return at;
}

/* The pieces that an iovec tells of, and their first bytes. */
__noinline int append_vectors(__u32 cpu, __u32 at, __u64 address, __u64 count, __u64 most)
{
    at = append(cpu, at, address, least(count, BYTEYARD_MOST_PIECES) * sizeof(struct vector));
    for (int i = 0; i < BYTEYARD_MOST_VECTORS; ++i) {
        struct vector vector;
        if (i >= count || most == 0 ||
            bpf_probe_read_user(&vector, sizeof vector, (const void*)(address + i * sizeof vector)) != 0)
            break;
        const __u64 part = least(vector.size, most);
        at = append(cpu, at, vector.address, part);
        most -= part;
    }
    return at;
}

/* What stands behind a msghdr, but not the msghdr. */
__noinline int append_message(__u32 cpu, __u32 at, const struct message* message, __u64 most)
{
    if (!message)
        return at;
    if (message->name)
        at = append(cpu, at, message->name, least((__u32)message->nameSize, 128));
    if (message->control)
        at = append(cpu, at, message->control, least(message->controlSize, BYTEYARD_MOST_EXTRA));
    return append_vectors(cpu, at, message->vectors, message->count, most);
}

__noinline int append_messages(__u32 cpu, __u32 at, __u64 address, __u64 count, __u64 most)
{
    at = append(cpu, at, address, least(count, BYTEYARD_MOST_PIECES) * sizeof(struct message_of_many));
    for (int i = 0; i < BYTEYARD_MOST_MESSAGES && i < count; ++i) {
        struct message_of_many one;
        if (bpf_probe_read_user(&one, sizeof one, (const void*)(address + i * sizeof one)) != 0)
            break;
        at = append_message(cpu, at, &one.message, least((__u32)one.moved, most));
    }
    return at;
}

/* Adds how much the next messages of a call have moved, and in how many something has, to the scratch. */
__noinline int sum_some(__u32 cpu, __u64 address, __u64 count)
{
    struct scratch* scratch = bpf_map_lookup_elem(&scratches, &cpu);
    if (!scratch)
        return 0;
    for (int i = 0; i < SUMMED_AT_ONCE && i < count; ++i) {
        __u32 moved = 0;
        bpf_probe_read_user(
            &moved, sizeof moved,
            (const void*)(address + i * sizeof(struct message_of_many) + sizeof(struct message)));
        scratch->bytesMoved += moved;
        scratch->messagesMoved += moved != 0;
    }
    return 0;
}

/* The same of all. In pieces, since the verifier walks through every turn of a loop. */
__noinline int sum_messages(__u32 cpu, __u64 address, __u64 count)
{
    for (int i = 0; i < BYTEYARD_MOST_PIECES / SUMMED_AT_ONCE; ++i) {
        const __u64 done = i * SUMMED_AT_ONCE;
        if (done >= count)
            break;
        sum_some(cpu, address + done * sizeof(struct message_of_many), count - done);
    }
    return 0;
}

#endif
