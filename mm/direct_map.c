/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own page tables, built at boot and then switched to.
 *
 * What is in them afterwards, and nothing else:
 *  1 every page of memblock.memory below high_memory at PAGE_OFFSET + phys, NX, the largest pages that fit;
 *  2 the image at __START_KERNEL_map: text read+execute, rodata read, data and bss read+write, NX;
 *  3 of text and rodata the direct map's alias is read-only;
 *  4 the fixmap's (still empty) table, and empty tables behind each pgd entry that can ever be used.
 * 4 is what lets user pgds copy the upper half once and share it for ever.
 */
#include <asm/memory.h>
#include <asm/pageops.h>
#include <asm/tlb.h>
#include <lib/bug.h>
#include <lib/err.h>
#include <lib/printk.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/pgwalk.h>
#include "internal.h"

phys_addr_t swapper_pg_dir_phys;
phys_addr_t high_memory;
phys_addr_t highmem_boundary = PHYS_ADDR_MAX;
bool direct_map_ready;
struct kernel_image_ranges kernel_image;

static void must(int err, const char *what)
{
	if (err == -ENOMEM)
		panic("not enough memory below 4 GiB for the kernel's page tables (%s): give the machine at least 64 MiB", what);
	if (err)
		panic("page tables: %s: error %d: the firmware's memory map overlaps the kernel image", what, err);
}

/* [r) of physical memory at PAGE_OFFSET, with @prot. */
static void map_direct(struct range r, pgprot_t prot)
{
	if (!range_is_empty(r))
		must(kernel_map_range(r.start + PAGE_OFFSET, r.start, range_size(r), prot, mm_cpu.has_1g_pages ? 3 : 2), "direct map");
}

/* One range of RAM, with its part inside @ro (text and rodata) mapped read-only. */
static void map_ram(struct range r, struct range ro)
{
	map_direct(range_clip(r, (struct range){ 0, ro.start }), PAGE_KERNEL);
	map_direct(range_clip(r, ro), PAGE_KERNEL_RO);
	map_direct(range_clip(r, (struct range){ ro.end, U64_MAX }), PAGE_KERNEL);
}

static void map_image(struct range r, pgprot_t prot, const char *what)
{
	r.start = ALIGN_DOWN(r.start, PAGE_SIZE);
	r.end = PAGE_ALIGN(r.end);
	if (!range_is_empty(r))
		must(kernel_map_range(r.start - phys_base + __START_KERNEL_map, r.start, range_size(r), prot, 2), what);
}

/* A table behind every pgd entry of [start, end]. */
static void prefill_pgd(unsigned long start, unsigned long end)
{
	pgd_t *pgd = __va(swapper_pg_dir_phys);

	for (unsigned int i = pgd_index(start); i <= pgd_index(end); i++) {
		phys_addr_t table;

		if (pgd_present(pgd[i]))
			continue;
		table = kernel_table_alloc();
		must(table ? 0 : -ENOMEM, "top-level entries");
		set_pgd(&pgd[i], (pgd_t){ table | _KERNPG_TABLE });
	}
}

void direct_map_init(struct memblock *mb, const struct kernel_image_ranges *image, phys_addr_t highmem_start)
{
	struct range ro = { image->code.start, PAGE_ALIGN(max(image->code.end, image->rodata.end)) };
	phys_addr_t top = mb->memory.nr ? mb->memory.r[mb->memory.nr - 1].end : 0;

	highmem_boundary = highmem_start < top ? ALIGN_DOWN(highmem_start, PAGE_SIZE) : PHYS_ADDR_MAX;
	high_memory = min(top, highmem_boundary);
	highmem_enabled = highmem_boundary != PHYS_ADDR_MAX;
	if (highmem_enabled)
		static_key_enable(KEY_HIGHMEM); /* as long as the text can be written */
	kernel_image = *image;
	if (!mm_cpu.has_nx)
		supported_pte_mask &= ~_PAGE_NX;
	swapper_pg_dir_phys = kernel_table_alloc();
	must(swapper_pg_dir_phys ? 0 : -ENOMEM, "top level");

	for (unsigned int i = 0; i < mb->memory.nr; i++)
		map_ram(range_clip(mb->memory.r[i], (struct range){ 0, high_memory }), ro);
	map_image(image->code, PAGE_KERNEL_EXEC, "text");
	map_image(image->rodata, PAGE_KERNEL_RO, "rodata");
	map_image(image->data, PAGE_KERNEL, "data");
	map_image(image->bss, PAGE_KERNEL, "bss");
	fixmap_init();
	prefill_pgd(VMALLOC_START, VMALLOC_END);

	load_pgd(swapper_pg_dir_phys);
	tlb_flush_all();
	direct_map_ready = true;
	pr_info("direct map: %lu MiB at %lx, %lu page-table pages\n", (unsigned long)(high_memory >> 20),
		PAGE_OFFSET, (unsigned long)nr_kernel_table_pages);
}
