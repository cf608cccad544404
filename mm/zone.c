/* SPDX-License-Identifier: MIT */
/*
 * Zones: which addresses are whose, the take-over from memblock at boot, and the questions that are
 * asked about all of them. The allocator's own work is in page_alloc.c.
 */
#include <asm/memory.h>
#include <lib/bug.h>
#include <lib/err.h>
#include <lib/printk.h>
#include <mm/fault_inject.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include "internal.h"

#define DMA_END (16UL << 20)            /* what ISA DMA reaches */
#define DMA32_END (4UL << 30)

struct zone zones[MAX_NR_ZONES] = {
	[ZONE_DMA] = { .name = "DMA", .lock = SPIN_LOCK_INIT(LOCK_ZONE) },
	[ZONE_DMA32] = { .name = "DMA32", .lock = SPIN_LOCK_INIT(LOCK_ZONE) },
	[ZONE_NORMAL] = { .name = "Normal", .lock = SPIN_LOCK_INIT(LOCK_ZONE) },
	[ZONE_HIGHMEM] = { .name = "HighMem", .lock = SPIN_LOCK_INIT(LOCK_ZONE) },
};

/* A request that could have used zone j leaves (pages of zones i+1..j) / ratio[i] in zone i: Linux's figures. */
static const unsigned int lowmem_ratio[MAX_NR_ZONES] = { 256, 256, 32, 1 };

struct range zone_range(enum zone_type z)
{
	static const struct range all[MAX_NR_ZONES] = {
		[ZONE_DMA] = { 0, DMA_END }, [ZONE_DMA32] = { DMA_END, DMA32_END }, [ZONE_NORMAL] = { DMA32_END, PHYS_ADDR_MAX },
	};

	if (z == ZONE_HIGHMEM)
		return (struct range){ highmem_boundary, PHYS_ADDR_MAX };
	return range_clip(all[z], (struct range){ 0, highmem_boundary });
}

enum zone_type zone_of(phys_addr_t pa)
{
	if (pa >= highmem_boundary)
		return ZONE_HIGHMEM;
	if (pa >= DMA32_END)
		return ZONE_NORMAL;
	return pa >= DMA_END ? ZONE_DMA32 : ZONE_DMA;
}

static void zone_init(struct zone *z, const struct memblock *mb)
{
	const struct range zr = zone_range(z - zones);

	for (unsigned int o = 0; o <= MAX_ORDER; o++) {
		INIT_LIST_HEAD(&z->free_area[o].list);
		z->free_area[o].nr_free = 0;
	}
	z->start_pfn = z->end_pfn = z->present_pages = z->managed_pages = z->nr_free = z->nr_untouched = 0;
	for (unsigned int i = memblock_type_search(&mb->memory, zr.start); i < mb->memory.nr; i++) {
		struct range r = range_clip(mb->memory.r[i], zr);

		if (range_is_empty(r))
			break;
		if (!z->present_pages)
			z->start_pfn = r.start >> PAGE_SHIFT;
		z->end_pfn = r.end >> PAGE_SHIFT;
		z->present_pages += range_size(r) >> PAGE_SHIFT;
	}
	for (unsigned int i = 0; i < untouched.nr; i++)
		z->nr_untouched += range_size(range_clip(untouched.r[i], zr)) >> PAGE_SHIFT;
	z->managed_pages = z->nr_untouched;
}

/* [start_pfn, end_pfn), struct pages filled as free, over zone borders. */
static void give_run(u64 start_pfn, u64 end_pfn)
{
	const struct range run = { PFN_PHYS(start_pfn), PFN_PHYS(end_pfn) };

	for (unsigned int i = 0; i < MAX_NR_ZONES; i++) {
		struct range r = range_clip(run, zone_range(i));

		if (range_is_empty(r))
			continue;
		spin_lock(&zones[i].lock);
		buddy_free_run(&zones[i], r.start >> PAGE_SHIFT, r.end >> PAGE_SHIFT);
		zones[i].managed_pages += range_size(r) >> PAGE_SHIFT;
		spin_unlock(&zones[i].lock);
	}
}

