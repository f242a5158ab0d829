/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The calls of the tasks of a session. What moves bytes or waits is told as it returns, any other call as it
 * begins and as it returns. The records go through a ring buffer; what finds no room there is counted by
 * process and object. Which calls, and what their arguments mean, stands in `settings`, which the engine
 * fills from its table of calls. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "copies.h"
#include "halt.h"
#include "kept.h"
#include "kernel_types.h"
#include "losses.h"
#include "objects.h"
#include "record.h"
#include "tasks.h"

char LICENSE[] SEC("license") = "GPL";

enum { RESTART_BLOCK = 516 }; /* linux/errno.h: the call goes on by restart_syscall(2) */
enum { IN_PROGRESS = 115 };   /* EINPROGRESS: a socket that nobody waits for is connecting */

struct small_record
{
    struct byteyard_record record;
    struct byteyard_piece piece;
    __u8 data[BYTEYARD_SMALL_DATA];
};

/* Whether it looks at what waits without taking it. */
static __always_inline int peeks(const struct byteyard_call* call, struct pt_regs* regs)
{
    return call->peeks != 0 && (argument(regs, call->flags) & call->peeks) != 0;
}

/* Whether it is to open the other side of a terminal (ioctl_tty(2)). */
static __always_inline int opens_peer(const struct byteyard_call* call, struct pt_regs* regs)
{
    enum { TIOCGPTPEER = 0x5441 };
    return call->halts == BYTEYARD_HALTS_PEER && (__u32)argument(regs, 1) == TIOCGPTPEER;
}

/* Whether a task's call is to be told. */
static __always_inline int is_told(struct task_struct* task, struct pt_regs* regs, long id,
                                   struct in_call* in, const struct byteyard_settings* set)
{
    if (id < 0 || id >= BYTEYARD_CALLS || is_compat(task))
        return 0;
    __u64 number = id;
    asm volatile("%0 &= %1" : "+r"(number) : "i"(BYTEYARD_CALLS - 1)); // what has been compared was a copy
    const struct byteyard_call* call = &set->calls[number];
    if (call->on == BYTEYARD_ON_NOTHING)
        return 0;
    if (in->tid == 0) {
        in->tid = number_of(task, set->numbers);
        in->process = number_of(BPF_CORE_READ(task, group_leader), set->numbers);
    }
    if (set->silenced) {
        const __u32* why = bpf_map_lookup_elem(&silent, &in->tid);
        if (why &&
            (*why == BYTEYARD_STOPPED || (!call->always && !peeks(call, regs) && !opens_peer(call, regs))))
            return 0;
    }
    if (call->needs | call->skips) {
        const __u64 flags = argument(regs, call->flags);
        if ((flags & call->needs) != call->needs || (flags & call->skips) != 0)
            return 0;
    }
    in->call = number;
    return 1;
}

/* What a call is on; 0 when that is of no interest. */
static __always_inline int identify_objects(struct task_struct* task, struct pt_regs* regs,
                                            const struct byteyard_call* call, struct in_call* in)
{
    switch (call->on) {
    case BYTEYARD_ON_FD:
        in->key2.kind = BYTEYARD_KEY_NOTHING;
        if (call->fd2 >= 0 && !identify(task, (int)argument(regs, call->fd2), &in->key2))
            in->key2.kind = BYTEYARD_KEY_NOTHING;
        if (!identify(task, (int)argument(regs, call->fd), &in->key)) {
            in->key.kind = BYTEYARD_KEY_NOTHING;
            if (in->key2.kind == BYTEYARD_KEY_NOTHING)
                return 0;
        }
        break;
    case BYTEYARD_ON_QUEUE:
    case BYTEYARD_ON_SEMAPHORE:
        in->key.kind = call->on == BYTEYARD_ON_QUEUE ? BYTEYARD_KEY_QUEUE : BYTEYARD_KEY_SEMAPHORE;
        in->key.device = 0;
        in->key.number = (__u32)argument(regs, 0);
        break;
    case BYTEYARD_ON_SEVERAL:
        in->key.kind = BYTEYARD_KEY_DESCRIPTOR;
        in->key.device = 0;
        in->key.number = -1;
        break;
    default:
        return 0;
    }
    return 1;
}

