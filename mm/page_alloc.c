/* SPDX-License-Identifier: MIT */
/*
 * The buddy allocator. A free block of 2^order pages starts at a multiple of its size; its first struct page
 * has PG_buddy and the order, and is in zone->free_area[order]. Freeing merges with the buddy (pfn ^ 2^order) as
 * long as that is a free block of the same order and zone. No check that a buddy exists is needed: every
 * pfn has a struct page, if only a template.
 *
 * Order 0 goes through a per-CPU stack of pages, last in first out, so that a page just freed and still in
 * the cache is the next one given. There is one stack for low and one for high memory.
 */
#include <asm/memory.h>
#include <asm/pageops.h>
#include <asm/percpu.h>
#include <lib/bug.h>
#include <lib/err.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/fault_inject.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include "internal.h"

#define PCP_HIGH 128
#define PCP_BATCH 32
#define ONLINE_RESERVE (64UL << (20 - PAGE_SHIFT))  /* of DMA32, for those who need it */
#define BAD_FREE_FLAGS (1UL << PG_buddy | 1UL << PG_pcp | 1UL << PG_reserved | 1UL << PG_untouched | 1UL << PG_slab)

struct pcp {
	u64 count;
	struct page *pages[PCP_HIGH];
};

enum { PCP_LOW, PCP_HIGHMEM, NR_PCP };
static DEFINE_PER_CPU(struct pcp, pcp_lists[NR_PCP]);
bool page_alloc_ready;

/* Block lists and merging: => zone->lock held. */

static void add_block(struct zone *z, struct page *page, unsigned int order)
{
	page_set(page, PG_buddy);
	page->order = order;
	list_add(&page->lru, &z->free_area[order].list);
	z->free_area[order].nr_free++;
	z->nr_free += 1UL << order;
}

static void del_block(struct zone *z, struct page *page, unsigned int order)
{
	list_del(&page->lru);
	page_clear(page, PG_buddy);
	z->free_area[order].nr_free--;
	z->nr_free -= 1UL << order;
}

static bool is_free_block(const struct zone *z, const struct page *page, unsigned int order)
{
	return page_test(page, PG_buddy) && page->order == order && page_zone_id(page) == (u64)(z - zones);
}

static void free_block(struct zone *z, struct page *page, unsigned int order)
{
	u64 pfn = page_to_pfn(page);

	page->flags &= ~PAGE_FLAGS_MASK;        /* it may end up inside a bigger block */
	for (; order < MAX_ORDER; order++) {
		struct page *buddy = pfn_to_page(pfn ^ 1UL << order);

		if (!is_free_block(z, buddy, order))
			break;
		del_block(z, buddy, order);
		pfn &= ~(1UL << order);
	}
	add_block(z, pfn_to_page(pfn), order);
}

/* Any run of pages of one zone, as the largest blocks that fit. */
void buddy_free_run(struct zone *z, u64 pfn, u64 end_pfn)
{
	while (pfn < end_pfn) {
		unsigned int order = pfn ? min(__builtin_ctzl(pfn), MAX_ORDER) : MAX_ORDER;

		while (pfn + (1UL << order) > end_pfn)
			order--;
		free_block(z, pfn_to_page(pfn), order);
		pfn += 1UL << order;
	}
}

/* Takes exactly [pfn, end_pfn), all free, out of whatever blocks hold it. */
void buddy_take_run(struct zone *z, u64 pfn, u64 end_pfn)
{
	while (pfn < end_pfn) {
		unsigned int order = 0;
		u64 head = pfn, block_end;

		while (!is_free_block(z, pfn_to_page(head), order)) {
			order++;
			BUG_ON(order > MAX_ORDER);
			head = pfn & ~((1UL << order) - 1);
		}
		block_end = head + (1UL << order);
		del_block(z, pfn_to_page(head), order);
		buddy_free_run(z, head, pfn);
		if (block_end > end_pfn)
			buddy_free_run(z, end_pfn, block_end);
		pfn = block_end;
	}
}

