// SPDX-License-Identifier: MIT
/*
 * PCI configuration space. Segment 0 by the ports CF8h and CFCh, as Linux reads its first 256 bytes: they work on every PC, whatever
 * the tables say. Further segments through the memory that MCFG names (PCI Firmware 3.2, 4.1.2), which is mapped at boot and stays.
 */
#include <asm/io.h>
#include <asm/irqflags.h>
#include <asm/mmio.h>
#include <drivers/acpi.h>
#include <drivers/pci.h>
#include <iomem/e820.h>
#include <lib/printk.h>
#include <mm/vmalloc.h>

#include "internal.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define BUS_SIZE (1UL << 20)

static volatile u8 *ecam[ACPI_MAX_MCFG];        /* [B] of acpi_info.mcfg[i], from its first bus on; NULL: not used */

/* Address and data port are a pair, hence interrupts off. */
static u32 port_read(u8 bus, u8 devfn, u16 reg)
{
	unsigned long flags = local_irq_save();
	u32 v;

	outl(0x80000000U | (u32)bus << 16 | (u32)devfn << 8 | reg, CONFIG_ADDRESS);
	v = inl(CONFIG_DATA);
	local_irq_restore(flags);
	return v;
}

static void port_write(u8 bus, u8 devfn, u16 reg, u32 value)
{
	unsigned long flags = local_irq_save();

	outl(0x80000000U | (u32)bus << 16 | (u32)devfn << 8 | reg, CONFIG_ADDRESS);
	outl(value, CONFIG_DATA);
	local_irq_restore(flags);
}

static volatile u8 *ecam_register(u16 segment, u8 bus, u8 devfn, u16 reg)
{
	for (unsigned int i = 0; i < acpi_info.nr_mcfg; i++) {
		const struct acpi_mcfg *m = &acpi_info.mcfg[i];

		if (ecam[i] && m->segment == segment && bus >= m->bus_start && bus <= m->bus_end)
			return ecam[i] + (bus - m->bus_start) * BUS_SIZE + ((u32)devfn << 12 | reg);
	}
	return NULL;
}

static u32 config_read(u16 segment, u8 bus, u8 devfn, u16 reg)
{
	volatile u8 *r = segment ? ecam_register(segment, bus, devfn, reg) : NULL;

	return !segment ? port_read(bus, devfn, reg) : r ? readl(r) : ~0U;
}

static void config_write(u16 segment, u8 bus, u8 devfn, u16 reg, u32 value)
{
	volatile u8 *r = segment ? ecam_register(segment, bus, devfn, reg) : NULL;

	if (!segment)
		port_write(bus, devfn, reg, value);
	else if (r)
		writel(value, r);
}

const struct pci_access pci_config = { config_read, config_write };

/* Linux, too, believes MCFG only where the firmware keeps that range for itself. */
static bool is_reserved(u64 start, u64 end)
{
	const struct e820_entry *e = e820_table.e;

	for (unsigned int i = 0; i < e820_table.nr && start < end; i++)
		if (e[i].type == E820_TYPE_RESERVED && e[i].r.start <= start && e[i].r.end > start)
			start = e[i].r.end;
	return start >= end;
}

void pci_config_init(void)
{
	for (unsigned int i = 0; i < acpi_info.nr_mcfg; i++) {
		const struct acpi_mcfg *m = &acpi_info.mcfg[i];
		u64 start = m->base + m->bus_start * BUS_SIZE, end = m->base + (m->bus_end + 1UL) * BUS_SIZE;

		if (m->segment == 0)
			continue;
		if (is_reserved(start, end))
			ecam[i] = ioremap(start, end - start);
		if (!ecam[i])
			pr_warn("pci: segment %04x can't be reached: [mem 0x%08lx-0x%08lx] is not the firmware's, or there is no memory\n", m->segment,
				(unsigned long)start, (unsigned long)end - 1);
	}
}