/* The same of a call that began before it was followed: the engine knows what its descriptors lead to. */
static __always_inline void name_descriptors(struct pt_regs* regs, const struct byteyard_call* call,
                                             struct in_call* in)
{
    in->key.kind = in->key2.kind = BYTEYARD_KEY_DESCRIPTOR;
    in->key.device = in->key2.device = 0;
    in->key.number = call->fd < 0 ? -1 : (int)argument(regs, call->fd);
    in->key2.number = (int)argument(regs, call->fd2);
    if (call->fd2 < 0)
        in->key2.kind = BYTEYARD_KEY_NOTHING;
}

static __always_inline void fill(struct byteyard_record* record, struct pt_regs* regs, long result,
                                 const struct in_call* in, __u64 time, __u32 phase)
{
    record->time = time;
    record->since = in->since;
    record->result = result;
    for (int i = 0; i < 6; ++i)
        record->arguments[i] = argument(regs, i);
    record->key = in->key;
    record->tid = in->tid;
    record->call = in->call;
    record->pieces = 0;
    record->phase = phase;
    record->halts = 0;
}

/* Puts the structures that the arguments of the scratch's record point to behind what stands there; where
 * that ends. Counts those that are not in memory: the kernel reads them in when it makes the call. Verified
 * once, as what stands in copies.h. */
__noinline int append_extras(__u32 cpu, __u32 at, __u32 id)
{
    const __u32 zero = 0;
    const struct byteyard_settings* set = bpf_map_lookup_elem(&settings, &zero);
    struct scratch* scratch = bpf_map_lookup_elem(&scratches, &cpu);
    if (!set || !scratch)
        return at;
    const struct byteyard_call* call = &set->calls[id & (BYTEYARD_CALLS - 1)];
    const __u64* arguments = scratch->record.arguments;
    scratch->unread = 0;
    for (int i = 0; i < BYTEYARD_EXTRAS; ++i) {
        const struct byteyard_extra* extra = &call->extras[i];
        if (extra->address < 0)
            continue;
        const __u64 from = arguments[extra->address & 7];
        __u64 length = extra->unit;
        if (from == 0)
            continue;
        const __u32 before = at;
        switch (extra->how) {
        case BYTEYARD_SIZE_STRING:
            at = append_string(cpu, at, from);
            scratch->unread += at == before;
            continue;
        case BYTEYARD_SIZE_PAGES:
            at = append_pages(cpu, at, from);
            continue;
        case BYTEYARD_SIZE_COUNT:
            length = least(least(arguments[extra->count & 7], BYTEYARD_MOST_EXTRA) * extra->unit,
                           BYTEYARD_MOST_EXTRA);
            break;
        case BYTEYARD_SIZE_POINTER: {
            __u32 told = 0;
            const __u64 place = arguments[extra->count & 7];
            if (place == 0 || bpf_probe_read_user(&told, sizeof told, (const void*)place) != 0)
                continue;
            at = append(cpu, at, place, sizeof told);
            length = least(told, 128);
            break;
        }
        }
        at = append(cpu, at, from, length);
        scratch->unread += at == before;
    }
    return at;
}

/* The beginning or the return of a call that is told twice; 0 when it finds no room. A beginning is left out
 * when what the call names is not in memory, since then its return tells all. */
static __always_inline int tell(struct pt_regs* regs, long result, struct in_call* in, __u64 time,
                                const struct byteyard_call* call, struct byteyard_settings* set, __u32 phase,
                                __u32 halts)
{
    in->unread = 0;
    if (call->extras[0].address < 0) {
        struct byteyard_record* record = bpf_ringbuf_reserve(&ring, sizeof *record, 0);
        if (!record)
            return 0;
        fill(record, regs, result, in, time, phase);
        record->halts = halts;
        bpf_ringbuf_submit(record, wake_flag(set));
        return 1;
    }
    const __u32 cpu = bpf_get_smp_processor_id();
    struct scratch* scratch = bpf_map_lookup_elem(&scratches, &cpu);
    if (!scratch)
        return 0;
    fill(&scratch->record, regs, result, in, time, phase);
    scratch->record.halts = halts;
    __u64 end = append_extras(cpu, 0, in->call);
    in->unread = scratch->unread;
    if (phase == BYTEYARD_ENTERED && in->unread && !call->replaces && !call->forks)
        return 1;
    asm volatile("" : "+r"(end)); // as in append
    return end <= SCRATCH_BYTES &&
           bpf_ringbuf_output(&ring, scratch, sizeof scratch->record + end, wake_flag(set)) == 0;
}

