// SPDX-License-Identifier: MIT
/* Page and file: installed memory = what the firmware keeps + what the kernel and the programs have + what is free. */
#include "internal.h"
#include <proc/proc.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <uapi/errno.h>

static const char *slice_colour(enum mem_slice s)
{
	switch (s) {
	case MEM_FREE: case MEM_PCP: return C_RAM;
	case MEM_UNTOUCHED: return C_UNTOUCHED;
	case MEM_ANON: case MEM_SHMEM: case MEM_FILE: case MEM_USER_TABLE: return C_USER;
	case MEM_POISONED: return C_BAD;
	case MEM_CRUMBS: case MEM_UNREACHABLE: case MEM_LOW: return C_FIRMWARE;
	default: return C_KERNEL;
	}
}

/* One slice: name, size, share of @whole, bar, explanation. */
static void line(struct rpt *r, const char *name, u64 bytes, u64 whole, const char *colour, const char *what)
{
	unsigned int bar = 5 + (r->cols - RPT_MIN_COLS) / 2;
	char size[SIZE_TEXT], percent[SIZE_TEXT];

	if (!bytes)
		return;
	rpt(r, "    %s%-22s" C_END " %s %s  ", colour, name, size_text(bytes, size), percent_text(bytes, whole, percent));
	rpt_bar(r, bytes, whole, bar, colour);
	rpt(r, " " C_DIM "%.*s" C_END "\n", (int)(r->cols - 46 - bar), what);
}

static void total(struct rpt *r, const char *name, u64 bytes, const char *what)
{
	char size[SIZE_TEXT];

	rpt(r, "  " C_HEAD "%-24s %s" C_END "  %llu bytes" C_DIM "%s" C_END "\n", name, size_text(bytes, size), (unsigned long long)bytes, what);
}

void account_picture(struct rpt *r, const struct account *a)
{
	static const char *const order[] = { C_FIRMWARE, C_KERNEL, C_USER, C_BAD, C_RAM, C_UNTOUCHED };
	struct rpt_part part[ARRAY_SIZE(order)];

	for (unsigned int i = 0; i < ARRAY_SIZE(order); i++) {
		part[i] = (struct rpt_part){ i ? 0 : a->listed - a->m.usable + a->unlisted, order[i] };
		for (unsigned int s = 0; s < MEM_FIRST_FIRMWARE; s++)
			if (!strcmp(slice_colour(s), order[i]))
				part[i].bytes += a->m.bytes[s];
	}
	rpt(r, "  ");
	rpt_parts(r, part, ARRAY_SIZE(part), r->cols - 4);
	rpt(r, "\n  " C_FIRMWARE "█" C_END " firmware  " C_KERNEL "█" C_END " kernel  " C_USER "█" C_END " processes, files  "
	    C_RAM "█" C_END " free  " C_UNTOUCHED "█" C_END " free, untouched\n");
}

static const char *keeper(u32 efi_type)
{
	switch (efi_type) {
	case EFI_TYPE_RUNTIME_CODE: case EFI_TYPE_RUNTIME_DATA: return "UEFI runtime services";
	case EFI_TYPE_ACPI_RECLAIM: return "ACPI tables";
	case EFI_TYPE_ACPI_NVS: return "kept for the firmware";
	case EFI_TYPE_UNUSABLE: return "the firmware found errors there";
	default: return "firmware, graphics, SMM";
	}
}

static void verdict(struct rpt *r, const struct account *a)
{
	if (a->broken_law)
		rpt(r, "  " C_BAD "The slices do not add up: law %d of the accounting is broken (sum %llu of %llu bytes)." C_END "\n",
		    a->broken_law, (unsigned long long)a->m.sum, (unsigned long long)a->m.total);
	else
		rpt(r, "  " C_RAM "Adds up to the byte" C_END ", and the allocators' own counters agree.\n");
}

/* Each part of it a line, or all of it one, where a page has few lines: this page must stay whole. */
static void firmware_lines(struct rpt *r, const struct account *a, u64 whole, bool brief)
{
	u64 sum = 0;

	for (u32 t = 0; t < NR_EFI_TYPES; t++) {
		sum += a->firmware[t];
		if (!brief)
			line(r, efi_type_name(t), a->firmware[t], whole, C_FIRMWARE, keeper(t));
	}
	if (brief)
		line(r, "kept by firmware", sum, whole, C_FIRMWARE, "runtime services, ACPI, SMM");
	line(r, "in no entry of the map", a->unlisted, whole, C_FIRMWARE, "under ROMs, chipset, graphics");
	line(r, "listed, not installed", a->over, whole, C_DEVICE, "reserved, but no memory");
}

static void usable_lines(struct rpt *r, const struct account *a, u64 whole, bool brief)
{
	u64 kernel = 0;

	for (unsigned int s = 0; s < MEM_FIRST_FIRMWARE; s++) {
		if (brief && !strcmp(slice_colour(s), C_KERNEL))
			kernel += a->m.bytes[s];
		else
			line(r, mem_slice_info[s].name, a->m.bytes[s], whole, slice_colour(s), mem_slice_info[s].what);
	}
	line(r, "kernel", kernel, whole, C_KERNEL, "image, tables, slab, stacks");
}

void page_balance(struct rpt *r)
{
	static struct account a;
	bool brief = r->rows && r->rows < 31;
	u64 whole;

	account_all(&a);
	whole = a.listed + a.unlisted;
	rpt_section(r, "Where the memory is: installed, usable, and who has it");
	account_picture(r, &a);
	rpt(r, "\n");
	if (a.installed)
		total(r, "installed", a.installed, "  says SMBIOS");
	else
		total(r, "listed as memory", a.listed, "  what is installed, the firmware does not say");
	firmware_lines(r, &a, whole, brief);
	total(r, "usable", a.m.usable, "  System RAM");
	usable_lines(r, &a, whole, brief);
	verdict(r, &a);
}

/* /proc/atlas/installed: "name bytes" a line; installed (0: unknown) = what is listed under it + usable. */
static int installed_show(struct seq_file *m, void *arg)
{
	struct account *a = kmalloc(sizeof(*a), GFP_KERNEL);

	if (!a)
		return -ENOMEM;
	account_all(a);
	seq_printf(m, "%-24s %15lu\n", "installed", (unsigned long)a->installed);
	for (u32 t = 0; t < NR_EFI_TYPES; t++)
		if (a->firmware[t])
			seq_printf(m, "%-24s %15lu\n", efi_type_name(t), (unsigned long)a->firmware[t]);
	seq_printf(m, "%-24s %15lu\n%-24s %15lu\n%-24s %15lu\n", "in no entry of the map", (unsigned long)a->unlisted, "listed, not installed",
		   (unsigned long)a->over, "usable", (unsigned long)a->m.usable);
	kfree(a);
	return 0;
}

void installed_file_init(void)
{
	if (proc_create("atlas/installed", 0444, installed_show, NULL))
		pr_warn("no /proc/atlas/installed\n");
}
