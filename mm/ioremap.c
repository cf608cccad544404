/* SPDX-License-Identifier: MIT */
/* Physical ranges that are not System RAM, mapped into the vmalloc window. */
#include <lib/bug.h>
#include <lib/printk.h>
#include <mm/init.h>
#include <mm/pgwalk.h>
#include <mm/vmalloc.h>
#include "internal.h"
#include "vmap_area.h"

static void *map_phys(phys_addr_t pa, size_t size, pgprot_t prot, const char *kind, const void *caller)
{
	phys_addr_t limit = mm_cpu.phys_bits ? 1UL << mm_cpu.phys_bits : 1UL << 52, first, bytes;
	unsigned long slack = 0;
	struct vmap_area *va;

	if (!size || pa >= limit || size > limit - pa)
		return NULL;
	first = pa & PAGE_MASK;
	bytes = PAGE_ALIGN(pa + size) - first;
	/* Big ones at the same place within 2 MiB as the physical address: large pages. */
	if (bytes >= PMD_SIZE)
		slack = first & ~PMD_MASK;
	va = vmap_get(bytes + slack, slack || bytes >= PMD_SIZE ? PMD_SIZE : PAGE_SIZE, kind, caller);
	if (!va)
		return NULL;
	if (kernel_map_range(va->start + slack, first, bytes, prot, 2)) {
		vmap_unmap_pages(va->start, va->end, false);
		vmap_put(va);
		return NULL;
	}
	va->phys = pa;
	return (void *)(va->start + slack + (pa - first));
}

static void *ioremap_prot(phys_addr_t pa, size_t size, pgprot_t prot, const void *caller)
{
	struct range r;
	unsigned int i;

	if (range_from_size(pa, size, &r))
		return NULL;
	i = memblock_type_search(&memblock.memory, r.start);
	if (i < memblock.memory.nr && range_overlaps(memblock.memory.r[i], r)) {
		pr_warn("ioremap of System RAM at 0x%lx refused\n", (unsigned long)pa);
		return NULL;
	}
	return map_phys(pa, size, prot, "ioremap", caller);
}

void *ioremap(phys_addr_t pa, size_t size)
{
	return ioremap_prot(pa, size, PAGE_KERNEL_UC, __builtin_return_address(0));
}

void *ioremap_wc(phys_addr_t pa, size_t size)
{
	return ioremap_prot(pa, size, PAGE_KERNEL_WC, __builtin_return_address(0));
}

void *memremap_ro(phys_addr_t pa, size_t size)
{
	return map_phys(pa, size, PAGE_KERNEL_RO, "memremap", __builtin_return_address(0));
}

void iounmap(const void *addr)
{
	struct vmap_area *va;

	if (!addr)
		return;
	va = vmap_find(addr);
	if (!va || !va->phys)
		BUG("iounmap(0x%lx): no such mapping", (unsigned long)addr);
	vmap_unmap_pages(va->start, va->end, false);
	vmap_put(va);
}
