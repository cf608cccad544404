// SPDX-License-Identifier: MIT
/* The TLB verbs of asm/tlb.h. PCID is not used: CR3 loads forget the user half. SDM vol. 3, 4.10.4. */
#include <asm/irqflags.h>
#include <asm/tlb.h>
#include "internal.h"

void load_pgd(phys_addr_t pgd)
{
	if (read_cr3() != pgd)
		write_cr3(pgd);
}

phys_addr_t current_pgd(void)
{
	return read_cr3() & PTE_PFN_MASK;
}

void tlb_flush_page(unsigned long addr)
{
	__asm__ volatile("invlpg (%0)" :: "r"(addr) : "memory");
}

void tlb_flush_user(void)
{
	write_cr3(read_cr3());
}

/* Changing CR4.PGE drops global entries as well. */
void tlb_flush_all(void)
{
	unsigned long flags = local_irq_save();
	u64 cr4 = read_cr4();

	if (cr4 & CR4_PGE) {
		write_cr4(cr4 & ~CR4_PGE);
		write_cr4(cr4);
	} else {
		write_cr3(read_cr3());
	}
	local_irq_restore(flags);
}
