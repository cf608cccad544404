// SPDX-License-Identifier: MIT
/*
 * I/O APICs (Intel 82093AA data sheet; numbers and places by ACPI's MADT): interrupt lines become vectors of
 * the local APIC. Every pin is masked until somebody requests its line.
 */
#include <lib/printk.h>
#include "internal.h"

#define IOREGSEL 0x00
#define IOWIN 0x10
#define REG_VERSION 1
#define REG_REDIRECTION 0x10
#define PIN_MASKED (1u << 16)
#define PIN_LEVEL (1u << 15)
#define PIN_LOW (1u << 13)
#define MAX_IOAPICS 32

static struct ioapic {
	phys_addr_t pa;
	unsigned int gsi_base, nr_pins;
	volatile u8 *regs;
} ioapics[MAX_IOAPICS];                         /* [B] */
static unsigned int nr_ioapics;
/* ISA line to GSI and its MPS INTI flags: identity, edge, active high. [B] */
static struct { u32 gsi; u16 flags; } isa[16];
static bool isa_overridden[16];

void ioapic_register(phys_addr_t pa, unsigned int gsi_base)
{
	if (nr_ioapics < MAX_IOAPICS)
		ioapics[nr_ioapics++] = (struct ioapic){ .pa = pa, .gsi_base = gsi_base };
}

void isa_override(unsigned int irq, unsigned int gsi, unsigned int flags)
{
	if (irq >= 16)
		return;
	isa[irq].gsi = gsi;
	isa[irq].flags = flags;
	isa_overridden[irq] = true;
}

static u32 reg_read(const struct ioapic *io, u32 reg)
{
	*(volatile u32 *)(io->regs + IOREGSEL) = reg;
	return *(volatile u32 *)(io->regs + IOWIN);
}

static void reg_write(const struct ioapic *io, u32 reg, u32 v)
{
	*(volatile u32 *)(io->regs + IOREGSEL) = reg;
	*(volatile u32 *)(io->regs + IOWIN) = v;
}

/* False: none that can be used; the 8259 stays in charge. */
bool ioapic_init(void)
{
	unsigned int usable = 0;

	for (unsigned int i = 0; i < nr_ioapics; i++) {
		struct ioapic *io = &ioapics[i];
		u32 version;

		io->regs = x86_hooks.ioremap ? x86_hooks.ioremap(io->pa, 4096) : NULL;
		version = io->regs ? reg_read(io, REG_VERSION) : ~0u;
		if (version == ~0u) {
			pr_warn("IOAPIC at %#lx does not answer\n", (unsigned long)io->pa);
			continue;
		}
		io->nr_pins = (version >> 16 & 0xff) + 1;
		for (unsigned int pin = 0; pin < io->nr_pins; pin++)
			reg_write(io, REG_REDIRECTION + 2 * pin, PIN_MASKED);
		usable++;
		pr_info("IOAPIC at %#lx: GSI %u to %u\n", (unsigned long)io->pa, io->gsi_base, io->gsi_base + io->nr_pins - 1);
	}
	for (unsigned int irq = 0; irq < 16; irq++)
		if (!isa_overridden[irq])
			isa[irq].gsi = irq;
	return usable;
}

/* Which pin (GSI) serves the line, and how. */
unsigned int ioapic_pin(unsigned int irq, bool *level)
{
	unsigned int flags = irq < 16 ? isa[irq].flags : 0xf;

	*level = (flags >> 2 & 3) == 3;
	return irq < 16 ? isa[irq].gsi : irq;
}

bool ioapic_unmask(unsigned int irq, unsigned int vector, unsigned int apic_id)
{
	unsigned int gsi = irq < 16 ? isa[irq].gsi : irq, flags = irq < 16 ? isa[irq].flags : 0xf;
	u32 low = vector;

	if ((flags & 3) == 3)
		low |= PIN_LOW;
	if ((flags >> 2 & 3) == 3)
		low |= PIN_LEVEL;
	for (unsigned int i = 0; i < nr_ioapics; i++) {
		const struct ioapic *io = &ioapics[i];

		if (gsi < io->gsi_base || gsi >= io->gsi_base + io->nr_pins)
			continue;
		reg_write(io, REG_REDIRECTION + 2 * (gsi - io->gsi_base) + 1, apic_id << 24);
		reg_write(io, REG_REDIRECTION + 2 * (gsi - io->gsi_base), low);
		return true;
	}
	return false;
}
