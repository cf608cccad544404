/* SPDX-License-Identifier: MIT */
/*
 * The verbs by which mm, which executes no privileged instruction, moves the CPU: implemented in
 * kernel/x86/tlb.c, recorded by a stub in host tests. All act on this CPU (SMP will send IPIs here).
 */
#ifndef ASM_TLB_H
#define ASM_TLB_H

#include <asm/pgtable.h>

/* Makes @pgd (physical address of the table) the current one. No-op when it is. */
void load_pgd(phys_addr_t pgd);
phys_addr_t current_pgd(void);

/* Forget one user or kernel address / everything of the current user half / everything, global too. */
void tlb_flush_page(unsigned long addr);
void tlb_flush_user(void);
void tlb_flush_all(void);

#endif