static struct page *take_block(struct zone *z, unsigned int order)
{
	for (unsigned int o = order; o <= MAX_ORDER; o++) {
		struct page *page = list_first_entry_or_null(&z->free_area[o].list, struct page, lru);

		if (!page)
			continue;
		del_block(z, page, o);
		while (o > order) {     /* the upper halves go back */
			o--;
			add_block(z, page + (1UL << o), o);
		}
		return page;
	}
	return NULL;
}

/* Brings the untouched section at @start online; all its pages but those of its struct pages are free then. */
static bool grow_at(struct zone *z, u64 start)
{
	u64 first;

	/* Fails only when a range must be cut in two and there is no room for another. */
	if (memblock_type_remove(&untouched, (struct range){ start, start + SECTION_SIZE }))
		return false;
	section_online(start, &first);
	z->nr_untouched -= PAGES_PER_SECTION;
	z->managed_pages -= first - (start >> PAGE_SHIFT);
	buddy_free_run(z, first, (start + SECTION_SIZE) >> PAGE_SHIFT);
	return true;
}

/* The lowest one of @z. False: there is none. */
bool zone_grow(struct zone *z)
{
	u64 zone_start = PFN_PHYS(z->start_pfn), zone_end = PFN_PHYS(z->end_pfn), start;
	unsigned int i = memblock_type_search(&untouched, zone_start);

	if (!z->nr_untouched || i >= untouched.nr)
		return false;
	start = max(untouched.r[i].start, zone_start);
	BUG_ON(start >= zone_end);
	return grow_at(z, start);
}

struct page *alloc_this_page(u64 pfn)
{
	struct page *page = pfn_to_page(pfn), *head = NULL;
	struct zone *z;

	if (pfn >= vmemmap_end_pfn || page_test(page, PG_reserved))
		return NULL;
	z = &zones[page_zone_id(page)];
	drain_local_pages();
	spin_lock(&z->lock);
	if (page_test(page, PG_untouched))
		grow_at(z, ALIGN_DOWN(PFN_PHYS(pfn), SECTION_SIZE));
	for (unsigned int o = 0; o <= MAX_ORDER && !head; o++)
		if (is_free_block(z, pfn_to_page(pfn & ~((1UL << o) - 1)), o))
			head = pfn_to_page(pfn & ~((1UL << o) - 1));
	if (head)
		buddy_take_run(z, pfn, pfn + 1);
	spin_unlock(&z->lock);
	if (!head)
		return NULL;
	atomic_set(&page->_refcount, 1);
	atomic_set(&page->_mapcount, 0);
	return page;
}

static bool watermark_ok(const struct zone *z, enum zone_type class, gfp_t gfp, unsigned int order)
{
	u64 left = z->nr_free + z->nr_untouched, keep = z->watermark_min + z->lowmem_reserve[class];

	if (gfp & __GFP_ATOMIC)
		keep = 0;
	return left >= keep + (1UL << order);
}

static enum zone_type gfp_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	if (gfp & __GFP_DMA32)
		return ZONE_DMA32;
	return gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}

/* Up to @nr blocks of @order into @out from @z. Returns how many. */
static unsigned int take_from_zone(struct zone *z, gfp_t gfp, unsigned int order, unsigned int nr, struct page **out)
{
	unsigned int got = 0;

	spin_lock(&z->lock);
	while (got < nr && watermark_ok(z, gfp_zone(gfp), gfp, order)) {
		struct page *page = take_block(z, order);

		if (!page && zone_grow(z))
			page = take_block(z, order);
		if (!page)
			break;
		out[got++] = page;
	}
	spin_unlock(&z->lock);
	return got;
}

/*
 * Normal memory is dry, so that a section would have to come online, while DMA32 has more than enough that is
 * online anyway, from the boot: that first. On a big machine the boot then needs no struct pages above 4 GiB.
 */
static bool use_online_first(const struct zone *z, unsigned int order)
{
	const struct zone *low = &zones[ZONE_DMA32];

	return z == &zones[ZONE_NORMAL] && z->nr_free < 1UL << order && z->nr_untouched && low->nr_free > ONLINE_RESERVE;
}

