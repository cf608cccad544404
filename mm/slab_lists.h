/* SPDX-License-Identifier: MIT */
/* A cache's slabs: what slab.c keeps and slab_check.c counts. */
#ifndef MM_SLAB_LISTS_H
#define MM_SLAB_LISTS_H

#include <asm/memory.h>
#include <lib/list.h>
#include <lib/spinlock.h>
#include <mm/page.h>
#include <mm/slab.h>

struct slab_lists {
	spinlock_t lock;
	struct list_head partial;       /* [s] slabs with a free object, of struct page.lru; empty ones at the end */
	struct list_head full;          /* [s] */
	u64 nr_slabs, nr_empty, nr_free; /* [s] nr_free: objects in slabs' own lists */
	struct list_head caches;        /* [c] */
	struct kmem_cache *cache;
};

extern struct list_head slab_all_caches;        /* [c] of slab_lists.caches */
/* Objects alive: in no free list. */
u64 slab_active_objects(const struct slab_lists *l);

static inline struct page *slab_of(const void *obj, const struct kmem_cache *c)
{
	u64 pfn = __pa(obj) >> PAGE_SHIFT;

	return pfn_to_page(pfn & ~((1UL << c->order) - 1));
}

#endif
