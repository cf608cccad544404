/* SPDX-License-Identifier: MIT */
/*
 * Slabs: 2^order pages cut into equal objects. Every page of a slab has PG_slab and slab_cache, so that an
 * object finds its cache; the first page has the slab's own free list and counts.
 *
 * In front stands one free list a CPU that takes objects of any slab: allocating and freeing are a push and a
 * pop. When it is empty it is filled from one slab; when it is too long half of it goes back to its slabs.
 *
 * Invariants (slab_check): 1 inuse + free list = objects of the slab; 2 partial list: 0 < inuse < objects or
 * one of the few empty ones kept; 3 pages flagged; 4 cache counts match; 5 CPU list's length and owners.
 * "inuse" counts objects not in the slab's own list: alive, or in the CPU list.
 * Locking: lists->lock [s] for slabs, CPU lists [C].
 */
#include <asm/memory.h>
#include <asm/pageops.h>
#include <lib/bug.h>
#include <lib/err.h>
#include <lib/list.h>
#include <lib/printk.h>
#include <lib/spinlock.h>
#include <lib/string.h>
#include <mm/highmem.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <mm/slab_debug.h>
#include "slab_lists.h"

#define MAX_EMPTY 2             /* empty slabs a cache keeps */
#define SLAB_MAX_ORDER 3

struct kmem_cache kmalloc_caches[NR_KMALLOC_CACHES];
static struct slab_lists kmalloc_lists[NR_KMALLOC_CACHES];
static struct kmem_cache cache_cache, lists_cache;
static struct slab_lists cache_cache_lists, lists_cache_lists;
LIST_HEAD(slab_all_caches);                                  /* [c] */
static spinlock_t caches_lock = SPIN_LOCK_INIT(LOCK_SLAB_LIST);  /* [c] */
static u64 large_pages;                                         /* [A] */

/* A slab wastes at most an eighth, and has at least eight objects if order 3 allows. */
static unsigned int pick_order(size_t object_size)
{
	unsigned int order = 0;

	while (order < SLAB_MAX_ORDER && ((PAGE_SIZE << order) / object_size < 8 ||
					  (PAGE_SIZE << order) % object_size > (PAGE_SIZE << order) / 8))
		order++;
	return order;
}

static void cache_setup(struct kmem_cache *c, struct slab_lists *l, const char *name, size_t size, size_t align)
{
	if (!align)
		align = size >= 16 ? 16 : 8;
	c->name = name;
	c->size = size;
	c->offset = static_key(KEY_SLAB_DEBUG) ? slab_debug_head(align) : 0;
	c->object_size = ALIGN(c->offset + max(size, sizeof(void *)) + (c->offset ? slab_debug_tail() : 0), align);
	c->order = pick_order(c->object_size);
	c->per_slab = (PAGE_SIZE << c->order) / c->object_size;
	c->cpu_limit = c->object_size >= 4096 ? 8 : c->object_size >= 1024 ? 32 : 128;
	c->freelist = NULL;
	c->nr_cpu_free = 0;
	c->lists = l;
	*l = (struct slab_lists){ .cache = c };
	spin_lock_init(&l->lock, LOCK_SLAB);
	INIT_LIST_HEAD(&l->partial);
	INIT_LIST_HEAD(&l->full);
	spin_lock(&caches_lock);
	list_add_tail(&l->caches, &slab_all_caches);
	spin_unlock(&caches_lock);
}

/* A new slab, all objects in its own list, on the partial list. => lists->lock held. */
static struct page *slab_new(struct kmem_cache *c, gfp_t gfp)
{
	struct page *slab = alloc_pages(gfp & ~(__GFP_ZERO | __GFP_HIGHMEM), c->order);
	char *base, *obj;

