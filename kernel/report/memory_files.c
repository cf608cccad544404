// SPDX-License-Identifier: MIT
/*
 * What mm knows of itself, as files:
 *
 *     /proc/atlas/accounting     each slice of memory in bytes; "sum" equals "total", "law" is 0
 *     /proc/atlas/allocators     0, or the first invariant of mm/zone.c's and mm/slab.c's lists that does not hold
 *     /proc/atlas/verdict        PASS or FAIL and how each law stands
 *     /proc/atlas/sections       the vmemmap: what is online, what is untouched, what it costs
 *     /sys/kernel/debug/page_tables/kernel, current_user     Linux's dump
 *     /sys/kernel/debug/page_tables/kernel_phys              with physical addresses, for comparison from outside
 */
#include "internal.h"
#include <asm/tlb.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/ptdump.h>
#include <mm/slab.h>
#include <mm/sparse.h>
#include <proc/proc.h>
#include <report/report.h>

static int accounting_show(struct seq_file *m, void *arg)
{
	struct mem_account a;
	int law = account_check(&e820_table, &a);

	for (unsigned int i = 0; i < NR_MEM_SLICES; i++)
		seq_printf(m, "%-22s %15lu\n", mem_slice_info[i].name, (unsigned long)a.bytes[i]);
	seq_printf(m, "%-22s %15lu\n%-22s %15lu\n%-22s %15lu\n%-22s %15lu\n%-22s %15d\n", "sum", (unsigned long)a.sum, "total",
		   (unsigned long)a.total, "usable", (unsigned long)a.usable, "not usable", (unsigned long)a.firmware, "law", law);
	return 0;
}

static int allocators_show(struct seq_file *m, void *arg)
{
	seq_printf(m, "zones %d\nslabs %d\n", page_alloc_check(), slab_check());
	return 0;
}

static int verdict_show(struct seq_file *m, void *arg)
{
	struct verdict v;

	seq_printf(m, "%s\n", kernel_verdict(&v) ? "FAIL" : "PASS");
	for (unsigned int i = 0; i < NR_VERDICT_LAWS; i++) {
		seq_printf(m, "%s  %s", v.broken[i] ? "FAIL" : "ok  ", verdict_law_text[i]);
		if (v.broken[i])
			seq_printf(m, ": %lu times, first at 0x%016lx", (unsigned long)v.broken[i], v.where[i]);
		seq_putc(m, '\n');
	}
	seq_printf(m, "pages: %lu of 4 KiB, %lu of 2 MiB, %lu of 1 GiB; %lu tables\n", (unsigned long)v.leaves[1],
		   (unsigned long)v.leaves[2], (unsigned long)v.leaves[3], (unsigned long)v.tables);
	return 0;
}

static int sections_show(struct seq_file *m, void *arg)
{
	struct section_stats s;
	phys_addr_t start, end;

	section_stats(&s);
	seq_printf(m, "online %lu\nuntouched %lu\nmemmap_kb %lu\nkernel_table_kb %lu\n", (unsigned long)s.nr_online,
		   (unsigned long)s.nr_untouched, (unsigned long)s.memmap_pages << 2, (unsigned long)nr_kernel_table_pages << 2);
	for (unsigned int i = 0; untouched_range(i, &start, &end); i++)
		seq_printf(m, "untouched %016lx-%016lx\n", (unsigned long)start, (unsigned long)end - 1);
	return 0;
}

static void dump_line(const char *line, void *arg)
{
	seq_puts(arg, line);
	seq_putc(arg, '\n');
}

static int kernel_tables_show(struct seq_file *m, void *with_phys)
{
	ptdump(swapper_pg_dir_phys, KERNEL_HALF_START, 0, with_phys, dump_line, m);
	return 0;
}

static int user_tables_show(struct seq_file *m, void *arg)
{
	ptdump(current_pgd(), 0, TASK_SIZE, false, dump_line, m);
	return 0;
}

void memory_files_init(void)
{
	int err = proc_create("atlas/accounting", 0444, accounting_show, NULL);

	err |= proc_create("atlas/allocators", 0444, allocators_show, NULL);
	err |= proc_create("atlas/verdict", 0444, verdict_show, NULL);
	err |= proc_create("atlas/sections", 0444, sections_show, NULL);
	err |= sysfs_create("kernel/debug/page_tables/kernel", 0400, kernel_tables_show, NULL, NULL);
	err |= sysfs_create("kernel/debug/page_tables/kernel_phys", 0400, kernel_tables_show, NULL, (void *)1);
	err |= sysfs_create("kernel/debug/page_tables/current_user", 0400, user_tables_show, NULL, NULL);
	highmem_lab_init();
	installed_file_init();
	layout_file_init();
	map_files_init();
	table_files_init();
	page_file_init();
	if (err)
		pr_warn("some files of /proc/atlas could not be made\n");
}