/* Whether SCM_RIGHTS may have come with a message: first, or behind credentials (unix(7)). */
static __always_inline int brings_descriptors(const struct message* message)
{
    enum { SOL_SOCKET = 1, SCM_RIGHTS = 1, SCM_CREDENTIALS = 2, CREDENTIALS_BYTES = 32 };
    struct
    {
        __u64 size;
        __u32 level;
        __u32 type;
    } first;
    if (message->controlSize <= sizeof first ||
        bpf_probe_read_user(&first, sizeof first, (const void*)message->control) != 0 ||
        first.level != SOL_SOCKET)
        return 0;
    return first.type == SCM_RIGHTS ||
           (first.type == SCM_CREDENTIALS && message->controlSize > CREDENTIALS_BYTES);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(enter, struct pt_regs* regs, long id)
{
    struct task_struct* task = (struct task_struct*)bpf_get_current_task_btf();
    struct in_call* in = bpf_task_storage_get(&tasks, task, 0, 0);
    const __u32 zero = 0;
    if (!in)
        return 0;
    in->armed = 0;
    struct byteyard_settings* set = bpf_map_lookup_elem(&settings, &zero);
    if (!set)
        return 0;
    if (id == set->restart)
        id = in->resumes ? in->resumes : -1;
    in->resumes = 0;
    if (!is_told(task, regs, id, in, set))
        return 0;
    const struct byteyard_call* call = &set->calls[in->call & (BYTEYARD_CALLS - 1)];
    if (!identify_objects(task, regs, call, in))
        return 0;
    if (call->keeps)
        keep(task, call, regs);
    in->armed = ARMED;
    in->since = bpf_ktime_get_ns();
    in->isBeginLost = call->twice && !tell(regs, 0, in, 0, call, set, BYTEYARD_ENTERED, 0);
    return 0;
}

/* Bytes that a call has moved, or would have when it says no number, and how many of them are kept. */
static __always_inline __u64 kept_bytes(const struct byteyard_call* call, struct pt_regs* regs, long result,
                                        const struct byteyard_settings* set)
{
    const __u64 requested = call->size < 0 ? 0 : argument(regs, call->size);
    const __u64 moved = result == 0 && call->returnsZero ? requested : result > 0 ? (__u64)result : 0;
    // The type of a message goes with it, also with one that was not taken.
    const int hasPrefix = call->payload == BYTEYARD_FLAT && call->buffer >= 0 &&
                          (result >= 0 || call->flow == BYTEYARD_FLOW_IN);
    return least(moved, set->dataBytes) + (hasPrefix ? call->prefix : 0);
}

/* Where the bytes of a call stand, when they stand in one place. */
static __always_inline __u64 flat_address(const struct byteyard_call* call, struct pt_regs* regs)
{
    return call->payload == BYTEYARD_FLAT && call->buffer >= 0 ? argument(regs, call->buffer) : 0;
}

/* Whether its record is a small one. */
static __always_inline int is_small(const struct byteyard_call* call, struct pt_regs* regs, __u64 size)
{
    if (call->twice || call->halts || call->payload >= BYTEYARD_VECTOR || call->keeps ||
        size > BYTEYARD_SMALL_DATA)
        return 0;
    for (int i = 0; call->extras[0].address >= 0 && i < BYTEYARD_EXTRAS; ++i)
        if (call->extras[i].address >= 0 && argument(regs, call->extras[i].address) != 0)
            return 0;
    return 1;
}

int leave_more(unsigned long long* ctx);

/* What goes on where `leave` ends. That it may also keeps the stack of `leave` on the task's: a larger one
 * gets memory of its own since 6.13, which CONFIG_HARDENED_USERCOPY looks up for long at each copy. */
struct
{
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 1);
    __uint(key_size, sizeof(__u32));
    __array(values, int(void*));
} more SEC(".maps") = {.values = {[0] = (void*)&leave_more}};

