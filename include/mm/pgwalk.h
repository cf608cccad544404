/* SPDX-License-Identifier: MIT */
/*
 * Building and walking page tables (any pgd, by physical address). Table pages come from memblock
 * before page_alloc_init(), from alloc_pages() after.
 *
 * The kernel's tables only grow: a table page, once linked, stays, so that user pgds may share the
 * upper half for ever. Who owns a range of addresses (vmalloc's area, the boot) may write its leaves
 * without a lock; linking a table takes a lock inside.
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

/* Bytes that one entry of a table of @level maps, and its index in the table. */
static inline u64 pg_level_size(unsigned int level) { return 1UL << (PAGE_SHIFT + 9 * (level - 1)); }
static inline unsigned int pg_level_index(unsigned long vaddr, unsigned int level)
{
	return vaddr >> (PAGE_SHIFT + 9 * (level - 1)) & (PTRS_PER_TABLE - 1);
}

/*
 * Maps [vaddr, vaddr + size) to paddr on in the kernel's tables with the largest pages that alignment,
 * and max_level (1..3), allow. All three page-aligned, else -EINVAL. Existing mappings in the way:
 * -EEXIST. -ENOMEM leaves what was mapped. Bits that the CPU lacks (NX) are dropped from @prot.
 */
int kernel_map_range(unsigned long vaddr, phys_addr_t paddr, u64 size, pgprot_t prot, unsigned int max_level) __must_check;
/* Clears leaves in the range (splits none: a partly covered large page is -EINVAL); the caller flushes the TLB. */
int kernel_unmap_range(unsigned long vaddr, u64 size) __must_check;
/* The 4 KiB slot of @vaddr in the kernel's tables, tables made as needed. NULL: no memory, or a large page is there. */
pte_t *kernel_pte_alloc(unsigned long vaddr) __must_check;
/* The same without making anything: NULL when no table is there. */
pte_t *kernel_pte(unsigned long vaddr);
/* @prot without the bits that this CPU calls reserved. */
pgprot_t kernel_prot(pgprot_t prot);

/* Leaf that maps @vaddr in @pgd. False: not mapped. */
bool pgwalk_lookup(phys_addr_t pgd, unsigned long vaddr, struct pg_leaf *leaf);
/*
 * Every leaf in [start, end) in address order; stops at fn's first non-0 value and returns it. end 0
 * means the top of the address space. @table, if not NULL, is asked before a table of @level (1..3) that maps
 * from @vaddr on is entered: false skips it, and equal entries behind it (shared tables are big: see
 * vmemmap_is_template_table).
 * @run, if not NULL, is called instead of @leaf for @nr neighbours in one table with equal flags and consecutive
 * physical addresses at once: much less work for large mappings.
 */
struct pgwalk_ops {
	int (*leaf)(const struct pg_leaf *leaf, void *arg);
	bool (*table)(phys_addr_t table, unsigned int level, unsigned long vaddr, void *arg);
	int (*run)(const struct pg_leaf *first, u64 nr, void *arg);
};
int pgwalk(phys_addr_t pgd, unsigned long start, unsigned long end, const struct pgwalk_ops *ops, void *arg);
int pgwalk_range(phys_addr_t pgd, unsigned long start, unsigned long end,
		 int (*fn)(const struct pg_leaf *leaf, void *arg), void *arg);

/* A zeroed page for a table of the kernel, counted. 0: no memory. Never freed. */
phys_addr_t kernel_table_alloc(void);
/* Pages used for page tables of the kernel half. */
extern u64 nr_kernel_table_pages;

#endif