/* min: what only __GFP_ATOMIC may use: 1/512 of the zone, at most 4 MiB. */
static void set_watermarks(void)
{
	for (unsigned int i = 0; i < MAX_NR_ZONES; i++) {
		struct zone *z = &zones[i];
		u64 above = 0;

		z->watermark_min = min(z->managed_pages / 512, 1024UL);
		z->watermark_low = z->watermark_min + z->watermark_min / 4;
		z->watermark_high = z->watermark_min + z->watermark_min / 2;
		for (unsigned int j = i + 1; j < MAX_NR_ZONES; j++) {
			above += zones[j].managed_pages;
			z->lowmem_reserve[j] = above / lowmem_ratio[i];
		}
	}
}

void page_alloc_init(struct memblock *mb, phys_addr_t highmem_start)
{
	struct range r;
	u64 i = 0;

	BUG_ON(highmem_boundary != PHYS_ADDR_MAX && highmem_boundary > highmem_start);
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		zone_init(&zones[z], mb);
	while (memblock_next_free(mb, &i, &r)) {
		/* Whole untouched sections wait; the pieces in sections that are online come in. */
		for (u64 pos = r.start; pos < r.end;) {
			unsigned int s = memblock_type_search(&boot_sections, pos);
			struct range part;

			if (s == boot_sections.nr)
				break;
			part = range_clip(boot_sections.r[s], (struct range){ pos, r.end });
			if (range_is_empty(part))
				break;
			give_run(part.start >> PAGE_SHIFT, part.end >> PAGE_SHIFT);
			pos = part.end;
		}
	}
	set_watermarks();
	page_alloc_ready = true;
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		if (zones[z].present_pages)
			pr_info("zone %-7s [%012lx-%012lx) %lu KiB present, %lu KiB free, %lu KiB untouched\n", zones[z].name,
				(unsigned long)PFN_PHYS(zones[z].start_pfn), (unsigned long)PFN_PHYS(zones[z].end_pfn),
				(unsigned long)zones[z].present_pages << 2, (unsigned long)zones[z].nr_free << 2,
				(unsigned long)zones[z].nr_untouched << 2);
	if (nr_free_pages() < 1024)
		panic("only %lu KiB of memory are free: give the machine at least 64 MiB", (unsigned long)nr_free_pages() << 2);
}

void free_reserved_range(phys_addr_t start, phys_addr_t end)
{
	u64 pfn = PFN_UP(start), end_pfn = PFN_DOWN(end);

	while (pfn < end_pfn) {
		u64 run = pfn;

		while (run < end_pfn && page_test(pfn_to_page(run), PG_reserved) && page_is_online(pfn_to_page(run)))
			run++;
		if (run == pfn) {
			pr_warn("free_reserved_range: pfn 0x%lx is not reserved RAM\n", (unsigned long)pfn);
			return;
		}
		vmemmap_fill_free(pfn, run);
		give_run(pfn, run);
		pfn = run;
	}
}

/* Contiguous runs of any length: what the buddy lists can't say is found by looking at struct pages. */

/* Lowest run of @nr free pages in online parts of [pfn, end); U64_MAX: none. => zone lock held. */
static u64 find_free_run(const struct zone *z, u64 nr)
{
	u64 run = z->start_pfn, pfn = z->start_pfn;

	while (pfn < z->end_pfn) {
		const struct page *p = pfn_to_page(pfn);

		if (page_test(p, PG_buddy) && page_zone_id(p) == (u64)(z - zones)) {
			pfn += 1UL << p->order;
			if (pfn - run >= nr)
				return run;
			continue;
		}
		/* A template says the same of its whole chunk. */
		pfn = page_test(p, PG_untouched) ? ALIGN(pfn + 1, PAGES_PER_SECTION) : pfn + 1;
		run = pfn;
	}
	return U64_MAX;
}

