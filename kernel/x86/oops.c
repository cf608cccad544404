// SPDX-License-Identifier: MIT
/* Everything about an exception that the kernel did not expect, printed; then the machine stands still. */
#include <asm/irqflags.h>
#include <asm/vmlayout.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <x86/probe.h>
#include "internal.h"

static const char *const names[NR_EXCEPTIONS] = {
	"divide error", "debug", "NMI", "breakpoint", "overflow", "bound range exceeded", "invalid opcode",
	"device not available", "double fault", "coprocessor segment overrun", "invalid TSS", "segment not present",
	"stack segment fault", "general protection fault", "page fault", "reserved 15", "x87 error", "alignment check",
	"machine check", "SIMD error", "virtualization exception", "control protection",
};

const char *exception_name(unsigned int vector)
{
	return vector < NR_EXCEPTIONS && names[vector] ? names[vector] : "unknown exception";
}

/* SDM vol. 3, 4.7 and 6.13. */
static void show_error_code(unsigned int vector, unsigned long e)
{
	if (vector == X86_TRAP_PF) {
		pr_emerg("error %#lx: %s, %s, from %s mode%s%s\n", e,
			 e & 1 ? "page is present and its protection forbids it" : "page is not present",
			 e & 16 ? "instruction fetch" : e & 2 ? "write" : "read", e & 4 ? "user" : "kernel",
			 e & 8 ? ", reserved bit set in a table" : "", e & 32 ? ", protection key" : "");
		pr_emerg("address (CR2) %016lx\n", (unsigned long)read_cr2());
	} else if (e != ~0UL && e) {
		pr_emerg("error %#lx: selector index %#lx in the %s%s\n", e, e >> 3 & 0x1fff,
			 e & 2 ? "IDT" : e & 4 ? "LDT" : "GDT", e & 1 ? ", external event" : "");
	}
}

void show_regs(const struct pt_regs *r)
{
	unsigned long off = 0;
	const char *sym = user_mode(r) ? NULL : ksym_lookup(r->rip, &off);

	pr_emerg("rip %04lx:%016lx", (unsigned long)r->cs, (unsigned long)r->rip);
	if (sym)
		pr_cont(" %s+%#lx", sym, off);
	pr_cont("\n");
	pr_emerg("rsp %04lx:%016lx  rflags %08lx\n", (unsigned long)r->ss, (unsigned long)r->rsp, (unsigned long)r->rflags);
	pr_emerg("rax %016lx  rbx %016lx  rcx %016lx\n", (unsigned long)r->rax, (unsigned long)r->rbx, (unsigned long)r->rcx);
	pr_emerg("rdx %016lx  rsi %016lx  rdi %016lx\n", (unsigned long)r->rdx, (unsigned long)r->rsi, (unsigned long)r->rdi);
	pr_emerg("rbp %016lx  r8  %016lx  r9  %016lx\n", (unsigned long)r->rbp, (unsigned long)r->r8, (unsigned long)r->r9);
	pr_emerg("r10 %016lx  r11 %016lx  r12 %016lx\n", (unsigned long)r->r10, (unsigned long)r->r11, (unsigned long)r->r12);
	pr_emerg("r13 %016lx  r14 %016lx  r15 %016lx\n", (unsigned long)r->r13, (unsigned long)r->r14, (unsigned long)r->r15);
	pr_emerg("cr0 %016lx  cr3 %016lx  cr4 %016lx\n", (unsigned long)read_cr0(), (unsigned long)read_cr3(), (unsigned long)read_cr4());
}

/* The bytes at rip: the one that faulted in angle brackets. */
static void show_code(const struct pt_regs *r)
{
	u8 b;

	if (user_mode(r))
		return;
	pr_emerg("code");
	for (int i = -16; i < 24; i++) {
		if (probe_read_u8((const void *)(r->rip + i), &b, NULL))
			pr_cont(i ? " %02x" : " <%02x>", b);
		else
			pr_cont(" ??");
	}
	pr_cont("\n");
}

#define BACKTRACE_MAX 32

