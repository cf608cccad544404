// SPDX-License-Identifier: MIT
/* The machine's own ACPI tables: where they may be read, and what the log says of them. */
#include <iomem/e820.h>
#include <lib/printk.h>
#include <mm/vmalloc.h>

#include "../internal.h"

struct acpi_info acpi_info;

/* Only what the firmware's map names as memory is touched: reading elsewhere can hang a machine. */
static bool is_memory(u64 phys, size_t size)
{
	bool first, last;

	if (size == 0 || phys + size < phys)
		return false;
	e820_type_at(&e820_table, phys, &first);
	e820_type_at(&e820_table, phys + size - 1, &last);
	return first && last;
}

static const void *map(u64 phys, size_t size)
{
	return is_memory(phys, size) ? memremap_ro(phys, size) : NULL;
}

const struct acpi_access acpi_kernel_access = { .map = map, .unmap = iounmap };

static void log_table(const struct acpi_table *t)
{
	if (t->problem)
		pr_warn("ACPI: %s 0x%016lx %06x: %s, skipped\n", t->sig[0] ? t->sig : "????", (unsigned long)t->phys, t->length, t->problem);
	else
		pr_info("ACPI: %s 0x%016lx %06x (v%02u %-6s %-8s)\n", t->sig, (unsigned long)t->phys, t->length, t->revision,
			t->oem_id, t->oem_table_id);
}

void acpi_init(u64 rsdp)
{
	if (acpi_scan(&acpi_info, rsdp, &acpi_kernel_access)) {
		pr_warn("ACPI: no tables: %s\n", acpi_info.problem);
		return;
	}
	pr_info("ACPI: RSDP 0x%016lx (v%02u %-6s)\n", (unsigned long)rsdp, acpi_info.rsdp_revision, acpi_info.oem_id);
	for (unsigned int i = 0; i < acpi_info.nr_tables; i++)
		log_table(&acpi_info.tables[i]);
	for (unsigned int i = 0; i < acpi_info.nr_mem_affinity; i++) {
		const struct acpi_mem_affinity *m = &acpi_info.mem_affinity[i];

		pr_info("SRAT: node %u [mem 0x%08lx-0x%08lx]%s%s\n", m->domain, (unsigned long)m->start,
			(unsigned long)(m->start + m->size - 1), m->hotplug ? " hotplug" : "", m->nonvolatile ? " non-volatile" : "");
	}
	if (acpi_info.nr_lost)
		pr_warn("ACPI: %u entries more than this kernel can hold were left out\n", acpi_info.nr_lost);
}
