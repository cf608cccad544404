/* SPDX-License-Identifier: MIT */
/*
 * The format of page tables (SDM vol. 3, 4.5, tables 4-15 to 4-20): four levels, one struct type a
 * level so that the compiler tells them apart. Plain memory format: no instruction is executed here.
 * Linux's names; pgd is the top level (PML4). Level numbers: 1 pte, 2 pmd, 3 pud, 4 pgd.
 */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <asm/page.h>
#include <lib/compiler.h>
#include <lib/types.h>

typedef struct { u64 val; } pte_t;
typedef struct { u64 val; } pmd_t;
typedef struct { u64 val; } pud_t;
typedef struct { u64 val; } pgd_t;
typedef struct { u64 val; } pgprot_t;   /* flag bits only */

#define _PAGE_PRESENT  (1UL << 0)
#define _PAGE_RW       (1UL << 1)
#define _PAGE_USER     (1UL << 2)
#define _PAGE_PWT      (1UL << 3)
#define _PAGE_PCD      (1UL << 4)
#define _PAGE_ACCESSED (1UL << 5)
#define _PAGE_DIRTY    (1UL << 6)
#define _PAGE_PSE      (1UL << 7)  /* leaf, in pmd and pud */
#define _PAGE_PAT_4K   (1UL << 7)  /* in pte */
#define _PAGE_GLOBAL   (1UL << 8)
#define _PAGE_SOFT1    (1UL << 9)  /* free for software */
#define _PAGE_SOFT2    (1UL << 10)
#define _PAGE_SOFT3    (1UL << 11)
#define _PAGE_PAT_LARGE (1UL << 12) /* in a pmd or pud leaf */
#define _PAGE_NX       (1UL << 63)

#define PTE_PFN_MASK   0x000ffffffffff000UL
#define PTE_FLAGS_MASK (~PTE_PFN_MASK)

#define _KERNPG_TABLE (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)
#define _USERPG_TABLE (_KERNPG_TABLE | _PAGE_USER)

#define __pgprot(x) ((pgprot_t){ (x) })
#define PAGE_KERNEL      __pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL | _PAGE_NX)
#define PAGE_KERNEL_RO   __pgprot(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL | _PAGE_NX)
#define PAGE_KERNEL_EXEC __pgprot(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL) /* read, execute */
#define PAGE_KERNEL_UC   __pgprot(PAGE_KERNEL.val | _PAGE_PCD | _PAGE_PWT)
/* PAT entry 1 is write-combining: kernel/x86 programs PAT = WB WC UC- UC, twice. */
#define PAGE_KERNEL_WC   __pgprot(PAGE_KERNEL.val | _PAGE_PWT)

#define pgd_index(a) (((a) >> PGDIR_SHIFT) & (PTRS_PER_TABLE - 1))
#define pud_index(a) (((a) >> PUD_SHIFT) & (PTRS_PER_TABLE - 1))
#define pmd_index(a) (((a) >> PMD_SHIFT) & (PTRS_PER_TABLE - 1))
#define pte_index(a) (((a) >> PAGE_SHIFT) & (PTRS_PER_TABLE - 1))

/* none: all zero; present; leaf: maps memory rather than a table; pfn; flags. */
#define PGTABLE_ACCESSORS(t) \
	static inline bool t##_none(t##_t e) { return e.val == 0; } \
	static inline bool t##_present(t##_t e) { return e.val & _PAGE_PRESENT; } \
	static inline bool t##_write(t##_t e) { return e.val & _PAGE_RW; } \
	static inline u64 t##_pfn(t##_t e) { return (e.val & PTE_PFN_MASK) >> PAGE_SHIFT; } \
	static inline u64 t##_flags(t##_t e) { return e.val & PTE_FLAGS_MASK; } \
	static inline t##_t pfn_##t(u64 pfn, pgprot_t prot) { return (t##_t){ (pfn << PAGE_SHIFT) | prot.val }; } \
	static inline void set_##t(t##_t *p, t##_t e) { WRITE_ONCE(p->val, e.val); }
PGTABLE_ACCESSORS(pte)
PGTABLE_ACCESSORS(pmd)
PGTABLE_ACCESSORS(pud)
PGTABLE_ACCESSORS(pgd)
#undef PGTABLE_ACCESSORS

static inline bool pmd_leaf(pmd_t e) { return (e.val & (_PAGE_PRESENT | _PAGE_PSE)) == (_PAGE_PRESENT | _PAGE_PSE); }
static inline bool pud_leaf(pud_t e) { return (e.val & (_PAGE_PRESENT | _PAGE_PSE)) == (_PAGE_PRESENT | _PAGE_PSE); }

static_assert(sizeof(pte_t) == 8 && sizeof(pgd_t) == 8);

#endif