struct page *alloc_contig_pages(u64 nr_pages, gfp_t gfp)
{
	int class = gfp & __GFP_DMA ? ZONE_DMA : gfp & __GFP_DMA32 ? ZONE_DMA32 : gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;

	if (!nr_pages || should_fail_alloc(gfp))
		return NULL;
	drain_local_pages();
	for (int i = class; i >= 0; i--) {
		struct zone *z = &zones[i];
		u64 pfn = U64_MAX;

		spin_lock(&z->lock);
		while (z->nr_free + z->nr_untouched >= nr_pages + z->watermark_min + z->lowmem_reserve[class]) {
			pfn = find_free_run(z, nr_pages);
			if (pfn != U64_MAX || !zone_grow(z))
				break;
		}
		if (pfn != U64_MAX)
			buddy_take_run(z, pfn, pfn + nr_pages);
		spin_unlock(&z->lock);
		if (pfn == U64_MAX)
			continue;
		for (u64 n = 0; n < nr_pages; n++) {
			struct page *p = pfn_to_page(pfn + n);

			atomic_set(&p->_refcount, 1);
			atomic_set(&p->_mapcount, 0);
			if (gfp & __GFP_ZERO)
				clear_highpage(p);
		}
		return pfn_to_page(pfn);
	}
	return NULL;
}

void free_contig_range(struct page *page, u64 nr_pages)
{
	for (u64 n = 0; n < nr_pages; n++)
		free_page(page + n);
}

/* Going online takes 1/64 of a section for its own struct pages. */
u64 zone_free_pages(const struct zone *z)
{
	return z->nr_free + z->nr_untouched - z->nr_untouched / 64;
}

u64 nr_free_pages(void)
{
	u64 n = nr_pcp_pages();

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		n += zone_free_pages(&zones[z]);
	return n;
}

u64 totalram_pages(void)
{
	u64 n = 0;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		n += zones[z].managed_pages - zones[z].nr_untouched / 64;
	return n;
}

static int check_block(const struct zone *z, const struct page *p, unsigned int order)
{
	u64 pfn = page_to_pfn(p);
	const struct page *buddy = pfn_to_page(pfn ^ 1UL << order);

	if (!IS_ALIGNED(pfn, 1UL << order) || pfn < z->start_pfn || pfn + (1UL << order) > z->end_pfn)
		return 2;
	if (order < MAX_ORDER && page_test(buddy, PG_buddy) && buddy->order == order && page_zone_id(buddy) == (u64)(z - zones))
		return 3;
	if ((p->flags & PAGE_FLAGS_MASK) != 1UL << PG_buddy || p->order != order || page_count(p) || page_zone_id(p) != (u64)(z - zones))
		return 4;
	return 0;
}

static int zone_check(struct zone *z)
{
	u64 total = 0, ut = 0;

	for (unsigned int o = 0; o <= MAX_ORDER; o++) {
		unsigned long n = 0;
		struct page *p;

		list_for_each_entry(p, &z->free_area[o].list, lru) {
			int bad = check_block(z, p, o);

			if (bad)
				return bad;
			n++;
		}
		if (n != z->free_area[o].nr_free)
			return 1;
		total += n << o;
	}
	for (unsigned int i = 0; i < untouched.nr; i++)
		ut += range_size(range_clip(untouched.r[i], zone_range(z - zones))) >> PAGE_SHIFT;
	if (ut != z->nr_untouched)
		return 5;
	return total == z->nr_free ? 0 : 1;
}

int page_alloc_check(void)
{
	for (unsigned int i = 0; i < MAX_NR_ZONES; i++) {
		int bad;

		spin_lock(&zones[i].lock);
		bad = zone_check(&zones[i]);
		spin_unlock(&zones[i].lock);
		if (bad)
			return bad;
	}
	return pcp_is_sane() ? 0 : 6;
}
