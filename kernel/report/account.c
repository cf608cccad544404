// SPDX-License-Identifier: MIT
/*
 * Who has each byte. RAM: every struct page of every range that the kernel was given, by its flags; what
 * is not online counts as untouched without being looked at, so this costs what is in use, not what is
 * installed. The firmware's share: its own map, by its own types.
 */
#include "internal.h"
#include <asm/memory.h>
#include <drivers/smbios.h>
#include <mm/init.h>
#include <mm/memblock.h>
#include <mm/page.h>
#include <mm/page_alloc.h>
#include <mm/sparse.h>

const char *const slice_name[NR_SLICES] = {
	[SLICE_KERNEL_IMAGE] = "kernel image", [SLICE_MEMMAP] = "struct pages", [SLICE_TABLES] = "page tables",
	[SLICE_SLAB] = "slab", [SLICE_VMALLOC] = "vmalloc", [SLICE_STACKS] = "kernel stacks", [SLICE_BOOT] = "boot data",
	[SLICE_OTHER_KERNEL] = "other kernel", [SLICE_FILE] = "page cache", [SLICE_SHMEM] = "tmpfs, shared",
	[SLICE_ANON] = "process memory", [SLICE_FREE] = "free", [SLICE_UNTOUCHED] = "untouched",
};

const char *const slice_who[NR_SLICES] = {
	[SLICE_KERNEL_IMAGE] = "text, rodata, data, bss", [SLICE_MEMMAP] = "64 bytes for each page online",
	[SLICE_TABLES] = "kernel's and processes'", [SLICE_SLAB] = "kmalloc and object caches",
	[SLICE_VMALLOC] = "mapped page by page", [SLICE_STACKS] = "16 KiB each, with a guard",
	[SLICE_BOOT] = "loader's pages, initramfs", [SLICE_OTHER_KERNEL] = "large blocks, zero page",
	[SLICE_FILE] = "files in memory", [SLICE_SHMEM] = "files that live in memory", [SLICE_ANON] = "anonymous pages",
	[SLICE_FREE] = "in the buddy allocator", [SLICE_UNTOUCHED] = "free, not even looked at",
};

const char *const slice_colour[NR_SLICES] = {
	[SLICE_KERNEL_IMAGE] = C_KERNEL, [SLICE_MEMMAP] = C_KERNEL, [SLICE_TABLES] = C_KERNEL, [SLICE_SLAB] = C_KERNEL,
	[SLICE_VMALLOC] = C_KERNEL, [SLICE_STACKS] = C_KERNEL, [SLICE_BOOT] = C_KERNEL, [SLICE_OTHER_KERNEL] = C_KERNEL,
	[SLICE_FILE] = C_USER, [SLICE_SHMEM] = C_USER, [SLICE_ANON] = C_USER, [SLICE_FREE] = C_RAM,
	[SLICE_UNTOUCHED] = C_UNTOUCHED,
};

static bool in_image(phys_addr_t pa)
{
	return range_contains(report_image.code, pa) || range_contains(report_image.rodata, pa) ||
	       range_contains(report_image.data, pa) || range_contains(report_image.bss, pa);
}

static enum slice kind_of(const struct page *p, phys_addr_t pa)
{
	if (in_image(pa))
		return SLICE_KERNEL_IMAGE;
	if (page_test(p, PG_untouched))
		return SLICE_UNTOUCHED;
	if (page_test(p, PG_buddy) || page_test(p, PG_pcp))
		return SLICE_FREE;
	if (page_test(p, PG_vmemmap))
		return SLICE_MEMMAP;
	if (page_test(p, PG_table))
		return SLICE_TABLES;
	if (page_test(p, PG_slab))
		return SLICE_SLAB;
	if (page_test(p, PG_stack))
		return SLICE_STACKS;
	if (page_test(p, PG_vmalloc))
		return SLICE_VMALLOC;
	if (page_test(p, PG_pagecache))
		return page_test(p, PG_shmem) ? SLICE_SHMEM : SLICE_FILE;
	if (page_test(p, PG_anon))
		return SLICE_ANON;
	return page_test(p, PG_reserved) ? SLICE_BOOT : SLICE_OTHER_KERNEL;
}

/* Pages [pfn, end) that are online or reserved: one look for each block. */
static void count_pages(struct account *a, u64 pfn, u64 end)
{
	while (pfn < end) {
		const struct page *p = pfn_to_page(pfn);
		u64 n = page_test(p, PG_buddy) || page_test(p, PG_head) ? 1UL << p->order : 1;

		n = min(n, end - pfn);
		a->slice[kind_of(p, PFN_PHYS(pfn))] += n << PAGE_SHIFT;
		pfn += n;
	}
}

/* A range of RAM: its untouched parts by their list, the rest page by page. */
static void count_range(struct account *a, struct range r)
{
	phys_addr_t start, end;
	u64 at = r.start;

	for (unsigned int i = 0; untouched_range(i, &start, &end); i++) {
		struct range u = range_clip((struct range){ start, end }, r);

		if (range_is_empty(u) || u.start < at)
			continue;
		count_pages(a, at >> PAGE_SHIFT, u.start >> PAGE_SHIFT);
		a->slice[SLICE_UNTOUCHED] += range_size(u);
		at = u.end;
	}
	count_pages(a, at >> PAGE_SHIFT, r.end >> PAGE_SHIFT);
}

/* Does [start, end), which is not RAM, look like memory: between RAM, or directly behind it? */
static bool is_memory(struct range r)
{
	u64 top_low = 0, top = 0;

	for (unsigned int i = 0; i < e820_table.nr; i++) {
		const struct e820_entry *e = &e820_table.e[i];
		bool sure = e->type != E820_TYPE_RESERVED;
		u64 *t = e->r.start < 1UL << 32 ? &top_low : &top;

		if (sure || e->r.start == *t || e->r.start == top_low)
			*t = max(*t, e->r.end);
	}
	return r.start < top_low || (r.start >= 1UL << 32 && r.start < top);
}

static void count_firmware(struct account *a)
{
	struct efi_mem_desc d;
	size_t pos = 0;

	while (report_efi_map && efi_map_next(report_efi_map, report_bootinfo.efi_map.size, report_bootinfo.efi_desc_size, &pos, &d)) {
		struct range r;
		u32 type = d.type < NR_EFI_TYPES ? d.type : EFI_TYPE_RESERVED;

		if (d.nr_pages >> 40 || range_from_size(d.start, d.nr_pages << 12, &r) ||
		    e820_type_of_efi(d.type, d.attribute) == E820_TYPE_RAM)
			continue;
		if (d.type == EFI_TYPE_MMIO || d.type == EFI_TYPE_MMIO_PORT || !is_memory(r))
			continue;
		a->firmware[type] += range_size(r);
	}
}

void account_all(struct account *a)
{
	u64 known, in_pages = 0;

	*a = (struct account){ .usable = e820_bytes(&e820_table, E820_TYPE_RAM) };
	drain_local_pages();
	for (unsigned int i = 0; i < memblock.memory.nr; i++) {
		count_range(a, memblock.memory.r[i]);
		in_pages += range_size(memblock.memory.r[i]);
	}
	a->partial = a->usable > in_pages ? a->usable - in_pages : 0;
	count_firmware(a);
	a->installed = smbios_installed_bytes(&smbios_info);
	known = a->usable;
	for (unsigned int t = 0; t < NR_EFI_TYPES; t++)
		known += a->firmware[t];
	if (a->installed > known)
		a->unlisted = a->installed - known;
	else if (a->installed)
		a->over = known - a->installed;
}
