/* SPDX-License-Identifier: MIT */
/*
 * struct page[] on demand. Physical space is cut into sections of 128 MiB (2 MiB of struct page, one pmd
 * of the vmemmap). Nobody's section is a shared, read-only template; see mm/sparse-vmemmap.c.
 */
#ifndef MM_SPARSE_H
#define MM_SPARSE_H

#include <lib/types.h>

struct page;

#define SECTION_SHIFT 27
#define SECTION_SIZE (1UL << SECTION_SHIFT)
#define PAGES_PER_SECTION (1UL << (SECTION_SHIFT - 12))

/* Struct pages are readable for every pfn below this: what the CPU can address, at most 2^34. [B] */
extern u64 vmemmap_end_pfn;
/* True: this struct page is its own memory. False: it reads as a template and must not be written. */
bool page_is_online(const struct page *page);
/* Is this page-table page one of the vmemmap's shared ones? Walkers skip them: they repeat for ever. */
bool vmemmap_is_template_table(phys_addr_t table);
/* Is the page that a vmemmap leaf maps (its first byte) a template? */
bool vmemmap_is_template_page(phys_addr_t pa);
/* A write fault at @addr hit a template: prints which pfn was meant. False: not a vmemmap address. */
bool vmemmap_explain_fault(unsigned long addr);

struct section_stats {
	u64 nr_online;          /* sections that are online, wholly or in part */
	u64 nr_untouched;       /* sections of usable RAM that are not */
	u64 memmap_pages;       /* pages that hold struct pages, templates included */
};
void section_stats(struct section_stats *s);
/* The @i-th range of untouched RAM in address order; false: no more. */
bool untouched_range(unsigned int i, phys_addr_t *start, phys_addr_t *end);

#endif
