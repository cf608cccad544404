// SPDX-License-Identifier: MIT
/* /proc/PID/wchan, stack and syscall: what a task is doing in the kernel. */
#include <x86/cpu.h>
#include "internal.h"

int proc_wchan_show(struct seq_file *m, struct task_struct *t)
{
	unsigned long pc = ptrace_may_access(t) ? task_wchan(t) : 0;
	const char *name = pc ? ksym_lookup(pc, NULL) : NULL;

	seq_puts(m, name ? name : "0");
	return 0;
}

/* The kernel's functions that it is in, as Linux shows them: without addresses. */
int proc_stack_show(struct seq_file *m, struct task_struct *t)
{
	unsigned long pc[TASK_STACK_MAX], offset;
	unsigned int n = task_stack(t, pc);

	for (unsigned int i = 0; i < n; i++) {
		const char *name = ksym_lookup(pc[i], &offset);

		if (name)
			seq_printf(m, "[<0>] %s+%#lx/%#lx\n", name, offset, ksym_size(pc[i]));
	}
	return 0;
}

/* The system call it sleeps in with its arguments; -1: a fault. Then stack pointer and address in ring 3. */
int proc_syscall_show(struct seq_file *m, struct task_struct *t)
{
	const struct pt_regs *r = task_pt_regs(t);

	if (t->on_rq && t != current) {
		seq_puts(m, "running\n");
		return 0;
	}
	if (!t->mm || t->state == TASK_ZOMBIE)
		return -ESRCH;
	seq_printf(m, "%ld", (long)r->orig_rax);
	if ((long)r->orig_rax >= 0)
		seq_printf(m, " %#lx %#lx %#lx %#lx %#lx %#lx", (unsigned long)r->rdi, (unsigned long)r->rsi, (unsigned long)r->rdx,
			   (unsigned long)r->r10, (unsigned long)r->r8, (unsigned long)r->r9);
	seq_printf(m, " %#lx %#lx\n", (unsigned long)r->rsp, (unsigned long)r->rip);
	return 0;
}
