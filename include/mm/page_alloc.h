/* SPDX-License-Identifier: MIT */
/*
 * Zones and the buddy allocator: blocks of 2^order pages, orders 0 to 10, per zone; order-0 pages in a
 * per-CPU list in front. A section (128 MiB) that nobody has allocated from is not in the free lists:
 * it counts in nr_untouched and comes online when the zone runs dry.
 *
 * Context: tasks and boot, never interrupt handlers. Failure: NULL, nothing changed.
 * Locks: zone->lock [z]; per-CPU lists [C].
 */
#ifndef MM_PAGE_ALLOC_H
#define MM_PAGE_ALLOC_H

#include <lib/list.h>
#include <lib/spinlock.h>
#include <mm/gfp.h>
#include <mm/memblock.h>
#include <mm/page.h>

#define MAX_ORDER 10            /* largest order, inclusive */
#define NR_ORDERS (MAX_ORDER + 1)

enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_HIGHMEM, MAX_NR_ZONES };

struct free_area {
	struct list_head list;          /* [z] of struct page.lru */
	unsigned long nr_free;          /* [z] blocks */
};

struct zone {
	const char *name;               /* [B] "DMA", "DMA32", "Normal", "HighMem" */
	spinlock_t lock;
	u64 start_pfn, end_pfn;         /* [B] spanned, half-open */
	u64 present_pages;              /* [B] RAM in the span */
	u64 managed_pages;              /* [z] given to the allocator, online or untouched */
	u64 nr_free;                    /* [z] pages in free_area[] */
	u64 nr_untouched;               /* [z] pages of sections not online */
	u64 watermark_min, watermark_low, watermark_high; /* [B] pages */
	struct free_area free_area[NR_ORDERS];
};

extern struct zone zones[MAX_NR_ZONES];

struct page *alloc_pages(gfp_t gfp, unsigned int order);
void free_pages(struct page *page, unsigned int order);
static inline struct page *alloc_page(gfp_t gfp) { return alloc_pages(gfp, 0); }
static inline void free_page(struct page *page) { free_pages(page, 0); }

/* Direct-map address of 2^order pages (never highmem), or NULL. */
void *get_free_pages(gfp_t gfp, unsigned int order);
void free_pages_addr(void *addr, unsigned int order);
static inline void *get_zeroed_page(gfp_t gfp) { return get_free_pages(gfp | __GFP_ZERO, 0); }

/* Pages nobody has: free lists + per-CPU lists + untouched. */
u64 nr_free_pages(void);
u64 totalram_pages(void);

/* Boot: takes every free range of @mb. highmem_start: physical end of the direct map's low memory (PHYS_ADDR_MAX: no highmem). */
void page_alloc_init(struct memblock *mb, phys_addr_t highmem_start);
/* Boot, later: gives [start, end) that was reserved (loader data, initramfs) to the allocator. */
void free_reserved_range(phys_addr_t start, phys_addr_t end);

/* 0 or the violated invariant: 1 counts match lists; 2 blocks aligned, in zone; 3 buddies merged; 4 flags right. */
int page_alloc_check(void);

#endif
