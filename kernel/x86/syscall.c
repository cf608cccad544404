// SPDX-License-Identifier: MIT
/* Programs the SYSCALL instruction; the table comes from the floor above. SDM vol. 3, 5.8.8. */
#include <asm/segment.h>
#include "internal.h"

/* Read by entry.S. [B] */
const syscall_fn *syscall_table;
u64 syscall_nr;                 /* entries; 0 until the table is set */
static long no_table(long a, long b, long c, long d, long e, long f);
syscall_fn syscall_unknown = no_table;

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
}

void syscall_entry_init(void)
{
	wrmsr(MSR_STAR, (u64)USER_BASE << 48 | (u64)KERNEL_CS << 32);
	wrmsr(MSR_LSTAR, (u64)syscall_entry);
	wrmsr(MSR_CSTAR, (u64)syscall_entry_compat);
	/* AC NT IOPL DF IF TF are clear in the kernel */
	wrmsr(MSR_SYSCALL_MASK, X86_EFLAGS_AC | 1UL << 14 | 3UL << 12 | X86_EFLAGS_DF | 1UL << 9 | X86_EFLAGS_TF);
}
