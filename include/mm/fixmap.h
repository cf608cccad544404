/* SPDX-License-Identifier: MIT */
/*
 * Fixmap: kernel addresses known at compile time, whose physical page is chosen at run time. Slots count
 * down from FIXADDR_TOP, as in Linux. Setting one never allocates. Lock: each slot has one owner.
 */
#ifndef MM_FIXMAP_H
#define MM_FIXMAP_H

#include <asm/pgtable.h>
#include <asm/vmlayout.h>
#include <lib/types.h>

#define KM_DEPTH 16                     /* nested kmap_local mappings */

enum fixed_addresses {
	FIX_NULL_GUARD,                 /* never mapped: what is above belongs to ERR_PTR */
	FIX_LAPIC,                      /* for kernel/x86, should it want fixed addresses */
	FIX_IOAPIC,
	FIX_EARLYCON,
	FIX_KMAP_END,                   /* kmap_local slots of CPU 0, deepest first */
	FIX_KMAP_BEGIN = FIX_KMAP_END + KM_DEPTH - 1,
	NR_FIXED_ADDRESSES
};

static inline unsigned long fix_to_virt(unsigned int idx)
{
	return FIXADDR_TOP - ((unsigned long)(idx + 1) << PAGE_SHIFT);
}

/* Maps the page at @pa (page-aligned) there; flushes this address. Needs direct_map_init(). */
void set_fixmap(enum fixed_addresses idx, phys_addr_t pa, pgprot_t prot);
void clear_fixmap(enum fixed_addresses idx);

#endif
