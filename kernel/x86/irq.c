// SPDX-License-Identifier: MIT
/* Interrupt vectors to handlers. ISA lines come through the 8259 (local APIC's LINT0, or directly). */
#include <asm/irqflags.h>
#include <lib/printk.h>
#include <uapi/errno.h>
#include "internal.h"

static vector_handler vectors[256];     /* [B] */
static struct { irq_handler fn; void *arg; u64 count; } lines[16];
static u64 nr_unexpected;
struct pt_regs *irq_regs;               /* of the interrupt that is being handled [C] */

void set_vector_handler(unsigned int vector, vector_handler fn)
{
	vectors[vector] = fn;
}

static void isa_line(unsigned int line)
{
	if (pic_is_spurious(line))
		return;
	lines[line].count++;
	pic_eoi(line);
	if (lines[line].fn)
		lines[line].fn(line, lines[line].arg);
}

void do_irq(struct pt_regs *regs, unsigned int vector)
{
	irq_regs = regs;
	if (vectors[vector])
		vectors[vector](regs);
	else if (vector >= VECTOR_ISA_BASE && vector < VECTOR_ISA_BASE + 16)
		isa_line(vector - VECTOR_ISA_BASE);
	else if (vector != VECTOR_SPURIOUS && nr_unexpected++ == 0)
		pr_warn("interrupt vector %u has no handler (said once)\n", vector);
}

int request_irq(unsigned int irq, irq_handler fn, void *arg)
{
	unsigned long flags;

	if (irq >= 16)
		return -EINVAL;
	if (lines[irq].fn)
		return -EBUSY;
	flags = local_irq_save();
	lines[irq].arg = arg;
	lines[irq].fn = fn;
	pic_unmask(irq);
	local_irq_restore(flags);
	return 0;
}
