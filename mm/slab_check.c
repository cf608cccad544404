/* SPDX-License-Identifier: MIT */
/* Counts of all caches, and slab.c's invariants. */
#include "slab_lists.h"

u64 slab_active_objects(const struct slab_lists *l)
{
	return l->nr_slabs * l->cache->per_slab - l->nr_free - l->cache->nr_cpu_free;
}

void slab_for_each(void (*fn)(const struct slabinfo *s, void *arg), void *arg)
{
	struct slab_lists *l;

	list_for_each_entry(l, &slab_all_caches, caches) {
		const struct kmem_cache *c = l->cache;
		struct slabinfo s = { c->name, slab_active_objects(l), l->nr_slabs * c->per_slab, c->size, c->per_slab,
			1UL << c->order, l->nr_slabs };

		fn(&s, arg);
	}
}

u64 nr_slab_pages(void)
{
	struct slab_lists *l;
	u64 n = 0;

	list_for_each_entry(l, &slab_all_caches, caches)
		n += l->nr_slabs << l->cache->order;
	return n;
}

static int slab_check_one(const struct kmem_cache *c, const struct page *slab, bool full)
{
	u32 n = 0;

	for (void *o = slab->freelist; o; o = *(void **)o, n++)
		if (slab_of(o, c) != slab || n > slab->objects)
			return 1;
	if (n + slab->inuse != slab->objects)
		return 1;
	if (full != (slab->inuse == slab->objects))
		return 2;
	for (unsigned int i = 0; i < 1U << c->order; i++)
		if (!page_test(slab + i, PG_slab) || slab[i].slab_cache != c)
			return 3;
	return 0;
}

static int cache_check(const struct slab_lists *l)
{
	const struct kmem_cache *c = l->cache;
	u64 nr = 0, nr_free = 0, empty = 0, n = 0;
	const struct page *slab;
	int bad;

	list_for_each_entry(slab, &l->partial, lru) {
		if ((bad = slab_check_one(c, slab, false)))
			return bad;
		nr++;
		nr_free += slab->objects - slab->inuse;
		empty += !slab->inuse;
	}
	list_for_each_entry(slab, &l->full, lru) {
		if ((bad = slab_check_one(c, slab, true)))
			return bad;
		nr++;
	}
	if (nr != l->nr_slabs || nr_free != l->nr_free || empty != l->nr_empty)
		return 4;
	for (void *o = c->freelist; o; o = *(void **)o, n++)
		if (n > c->nr_cpu_free || virt_to_page(o)->slab_cache != c)
			return 5;
	return n == c->nr_cpu_free ? 0 : 5;
}

int slab_check(void)
{
	struct slab_lists *l;

	list_for_each_entry(l, &slab_all_caches, caches) {
		int bad = cache_check(l);

		if (bad)
			return bad;
	}
	return 0;
}