	if (!slab)
		return NULL;
	for (unsigned int i = 0; i < 1U << c->order; i++) {
		page_set(slab + i, PG_slab);
		slab[i].slab_cache = c;
	}
	base = page_address(slab);
	slab->freelist = base;
	for (unsigned int i = 0; i < c->per_slab; i++) {
		obj = base + (size_t)i * c->object_size;
		if (static_key(KEY_SLAB_DEBUG))
			slab_debug_init(c, obj);
		*(void **)obj = i + 1 < c->per_slab ? obj + c->object_size : NULL;
	}
	slab->objects = c->per_slab;
	slab->inuse = 0;
	list_add(&slab->lru, &c->lists->partial);
	c->lists->nr_slabs++;
	c->lists->nr_empty++;
	c->lists->nr_free += c->per_slab;
	return slab;
}

static void slab_release(struct kmem_cache *c, struct page *slab)
{
	c->lists->nr_slabs--;
	c->lists->nr_empty--;
	c->lists->nr_free -= slab->objects;
	list_del(&slab->lru);
	for (unsigned int i = 0; i < 1U << c->order; i++)
		page_clear(slab + i, PG_slab);
	free_pages(slab, c->order);
}

/* Moves a slab's free objects to the empty CPU list. False: no memory. */
static bool refill(struct kmem_cache *c, gfp_t gfp)
{
	struct slab_lists *l = c->lists;
	struct page *slab;
	u32 n = 0;

	spin_lock(&l->lock);
	slab = list_first_entry_or_null(&l->partial, struct page, lru);
	if (!slab)
		slab = slab_new(c, gfp);
	if (slab) {
		n = slab->objects - slab->inuse;
		c->freelist = slab->freelist;
		c->nr_cpu_free = n;
		if (!slab->inuse)
			l->nr_empty--;
		slab->freelist = NULL;
		slab->inuse = slab->objects;
		l->nr_free -= n;
		list_move(&slab->lru, &l->full);
	}
	spin_unlock(&l->lock);
	return n;
}

/* One object back to its slab. => lists->lock held. */
static void return_object(struct kmem_cache *c, void *obj)
{
	struct slab_lists *l = c->lists;
	struct page *slab = slab_of(obj, c);

	*(void **)obj = slab->freelist;
	slab->freelist = obj;
	l->nr_free++;
	if (slab->inuse-- == slab->objects)
		list_move(&slab->lru, &l->partial);
	if (slab->inuse)
		return;
	list_move_tail(&slab->lru, &l->partial);
	if (++l->nr_empty > MAX_EMPTY)
		slab_release(c, slab);
}

/* The @n objects that were freed last go back to their slabs: the others stay, they are just as warm. */
static void flush_cpu(struct kmem_cache *c, u32 n)
{
	spin_lock(&c->lists->lock);
	c->nr_cpu_free -= n;
	while (n--) {
		void *obj = c->freelist;

		c->freelist = *(void **)obj;
		return_object(c, obj);
	}
	spin_unlock(&c->lists->lock);
}

/* slab_debug: straight from and to the slabs, so that a freed object rests as long as others are free. */
static void *debug_alloc(struct kmem_cache *c, gfp_t gfp, const void *caller)
{
	struct slab_lists *l = c->lists;
	struct page *slab;
	void *obj = NULL;

	spin_lock(&l->lock);
	slab = list_first_entry_or_null(&l->partial, struct page, lru);
	if (!slab)
		slab = slab_new(c, gfp);
	if (slab) {
		obj = slab->freelist;
		slab->freelist = *(void **)obj;
		l->nr_free--;
		if (!slab->inuse++)
			l->nr_empty--;
		if (slab->inuse == slab->objects)
			list_move(&slab->lru, &l->full);
		obj = slab_debug_alloc(c, obj, caller);
	}
	spin_unlock(&l->lock);
	return obj;
}

static noinline void debug_free(struct kmem_cache *c, void *p, const void *caller)
{
	void *obj;

	spin_lock(&c->lists->lock);
	obj = slab_debug_free(c, p, caller);
	if (obj)
		return_object(c, obj);
	spin_unlock(&c->lists->lock);
}

