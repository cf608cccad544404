/* SPDX-License-Identifier: MIT */
/*
 * Boot order of memory management, called by kernel/main.c one line each:
 *   memblock_from_e820()  usable RAM in, kernel image, bootinfo, EFI map, initramfs, first page reserved
 *   direct_map_init()     own page tables: direct map, kernel image W^X, fixmap; switches CR3
 *   vmemmap_init()        struct page for every pfn, templates (mm/sparse-vmemmap.c)
 *   page_alloc_init()     zones, buddy
 *   slab_init(), vmalloc_init()
 * Each panics with a sentence that says what to do when the machine has too little memory.
 */
#ifndef MM_INIT_H
#define MM_INIT_H

#include <boot/bootinfo.h>
#include <iomem/e820.h>
#include <iomem/resource.h>
#include <mm/memblock.h>
#include <mm/page_alloc.h>

/* What the CPU can do, told by kernel/x86 (mm executes no CPUID). [B] */
struct mm_cpu_features {
	bool has_nx, has_1g_pages, has_pge, has_pcid;
	unsigned int phys_bits;
};
extern struct mm_cpu_features mm_cpu;

int memblock_from_e820(struct memblock *mb, const struct e820_table *t) __must_check;
void direct_map_init(struct memblock *mb, const struct kernel_image_ranges *image_phys);
void vmemmap_init(struct memblock *mb);
void vmalloc_init(void);

/* Physical address of the kernel's own page table (init_mm's pgd): what new pgds copy their upper half from. */
extern phys_addr_t swapper_pg_dir_phys;
/* First byte above the direct map's low memory: top of RAM, or the highmem= boundary. [B] */
extern phys_addr_t high_memory;

#endif
