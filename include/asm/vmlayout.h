/* SPDX-License-Identifier: MIT */
/*
 * The virtual address space, once. The numbers are the document's (Linux before 4.20).
 *
 * VM_LAYOUT lists every region in address order: REGION(name, start, end (inclusive), purpose).
 * From it come the enum, the asserts below, the page-table dump's markers, the report and the
 * README's table. This header is included by assembler and linker script too: with __ASSEMBLY__
 * or __LINKER__ only the plain numbers are visible.
 */
#ifndef ASM_VMLAYOUT_H
#define ASM_VMLAYOUT_H

#if defined(__ASSEMBLY__) || defined(__LINKER__)
#define VM_UL(x) x
#else
#define VM_UL(x) x##UL
#endif

#define TASK_SIZE            VM_UL(0x00007ffffffff000) /* 2^47 - 4096 */
#define KERNEL_HALF_START    VM_UL(0xffff800000000000)
#define PAGE_OFFSET          VM_UL(0xffff880000000000)
#define PAGE_OFFSET_END      VM_UL(0xffffc7ffffffffff)
#define VMALLOC_START        VM_UL(0xffffc90000000000)
#define VMALLOC_END          VM_UL(0xffffe8ffffffffff)
#define VMEMMAP_START        VM_UL(0xffffea0000000000)
#define VMEMMAP_END          VM_UL(0xffffeaffffffffff)
#define __START_KERNEL_map   VM_UL(0xffffffff80000000)
#define KERNEL_IMAGE_END     VM_UL(0xffffffff9fffffff)
#define KERNEL_PHYS_BASE     VM_UL(0x0000000000100000) /* linked for 1 MiB physical */
#define PKMAP_BASE           VM_UL(0xffffffffff000000) /* 4 MiB: 1,024 kmap slots */
#define PKMAP_END            VM_UL(0xffffffffff3fffff)
#define FIXADDR_START        VM_UL(0xffffffffff400000)
#define FIXADDR_TOP          VM_UL(0xfffffffffffff000) /* exclusive; the last page is never mapped (ERR_PTR) */

#if !defined(__ASSEMBLY__) && !defined(__LINKER__)
#include <lib/compiler.h>

#define VM_LAYOUT(REGION) \
	REGION(USER,       0UL,                TASK_SIZE - 1,        "user space, one page table per mm_struct") \
	REGION(HOLE0,      KERNEL_HALF_START,  PAGE_OFFSET - 1,      "hole, 8 TiB") \
	REGION(DIRECT_MAP, PAGE_OFFSET,        PAGE_OFFSET_END,      "direct map: phys + PAGE_OFFSET") \
	REGION(HOLE1,      PAGE_OFFSET_END + 1, VMALLOC_START - 1,   "hole, 1 TiB") \
	REGION(VMALLOC,    VMALLOC_START,      VMALLOC_END,          "vmalloc, vmap, ioremap, kernel stacks") \
	REGION(HOLE2,      VMALLOC_END + 1,    VMEMMAP_START - 1,    "hole, 1 TiB") \
	REGION(VMEMMAP,    VMEMMAP_START,      VMEMMAP_END,          "struct page[pfn], 64 bytes each") \
	REGION(HOLE3,      VMEMMAP_END + 1,    __START_KERNEL_map - 1, "hole") \
	REGION(KERNEL,     __START_KERNEL_map, KERNEL_IMAGE_END,     "kernel text, rodata, data, bss") \
	REGION(HOLE4,      KERNEL_IMAGE_END + 1, PKMAP_BASE - 1,     "hole (Linux: modules)") \
	REGION(PKMAP,      PKMAP_BASE,         PKMAP_END,            "kmap window") \
	REGION(FIXMAP,     FIXADDR_START,      FIXADDR_TOP - 1,      "fixmap") \
	REGION(TOP,        FIXADDR_TOP,        ~0UL,                 "never mapped: ERR_PTR values")

#define VM_ENUM(name, start, end, purpose) VM_##name,
enum vm_region_id { VM_LAYOUT(VM_ENUM) NR_VM_REGIONS };
#undef VM_ENUM

#define VM_ASSERT(name, start, end, purpose) \
	static_assert((start) < (end) && ((start) & 0xfff) == 0 && (((end) + 1) & 0xfff) == 0, #name);
VM_LAYOUT(VM_ASSERT)
#undef VM_ASSERT

/* The document's sizes. */
static_assert(PAGE_OFFSET - KERNEL_HALF_START == 8UL << 40);
static_assert(PAGE_OFFSET_END - PAGE_OFFSET + 1 == 64UL << 40);
static_assert(VMALLOC_END - VMALLOC_START + 1 == 32UL << 40);
static_assert(VMEMMAP_END - VMEMMAP_START + 1 == 1UL << 40);
static_assert(KERNEL_IMAGE_END - __START_KERNEL_map + 1 == 512UL << 20);

struct vm_region {
	const char *name;
	unsigned long start;
	unsigned long end;      /* inclusive */
	const char *purpose;
};

/* In address order, covering the kernel half without a gap; index is enum vm_region_id. */
extern const struct vm_region vm_layout[NR_VM_REGIONS];
#endif

#endif
