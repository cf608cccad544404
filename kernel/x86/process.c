// SPDX-License-Identifier: MIT
/* The CPU's side of a context switch, and how new threads start. */
#include <asm/irqflags.h>
#include <lib/string.h>
#include "internal.h"

DEFINE_PER_CPU(unsigned long, user_sp_scratch); /* entry.S: ring 3's stack pointer for three instructions */
/* What is to be done before ring 3 goes on: entry.S calls do_exit_work, or (EXIT_FULL alone) only leaves by IRETQ. [C] */
#define EXIT_FULL 2
DEFINE_PER_CPU(u8, exit_work);

void switch_stack(unsigned long *prev_sp, unsigned long next_sp);
extern const char kernel_thread_start[], user_thread_start[];

/* One instruction: an interrupt between reading and writing may have set EXIT_WORK. */
void set_full_return(void)
{
	__asm__ volatile("orb %1, %%gs:%0" : "+m"(exit_work) : "i"(EXIT_FULL));
}

void do_exit_work(struct pt_regs *regs)
{
	if (x86_hooks.exit_to_user)
		x86_hooks.exit_to_user(regs);
	else
		clear_exit_work();
}

/* With FSGSBASE ring 3 changes its bases without asking, so they are read back at every switch. */
unsigned long user_fsbase_get(void)
{
	unsigned long v;

	if (!boot_cpu.fsgsbase)
		return rdmsr(MSR_FS_BASE);
	__asm__ volatile("rdfsbase %0" : "=r"(v));
	return v;
}

void user_fsbase_set(unsigned long base)
{
	if (boot_cpu.fsgsbase)
		__asm__ volatile("wrfsbase %0" :: "r"(base));
	else
		wrmsr(MSR_FS_BASE, base);
}

/* The user's GS base waits in MSR_KERNEL_GS_BASE. Between the two SWAPGS nothing may strike. */
unsigned long user_gsbase_get(void)
{
	unsigned long v, f;

	if (!boot_cpu.fsgsbase)
		return rdmsr(MSR_KERNEL_GS_BASE);
	f = local_irq_save();
	__asm__ volatile("swapgs; rdgsbase %0; swapgs" : "=r"(v));
	local_irq_restore(f);
	return v;
}

void user_gsbase_set(unsigned long base)
{
	unsigned long f;

	if (!boot_cpu.fsgsbase) {
		wrmsr(MSR_KERNEL_GS_BASE, base);
		return;
	}
	f = local_irq_save();
	__asm__ volatile("swapgs; wrgsbase %0; swapgs" :: "r"(base));
	local_irq_restore(f);
}

static void switch_bases(struct thread_struct *prev, struct thread_struct *next)
{
	if (boot_cpu.fsgsbase) {
		unsigned long fs, gs;

		__asm__ volatile("rdfsbase %0; wrfsbase %2; swapgs; rdgsbase %1; wrgsbase %3; swapgs"
				 : "=&r"(fs), "=&r"(gs) : "r"(next->fsbase), "r"(next->gsbase));
		prev->fsbase = fs;
		prev->gsbase = gs;
		return;
	}
	prev->fsbase = rdmsr(MSR_FS_BASE);
	prev->gsbase = rdmsr(MSR_KERNEL_GS_BASE);
	if (prev->fsbase != next->fsbase)
		wrmsr(MSR_FS_BASE, next->fsbase);
	if (prev->gsbase != next->gsbase)
		wrmsr(MSR_KERNEL_GS_BASE, next->gsbase);
}

void __sched switch_to(struct thread_struct *prev, struct thread_struct *next)
{
	fpu_switch(prev, next);
	switch_bases(prev, next);
	if (unlikely(prev->watched | next->watched))
		switch_watched(prev, next);
	((struct tss *)this_cpu_ptr(cpu_tss))->sp[0] = next->stack_top;
	switch_stack(&prev->sp, next->sp);
}

/* What switch_stack pops. */
struct switch_frame {
	unsigned long r15, r14, r13, r12, rbx, rbp, ret;
};

void thread_init_kernel(struct thread_struct *t, void *stack, size_t stack_size, void (*fn)(void *), void *arg)
{
	struct switch_frame *f;

	t->stack_top = (unsigned long)stack + stack_size;
	f = (struct switch_frame *)(t->stack_top - 16 - sizeof(*f));
	memset(f, 0, sizeof(*f) + 16);
	f->rbx = (unsigned long)fn;
	f->r12 = (unsigned long)arg;
	f->ret = (unsigned long)kernel_thread_start;
	t->sp = (unsigned long)f;
}

void thread_init_user(struct thread_struct *t, void *stack, size_t stack_size, const struct pt_regs *regs, void (*first)(void))
{
	struct switch_frame *f;

	t->stack_top = (unsigned long)stack + stack_size;
	*thread_pt_regs(t) = *regs;
	f = (struct switch_frame *)((unsigned long)thread_pt_regs(t) - sizeof(*f));
	*f = (struct switch_frame){ .rbx = (unsigned long)first, .ret = (unsigned long)user_thread_start };
	t->sp = (unsigned long)f;
}

void thread_init_boot(struct thread_struct *t)
{
	extern char boot_stack_top[];

	t->stack_top = (unsigned long)boot_stack_top;
}

unsigned int thread_backtrace(const struct thread_struct *t, unsigned long *pc, unsigned int max)
{
	const struct switch_frame *f = (const struct switch_frame *)t->sp;
	unsigned long bp = f->rbp, low = t->sp + sizeof(*f);
	unsigned int n = 0;

	for (pc[n++] = f->ret; n < max && bp >= low && bp + 16 <= t->stack_top && IS_ALIGNED(bp, 8); n++) {
		const unsigned long *frame = (const unsigned long *)bp;

		low = bp + 16;
		bp = frame[0];
		pc[n] = frame[1];
	}
	return n;
}

void cpu_idle_wait(void)
{
	/* STI holds interrupts off for one more instruction, so a wake-up can't slip between the two. */
	__asm__ volatile("sti; hlt" ::: "memory");
}
