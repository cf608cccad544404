/* SPDX-License-Identifier: MIT */
/*
 * The walk behind include/mm/accounting.h. Each page of RAM is in exactly one slice, by its struct page's flags;
 * reserved ones by where they are. Which reserved pages are page tables or hold struct pages is found once, by
 * walking the kernel's own tables: at boot nothing is spent on it.
 */
#include <asm/memory.h>
#include <lib/bug.h>
#include <lib/string.h>
#include <mm/accounting.h>
#include <mm/filemap.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include "internal.h"

#define SLICE_INFO(id, name, what, who) [MEM_##id] = { name, what, who },
const struct mem_slice_info mem_slice_info[NR_MEM_SLICES] = { MEM_SLICES(SLICE_INFO) };
#undef SLICE_INFO

#define LOW_END 0x10000UL

/* Boot memory: flags for pages that were taken before they had a struct page. */

static void mark_reserved(phys_addr_t pa, u64 size, enum pageflags flag)
{
	for (phys_addr_t end = pa + size; pa < end; pa += PAGE_SIZE) {
		struct page *p = pfn_to_page(pa >> PAGE_SHIFT);

		if (page_test(p, PG_reserved) && !page_test(p, flag) && page_is_online(p))
			page_set(p, flag);
	}
}

static bool mark_table(phys_addr_t table, unsigned int level, unsigned long vaddr, void *arg)
{
	struct page *p = pfn_to_page(table >> PAGE_SHIFT);
	bool seen = page_test(p, PG_table);

	mark_reserved(table, PAGE_SIZE, PG_table);
	/* A template table is entered once: all that it leads to is shared. */
	return !(seen && vmemmap_is_template_table(table));
}

static int mark_memmap(const struct pg_leaf *leaf, void *arg)
{
	if (leaf->vaddr >= VMEMMAP_START && leaf->vaddr <= VMEMMAP_END)
		mark_reserved(leaf->paddr, pg_level_size(leaf->level), PG_vmemmap);
	return 0;
}

static void mark_boot_pages(void)
{
	static bool done;
	const struct pgwalk_ops ops = { .leaf = mark_memmap, .table = mark_table };

	if (done)
		return;
	done = true;
	mark_reserved(swapper_pg_dir_phys, PAGE_SIZE, PG_table);
	pgwalk(swapper_pg_dir_phys, KERNEL_HALF_START, 0, &ops, NULL);
	vmemmap_mark_templates();
}

static enum mem_slice slice_of_reserved(const struct page *p, phys_addr_t pa)
{
	if (page_test(p, PG_table))
		return MEM_KERNEL_TABLE;
	if (page_test(p, PG_vmemmap))
		return MEM_MEMMAP;
	if (pa >= kernel_image.code.start && pa < kernel_image.bss.end)
		return MEM_IMAGE;
	return pa < LOW_END ? MEM_LOW : MEM_BOOT;
}

static enum mem_slice slice_of(const struct page *p, phys_addr_t pa)
{
	unsigned long f = p->flags & PAGE_FLAGS_MASK;

	if (f & 1UL << PG_reserved)
		return slice_of_reserved(p, pa);
	if (f & 1UL << PG_poisoned)
		return MEM_POISONED;
	if (f & 1UL << PG_buddy)
		return MEM_FREE;
	if (f & 1UL << PG_anon)
		return MEM_ANON;
	if (f & 1UL << PG_pcp)
		return MEM_PCP;
	if (f & 1UL << PG_pagecache)
		return f & 1UL << PG_shmem ? MEM_SHMEM : MEM_FILE;
	if (f & 1UL << PG_table)
		return MEM_USER_TABLE;  /* the kernel's share is taken off at the end */
	if (f & 1UL << PG_slab)
		return MEM_SLAB;
	if (f & 1UL << PG_vmalloc)
		return MEM_VMALLOC;
	if (f & 1UL << PG_stack)
		return MEM_STACK;
	if (f & 1UL << PG_vmemmap)
		return MEM_MEMMAP;
	return MEM_KERNEL;
}

/* Pages of [pfn, end), all RAM, into slices. A free block or an allocation speaks for all its pages. */
static void count_pages(u64 pfn, u64 end, u64 *pages)
{
	while (pfn < end) {
		const struct page *p = pfn_to_page(pfn);
		u64 n = 1;

		if (page_test(p, PG_untouched)) {
			n = min(ALIGN(pfn + 1, PAGES_PER_SECTION), end) - pfn;
			pages[MEM_UNTOUCHED] += n;
		} else {
			if (p->flags & (1UL << PG_buddy | 1UL << PG_head))
				n = min(1UL << p->order, end - pfn);
			pages[slice_of(p, PFN_PHYS(pfn))] += n;
		}
		pfn += n;
	}
}

