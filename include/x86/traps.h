/* SPDX-License-Identifier: MIT */
/*
 * What upper floors register with the CPU's floor. Handlers run with interrupts as said; a NULL
 * handler means: print everything and stop.
 */
#ifndef X86_TRAPS_H
#define X86_TRAPS_H

#include <asm/ptrace.h>
#include <lib/types.h>

/* All registered once at boot, before the first user process. [B] */
struct x86_hooks {
	/* #PF. Interrupts on. From user mode, or from a uaccess instruction (user address). True: handled,
	 * retry. False in kernel mode: the uaccess fixup, else a kernel oops. */
	bool (*page_fault)(struct pt_regs *regs, unsigned long addr, unsigned int error_code);
	/* Any other exception from ring 3 (vector, error code; #DB: DR6's B0-B3 and BS): turns into a signal. */
	void (*user_trap)(struct pt_regs *regs, unsigned int vector, unsigned long error_code);
	/* Around each system call of a task that thread_watch_syscalls() named; interrupts on. Number, arguments and
	 * result are in @regs, to be changed; orig_rax -1: no call is made and rax is the result. */
	void (*syscall_enter)(struct pt_regs *regs);
	void (*syscall_exit)(struct pt_regs *regs);
	/* On the way back to ring 3 with work flagged (need_resched, signals, notify). */
	void (*exit_to_user)(struct pt_regs *regs);
	/* Timer tick on this CPU (HZ times a second), interrupts off. */
	void (*tick)(struct pt_regs *regs);
	/* With every tick, after it: screens draw what is due. Interrupts off. */
	void (*poll)(void);
	/* A task starts running for the first time / prints its name in an oops. */
	const char *(*current_name)(int *pid);
	/* Maps device memory uncached (local APIC, IOAPIC); mm's ioremap. NULL: the devices are left alone. */
	void *(*ioremap)(phys_addr_t pa, size_t size);
	/* Power off and restart that need ACPI (FADT, S5); return when they can't. */
	void (*acpi_power_off)(void);
	void (*acpi_restart)(void);
	/* The kernel faulted at @addr for good: a sentence about what lies there, before the oops. */
	bool (*explain_kernel_fault)(unsigned long addr);
	/* Kernel stack overflow was found on the double-fault stack: is @addr in a task's guard page? */
	bool (*is_stack_guard)(unsigned long addr);
};
extern struct x86_hooks x86_hooks;

/* System calls: table[nr](rdi, rsi, rdx, r10, r8, r9) -> rax. The pt_regs are task_pt_regs(current). */
typedef long (*syscall_fn)(long, long, long, long, long, long);
void x86_set_syscall_table(const syscall_fn *table, unsigned int nr, syscall_fn unknown);

/*
 * Device interrupts. @irq: ISA line 0..15, or from 16 on a GSI (level, active low, as PCI's). One handler a line,
 * called with interrupts off. 0; -EINVAL: no such line; -EBUSY: taken.
 */
#define NR_IRQS 128
typedef void (*irq_handler)(unsigned int irq, void *arg);
int request_irq(unsigned int irq, irq_handler fn, void *arg) __attribute__((warn_unused_result));
u64 irq_count(unsigned int irq);                /* since boot, for /proc/interrupts */
u64 timer_interrupt_count(void);
u64 nmi_count(void);
/* "IO-APIC   4-edge      serial_interrupt": controller, pin, handler. Valid until the next call. */
const char *irq_description(unsigned int irq);
/* Is there a handler, so that polling can rest? */
bool irq_requested(unsigned int irq);

/* What ACPI's MADT says, before cpu_late_init(): each IOAPIC, each ISA line that is not where it should be (@flags:
 * MPS INTI, ACPI 6.4 table 5.26). Without IOAPICs the 8259 serves the ISA lines. */
void ioapic_register(phys_addr_t pa, unsigned int gsi_base);
void isa_override(unsigned int irq, unsigned int gsi, unsigned int flags);

#endif
