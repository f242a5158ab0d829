/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The calls that move bytes, of the tasks of a session, as they return. One record a call goes through a ring
 * buffer; what finds no room there is counted by process and object. Which calls, and what their arguments
 * mean, stands in `settings`, which the engine fills from its table of calls. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "copies.h"
#include "kernel_types.h"
#include "record.h"

char LICENSE[] SEC("license") = "GPL";

enum { KIND_MASK = 0170000, SOCKET = 0140000, REGULAR = 0100000, CHARACTER = 0020000, FIFO = 0010000 };
enum { NAMESPACE_LEVELS = 33 };

/* A task of the session, and the call that it is in. Children inherit it at fork. */
struct in_call
{
    __u64 since;
    struct byteyard_key key;
    struct byteyard_key key2; /* what bytes go into, of a call on two */
    __u32 call;
    __u32 armed;
    __u32 tid; /* 0: not looked up yet */
    __u32 process;
};

struct
{
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct in_call);
} tasks SEC(".maps");

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

/* Threads whose calls are not told for now, by their number. */
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
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct byteyard_loss_key);
    __type(value, struct byteyard_loss);
} losses SEC(".maps");

struct
{
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 24);
} ring SEC(".maps");

struct small_record
{
    struct byteyard_record record;
    struct byteyard_piece piece;
    __u8 data[BYTEYARD_SMALL_DATA];
};

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

static __always_inline __u64 user_device(__u32 device)
{
    const __u64 major = device >> 20;
    const __u64 minor = device & 0xfffff;
    return (minor & 0xff) | (major << 8) | ((minor & ~0xffULL) << 12);
}

/* What stands behind a descriptor, if it is of interest. */
static __always_inline int identify(struct task_struct* task, int fd, struct byteyard_key* key)
{
    struct fdtable* table = task->files->fdt;
    if (fd < 0 || (__u32)fd >= table->max_fds)
        return 0;
    struct file* file = POINTER_AT(table->fd + fd);
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

SEC("tp_btf/sys_enter")
int BPF_PROG(enter, struct pt_regs* regs, long id)
{
    struct task_struct* task = (struct task_struct*)bpf_get_current_task_btf();
    struct in_call* in = bpf_task_storage_get(&tasks, task, 0, 0);
    const __u32 zero = 0;
    if (!in)
        return 0;
    in->armed = 0;
    if (id < 0 || id >= BYTEYARD_CALLS || is_compat(task))
        return 0;
    const struct byteyard_settings* set = bpf_map_lookup_elem(&settings, &zero);
    if (!set)
        return 0;
    const struct byteyard_call* call = &set->calls[id];
    if (call->on == BYTEYARD_ON_NOTHING)
        return 0;
    if (in->tid == 0) {
        in->tid = number_of(task, set->numbers);
        in->process = number_of(BPF_CORE_READ(task, group_leader), set->numbers);
    }
    if (set->silenced && !call->always && bpf_map_lookup_elem(&silent, &in->tid))
        return 0;
    if ((call->stops || call->skips) && (argument(regs, call->flags) & (call->stops | call->skips)))
        return 0;
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
    if (call->keeps)
        keep(task, call, regs);
    in->call = id;
    in->armed = 1;
    in->since = bpf_ktime_get_ns();
    return 0;
}

static __always_inline void fill(struct byteyard_record* record, struct pt_regs* regs, long result,
                                 const struct in_call* in, __u64 time)
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
}

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