/* From the best zone that has any. */
static unsigned int take_from_zones(gfp_t gfp, unsigned int order, unsigned int nr, struct page **out)
{
	for (int i = gfp_zone(gfp); i >= 0; i--) {
		struct zone *z = &zones[i];
		unsigned int got = 0;

		if (!z->managed_pages)
			continue;
		if (use_online_first(z, order))
			got = take_from_zone(&zones[ZONE_DMA32], __GFP_DMA32, order, nr, out);
		if (!got)
			got = take_from_zone(z, gfp, order, nr, out);
		if (got)
			return got;
	}
	return 0;
}

/* Per-CPU lists. */

static void drain_pcp(struct pcp *p, u64 nr)
{
	struct zone *locked = NULL;

	for (u64 i = 0; i < nr; i++) {
		struct zone *z = &zones[page_zone_id(p->pages[i])];

		if (z != locked) {
			if (locked)
				spin_unlock(&locked->lock);
			spin_lock(&z->lock);
			locked = z;
		}
		free_block(z, p->pages[i], 0);
	}
	if (locked)
		spin_unlock(&locked->lock);
	p->count -= nr;
	memmove(p->pages, p->pages + nr, p->count * sizeof(p->pages[0]));
}

void drain_local_pages(void)
{
	struct pcp *p = *this_cpu_ptr(pcp_lists);

	for (unsigned int i = 0; i < NR_PCP; i++)
		drain_pcp(&p[i], p[i].count);
}

static noinline bool refill_pcp(struct pcp *p, gfp_t gfp)
{
	unsigned int got = take_from_zones(gfp, 0, PCP_BATCH, p->pages);

	for (unsigned int i = 0; i < got / 2; i++) {    /* the lowest address on top */
		struct page *t = p->pages[i];

		p->pages[i] = p->pages[got - 1 - i];
		p->pages[got - 1 - i] = t;
	}
	for (unsigned int i = 0; i < got; i++)
		page_set(p->pages[i], PG_pcp);
	p->count = got;
	return got;
}

static __always_inline struct page *fresh_page(struct page *page)
{
	page->flags &= ~PAGE_FLAGS_MASK;
	atomic_set(&page->_refcount, 1);
	atomic_set(&page->_mapcount, 0);
	return page;
}

static noinline struct page *zeroed(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < 1UL << order; i++)
		clear_highpage(page + i);
	return page;
}

static noinline struct page *alloc_failed(gfp_t gfp, unsigned int order)
{
	if (gfp & __GFP_NOFAIL_BOOT)
		panic("out of memory at boot (2^%u pages): give the machine more", order);
	return NULL;
}

/* From the zones, not the per-CPU lists. */
static struct page *alloc_block(gfp_t gfp, unsigned int order)
{
	struct page *page;

	if (order > MAX_ORDER)
		return NULL;
	if (!take_from_zones(gfp, order, 1, &page)) {
		drain_local_pages();
		if (!take_from_zones(gfp, order, 1, &page))
			return NULL;
	}
	fresh_page(page);
	if (order) {
		page_set(page, PG_head);
		page->order = order;
	}
	return page;
}

/* All that is not "a page, any low zone, and there is one". */
static noinline struct page *alloc_pages_slow(gfp_t gfp, unsigned int order)
{
	struct pcp *p = &(*this_cpu_ptr(pcp_lists))[gfp & __GFP_HIGHMEM && highmem_enabled ? PCP_HIGHMEM : PCP_LOW];
	struct page *page;

	if (should_fail_alloc(gfp))
		return NULL;
	if (order == 0 && !(gfp & (__GFP_DMA | __GFP_DMA32)) && (p->count || refill_pcp(p, gfp)))
		page = fresh_page(p->pages[--p->count]);
	else
		page = alloc_block(gfp, order);
	if (!page)
		return alloc_failed(gfp, order);
	return gfp & __GFP_ZERO ? zeroed(page, order) : page;
}

