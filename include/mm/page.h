/* SPDX-License-Identifier: MIT */
/*
 * struct page: one per physical page, 64 bytes, at vmemmap[pfn].
 *
 * Readable for every pfn below vmemmap_end_pfn (what the CPU can address, at most 2^34) from the moment vmemmap_init() returns (what nobody allocated from
 * reads as a shared template: PG_untouched or PG_reserved); writable only where RAM is online.
 * Which fields of the unions are valid is said by the page's type flag.
 *
 * Reference counts: 0 free or kernel-internal; alloc_pages returns 1. User pages: one per page-table
 * slot (a table shared by fork counts once) and one for the page cache.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include <asm/memory.h>
#include <lib/atomic.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

enum pageflags {
	PG_reserved,    /* not ours to allocate: firmware, hole, kernel image */
	PG_untouched,   /* usable RAM of a section that is not online (template only) */
	PG_buddy,       /* head of a free block of ->order */
	PG_slab,
	PG_table,       /* page table */
	PG_anon,        /* user memory without a file */
	PG_pagecache,   /* in an address_space */
	PG_dirty,
	PG_locked,
	PG_head,        /* first page of an allocation of order > 0 */
	PG_zeropage,
	PG_kernel,      /* other kernel memory (big kmalloc, boot) */
	PG_mlocked,
	PG_poisoned,
	PG_vmemmap,     /* holds struct pages of its section */
	PG_vmalloc,     /* behind vmalloc */
	PG_stack,       /* kernel stack */
	PG_pcp,         /* free, in a per-CPU list */
	PG_shmem,       /* with PG_pagecache: tmpfs or shared anonymous memory */
	PG_tail,        /* part of a PG_head user page: ->private is the head */
	NR_PAGEFLAGS,
	/* bits 56..63 of flags: zone */
};
#define PAGE_ZONE_SHIFT 56
#define PAGE_FLAGS_MASK ((1UL << NR_PAGEFLAGS) - 1)

struct address_space;
struct kmem_cache;

struct page {
	unsigned long flags;            /* enum pageflags bits, zone in the top byte */
	atomic_t _refcount;
	atomic_t _mapcount;             /* user page-table slots that map it; tables: sharers beyond the first */
	struct list_head lru;           /* free lists, partial slabs, owner's lists */
	union {
		struct address_space *mapping;  /* PG_pagecache */
		unsigned long private;          /* owner's */
		struct kmem_cache *slab_cache;  /* PG_slab, every page of the slab */
	};
	union {
		unsigned long index;            /* PG_pagecache: page offset in the file */
		struct { u16 inuse, objects; u32 slab_flags; }; /* PG_slab, first page */
	};
	u8 order;                       /* PG_buddy, PG_head */
	u8 pad[3];
	u32 owner;                      /* who has it, for the report: pid ... */
	union {
		const void *caller;             /* return address of the allocation (debug) */
		void *freelist;                 /* PG_slab, first page */
	};
};
static_assert(sizeof(struct page) == 64);

#define pfn_to_page(pfn) (vmemmap + (pfn))
#define page_to_pfn(page) ((u64)((page) - vmemmap))
/* 64 bytes to 4,096: one shift, since no page is between two. */
#define page_to_phys(page) ((phys_addr_t)((unsigned long)(page) - VMEMMAP_START) << 6)
static_assert(sizeof(struct page) << 6 == PAGE_SIZE);
#define virt_to_page(va) pfn_to_page(__pa(va) >> PAGE_SHIFT)

static inline bool page_test(const struct page *p, enum pageflags f) { return p->flags >> f & 1; }
static inline void page_set(struct page *p, enum pageflags f) { p->flags |= 1UL << f; }
static inline void page_clear(struct page *p, enum pageflags f) { p->flags &= ~(1UL << f); }
static inline unsigned int page_zone_id(const struct page *p) { return p->flags >> PAGE_ZONE_SHIFT; }
static inline int page_count(const struct page *p) { return p->_refcount.counter; }

static inline void get_page(struct page *p) { p->_refcount.counter++; }  /* [A] once SMP comes */
void __put_page(struct page *p);        /* frees a page, or the block that it heads, whose count is 0 */
static inline void put_page(struct page *p)
{
	if (--p->_refcount.counter == 0)
		__put_page(p);
}

#endif
