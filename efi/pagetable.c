// SPDX-License-Identifier: MIT
/*
 * The page table under which the kernel is entered: [0, 4 GiB) mapped to itself by 2 MiB pages, and the
 * gigabytes of the loader's own image too when it lies higher. The firmware's own table won't do:
 * with strict memory attributes it maps EfiLoaderData, where the kernel lies, not executable.
 * As many levels as the firmware runs with: leaving 5-level paging takes leaving long mode. SDM vol. 3, 4.5.
 */
#include "loader.h"

#define P_TABLE 0x23ULL                 /* present, writable, accessed */
#define P_LARGE 0xe3ULL                 /* ... dirty, leaf */
#define CR4_LA57 (1ULL << 12)
#define GIB (1ULL << 30)

static u64 *new_table(void)
{
	return alloc_low(LOADER_PAGE, "page tables");
}

static u64 *next_table(u64 *table, unsigned int index)
{
	if (!table[index])
		table[index] = (u64)new_table() | P_TABLE;
	return (u64 *)(table[index] & ~(LOADER_PAGE - 1));
}

static void map_gib(u64 *top, bool five_levels, u64 addr)
{
	u64 *table = top;

	if (five_levels)
		table = next_table(table, addr >> 48 & 511);
	table = next_table(table, addr >> 39 & 511);
	table = next_table(table, addr >> 30 & 511);
	if (table[0])
		return;
	addr &= ~(GIB - 1);
	for (unsigned int i = 0; i < 512; i++)
		table[i] = (addr + ((u64)i << 21)) | P_LARGE;
}

u64 pagetable_make(void)
{
	u64 cr4, image = (u64)pe_header, *top = new_table();
	bool five_levels;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	five_levels = cr4 & CR4_LA57;
	for (u64 addr = 0; addr < 4 * GIB; addr += GIB)
		map_gib(top, five_levels, addr);
	map_gib(top, five_levels, image);
	map_gib(top, five_levels, image + GIB / 2);     /* in case that it crosses a boundary */
	return (u64)top;
}
