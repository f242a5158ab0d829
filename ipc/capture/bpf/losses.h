/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Counts of the calls whose records found no room, by process and object. */
#ifndef BYTEYARD_BPF_LOSSES_H
#define BYTEYARD_BPF_LOSSES_H

#include "copies.h"
#include "tasks.h"

struct
{
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct byteyard_loss_key);
    __type(value, struct byteyard_loss);
} losses SEC(".maps");

/* What a call that found no room has moved through one object. */
struct missed
{
    struct byteyard_loss_key at;
    __u64 time;
    __u64 calls;
    __u64 bytesIn;
    __u64 messagesIn;
    __u64 bytesOut;
    __u64 messagesOut;
    __u64 changing;
};

static __noinline int count(const struct missed* missed, struct byteyard_settings* set)
{
    struct byteyard_loss* loss = bpf_map_lookup_elem(&losses, &missed->at);
    if (!loss) {
        struct byteyard_loss none;
        __builtin_memset(&none, 0, sizeof none);
        none.first = missed->time;
        bpf_map_update_elem(&losses, &missed->at, &none, BPF_NOEXIST);
        loss = bpf_map_lookup_elem(&losses, &missed->at);
    }
    if (!loss) {
        __sync_fetch_and_add(&set->uncounted, missed->calls);
        return 0;
    }
    __sync_fetch_and_add(&loss->calls, missed->calls);
    __sync_fetch_and_add(&loss->bytesIn, missed->bytesIn);
    __sync_fetch_and_add(&loss->messagesIn, missed->messagesIn);
    __sync_fetch_and_add(&loss->bytesOut, missed->bytesOut);
    __sync_fetch_and_add(&loss->messagesOut, missed->messagesOut);
    __sync_fetch_and_add(&loss->changing, missed->changing);
    loss->last = missed->time;
    return 0;
}

/* Counts a call whose record found no room. */
static __always_inline void lose(const struct byteyard_call* call, struct pt_regs* regs, long result,
                                 const struct in_call* in, __u64 time, struct byteyard_settings* set)
{
    const __u64 requested = call->size < 0 ? 0 : argument(regs, call->size);
    const __u64 flags = call->flags < 0 ? 0 : argument(regs, call->flags);
    __u64 moved = call->returnsZero ? requested : (__u64)result;
    __u64 messages = 1;
    struct missed missed;
    __builtin_memset(&missed, 0, sizeof missed);
    missed.at.key = in->key;
    missed.at.process = in->process;
    missed.at.fd = call->on == BYTEYARD_ON_FD ? (int)argument(regs, call->fd) : -1;
    missed.time = time;
    missed.calls = 1;
    missed.changing = call->changes;
    if (result > 0 && call->payload == BYTEYARD_MESSAGES) {
        const __u32 cpu = bpf_get_smp_processor_id();
        struct scratch* scratch = bpf_map_lookup_elem(&scratches, &cpu);
        if (scratch) {
            scratch->bytesMoved = scratch->messagesMoved = 0;
            sum_messages(cpu, argument(regs, call->buffer), result);
            moved = scratch->bytesMoved;
            messages = scratch->messagesMoved;
        }
        missed.calls = result;
    }
    if (call->twice || result < 0 || (flags & call->peeks) != 0 ||
        (result == 0 && !call->emptyCounts && !call->returnsZero))
        moved = messages = 0;
    if (call->flow == BYTEYARD_FLOW_IN) {
        missed.bytesIn = moved;
        missed.messagesIn = messages;
    } else if (call->flow == BYTEYARD_FLOW_OUT || call->flow == BYTEYARD_FLOW_THROUGH) {
        missed.bytesOut = moved;
        missed.messagesOut = messages;
    }
    if (in->key.kind != BYTEYARD_KEY_NOTHING || call->twice) {
        count(&missed, set);
        missed.calls = 0;
    }
    if (call->on != BYTEYARD_ON_FD || in->key2.kind == BYTEYARD_KEY_NOTHING || call->twice)
        return;
    missed.at.key = in->key2;
    missed.at.fd = (int)argument(regs, call->fd2);
    missed.bytesIn = moved;
    missed.messagesIn = messages;
    missed.bytesOut = missed.messagesOut = 0;
    count(&missed, set);
}

#endif