void *__kmem_cache_alloc_slow(struct kmem_cache *c, gfp_t gfp)
{
	void *obj;

	if (should_fail_alloc(gfp))
		return NULL;
	if (static_key(KEY_SLAB_DEBUG)) {
		obj = debug_alloc(c, gfp, __builtin_return_address(0));
	} else {
		if (!c->freelist && !refill(c, gfp))
			return NULL;
		obj = c->freelist;
		c->freelist = *(void **)obj;
		c->nr_cpu_free--;
	}
	if (obj && gfp & __GFP_ZERO)
		memset(obj, 0, c->size);
	return obj;
}

static __always_inline void cpu_free(struct kmem_cache *c, void *obj)
{
	*(void **)obj = c->freelist;
	c->freelist = obj;
	if (unlikely(++c->nr_cpu_free > c->cpu_limit))
		flush_cpu(c, c->nr_cpu_free / 2);
}

static noinline void bad_slab_free(const struct kmem_cache *c, const void *obj)
{
	const struct page *p = virt_to_page(obj);

	BUG("%s%s: 0x%lx is %s%s", c ? "kmem_cache_free to " : "kfree", c ? c->name : "", (unsigned long)obj,
	    page_test(p, PG_slab) ? "of cache " : "not a slab object", page_test(p, PG_slab) ? p->slab_cache->name : "");
}

void kmem_cache_free(struct kmem_cache *c, void *obj)
{
	const struct page *p = virt_to_page(obj);

	if (static_key(KEY_SLAB_DEBUG)) {
		debug_free(c, obj, __builtin_return_address(0));
		return;
	}
	if (unlikely(!page_test(p, PG_slab) || p->slab_cache != c))
		bad_slab_free(c, obj);
	cpu_free(c, obj);
}

/* Big blocks: pages of their own. */

static noinline void *kmalloc_large(size_t size, gfp_t gfp)
{
	unsigned int order = 0;
	struct page *p;

	if (size > KMALLOC_MAX_SIZE)
		return NULL;
	while (PAGE_SIZE << order < size)
		order++;
	p = alloc_pages(gfp & ~__GFP_HIGHMEM, order);
	if (!p)
		return NULL;
	page_set(p, PG_kernel);
	p->order = order;
	large_pages += 1UL << order;
	return page_address(p);
}

static noinline void kfree_large(struct page *p, const void *addr)
{
	if (!page_test(p, PG_kernel) || (unsigned long)addr & ~PAGE_MASK)
		bad_slab_free(NULL, addr);
	large_pages -= 1UL << p->order;
	page_clear(p, PG_kernel);
	free_pages(p, p->order);
}

void *__kmalloc(size_t size, gfp_t gfp)
{
	if (unlikely(size > KMALLOC_MAX_CACHE))
		return kmalloc_large(size, gfp);
	return kmem_cache_alloc(&kmalloc_caches[kmalloc_index(size ? size : 1)], gfp);
}

void kfree(const void *addr)
{
	struct page *p;
	struct kmem_cache *c;

	if (unlikely(!addr))
		return;
	p = virt_to_page(addr);
	if (unlikely(!page_test(p, PG_slab))) {
		kfree_large(p, addr);
		return;
	}
	c = p->slab_cache;
	if (static_key(KEY_SLAB_DEBUG))
		debug_free(c, (void *)addr, __builtin_return_address(0));
	else
		cpu_free(c, (void *)addr);
}

size_t ksize(const void *addr)
{
	const struct page *p = virt_to_page(addr);

	return page_test(p, PG_slab) ? p->slab_cache->size : PAGE_SIZE << p->order;
}

