/* SPDX-License-Identifier: MIT */
/*
 * Zones and the buddy allocator: blocks of 2^order pages, orders 0 to 10, per zone; order-0 pages in a
 * per-CPU list in front. A section (128 MiB) that nobody has allocated from is not in the free lists:
 * it counts in nr_untouched and comes online when the zone runs dry.
 *
 * What a fresh page looks like: _refcount 1, _mapcount 0, no flags but PG_head for order > 0; lru, mapping,
 * index and owner are what they were. Its memory is not zeroed unless asked (__GFP_ZERO).
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
	const char *name;               /* [I] "DMA", "DMA32", "Normal", "HighMem" */
	spinlock_t lock;
	u64 start_pfn, end_pfn;         /* [B] spanned, half-open; equal: the zone is empty */
	u64 present_pages;              /* [B] RAM in the span */
	u64 managed_pages;              /* [z] given to the allocator, online or untouched */
	u64 nr_free;                    /* [z] pages in free_area[] */
	u64 nr_untouched;               /* [z] pages of sections not online */
	u64 watermark_min, watermark_low, watermark_high; /* [B] pages */
	u64 lowmem_reserve[MAX_NR_ZONES]; /* [B] kept back from requests that could have used zone i */
	struct free_area free_area[NR_ORDERS];
};

extern struct zone zones[MAX_NR_ZONES];

struct page *alloc_pages(gfp_t gfp, unsigned int order) __must_check;
/* The order must be the one asked for (or split_page()d down). Freeing twice is a BUG that names the pfn. */
void free_pages(struct page *page, unsigned int order);
static inline struct page *alloc_page(gfp_t gfp) { return alloc_pages(gfp, 0); }
static inline void free_page(struct page *page) { free_pages(page, 0); }
/* Makes a block 2^order pages of their own, each with a reference. */
void split_page(struct page *page, unsigned int order);

/* Direct-map address of 2^order pages (never highmem), or NULL. */
void *get_free_pages(gfp_t gfp, unsigned int order) __must_check;
void free_pages_addr(void *addr, unsigned int order);
static inline void *get_zeroed_page(gfp_t gfp) { return get_free_pages(gfp | __GFP_ZERO, 0); }

/*
 * @nr_pages contiguous pages of any number (more than 2^MAX_ORDER too), naturally not aligned; each page on
 * its own with a reference. At most 126 MiB: each section starts with its struct pages. free_contig_range
 * gives any part back.
 */
struct page *alloc_contig_pages(u64 nr_pages, gfp_t gfp) __must_check;
void free_contig_range(struct page *page, u64 nr_pages);

/* This very page, if nobody has it (brings its section online). NULL: it is not free, or no RAM. */
struct page *alloc_this_page(u64 pfn) __must_check;

/* Pages nobody has: free lists + per-CPU lists + untouched, without what going online would cost those. */
u64 nr_free_pages(void);
u64 totalram_pages(void);
u64 zone_free_pages(const struct zone *z); /* the same for one zone, per-CPU lists apart */
u64 nr_pcp_pages(void);
/* Gives the per-CPU lists back to the zones. */
void drain_local_pages(void);

/* Boot: takes every free range of @mb. highmem_start as given to direct_map_init(). */
void page_alloc_init(struct memblock *mb, phys_addr_t highmem_start);
/* Boot, later: gives [start, end) that was reserved (loader data, initramfs) to the allocator; partial pages stay. */
void free_reserved_range(phys_addr_t start, phys_addr_t end);

/*
 * 0 or the violated invariant: 1 counts match lists; 2 blocks aligned, in their zone; 3 buddies merged;
 * 4 flags right (PG_buddy, order, no references); 5 untouched counted right; 6 per-CPU lists: PG_pcp.
 */
int page_alloc_check(void);

#endif