/* Short on purpose, all else by tail calls: with free_page() it is 60 instructions at most. */
struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	struct pcp *p = &(*this_cpu_ptr(pcp_lists))[PCP_LOW];
	u64 count = p->count;
	struct page *page;

	if (unlikely(order | (gfp & (__GFP_DMA | __GFP_DMA32)) | !count | fail_alloc_armed) ||
	    unlikely(gfp & __GFP_HIGHMEM && highmem_enabled))
		return alloc_pages_slow(gfp, order);
	p->count = --count;
	page = fresh_page(p->pages[count]);
	if (gfp & __GFP_ZERO)
		return zeroed(page, 0);
	return page;
}

static noinline void bad_free(const struct page *page, unsigned int order)
{
	BUG("freeing pfn 0x%lx order %u: flags 0x%lx, refcount %d, order of the block %u%s", (unsigned long)page_to_pfn(page), order,
	    page->flags, page_count(page), page->order,
	    page->flags & (1UL << PG_buddy | 1UL << PG_pcp) ? ": it is free already" : "");
}

static void push_pcp(struct pcp *p, struct page *page)
{
	atomic_set(&page->_refcount, 0);
	page->flags = (page->flags & ~PAGE_FLAGS_MASK) | 1UL << PG_pcp;
	p->pages[p->count++] = page;
}

static noinline void free_pages_slow(struct page *page, unsigned int order)
{
	struct pcp *p = &(*this_cpu_ptr(pcp_lists))[page_zone_id(page) == ZONE_HIGHMEM ? PCP_HIGHMEM : PCP_LOW];
	struct zone *z = &zones[page_zone_id(page)];

	if (page->flags & BAD_FREE_FLAGS || page_count(page) > 1 || order != (page_test(page, PG_head) ? page->order : 0))
		bad_free(page, order);
	if (order == 0) {
		if (p->count == PCP_HIGH)
			drain_pcp(p, PCP_BATCH);
		push_pcp(p, page);
		return;
	}
	atomic_set(&page->_refcount, 0);
	spin_lock(&z->lock);
	free_block(z, page, order);
	spin_unlock(&z->lock);
}

void free_pages(struct page *page, unsigned int order)
{
	struct pcp *p = &(*this_cpu_ptr(pcp_lists))[PCP_LOW];

	if (unlikely(order || page->flags & (BAD_FREE_FLAGS | 1UL << PG_head) || page_count(page) > 1 || p->count == PCP_HIGH ||
		     page_zone_id(page) == ZONE_HIGHMEM))
		free_pages_slow(page, order);
	else
		push_pcp(p, page);
}

void __put_page(struct page *page)
{
	free_pages(page, page_test(page, PG_head) ? page->order : 0);
}

void split_page(struct page *page, unsigned int order)
{
	BUG_ON(order && !(page_test(page, PG_head) && page->order == order));
	page_clear(page, PG_head);
	for (unsigned long i = 1; i < 1UL << order; i++)
		fresh_page(page + i);
}

void *get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp & ~__GFP_HIGHMEM, order);

	return page ? page_address(page) : NULL;
}

void free_pages_addr(void *addr, unsigned int order)
{
	if (addr)
		free_pages(virt_to_page(addr), order);
}

u64 nr_pcp_pages(void)
{
	struct pcp *p = *this_cpu_ptr(pcp_lists);

	return p[PCP_LOW].count + p[PCP_HIGHMEM].count;
}

/* For page_alloc_check() in zone.c. */
bool pcp_is_sane(void)
{
	struct pcp *lists = *this_cpu_ptr(pcp_lists);

	for (unsigned int l = 0; l < NR_PCP; l++)
		for (u64 i = 0; i < lists[l].count; i++) {
			const struct page *p = lists[l].pages[i];

			if ((p->flags & PAGE_FLAGS_MASK) != 1UL << PG_pcp || page_count(p) ||
			    (page_zone_id(p) == ZONE_HIGHMEM && l == PCP_LOW)) /* low pages may help out in the high list */
				return false;
		}
	return true;
}
