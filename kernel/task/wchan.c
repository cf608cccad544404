// SPDX-License-Identifier: MIT
/* Where a sleeping task sleeps, for /proc/PID/wchan and stack. */
#include <asm/sections.h>
#include "internal.h"

static bool in_sched_functions(unsigned long pc)
{
	return pc >= (unsigned long)__sched_text_start && pc < (unsigned long)__sched_text_end;
}

unsigned int task_stack(struct task_struct *t, unsigned long pc[TASK_STACK_MAX])
{
	unsigned int n, skip = 0;

	if (t == current || t->state == TASK_ZOMBIE || t->state == TASK_DEAD || t->state == TASK_NEW)
		return 0;
	n = thread_backtrace(&t->thread, pc, TASK_STACK_MAX);
	while (skip < n && in_sched_functions(pc[skip]))
		skip++;
	memmove(pc, pc + skip, (n - skip) * sizeof(*pc));
	return n - skip;
}

unsigned long task_wchan(struct task_struct *t)
{
	unsigned long pc[TASK_STACK_MAX];

	return !t->on_rq && task_stack(t, pc) ? pc[0] : 0;
}
