// SPDX-License-Identifier: MIT
/*
 * The firmware's tables as they are in memory, where Linux shows them, for acpidump, iasl and dmidecode:
 *
 *     /sys/firmware/acpi/tables/DSDT, SSDT1, SSDT2, APIC ...
 *     /sys/firmware/dmi/tables/smbios_entry_point, DMI
 *
 * Only root reads them: they hold serial numbers, as on Linux. A table is mapped while it is read.
 */
#include "internal.h"
#include <drivers/acpi.h>
#include <drivers/smbios.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <proc/proc.h>
#include <report/report.h>
#include <uapi/errno.h>

struct piece {
	u64 phys;
	size_t size;
};

static struct piece dmi_entry, dmi_table;

static ssize_t copy_piece(u64 phys, size_t size, void *buf, size_t n, u64 pos)
{
	const u8 *p;

	if (pos >= size)
		return 0;
	n = min(n, size - pos);
	p = acpi_kernel_access.map(phys, size);
	if (!p)
		return -EIO;
	memcpy(buf, p + pos, n);
	acpi_kernel_access.unmap(p);
	return (ssize_t)n;
}

static ssize_t piece_read(void *buf, size_t n, u64 pos, void *arg)
{
	const struct piece *p = arg;

	return copy_piece(p->phys, p->size, buf, n, pos);
}

static ssize_t acpi_read(void *buf, size_t n, u64 pos, void *arg)
{
	const struct acpi_table *t = arg;

	return copy_piece(t->phys, t->length, buf, n, pos);
}

/* A signature that occurs more than once is numbered, from 1. */
static int add_acpi_table(unsigned int nr)
{
	const struct acpi_table *t = &acpi_info.tables[nr];
	unsigned int before = 0, all = 0;
	char path[64];

	for (unsigned int i = 0; i < acpi_info.nr_tables; i++) {
		if (acpi_info.tables[i].problem || strcmp(acpi_info.tables[i].sig, t->sig))
			continue;
		all++;
		before += i < nr;
	}
	if (t->problem || strchr(t->sig, '/') || !strcmp(t->sig, "XSDT") || !strcmp(t->sig, "RSDT"))
		return 0;
	if (all > 1)
		scnprintf(path, sizeof(path), "firmware/acpi/tables/%s%u", t->sig, before + 1);
	else
		scnprintf(path, sizeof(path), "firmware/acpi/tables/%s", t->sig);
	return sysfs_create_raw(path, 0400, acpi_read, (void *)t, t->length);
}

void dmi_files(u64 entry, size_t entry_size, u64 table, size_t table_size)
{
	dmi_entry = (struct piece){ entry, entry_size };
	dmi_table = (struct piece){ table, table_size };
	if (sysfs_create_raw("firmware/dmi/tables/smbios_entry_point", 0400, piece_read, &dmi_entry, entry_size) ||
	    sysfs_create_raw("firmware/dmi/tables/DMI", 0400, piece_read, &dmi_table, table_size))
		pr_warn("no /sys/firmware/dmi\n");
}

void table_files_init(void)
{
	int err = 0;

	for (unsigned int i = 0; i < acpi_info.nr_tables; i++)
		err |= add_acpi_table(i);
	if (acpi_info.nr_tables)
		err |= sysfs_mkdir("firmware/acpi/tables/dynamic");     /* acpidump looks into it */
	if (err)
		pr_warn("some files of ACPI tables could not be made\n");
}