static int firmware_slice(enum e820_type type)
{
	switch (type) {
	case E820_TYPE_ACPI: return MEM_ACPI;
	case E820_TYPE_NVS: return MEM_NVS;
	case E820_TYPE_UNUSABLE: return MEM_UNUSABLE;
	case E820_TYPE_PMEM: return MEM_PMEM;
	case E820_TYPE_SOFT_RESERVED: return MEM_SOFT_RESERVED;
	default: return MEM_RESERVED;
	}
}

/* One entry of usable RAM: what memblock took of it page by page, the rest by reason. */
static void count_ram(struct range r, u64 *pages, struct mem_account *a)
{
	struct range whole = range_align_inner(r, PAGE_SIZE);
	u64 in = 0;

	for (unsigned int i = memblock_type_search(&memblock.memory, whole.start); i < memblock.memory.nr; i++) {
		struct range part = range_clip(memblock.memory.r[i], whole);

		if (range_is_empty(part))
			break;
		count_pages(part.start >> PAGE_SHIFT, part.end >> PAGE_SHIFT, pages);
		in += range_size(part);
	}
	a->bytes[MEM_CRUMBS] += range_size(r) - range_size(whole);
	a->bytes[MEM_UNREACHABLE] += range_size(whole) - in;
	a->usable += range_size(r);
}

void account_memory(const struct e820_table *t, struct mem_account *a)
{
	u64 pages[NR_MEM_SLICES] = { 0 }, dynamic_tables;

	mark_boot_pages();
	memset(a, 0, sizeof(*a));
	for (unsigned int i = 0; i < t->nr; i++) {
		struct range r = t->e[i].r;

		if (t->e[i].type == E820_TYPE_RAM) {
			count_ram(r, pages, a);
		} else {
			a->bytes[firmware_slice(t->e[i].type)] += range_size(r);
			a->firmware += range_size(r);
		}
	}
	/* Tables of the kernel made after boot carry the same flag as the users'. */
	dynamic_tables = min(nr_kernel_table_pages - min(nr_kernel_table_pages, pages[MEM_KERNEL_TABLE]), pages[MEM_USER_TABLE]);
	pages[MEM_USER_TABLE] -= dynamic_tables;
	pages[MEM_KERNEL_TABLE] += dynamic_tables;

	a->total = a->usable + a->firmware;
	for (unsigned int i = 0; i < NR_MEM_SLICES; i++) {
		a->bytes[i] += pages[i] << PAGE_SHIFT;
		a->sum += a->bytes[i];
	}
}

int account_check(const struct e820_table *t, struct mem_account *a)
{
	u64 free = 0, ut = 0;
	struct vmalloc_stats v;
	struct section_stats s;

	account_memory(t, a);
	for (unsigned int i = 0; i < MAX_NR_ZONES; i++) {
		free += zones[i].nr_free;
		ut += zones[i].nr_untouched;
	}
	vmalloc_stats(&v);
	section_stats(&s);
	if (a->sum != a->total)
		return 1;
	if (a->bytes[MEM_FREE] != free << PAGE_SHIFT)
		return 2;
	if (a->bytes[MEM_PCP] != nr_pcp_pages() << PAGE_SHIFT)
		return 3;
	if (a->bytes[MEM_UNTOUCHED] != ut << PAGE_SHIFT)
		return 4;
	if (a->bytes[MEM_SLAB] != nr_slab_pages() << PAGE_SHIFT)
		return 5;
	if (a->bytes[MEM_VMALLOC] != v.nr_pages << PAGE_SHIFT)
		return 6;
	if (a->bytes[MEM_STACK] != v.nr_stack_pages << PAGE_SHIFT)
		return 7;
	if (a->bytes[MEM_KERNEL_TABLE] != nr_kernel_table_pages << PAGE_SHIFT)
		return 8;
	if (a->bytes[MEM_MEMMAP] != s.memmap_pages << PAGE_SHIFT)
		return 9;
	if (a->bytes[MEM_FILE] + a->bytes[MEM_SHMEM] != nr_pagecache_pages() << PAGE_SHIFT)
		return 10;
	return 0;
}

int account_page(const struct e820_table *t, phys_addr_t pa)
{
	bool found;
	enum e820_type type = e820_type_at(t, pa, &found);
	unsigned int i = memblock_type_search(&memblock.memory, pa);
	const struct page *p = pfn_to_page(pa >> PAGE_SHIFT);

	if (!found)
		return -1;
	if (type != E820_TYPE_RAM)
		return firmware_slice(type);
	if (i == memblock.memory.nr || memblock.memory.r[i].start > pa)
		return MEM_UNREACHABLE;
	mark_boot_pages();
	if (page_test(p, PG_untouched))
		return MEM_UNTOUCHED;
	/* Inside a free block or an allocation: its head is at most 2^MAX_ORDER pages before. */
	for (unsigned int o = 0; o <= MAX_ORDER; o++) {
		const struct page *head = pfn_to_page((pa >> PAGE_SHIFT) & ~((1UL << o) - 1));

		if (head->flags & (1UL << PG_buddy | 1UL << PG_head) && head->order >= o)
			return slice_of(head, pa);
	}
	return slice_of(p, pa);
}
