/* SPDX-License-Identifier: MIT */
/*
 * Boot order of memory management, called by kernel/main.c one line each:
 *   memblock_from_e820()   usable RAM in, the first 64 KiB reserved
 *   memblock_reserve_boot() kernel image, bootinfo, EFI map, initramfs, command line reserved
 *   direct_map_init()      own page tables: direct map, kernel image W^X, fixmap; switches CR3
 *                          (from here on ioremap() works; MMIO is NOT in the direct map)
 *   vmemmap_init()         struct page readable for every pfn (mm/sparse-vmemmap.c)
 *   page_alloc_init()      zones, buddy
 *   slab_init(), vmalloc_init()
 * Each panics with a sentence that says what to do when the machine has too little memory.
 *
 * Before direct_map_init() only physical memory below 4 GiB may be touched through __va().
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

/* RAM that the windows of the layout hold, page-aligned inwards. 0, -ENOMEM: too many ranges (the rest is lost, counted). */
int memblock_from_e820(struct memblock *mb, const struct e820_table *t) __must_check;
/* Everything that the loader handed over, and the struct itself at @bi_phys. 0 or -ENOMEM. */
int memblock_reserve_boot(struct memblock *mb, const struct bootinfo *bi, phys_addr_t bi_phys) __must_check;
/* highmem_start: where low memory ends (highmem= option), PHYS_ADDR_MAX: all RAM is in the direct map. */
void direct_map_init(struct memblock *mb, const struct kernel_image_ranges *image_phys, phys_addr_t highmem_start);
void vmemmap_init(struct memblock *mb);
void vmalloc_init(void);

/* Physical address of the kernel's own page table (init_mm's pgd): what new pgds copy their upper half from. */
extern phys_addr_t swapper_pg_dir_phys;
/* First byte above the direct map's low memory: top of RAM, or the highmem= boundary. [B] */
extern phys_addr_t high_memory;
/* RAM above the 64 TiB window, counted and not used. [B] */
extern u64 memblock_bytes_unreachable;

#endif
