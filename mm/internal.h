/* SPDX-License-Identifier: MIT */
/* What the files of mm/ tell each other and nobody else. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <iomem/resource.h>
#include <mm/memblock.h>
#include <mm/page.h>
#include <mm/page_alloc.h>
#include <mm/sparse.h>

/* [B] page_alloc_init() is done: memory comes from the buddy allocator, no longer from memblock. */
extern bool page_alloc_ready;
/* [B] direct_map_init() is done: all low memory may be touched, not only the first 4 GiB. */
extern bool direct_map_ready;
/* [B] Bits that page-table entries may have on this CPU. */
extern u64 supported_pte_mask;

/* The addresses that belong to a zone (maybe none), and the zone of one. Right after direct_map_init(). */
struct range zone_range(enum zone_type z);
enum zone_type zone_of(phys_addr_t pa);
/* [B] Where ZONE_HIGHMEM starts; PHYS_ADDR_MAX: nowhere. */
extern phys_addr_t highmem_boundary;

/* mm/sparse-vmemmap.c. Whole sections of usable RAM that are not online, by physical address. */
extern struct memblock_type untouched;
/* Sections that were brought online at boot, in bytes; their struct pages are filled. [B] */
extern struct memblock_type boot_sections;
/*
 * Makes struct pages real for the whole section at @start, taken out of untouched; they live in the
 * section's own first pages. The pages from *first_free on are free-standing (refcount 0, no flags) and the
 * caller's. => zone lock held. Cannot fail.
 */
void section_online(phys_addr_t start, u64 *first_free_pfn);
/* True: the vmemmap's tables say what the sets of sections say, and the templates are as made. Else *where. */
bool vmemmap_check(unsigned long *where);
/* Of a pud or pmd entry that shows a template: in pages of 2 MiB? */
bool vmemmap_template_is_large(u64 entry);
/* For the accounting: flags the boot's pages behind the templates, which no page table leads to any more. */
void vmemmap_mark_templates(void);
/* [B] Where the image is, physically. */
extern struct kernel_image_ranges kernel_image;
/* Boot, later: struct pages of reserved RAM become those of free pages. */
void vmemmap_fill_free(u64 start_pfn, u64 end_pfn);

/* mm/page_alloc.c, for mm/zone.c. => zone lock held for the first two. */
void buddy_free_run(struct zone *z, u64 pfn, u64 end_pfn);
bool zone_grow(struct zone *z);         /* brings a section online; false: none left */
void buddy_take_run(struct zone *z, u64 pfn, u64 end_pfn);      /* a run of free pages out of the lists */
bool pcp_is_sane(void);

/* mm/fixmap.c: makes the page table of the fixmap, so that setting a slot never allocates. */
void fixmap_init(void);

#endif
