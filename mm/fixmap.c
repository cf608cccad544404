/* SPDX-License-Identifier: MIT */
/* Fixmap slots: one page table, made at boot; all slots are in the last 2 MiB below FIXADDR_TOP. */
#include <asm/memory.h>
#include <asm/tlb.h>
#include <lib/bug.h>
#include <mm/fixmap.h>
#include <mm/pgwalk.h>
#include "internal.h"

static_assert((NR_FIXED_ADDRESSES + 1) * PAGE_SIZE < PMD_SIZE, "fixmap slots need one table only");

static pte_t *fixmap_ptes;      /* [B] slot of the address FIXADDR_TOP - PMD_SIZE, rounded down to the table */

void fixmap_init(void)
{
	pte_t *pte = kernel_pte_alloc(fix_to_virt(0));

	if (!pte)
		panic("not enough memory for the fixmap's page table: give the machine at least 64 MiB");
	fixmap_ptes = pte - pte_index(fix_to_virt(0));
}

void set_fixmap(enum fixed_addresses idx, phys_addr_t pa, pgprot_t prot)
{
	unsigned long addr = fix_to_virt(idx);

	set_pte(&fixmap_ptes[pte_index(addr)], pfn_pte(pa >> PAGE_SHIFT, kernel_prot(prot)));
	tlb_flush_page(addr);
}

void clear_fixmap(enum fixed_addresses idx)
{
	unsigned long addr = fix_to_virt(idx);

	set_pte(&fixmap_ptes[pte_index(addr)], (pte_t){ 0 });
	tlb_flush_page(addr);
}
