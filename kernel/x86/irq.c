// SPDX-License-Identifier: MIT
/* Interrupt vectors to handlers. Lines come through IOAPICs, or the ISA ones through the 8259 (by the local APIC's LINT0, or directly). */
#include <asm/irqflags.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include "internal.h"

static vector_handler vectors[256];     /* [B] */
static struct { irq_handler fn; void *arg; u64 count; } lines[NR_IRQS];
static bool use_ioapic;                 /* [B] */
static u64 nr_unexpected;
struct pt_regs *irq_regs;               /* of the interrupt that is being handled [C] */

void set_vector_handler(unsigned int vector, vector_handler fn)
{
	vectors[vector] = fn;
}

static void line(unsigned int irq)
{
	if (!use_ioapic && pic_is_spurious(irq))
		return;
	lines[irq].count++;
	if (!use_ioapic)
		pic_eoi(irq);
	if (lines[irq].fn)
		lines[irq].fn(irq, lines[irq].arg);
	if (use_ioapic)         /* a level line must be quiet by now */
		lapic_eoi();
}

void irq_use_ioapic(void)
{
	use_ioapic = true;
}

void do_irq(struct pt_regs *regs, unsigned int vector)
{
	irq_regs = regs;
	if (vectors[vector])
		vectors[vector](regs);
	else if (vector >= VECTOR_ISA_BASE && vector < VECTOR_ISA_BASE + NR_IRQS)
		line(vector - VECTOR_ISA_BASE);
	else if (vector != VECTOR_SPURIOUS && nr_unexpected++ == 0)
		pr_warn("interrupt vector %u has no handler (said once)\n", vector);
}

static bool unmask(unsigned int irq)
{
	if (use_ioapic)
		return ioapic_unmask(irq, VECTOR_ISA_BASE + irq, lapic_id());
	if (irq >= 16)
		return false;
	pic_unmask(irq);
	return true;
}

int request_irq(unsigned int irq, irq_handler fn, void *arg)
{
	unsigned long flags;
	bool ok;

	if (irq >= NR_IRQS)
		return -EINVAL;
	if (lines[irq].fn)
		return -EBUSY;
	flags = local_irq_save();
	lines[irq].arg = arg;
	lines[irq].fn = fn;
	ok = unmask(irq);
	if (!ok)
		lines[irq].fn = NULL;
	local_irq_restore(flags);
	return ok ? 0 : -EINVAL;
}

bool irq_requested(unsigned int irq)
{
	return irq < NR_IRQS && lines[irq].fn;
}

u64 irq_count(unsigned int irq)
{
	return irq < NR_IRQS ? lines[irq].count : 0;
}

const char *irq_description(unsigned int irq)
{
	static char text[96];
	const char *handler = irq_requested(irq) ? ksym_lookup((unsigned long)lines[irq].fn, NULL) : NULL;
	bool level = false;
	unsigned int pin = use_ioapic ? ioapic_pin(irq, &level) : irq;

	snprintf(text, sizeof(text), "%s %3u-%-9s %s", use_ioapic ? "IO-APIC" : "XT-PIC", pin, level ? "fasteoi" : "edge",
		 handler ? handler : "none");
	return text;
}
