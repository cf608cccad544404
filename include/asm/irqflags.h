/* SPDX-License-Identifier: MIT */
/* Interrupts on and off on this CPU. Host tests have their own, empty, version. */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <lib/compiler.h>
#include <lib/types.h>

#define X86_EFLAGS_IF (1UL << 9)

static __always_inline unsigned long local_save_flags(void)
{
	unsigned long f;

	__asm__ volatile("pushfq; popq %0" : "=r"(f) :: "memory");
	return f;
}

static __always_inline void local_irq_disable(void) { __asm__ volatile("cli" ::: "memory"); }
static __always_inline void local_irq_enable(void) { __asm__ volatile("sti" ::: "memory"); }

static __always_inline unsigned long local_irq_save(void)
{
	unsigned long f = local_save_flags();

	local_irq_disable();
	return f;
}

static __always_inline void local_irq_restore(unsigned long f)
{
	if (f & X86_EFLAGS_IF)
		local_irq_enable();
}

static __always_inline bool irqs_disabled(void) { return !(local_save_flags() & X86_EFLAGS_IF); }

#endif
