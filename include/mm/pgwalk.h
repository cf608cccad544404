/* SPDX-License-Identifier: MIT */
/*
 * Building and walking page tables (any pgd, by physical address). Table pages come from memblock
 * before page_alloc_init(), from alloc_pages() after. Lock: the mm's page_table_lock, or boot.
 */
#ifndef MM_PGWALK_H
#define MM_PGWALK_H

#include <asm/pgtable.h>
#include <lib/types.h>

/* One mapped run found by a walk: @level 1..3 is the leaf size (4 KiB, 2 MiB, 1 GiB). */
struct pg_leaf {
	unsigned long vaddr;
	phys_addr_t paddr;
	unsigned int level;
	u64 flags;              /* of the leaf, AND-ed (RW, USER) and OR-ed (NX) with the levels above: what the CPU enforces */
};

/*
 * Maps [vaddr, vaddr + size) to paddr on in the kernel half with the largest pages that alignment,
 * and max_level (1..3), allow. Existing mappings in the way: -EEXIST. -ENOMEM leaves what was mapped.
 */
int kernel_map_range(unsigned long vaddr, phys_addr_t paddr, u64 size, pgprot_t prot, unsigned int max_level) __must_check;
/* Clears leaves in the range (splits none: a partly covered large page is -EINVAL); the caller flushes the TLB. */
int kernel_unmap_range(unsigned long vaddr, u64 size) __must_check;
/* Leaf that maps @vaddr in @pgd. False: not mapped. */
bool pgwalk_lookup(phys_addr_t pgd, unsigned long vaddr, struct pg_leaf *leaf);
/* Every leaf in [start, end) in address order; stops at fn's first non-0 value and returns it. */
int pgwalk_range(phys_addr_t pgd, unsigned long start, unsigned long end,
		 int (*fn)(const struct pg_leaf *leaf, void *arg), void *arg);
/* Pages used for page tables of the kernel half. */
extern u64 nr_kernel_table_pages;

#endif
