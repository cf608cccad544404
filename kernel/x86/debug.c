// SPDX-License-Identifier: MIT
/*
 * Debug registers (SDM vol. 3, 18.2) and watched system calls of single threads, for ptrace. Each thread has registers
 * of its own; the CPU's are loaded when a thread that uses them comes, and DR7 cleared when it goes. Only ring 3's
 * addresses are taken, so the kernel meets a breakpoint only where it touches ring 3's memory on its behalf.
 */
#include <asm/vmlayout.h>
#include <uapi/errno.h>
#include "internal.h"

#define DR6_FIXED 0xffff0ff0UL          /* bits that read as one */
#define DR6_HITS  0xfUL
#define DR6_BS    (1UL << 14)
#define DR7_FIXED (1UL << 10)
#define DR7_USER  0xffff03ffUL          /* no GD, no reserved bits */

enum { DR7_EXECUTE = 0, DR7_WRITE = 1, DR7_IO = 2, DR7_ACCESS = 3 };

static inline unsigned int dr7_type(unsigned long dr7, unsigned int n) { return dr7 >> (16 + 4 * n) & 3; }
static inline bool dr7_enabled(unsigned long dr7, unsigned int n) { return dr7 >> (2 * n) & 3; }
/* Bytes: the codes are 1, 2, 8, 4. */
static inline unsigned int dr7_length(unsigned long dr7, unsigned int n)
{
	static const u8 bytes[] = { 1, 2, 8, 4 };

	return bytes[dr7 >> (18 + 4 * n) & 3];
}

static inline void write_dr7(unsigned long v)
{
	__asm__ volatile("mov %0, %%dr7" :: "r"(v | DR7_FIXED));
}

static void load_debugregs(const struct thread_struct *t)
{
	__asm__ volatile("mov %0, %%dr0" :: "r"(t->dr[0]));
	__asm__ volatile("mov %0, %%dr1" :: "r"(t->dr[1]));
	__asm__ volatile("mov %0, %%dr2" :: "r"(t->dr[2]));
	__asm__ volatile("mov %0, %%dr3" :: "r"(t->dr[3]));
	write_dr7(t->dr7);
}

void switch_watched(const struct thread_struct *prev, const struct thread_struct *next)
{
	if (next->watched & WATCH_DEBUG)
		load_debugregs(next);
	else if (prev->watched & WATCH_DEBUG)
		write_dr7(0);
	if ((prev->watched | next->watched) & WATCH_PORTS)
		switch_ports(next);
	syscall_watch(next->watched & (WATCH_SYSCALLS | WATCH_FILTER));
}

/*
 * Reads DR6 and forgets it: B0-B3 and BS. A breakpoint on an instruction strikes before it: RF lets it pass when ring 3
 * goes on there.
 */
unsigned long debug_trap(struct pt_regs *regs)
{
	unsigned long dr6, dr7;

	__asm__ volatile("mov %%dr6, %0" : "=r"(dr6));
	__asm__ volatile("mov %0, %%dr6" :: "r"(DR6_FIXED));
	__asm__ volatile("mov %%dr7, %0" : "=r"(dr7));
	for (unsigned int n = 0; n < 4; n++) {
		if (!dr7_enabled(dr7, n))
			dr6 &= ~(1UL << n);     /* the CPU sets it without that, too */
		else if (dr6 >> n & 1 && dr7_type(dr7, n) == DR7_EXECUTE)
			regs->rflags |= X86_EFLAGS_RF;
	}
	return dr6 & (DR6_HITS | DR6_BS);
}

void thread_watch_syscalls(struct thread_struct *t, bool on)
{
	t->watched = on ? t->watched | WATCH_SYSCALLS : t->watched & ~WATCH_SYSCALLS;
}

static void use_debugregs(struct thread_struct *t)
{
	if (t->watched & WATCH_DEBUG)
		return;
	t->dr[0] = t->dr[1] = t->dr[2] = t->dr[3] = t->dr6 = t->dr7 = 0;
	t->watched |= WATCH_DEBUG;
}

unsigned long thread_get_debugreg(const struct thread_struct *t, unsigned int n)
{
	bool used = t->watched & WATCH_DEBUG;

	if (n < 4)
		return used ? t->dr[n] : 0;
	if (n == 6)
		return (used ? t->dr6 : 0) ^ DR6_FIXED;
	return n == 7 && used ? t->dr7 : 0;
}

/* A breakpoint that the CPU can have, in ring 3's memory. */
static bool breakpoint_ok(unsigned long addr, unsigned long dr7, unsigned int n)
{
	unsigned int len = dr7_length(dr7, n), type = dr7_type(dr7, n);

	if (type == DR7_IO || (type == DR7_EXECUTE && len != 1))
		return false;
	return !(addr & (len - 1)) && addr < TASK_SIZE;
}

int thread_set_debugreg(struct thread_struct *t, unsigned int n, unsigned long v)
{
	unsigned long dr7;

	if (n == 4 || n == 5 || n > 7)
		return -EIO;
	dr7 = n == 7 ? v & DR7_USER : t->watched & WATCH_DEBUG ? t->dr7 : 0;
	if (n < 4 && (v >= TASK_SIZE || (dr7_enabled(dr7, n) && !breakpoint_ok(v, dr7, n))))
		return -EINVAL;
	for (unsigned int i = 0; n == 7 && i < 4; i++)
		if (dr7_enabled(dr7, i) && !breakpoint_ok(thread_get_debugreg(t, i), dr7, i))
			return -EINVAL;
	if (!v && !(t->watched & WATCH_DEBUG))
		return 0;
	use_debugregs(t);
	if (n < 4)
		t->dr[n] = v;
	else if (n == 6)
		t->dr6 = (v ^ DR6_FIXED) & 0xffffffffUL;
	else
		t->dr7 = dr7;
	return 0;
}

void thread_debug_hit(struct thread_struct *t, unsigned long dr6)
{
	use_debugregs(t);
	t->dr6 = (t->dr6 & ~DR6_HITS) | dr6;
}

void thread_unwatch(struct thread_struct *t)
{
	t->watched &= WATCH_FILTER | WATCH_PORTS;
}

void thread_watch_filter(struct thread_struct *running)
{
	running->watched |= WATCH_FILTER;
	syscall_watch(true);
}

void thread_exec_debugregs(struct thread_struct *running)
{
	if (running->watched & WATCH_DEBUG)
		write_dr7(0);
	running->watched &= ~WATCH_DEBUG;
}
