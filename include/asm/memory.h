/* SPDX-License-Identifier: MIT */
/*
 * Physical <-> virtual through the direct map, and the place of struct page[].
 * Host tests put their own asm/memory.h (an arena) in front of this one.
 */
#ifndef ASM_MEMORY_H
#define ASM_MEMORY_H

#include <asm/page.h>
#include <asm/vmlayout.h>
#include <lib/types.h>

/* Physical address of the image minus its link address (0 when it runs at 1 MiB). [B] set by head.S. */
extern phys_addr_t phys_base;

/* Only for memory that the direct map covers. */
static inline void *__va(phys_addr_t pa)
{
	return (void *)(pa + PAGE_OFFSET);
}

/* Direct-map addresses only. */
static inline phys_addr_t __pa(const void *va)
{
	return (phys_addr_t)va - PAGE_OFFSET;
}

/* Addresses inside the kernel image only. */
static inline phys_addr_t __pa_symbol(const void *sym)
{
	return (phys_addr_t)sym - __START_KERNEL_map + phys_base;
}

#define vmemmap ((struct page *)VMEMMAP_START)

#endif