void *krealloc(void *old, size_t size, gfp_t gfp)
{
	void *new;
	size_t have = old ? ksize(old) : 0;

	if (old && size <= have && (size > have / 2 || have <= 64))
		return old;
	new = kmalloc(size, gfp);
	if (!new)
		return NULL;
	if (old)
		memcpy(new, old, min(have, size));
	kfree(old);
	return new;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	size_t n = strlen(s) + 1;
	char *copy = kmalloc(n, gfp);

	return copy ? memcpy(copy, s, n) : NULL;
}

/* Caches. */

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align)
{
	struct kmem_cache *c;
	struct slab_lists *l;

	if (!size || size > KMALLOC_MAX_CACHE || (align & (align - 1)))
		return NULL;
	c = kmem_cache_alloc(&cache_cache, GFP_KERNEL);
	l = kmem_cache_alloc(&lists_cache, GFP_KERNEL);
	if (c && l) {
		cache_setup(c, l, name, size, align);
		return c;
	}
	if (c)
		kmem_cache_free(&cache_cache, c);
	if (l)
		kmem_cache_free(&lists_cache, l);
	return NULL;
}

struct kmem_cache *kmem_cache_create_boot(const char *name, size_t size, size_t align)
{
	struct kmem_cache *c = kmem_cache_create(name, size, align);

	if (!c)
		panic("out of memory at boot (for the cache of %s): give the machine more", name);
	return c;
}

u64 kmem_cache_shrink(struct kmem_cache *c)
{
	struct slab_lists *l = c->lists;
	struct page *slab, *next;
	u64 before = l->nr_slabs;

	flush_cpu(c, c->nr_cpu_free);
	spin_lock(&l->lock);
	list_for_each_entry_safe(slab, next, &l->partial, lru)
		if (!slab->inuse)
			slab_release(c, slab);
	spin_unlock(&l->lock);
	return (before - l->nr_slabs) << c->order;
}

u64 slab_shrink_all(void)
{
	struct slab_lists *l;
	u64 n = 0;

	list_for_each_entry(l, &slab_all_caches, caches)
		n += kmem_cache_shrink(l->cache);
	return n;
}

void kmem_cache_destroy(struct kmem_cache *c)
{
	struct slab_lists *l = c->lists;

	kmem_cache_shrink(c);
	if (l->nr_slabs)
		BUG("kmem_cache_destroy(%s): %lu objects are alive", c->name, (unsigned long)slab_active_objects(l));
	spin_lock(&caches_lock);
	list_del(&l->caches);
	spin_unlock(&caches_lock);
	kmem_cache_free(&lists_cache, l);
	kmem_cache_free(&cache_cache, c);
}

void slab_init(void)
{
	static const struct { const char *name; u32 size; } km[NR_KMALLOC_CACHES] = {
		{ "kmalloc-8", 8 }, { "kmalloc-16", 16 }, { "kmalloc-32", 32 }, { "kmalloc-64", 64 }, { "kmalloc-96", 96 },
		{ "kmalloc-128", 128 }, { "kmalloc-192", 192 }, { "kmalloc-256", 256 }, { "kmalloc-512", 512 },
		{ "kmalloc-1k", 1024 }, { "kmalloc-2k", 2048 }, { "kmalloc-4k", 4096 }, { "kmalloc-8k", 8192 },
	};

	INIT_LIST_HEAD(&slab_all_caches);
	large_pages = 0;
	if (static_key(KEY_SLAB_DEBUG))
		stack_depot_init();
	cache_setup(&cache_cache, &cache_cache_lists, "kmem_cache", sizeof(struct kmem_cache), 0);
	cache_setup(&lists_cache, &lists_cache_lists, "kmem_cache_node", sizeof(struct slab_lists), 0);
	for (unsigned int i = 0; i < NR_KMALLOC_CACHES; i++)
		cache_setup(&kmalloc_caches[i], &kmalloc_lists[i], km[i].name, km[i].size, km[i].size & (km[i].size - 1) ? 0 : min(km[i].size, 64u));
}

u64 nr_kmalloc_large_pages(void)
{
	return large_pages;
}
