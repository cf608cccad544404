// SPDX-License-Identifier: MIT
/* Programs the SYSCALL instruction; the table comes from the floor above. SDM vol. 3, 5.8.8. */
#include <asm/segment.h>
#include "internal.h"

const syscall_fn *syscall_table;        /* [B] read by entry.S */
static u64 syscall_nr;                  /* [B] entries; 0 until the table is set */
static long no_table(long a, long b, long c, long d, long e, long f);
static syscall_fn syscall_unknown = no_table; /* [B] */
/* entry.S calls numbers below it straight from the table: syscall_nr, or 0 while the running task is watched. [C] */
DEFINE_PER_CPU(u64, syscall_limit);

extern const char syscall_entry[], syscall_entry_compat[];

static long no_table(long a, long b, long c, long d, long e, long f)
{
	return -38; /* -ENOSYS */
}

void x86_set_syscall_table(const syscall_fn *table, unsigned int nr, syscall_fn unknown)
{
	syscall_table = table;
	syscall_nr = nr;
	syscall_unknown = unknown;
	syscall_watch(false);
}

void syscall_watch(bool on)
{
	this_cpu_write(syscall_limit, on ? 0 : syscall_nr);
}

/* The number is the lower half: entry.S sends those with a higher one here. */
static long call(const struct pt_regs *r)
{
	u32 nr = (u32)r->orig_rax;
	syscall_fn fn = nr < syscall_nr ? syscall_table[nr] : syscall_unknown;

	return fn((long)r->rdi, (long)r->rsi, (long)r->rdx, (long)r->r10, (long)r->r8, (long)r->r9);
}

/* From entry.S, interrupts on. Number and arguments are what the hook leaves in @regs; -1 is no call: rax stays. */
void do_syscall_slow(struct pt_regs *regs)
{
	bool watched = !this_cpu_read(syscall_limit);

	if (watched && x86_hooks.syscall_enter)
		x86_hooks.syscall_enter(regs);
	if ((int)regs->orig_rax != -1)
		regs->rax = (u64)call(regs);
	if (watched && x86_hooks.syscall_exit)
		x86_hooks.syscall_exit(regs);
}

void syscall_entry_init(void)
{
	wrmsr(MSR_STAR, (u64)USER_BASE << 48 | (u64)KERNEL_CS << 32);
	wrmsr(MSR_LSTAR, (u64)syscall_entry);
	wrmsr(MSR_CSTAR, (u64)syscall_entry_compat);
	/* AC NT IOPL DF IF TF are clear in the kernel */
	wrmsr(MSR_SYSCALL_MASK, X86_EFLAGS_AC | 1UL << 14 | 3UL << 12 | X86_EFLAGS_DF | 1UL << 9 | X86_EFLAGS_TF);
}
