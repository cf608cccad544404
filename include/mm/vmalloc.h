/* SPDX-License-Identifier: MIT */
/*
 * Virtually contiguous kernel memory in VMALLOC_START..VMALLOC_END, a guard page after each area.
 * May sleep; never from interrupts. NULL when memory or space lacks. Lock: LOCK_VMALLOC inside.
 */
#ifndef MM_VMALLOC_H
#define MM_VMALLOC_H

#include <asm/pgtable.h>
#include <lib/compiler.h>
#include <mm/gfp.h>
#include <mm/page.h>

void *vmalloc(size_t size) __must_check;
void *vzalloc(size_t size) __must_check;
void vfree(const void *addr);
void *vmap(struct page **pages, unsigned int nr, pgprot_t prot) __must_check;
void vunmap(const void *addr);
/* Device memory, never System RAM (refused: NULL). ioremap: UC; ioremap_wc: write-combining. */
void *ioremap(phys_addr_t pa, size_t size) __must_check;
void *ioremap_wc(phys_addr_t pa, size_t size) __must_check;
/* Firmware tables, in RAM of any type, read-only and cacheable. */
void *memremap_ro(phys_addr_t pa, size_t size) __must_check;
void iounmap(const void *addr);

/* 16 KiB kernel stack with an unmapped page below it; address of its lowest byte. */
#define THREAD_SIZE (16UL << 10)
void *alloc_thread_stack(void) __must_check;
void free_thread_stack(void *stack);

struct vmap_area_info { unsigned long start, end; const char *kind; const void *caller; unsigned int nr_pages; phys_addr_t phys; };
void vmalloc_for_each(void (*fn)(const struct vmap_area_info *i, void *arg), void *arg);

#endif
