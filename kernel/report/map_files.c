// SPDX-License-Identifier: MIT
/*
 * What the firmware said, as files:
 *
 *     /proc/atlas/firmware_map         its memory map when it let go of the machine, unchanged: a line an entry,
 *     /proc/atlas/firmware_map_found   and as the loader found it: "start-end type attribute name", hex but for type
 *     /sys/firmware/memmap             the cleaned map, as Linux shows it
 */
#include "internal.h"
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/vmalloc.h>
#include <proc/proc.h>
#include <report/report.h>

struct map_copy {
	void *map;
	size_t size;
};

static struct map_copy found;

static int map_show(struct seq_file *m, const void *map, size_t size)
{
	struct efi_mem_desc d;
	size_t pos = 0;

	while (map && efi_map_next(map, size, report_bootinfo.efi_desc_size, &pos, &d))
		seq_printf(m, "%016lx-%016lx %2u %016lx %s\n", (unsigned long)d.start, (unsigned long)(d.start + (d.nr_pages << PAGE_SHIFT) - 1),
			   d.type, (unsigned long)d.attribute, efi_type_name(d.type));
	return 0;
}

static int at_exit_show(struct seq_file *m, void *arg)
{
	return map_show(m, report_efi_map, report_bootinfo.efi_map.size);
}

static int as_found_show(struct seq_file *m, void *arg)
{
	return map_show(m, found.map, found.size);
}

static int start_show(struct seq_file *m, void *entry)
{
	seq_printf(m, "0x%lx\n", (unsigned long)((const struct e820_entry *)entry)->r.start);
	return 0;
}

static int end_show(struct seq_file *m, void *entry)
{
	seq_printf(m, "0x%lx\n", (unsigned long)((const struct e820_entry *)entry)->r.end - 1);
	return 0;
}

static int type_show(struct seq_file *m, void *entry)
{
	seq_printf(m, "%s\n", iomem_type_name(((const struct e820_entry *)entry)->type));
	return 0;
}

static int sysfs_memmap(void)
{
	static const struct { const char *name; proc_show_fn show; } files[] = { { "start", start_show }, { "end", end_show }, { "type", type_show } };
	char path[64];
	int err = 0;

	for (unsigned int i = 0; i < e820_table.nr; i++)
		for (size_t f = 0; f < ARRAY_SIZE(files); f++) {
			scnprintf(path, sizeof(path), "firmware/memmap/%u/%s", i, files[f].name);
			err |= sysfs_create(path, 0400, files[f].show, NULL, &e820_table.e[i]);
		}
	return err;
}

/* A copy in vmalloc's memory of what the loader left at @b, whose pages are given back. */
static void take_found_map(const struct bootinfo_blob *b)
{
	const void *map = b->addr ? memremap_ro(b->addr, b->size) : NULL;

	if (!map)
		return;
	found.map = vmalloc(b->size);
	if (found.map) {
		memcpy(found.map, map, b->size);
		found.size = b->size;
	}
	iounmap(map);
	free_reserved_range(b->addr, b->addr + PAGE_ALIGN(b->size));
}

void map_files_init(void)
{
	int err;

	take_found_map(&report_bootinfo.efi_map_found);
	err = proc_create("atlas/firmware_map", 0444, at_exit_show, NULL);
	err |= proc_create("atlas/firmware_map_found", 0444, as_found_show, NULL);
	err |= sysfs_memmap();
	if (err)
		pr_warn("some files of the firmware's map could not be made\n");
}
