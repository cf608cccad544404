// SPDX-License-Identifier: MIT
/* Exceptions: ring 3's go up to the hooks, the kernel's own are either expected (extable) or the end. */
#include <asm/io.h>
#include <asm/irqflags.h>
#include <asm/vmlayout.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <x86/probe.h>
#include "internal.h"

struct x86_hooks x86_hooks;

extern struct probe_fault last_fixup;
extern const void *probe_exec_target;

/* Kernel mode: goes on at the fixup of the instruction, or after a probe's call. False: neither. */
static bool fixup(struct pt_regs *regs, unsigned int vector, unsigned long error_code, unsigned long addr)
{
	unsigned long to = extable_find(regs->rip);

	if (!to && probe_exec_target && regs->rip == (unsigned long)probe_exec_target) {
		to = *(unsigned long *)regs->rsp;
		regs->rsp += 8;
	}
	if (!to)
		return false;
	last_fixup = (struct probe_fault){ vector, error_code, addr };
	regs->rip = to;
	return true;
}

static u64 nr_nmis;

u64 nmi_count(void)
{
	return nr_nmis;
}

/* Nobody here asks for NMIs. A chipset that reports broken memory or a bus error by one ends the machine; any
 * other is counted (printing could wait for a lock that the interrupted code holds). */
static void nmi(struct pt_regs *regs)
{
	u8 status = inb(0x61);

	nr_nmis++;
	if (status != 0xff && status & 0xc0) {
		pr_emerg("NMI with port 61h at %#x: %s\n", status, status & 0x80 ? "memory parity or system error" : "I/O channel check");
		die(regs, X86_TRAP_NMI, ~0UL);
	}
}

void do_exception(struct pt_regs *regs, unsigned int vector, unsigned long error_code)
{
	if (vector == X86_TRAP_NMI) {
		nmi(regs);
		return;
	}
	if (user_mode(regs)) {
		if (vector == X86_TRAP_MC || vector == X86_TRAP_DF || !x86_hooks.user_trap)
			die(regs, vector, error_code);
		if (vector == X86_TRAP_DB)
			error_code = debug_trap(regs);
		local_irq_enable();
		x86_hooks.user_trap(regs, vector, error_code == ~0UL ? 0 : error_code);
		local_irq_disable();
		return;
	}
	if (vector != X86_TRAP_DF && vector != X86_TRAP_MC && fixup(regs, vector, error_code, 0))
		return;
	/* TF that ring 3 set can strike on the first instruction of an entry: drop it, go on. So does a watchpoint on
	 * user memory that the kernel touches for a call: only ring 3's own accesses are told. */
	if (vector == X86_TRAP_DB) {
		regs->rflags &= ~X86_EFLAGS_TF;
		debug_trap(regs);
		return;
	}
	die(regs, vector, error_code);
}

/* On entry interrupts are off, so that CR2 is this fault's. */
void do_page_fault(struct pt_regs *regs, unsigned long error_code)
{
	unsigned long addr = read_cr2();

	if (user_mode(regs)) {
		if (!x86_hooks.page_fault)
			die(regs, X86_TRAP_PF, error_code);
		local_irq_enable();
		if (!x86_hooks.page_fault(regs, addr, error_code) && x86_hooks.user_trap)
			x86_hooks.user_trap(regs, X86_TRAP_PF, error_code);
		local_irq_disable();
		return;
	}
	/* Only code that opened SMAP touches ring 3's memory on purpose, and only that is resolved. */
	if (addr < TASK_SIZE && x86_hooks.page_fault && (regs->rflags & X86_EFLAGS_IF) &&
	    (!boot_cpu.smap || regs->rflags & X86_EFLAGS_AC) && extable_find(regs->rip)) {
		bool handled;

		local_irq_enable();
		handled = x86_hooks.page_fault(regs, addr, error_code);
		local_irq_disable();
		if (handled)
			return;
	}
	if (!fixup(regs, X86_TRAP_PF, error_code, addr))
		die(regs, X86_TRAP_PF, error_code);
}

/*
 * IRETQ to ring 3 faulted: @regs is the kernel-mode frame of that fault, its general registers are ring
 * 3's already, and the frame that IRETQ disliked lies at regs->rsp, the top of the task's stack. Builds the
 * pt_regs that a fault in ring 3 would have left, there (it may overlap @regs from above).
 */
struct pt_regs *fix_iret_fault(struct pt_regs *regs)
{
	struct pt_regs *user = (struct pt_regs *)(regs->rsp - offsetof(struct pt_regs, rip));

	memmove(user, regs, offsetof(struct pt_regs, rip));
	return user;
}
