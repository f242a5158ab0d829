/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Makes a thread stop for its tracer before it goes on behind a call. */
#ifndef BYTEYARD_BPF_HALT_H
#define BYTEYARD_BPF_HALT_H

#include "tasks.h"

enum { CHILD = 17, STOP = 19 }; /* SIGCHLD and SIGSTOP, on x86-64 and arm64 */

/* Sends the calling thread a signal that its tracer takes from it: the thread stops for that on its way back
 * to its program. By default SIGCHLD does nothing, should the tracer be gone by then; SIGSTOP cannot be
 * blocked. Whether it was sent. */
static __always_inline __u32 halt(struct task_struct* task, const struct byteyard_settings* set)
{
    if (task->ptrace == 0 ||
        number_of(BPF_CORE_READ(task, parent, group_leader), set->numbers) != set->tracer)
        return 0;
    const int isBlocked = (task->blocked.sig[0] >> (CHILD - 1)) & 1;
    return bpf_send_signal_thread(isBlocked ? STOP : CHILD) == 0;
}

#endif
