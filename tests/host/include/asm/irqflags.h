/* SPDX-License-Identifier: MIT */
/* The host has no interrupts to switch; the flag is remembered so that tests can look at it. */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <lib/compiler.h>
#include <lib/types.h>

#define X86_EFLAGS_IF (1UL << 9)

extern __attribute__((weak)) unsigned long host_irq_flags;
__attribute__((weak)) unsigned long host_irq_flags = X86_EFLAGS_IF;

static inline unsigned long local_save_flags(void) { return host_irq_flags; }
static inline void local_irq_disable(void) { host_irq_flags &= ~X86_EFLAGS_IF; }
static inline void local_irq_enable(void) { host_irq_flags |= X86_EFLAGS_IF; }

static inline unsigned long local_irq_save(void)
{
	unsigned long f = host_irq_flags;

	local_irq_disable();
	return f;
}

static inline void local_irq_restore(unsigned long f) { host_irq_flags = f; }
static inline bool irqs_disabled(void) { return !(host_irq_flags & X86_EFLAGS_IF); }

#endif
