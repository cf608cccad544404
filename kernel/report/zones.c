// SPDX-License-Identifier: MIT
/* Pages: zones, free blocks by order, vmemmap sections. */
#include "internal.h"
#include <asm/memory.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/sparse.h>

static void zone_table(struct rpt *r)
{
	char present[SIZE_TEXT], managed[SIZE_TEXT], free[SIZE_TEXT], untouched[SIZE_TEXT];

	rpt_section(r, "Zones and free memory");
	rpt(r, "  " C_DIM "%-8s %-25s %9s %9s %9s %9s" C_END "\n", "zone", "physical addresses", "present", "managed", "free", "untouched");
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *z = &zones[i];

		if (z->start_pfn == z->end_pfn)
			continue;
		rpt(r, "  " C_HEAD "%-8s" C_END " %012llx-%012llx %s %s " C_RAM "%s" C_END " " C_UNTOUCHED "%s" C_END "\n", z->name,
		    (unsigned long long)PFN_PHYS(z->start_pfn), (unsigned long long)PFN_PHYS(z->end_pfn) - 1,
		    size_text(z->present_pages << PAGE_SHIFT, present), size_text(z->managed_pages << PAGE_SHIFT, managed),
		    size_text(z->nr_free << PAGE_SHIFT, free), size_text(z->nr_untouched << PAGE_SHIFT, untouched));
	}
}

static void order_table(struct rpt *r)
{
	rpt(r, "\n  " C_DIM "free blocks of     ");
	for (unsigned int o = 0; o < NR_ORDERS; o++)
		rpt(r, o < 8 ? "%4uK" : "%4uM", o < 8 ? 4u << o : 4u << o >> 10);
	rpt(r, C_END "\n");
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *z = &zones[i];

		if (z->start_pfn == z->end_pfn)
			continue;
		rpt(r, "  %-18s ", z->name);
		for (unsigned int o = 0; o < NR_ORDERS; o++) {
			unsigned long n = z->free_area[o].nr_free;

			rpt(r, "%s%5lu" C_END, n ? C_RAM : C_DIM, n);
		}
		rpt(r, "\n");
	}
	rpt(r, "\n");
	if (highmem_enabled)
		rpt(r, "  " C_HEAD "highmem lab:" C_END " the direct map ends at physical %llx. What is\n"
		    "  above has no permanent address in the kernel, as on a 32-bit PC: it is reached\n"
		    "  through kmap's window and the fixmap, page by page.\n\n",
		    (unsigned long long)high_memory);
}

/* One character stands for this much, so that all memory fits in a few lines. */
static u64 cell_size(const struct rpt *r, u64 top)
{
	u64 size = SECTION_SIZE;

	while (DIV_ROUND_UP(top, size) > 8UL * (r->cols - 22))
		size *= 2;
	return size;
}

static void section_picture(struct rpt *r, u64 top)
{
	u64 cell = cell_size(r, top), per_line = ALIGN_DOWN((u64)r->cols - 22, 8UL);
	char size[SIZE_TEXT];

	for (u64 at = 0, n = 0; at < top; at += cell, n++) {
		bool ram = false, online = false;

		for (u64 s = at; s < at + cell; s += SECTION_SIZE)
			for (unsigned int i = 0; i < e820_table.nr; i++)
				if (e820_table.e[i].type == E820_TYPE_RAM && range_overlaps(e820_table.e[i].r, (struct range){ s, s + SECTION_SIZE })) {
					ram = true;
					online |= page_is_online(pfn_to_page(max(s, e820_table.e[i].r.start) >> PAGE_SHIFT));
				}
		if (n % per_line == 0)
			rpt(r, "%s  " C_DIM "%016llx" C_END "  ", n ? "\n" : "", (unsigned long long)at);
		rpt(r, online ? C_KERNEL "█" C_END : ram ? C_UNTOUCHED "▒" C_END : C_DIM "·" C_END);
	}
	rpt(r, "\n  " C_DIM "one character is %s:" C_END " " C_KERNEL "█" C_END " online  " C_UNTOUCHED "▒" C_END
	    " untouched: shares one template  " C_DIM "·" C_END " no RAM\n", size_word(cell, size));
}

static void sections(struct rpt *r)
{
	struct section_stats s;
	char used[SIZE_TEXT], full[SIZE_TEXT];
	u64 top = 0;

	for (unsigned int i = 0; i < e820_table.nr; i++)
		if (e820_table.e[i].type == E820_TYPE_RAM)
			top = max(top, e820_table.e[i].r.end);
	section_stats(&s);
	rpt_section(r, "vmemmap: struct page for every page, memory for the sections in use");
	rpt(r, "  %llu sections of 128 MiB online, %llu untouched.\n  struct pages take " C_KERNEL "%s" C_END "; for all of RAM it would be %s.\n",
	    (unsigned long long)s.nr_online, (unsigned long long)s.nr_untouched, size_word(s.memmap_pages << PAGE_SHIFT, used),
	    size_word((s.nr_online + s.nr_untouched) << 21, full));
	section_picture(r, top);
}

void page_zones(struct rpt *r)
{
	zone_table(r);
	order_table(r);
	sections(r);
}
