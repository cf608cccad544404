/* SPDX-License-Identifier: MIT */
/*
 * Virtually contiguous kernel memory in VMALLOC_START..VMALLOC_END, a guard page after each area.
 * May sleep; never from interrupts. NULL when memory or space lacks. Lock: LOCK_VMALLOC inside.
 *
 * ioremap and memremap_ro work as soon as direct_map_init() has run, the rest after vmalloc_init().
 */
#ifndef MM_VMALLOC_H
#define MM_VMALLOC_H

#include <asm/pgtable.h>
#include <lib/compiler.h>
#include <mm/gfp.h>
#include <mm/page.h>

/* From 2 MiB up with 2 MiB pages where memory allows. Not zeroed; pages may be highmem. */
void *vmalloc(size_t size) __must_check;
void *vzalloc(size_t size) __must_check;
void vfree(const void *addr);                   /* NULL is fine; BUG when nothing starts there */
/* For what may be a few bytes or a few MiB: from the slabs up to a page, else from here. Not zeroed. */
void *kvmalloc(size_t size) __must_check;
void kvfree(const void *p);                     /* NULL is fine */
/* The pages stay the caller's. */
void *vmap(struct page **pages, unsigned int nr, pgprot_t prot) __must_check;
void vunmap(const void *addr);
/* Device memory, never System RAM (refused: NULL). ioremap: UC; ioremap_wc: write-combining. Any alignment. */
void *ioremap(phys_addr_t pa, size_t size) __must_check;
void *ioremap_wc(phys_addr_t pa, size_t size) __must_check;
/* Firmware tables, in RAM of any type, read-only and cacheable. */
void *memremap_ro(phys_addr_t pa, size_t size) __must_check;
void iounmap(const void *addr);

/* Any address that vmalloc gave, or inside an area. NULL: not mapped. */
struct page *vmalloc_to_page(const void *addr);
static inline bool is_vmalloc_addr(const void *addr)
{
	return (unsigned long)addr >= VMALLOC_START && (unsigned long)addr <= VMALLOC_END;
}

/* 16 KiB kernel stack with an unmapped page below it; address of its lowest byte. A few freed ones are kept. */
#define THREAD_SIZE (16UL << 10)
void *alloc_thread_stack(void) __must_check;
void free_thread_stack(void *stack);
/* Is @addr in the unmapped page below a kernel stack? *stack is then that stack. Takes no lock: for fault handlers. */
bool is_stack_guard(unsigned long addr, void **stack);

/* /proc/vmallocinfo: every area in address order. end includes the guard page, as in Linux. */
struct vmap_area_info { unsigned long start, end; const char *kind; const void *caller; unsigned int nr_pages; phys_addr_t phys; };
void vmalloc_for_each(void (*fn)(const struct vmap_area_info *i, void *arg), void *arg);

struct vmalloc_stats {
	u64 nr_areas;
	u64 used;               /* bytes of address space in areas */
	u64 largest_free;       /* bytes */
	u64 nr_pages;           /* pages behind vmalloc */
	u64 nr_stack_pages;     /* behind kernel stacks, kept ones included */
	u64 lazy;               /* bytes freed whose translations are not flushed yet */
};
void vmalloc_stats(struct vmalloc_stats *s);
/* Flushes and recycles everything freed, stacks that are kept too. */
void vmalloc_purge(void);
/* 0 or the violated invariant (mm/vmalloc.c numbers them). */
int vmalloc_check(void);

#endif