/* One line; recursion is counted instead of repeated. */
static void show_frame(unsigned long rip, unsigned long last, unsigned int *repeats)
{
	unsigned long off = 0;
	const char *sym = ksym_lookup(rip, &off);

	if (rip == last) {
		++*repeats;
		return;
	}
	if (*repeats)
		pr_emerg("  (%u more of this)\n", *repeats);
	*repeats = 0;
	pr_emerg("  %016lx %s+%#lx\n", rip, sym ? sym : "?", off);
}

/* Follows the chain of frame pointers as far as it can be read and goes upwards. */
void show_backtrace(unsigned long rip, unsigned long rbp)
{
	unsigned long last = 0;
	unsigned int repeats = 0, lines = 0;

	if (!rbp)
		rbp = (unsigned long)__builtin_frame_address(0);
	pr_emerg("backtrace:\n");
	for (int i = 0; i < 4096 && lines < BACKTRACE_MAX; i++) {
		u64 next, ret;

		if (rip)
			show_frame(rip, last, &repeats);
		lines += !repeats;
		last = rip;
		if (rbp < KERNEL_HALF_START || rbp & 7 || !probe_read_u64((void *)(rbp + 8), &ret, NULL) ||
		    !probe_read_u64((void *)rbp, &next, NULL) || !ret || (next && next <= rbp))
			break;
		rip = ret;
		rbp = next;
	}
	if (repeats)
		pr_emerg("  (%u more of this)\n", repeats);
}

/* What the machine-check banks hold. SDM vol. 3, 15.3. */
static void show_machine_check(void)
{
	unsigned int banks = rdmsr(0x179) & 0xff;

	for (unsigned int i = 0; i < banks && i < 32; i++) {
		u64 status = rdmsr(0x401 + 4 * i);

		if (!(status >> 63))
			continue;
		pr_emerg("machine check bank %u: status %016lx%s", i, (unsigned long)status, status >> 61 & 1 ? " uncorrected" : "");
		if (status >> 58 & 1)
			pr_cont(" address %016lx", (unsigned long)rdmsr(0x402 + 4 * i));
		pr_cont("\n");
	}
}

/* The push that found the guard page of a stack (they lie in the vmalloc range) faulted right below it. */
static bool is_stack_overflow(unsigned long cr2, unsigned long rsp)
{
	if (x86_hooks.is_stack_guard && x86_hooks.is_stack_guard(cr2))
		return true;
	return cr2 >= VMALLOC_START && cr2 <= VMALLOC_END && cr2 + 8192 >= rsp && cr2 < rsp + 8192;
}

void __noreturn die(struct pt_regs *regs, unsigned int vector, unsigned long error_code)
{
	static bool dying;
	int pid = 0;
	const char *name = x86_hooks.current_name ? x86_hooks.current_name(&pid) : "boot";
	unsigned long cr2 = read_cr2();

	local_irq_disable();
	if (dying) {            /* the display itself failed: nothing left to show it with */
		debug_exit(0x7e);
		machine_halt();
	}
	dying = true;
	panic_in_progress = true;
	if (vector == X86_TRAP_DF && is_stack_overflow(cr2, regs->rsp))
		pr_emerg("kernel stack overflow in %s (pid %d)\n", name, pid);
	if (vector == X86_TRAP_PF && cr2 < 4096)
		pr_emerg("NULL pointer used by the kernel\n");
	if (vector == X86_TRAP_PF && x86_hooks.explain_kernel_fault)
		x86_hooks.explain_kernel_fault(cr2);
	pr_emerg("kernel exception %u: %s, in task %s (pid %d)\n", vector, exception_name(vector), name, pid);
	show_error_code(vector, error_code);
	if (vector == X86_TRAP_MC && boot_cpu.leaf1_edx >> 14 & 1)
		show_machine_check();
	show_regs(regs);
	show_code(regs);
	show_backtrace(regs->rip, regs->rbp);
	pr_emerg("The machine has stopped. This is a defect of the kernel: please photograph this screen and report it.\n");
	debug_exit(0x7d);
	machine_halt();
}

static void backtrace_here(void)
{
	show_backtrace(0, (unsigned long)__builtin_frame_address(0));
}

static void stop(void)
{
	debug_exit(0x7d);
	machine_halt();
}

void oops_init(void)
{
	bug_set_hooks(backtrace_here, stop);
}
