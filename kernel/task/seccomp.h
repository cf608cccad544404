/* SPDX-License-Identifier: MIT */
/* seccomp(2): filters of system calls. Only threads that have one come here: their calls are watched (x86/cpu.h). */
#ifndef TASK_SECCOMP_H
#define TASK_SECCOMP_H

#include "internal.h"

struct seccomp_filter;

/* Before a call of a thread with filters: lets it be, or sets orig_rax to -1 and rax to what it answers; may not return. */
void seccomp_enter(struct pt_regs *regs);
/* fork: the child has what the parent has. => tasklist_lock / The end of a thread, after its last call. */
void seccomp_fork(struct task_struct *child);
void seccomp_exit(struct task_struct *t);
long prctl_set_seccomp(u64 mode, u64 prog);

#endif