SEC("tp_btf/sys_exit")
int BPF_PROG(leave, struct pt_regs* regs, long result)
{
    struct task_struct* task = (struct task_struct*)bpf_get_current_task_btf();
    struct in_call* in = bpf_task_storage_get(&tasks, task, 0, 0);
    const __u32 zero = 0;
    if (!in || !in->armed)
        return 0;
    const __u32 armed = in->armed;
    in->armed = 0;
    struct byteyard_settings* set = bpf_map_lookup_elem(&settings, &zero);
    if (!set || (armed == BEGAN_BEFORE && !is_told(task, regs, call_number(regs), in, set)))
        return 0;
    const __u64 time = bpf_ktime_get_ns();
    const struct byteyard_call* call = &set->calls[in->call & (BYTEYARD_CALLS - 1)];
    if (armed == BEGAN_BEFORE)
        name_descriptors(regs, call, in);
    if (result == -RESTART_BLOCK)
        in->resumes = in->call;
    const __u64 size = kept_bytes(call, regs, result, set);
    struct small_record* small = 0;
    if (is_small(call, regs, size))
        small = bpf_ringbuf_reserve(&ring, sizeof *small, 0);
    if (!small) {
        in->returned = time;
        bpf_tail_call(ctx, &more, 0);
        __sync_fetch_and_add(&set->uncounted, 1);
        return 0;
    }
    fill(&small->record, regs, result, in, time, BYTEYARD_WHOLE);
    // By way of the stack: the ring is mapped memory, and looked up for long too.
    __u64 data[BYTEYARD_SMALL_DATA / 8] = {0};
    const __u64 address = flat_address(call, regs);
    __u64 part = size;
    asm volatile("" : "+r"(part)); // as in append
    if (address != 0 && part > 0 && part <= BYTEYARD_SMALL_DATA &&
        bpf_probe_read_user(data, part, (const void*)address) == 0) {
        small->record.pieces = 1;
        small->piece.address = address;
        small->piece.size = (__u32)part;
        __builtin_memcpy(small->data, data, sizeof data);
    }
    bpf_ringbuf_submit(small, wake_flag(set));
    return 0;
}

/* The return of a call that needs more than a small record, or that found no room for one. */
SEC("tp_btf/sys_exit")
int BPF_PROG(leave_more, struct pt_regs* regs, long result)
{
    struct task_struct* task = (struct task_struct*)bpf_get_current_task_btf();
    struct in_call* in = bpf_task_storage_get(&tasks, task, 0, 0);
    const __u32 zero = 0;
    struct byteyard_settings* set = bpf_map_lookup_elem(&settings, &zero);
    if (!in || !set)
        return 0;
    const __u64 time = in->returned;
    const struct byteyard_call* call = &set->calls[in->call & (BYTEYARD_CALLS - 1)];
    if (call->twice) {
        const int halts =
            (call->halts == BYTEYARD_HALTS_DONE && (result >= 0 || result == -IN_PROGRESS)) ||
            (call->halts == BYTEYARD_HALTS_FILE && result >= 0 && may_be_followed(task, result));
        if (!in->isBeginLost &&
            tell(regs, result, in, time, call, set, BYTEYARD_RETURNED, halts && halt(task, set)))
            return 0;
        goto lost;
    }
    const __u64 size = kept_bytes(call, regs, result, set);
    const __u64 requested = call->size < 0 ? 0 : argument(regs, call->size);
    const __u32 cpu = bpf_get_smp_processor_id();
    struct scratch* scratch = bpf_map_lookup_elem(&scratches, &cpu);
    if (!scratch)
        goto lost;
    fill(&scratch->record, regs, result, in, time, BYTEYARD_WHOLE);
    __u32 at = call->keeps ? append_kept(task, scratch) : 0;
    at = append_extras(cpu, at, in->call);
    if (result >= 0 && opens_peer(call, regs))
        scratch->record.halts = halt(task, set);
    if (call->payload == BYTEYARD_FLAT) {
        at = append(cpu, at, flat_address(call, regs), size);
    } else if (call->buffer >= 0) {
        const __u64 place = argument(regs, call->buffer);
        if (call->payload == BYTEYARD_VECTOR) {
            at = append_vectors(cpu, at, place, requested, size);
        } else if (call->payload == BYTEYARD_MESSAGE) {
            struct message message;
            at = append(cpu, at, place, sizeof message);
            if (bpf_probe_read_user(&message, sizeof message, (const void*)place) == 0) {
                at = append_message(cpu, at, &message, size);
                if (call->halts == BYTEYARD_HALTS_RECEIVED && result >= 0 && brings_descriptors(&message))
                    scratch->record.halts = halt(task, set);
            }
        } else if (call->payload == BYTEYARD_MESSAGES) {
            at = append_messages(cpu, at, place, requested, result > 0 ? set->dataBytes : 0);
        }
    }
    __u64 end = at;
    asm volatile("" : "+r"(end)); // as in append
    if (end > SCRATCH_BYTES)
        goto lost;
    if (bpf_ringbuf_output(&ring, scratch, sizeof scratch->record + end, wake_flag(set)) == 0)
        return 0;
lost:
    // The engine looks up what the process has before anybody can use what the call has made.
    if (call->twice || (call->halts && result >= 0))
        halt(task, set);
    lose(call, regs, result, in, time, set);
    return 0;
}