static __always_inline __u64 wake_flag(struct byteyard_settings* set)
{
    return set->wanted ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
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
    if (result < 0 || (flags & call->peeks) != 0 || (result == 0 && !call->emptyCounts && !call->returnsZero))
        moved = messages = 0;
    if (call->flow == BYTEYARD_FLOW_IN) {
        missed.bytesIn = moved;
        missed.messagesIn = messages;
    } else if (call->flow == BYTEYARD_FLOW_OUT || call->flow == BYTEYARD_FLOW_THROUGH) {
        missed.bytesOut = moved;
        missed.messagesOut = messages;
    }
    if (in->key.kind != BYTEYARD_KEY_NOTHING) {
        count(&missed, set);
        missed.calls = 0;
    }
    if (call->on != BYTEYARD_ON_FD || in->key2.kind == BYTEYARD_KEY_NOTHING)
        return;
    missed.at.key = in->key2;
    missed.at.fd = (int)argument(regs, call->fd2);
    missed.bytesIn = moved;
    missed.messagesIn = messages;
    missed.bytesOut = missed.messagesOut = 0;
    count(&missed, set);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(leave, struct pt_regs* regs, long result)
{
    struct task_struct* task = (struct task_struct*)bpf_get_current_task_btf();
    struct in_call* in = bpf_task_storage_get(&tasks, task, 0, 0);
    const __u32 zero = 0;
    if (!in || !in->armed)
        return 0;
    in->armed = 0;
    struct byteyard_settings* set = bpf_map_lookup_elem(&settings, &zero);
    if (!set)
        return 0;
    const __u64 time = bpf_ktime_get_ns();
    const struct byteyard_call* call = &set->calls[in->call & (BYTEYARD_CALLS - 1)];
    const __u64 requested = call->size < 0 ? 0 : argument(regs, call->size);
    const __u64 moved = result == 0 && call->returnsZero ? requested : result > 0 ? (__u64)result : 0;
    __u64 size = least(moved, set->dataBytes);
    __u64 address = 0;
    if (call->payload == BYTEYARD_FLAT && call->buffer >= 0) {
        address = argument(regs, call->buffer);
        // The type of a message goes with it, also with one that was not taken.
        if (result >= 0 || call->flow == BYTEYARD_FLOW_IN)
            size += call->prefix;
    }
    int extras = call->payload >= BYTEYARD_VECTOR || call->keeps;
    for (int i = 0; call->extras[0].address >= 0 && i < BYTEYARD_EXTRAS; ++i)
        if (call->extras[i].address >= 0 && argument(regs, call->extras[i].address) != 0)
            extras = 1;
    if (!extras && size <= BYTEYARD_SMALL_DATA) {
        struct small_record* small = bpf_ringbuf_reserve(&ring, sizeof *small, 0);
        if (!small)
            goto lost;
        fill(&small->record, regs, result, in, time);
        // By way of the stack: a kernel that checks where copies go (CONFIG_HARDENED_USERCOPY) looks long for
        // the ring, which is mapped memory.
        __u64 data[BYTEYARD_SMALL_DATA / 8] = {0};
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

    const __u32 cpu = bpf_get_smp_processor_id();
    struct scratch* scratch = bpf_map_lookup_elem(&scratches, &cpu);
    if (!scratch)
        goto lost;
    fill(&scratch->record, regs, result, in, time);
    __u32 at = call->keeps ? append_kept(task, scratch) : 0;
    for (int i = 0; i < BYTEYARD_EXTRAS; ++i) {
        const struct byteyard_extra* extra = &call->extras[i];
        if (extra->address < 0)
            continue;
        const __u64 from = argument(regs, extra->address);
        __u64 length = extra->unit;
        if (from == 0)
            continue;
        if (extra->how == BYTEYARD_SIZE_COUNT) {
            length = least(least(argument(regs, extra->count), BYTEYARD_MOST_EXTRA) * extra->unit,
                           BYTEYARD_MOST_EXTRA);
        } else if (extra->how == BYTEYARD_SIZE_POINTER) {
            __u32 told = 0;
            const __u64 place = argument(regs, extra->count);
            if (place == 0 || bpf_probe_read_user(&told, sizeof told, (const void*)place) != 0)
                continue;
            at = append(cpu, at, place, sizeof told);
            length = least(told, 128);
        }
        at = append(cpu, at, from, length);
    }
    if (call->payload == BYTEYARD_FLAT) {
        at = append(cpu, at, address, size);
    } else if (call->buffer >= 0) {
        const __u64 place = argument(regs, call->buffer);
        if (call->payload == BYTEYARD_VECTOR) {
            at = append_vectors(cpu, at, place, requested, size);
        } else if (call->payload == BYTEYARD_MESSAGE) {
            struct message message;
            at = append(cpu, at, place, sizeof message);
            if (bpf_probe_read_user(&message, sizeof message, (const void*)place) == 0)
                at = append_message(cpu, at, &message, size);
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
    lose(call, regs, result, in, time, set);
    return 0;
}

/* A thread that executes a program takes the number of its process. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(executed, struct task_struct* task)
{
    struct in_call* in = bpf_task_storage_get(&tasks, task, 0, 0);
    if (in)
        in->tid = 0;
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
