// SPDX-License-Identifier: MIT
/*
 * /proc/atlas/page: every page frame as text. The record of page frame N is the 512 bytes at N * 512, "name value" a
 * line, filled up with NULs:
 *
 *     dd if=/proc/atlas/page bs=512 skip=$((0x100000 >> 12)) count=1 | tr -d '\0'
 *
 * Frames that no struct page describes (beyond the vmemmap) have the last lines only.
 */
#include "internal.h"
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/page.h>
#include <mm/page_alloc.h>
#include <mm/procmem.h>
#include <mm/slab.h>
#include <mm/sparse.h>
#include <proc/proc.h>
#include <report/report.h>
#include <uapi/errno.h>
#include <x86/cpu.h>
#include <x86/mtrr.h>

#define RECORD 512

static const char *const flag_names[NR_PAGEFLAGS] = {
	[PG_reserved] = "reserved", [PG_untouched] = "untouched", [PG_buddy] = "buddy", [PG_slab] = "slab", [PG_table] = "table",
	[PG_anon] = "anon", [PG_pagecache] = "pagecache", [PG_dirty] = "dirty", [PG_locked] = "locked", [PG_head] = "head",
	[PG_zeropage] = "zeropage", [PG_kernel] = "kernel", [PG_mlocked] = "mlocked", [PG_poisoned] = "poisoned", [PG_vmemmap] = "vmemmap",
	[PG_vmalloc] = "vmalloc", [PG_stack] = "stack", [PG_pcp] = "pcp", [PG_shmem] = "shmem", [PG_tail] = "tail",
};

struct record {
	char *buf;
	size_t len;
};

static void __printf(2, 3) say(struct record *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	r->len += vscnprintf(r->buf + r->len, RECORD - r->len, fmt, ap);
	va_end(ap);
}

/* What makes a free page free, and a used one whose. */
static const char *kind(const struct page *p)
{
	static const struct { enum pageflags flag; const char *name; } kinds[] = {
		{ PG_poisoned, "broken memory" }, { PG_untouched, "free, never touched" }, { PG_buddy, "free, first page of a block" },
		{ PG_pcp, "free, in the CPU's list" }, { PG_vmemmap, "the kernel: struct pages" }, { PG_slab, "the kernel: slab objects" },
		{ PG_stack, "the kernel: a stack" }, { PG_vmalloc, "the kernel: vmalloc" }, { PG_table, "a page table" },
		{ PG_zeropage, "the page of zeroes" }, { PG_shmem, "a file in memory (tmpfs or shared)" }, { PG_pagecache, "a file's contents" },
		{ PG_anon, "a process's own memory" }, { PG_kernel, "the kernel" }, { PG_reserved, "reserved: boot, firmware, or no RAM" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (page_test(p, kinds[i].flag))
			return kinds[i].name;
	return page_is_free(p) ? "free, inside a block" : "the kernel";
}

static const char *zone_of(u64 pfn)
{
	for (int i = 0; i < MAX_NR_ZONES; i++)
		if (pfn >= zones[i].start_pfn && pfn < zones[i].end_pfn)
			return zones[i].name;
	return "none";
}

static void struct_page_lines(struct record *r, u64 pfn)
{
	const struct page *p = pfn_to_page(pfn);

	say(r, "kind %s\nflags", kind(p));
	for (unsigned int i = 0; i < NR_PAGEFLAGS; i++)
		if (page_test(p, i))
			say(r, " %s", flag_names[i]);
	say(r, "\nraw %016lx\nrefcount %d\nmapcount %d\nusers %lu\nowner %u\n", p->flags, page_count(p), p->_mapcount.counter,
	    (unsigned long)page_mapcount(p), p->owner);
	if (page_test(p, PG_buddy) || page_test(p, PG_head))
		say(r, "order %u\n", p->order);
	if (page_test(p, PG_slab) && page_is_online(p) && p->slab_cache)
		say(r, "cache %.32s\n", p->slab_cache->name);
	if (page_test(p, PG_pagecache))
		say(r, "index %lu\n", p->index);
	say(r, "section %lu %s\n", (unsigned long)(pfn / PAGES_PER_SECTION), page_is_online(p) ? "online" :
	    page_test(p, PG_untouched) ? "untouched" : "absent");
	say(r, "struct_page %016lx\n", (unsigned long)p);
}

static ssize_t page_read(void *buf, size_t n, u64 pos, void *arg)
{
	const u64 end = 1UL << (boot_cpu.phys_bits - PAGE_SHIFT);
	size_t done = 0;

	if (pos % RECORD || n % RECORD)
		return -EINVAL;
	memset(buf, 0, n);
	for (u64 pfn = pos / RECORD; done < n && pfn < end; pfn++, done += RECORD) {
		struct record r = { (char *)buf + done, 0 };

		if (pfn < vmemmap_end_pfn)
			struct_page_lines(&r, pfn);
		say(&r, "zone %s\nmtrr %s\n", zone_of(pfn), mtrr_type_name(mtrr_type_at(PFN_PHYS(pfn))));
	}
	return (ssize_t)done;
}

void page_file_init(void)
{
	if (proc_create_raw("atlas/page", 0400, page_read, NULL))
		pr_warn("no /proc/atlas/page\n");
}