/* The program that a call executes, when its name could not be read at the call's entry. */
static __always_inline void tell_program(struct in_call* in, const struct linux_binprm* program,
                                         struct byteyard_settings* set)
{
    const __u32 cpu = bpf_get_smp_processor_id();
    struct scratch* scratch = bpf_map_lookup_elem(&scratches, &cpu);
    if (!scratch)
        return;
    struct byteyard_record* record = &scratch->record;
    struct byteyard_piece* piece = (struct byteyard_piece*)scratch->bytes;
    const long size =
        bpf_probe_read_kernel_str(piece + 1, BYTEYARD_MOST_PATH, BPF_CORE_READ(program, filename));
    if (size <= 0 || size > BYTEYARD_MOST_PATH)
        return;
    __builtin_memset(record, 0, sizeof *record);
    record->since = in->since;
    record->key = in->key;
    record->tid = in->tid;
    record->call = in->call;
    record->phase = BYTEYARD_ENTERED;
    record->pieces = 1;
    // No memory of the old program is left: any address stands for the name's.
    for (int i = 0; i < 6; ++i)
        record->arguments[i] = 1;
    piece->address = 1;
    piece->size = size;
    piece->zero = 0;
    __u64 end = sizeof *piece + size;
    asm volatile("" : "+r"(end)); // as in append
    if (end <= sizeof *piece + BYTEYARD_MOST_PATH)
        bpf_ringbuf_output(&ring, scratch, sizeof *record + end, wake_flag(set));
}

/* A thread that executes a program takes the number of its process. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(executed, struct task_struct* task, int former, struct linux_binprm* program)
{
    struct in_call* in = bpf_task_storage_get(&tasks, task, 0, 0);
    const __u32 zero = 0;
    struct byteyard_settings* set = bpf_map_lookup_elem(&settings, &zero);
    if (!in || !set)
        return 0;
    if (in->armed == ARMED && in->unread)
        tell_program(in, program, set);
    in->tid = 0;
    return 0;
}

/* Takes on the threads of a process that runs already, or lets them go. */
SEC("iter/task")
int each(struct bpf_iter__task* context)
{
    struct task_struct* task = context->task;
    const __u32 zero = 0;
    const struct byteyard_settings* set = bpf_map_lookup_elem(&settings, &zero);
    if (!task || !set)
        return 0;
    const __u32 process = number_of(BPF_CORE_READ(task, group_leader), set->numbers);
    if (process != 0 && process == set->leave)
        bpf_task_storage_delete(&tasks, task);
    if (process == 0 || process != set->attach)
        return 0;
    struct in_call before;
    __builtin_memset(&before, 0, sizeof before);
    before.armed = BEGAN_BEFORE;
    before.since = bpf_ktime_get_ns();
    bpf_task_storage_get(&tasks, task, &before, BPF_LOCAL_STORAGE_GET_F_CREATE);
    return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(forked, struct task_struct* parent, struct task_struct* child)
{
    if (bpf_task_storage_get(&tasks, parent, 0, 0)) {
        struct in_call none;
        __builtin_memset(&none, 0, sizeof none);
        bpf_task_storage_get(&tasks, child, &none, BPF_LOCAL_STORAGE_GET_F_CREATE);
    }
    return 0;
}
