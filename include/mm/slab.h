/* SPDX-License-Identifier: MIT */
/*
 * Objects smaller than pages. kmem_cache: one size each, per-CPU free list in front; kmalloc: caches of
 * powers of two (and 96, 192) up to 8 KiB, whole pages up to 4 MiB above.
 *
 * Context as page_alloc. Memory is not zeroed unless asked (__GFP_ZERO). Failure: NULL. Boot option slab_debug:
 * mm/slab_debug.h.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include <lib/compiler.h>
#include <lib/string.h>
#include <lib/types.h>
#include <mm/fault_inject.h>
#include <mm/gfp.h>

#define KMALLOC_MAX_CACHE 8192UL
#define KMALLOC_MAX_SIZE (4UL << 20)
#define NR_KMALLOC_CACHES 13    /* 8 16 32 64 96 128 192 256 512 1024 2048 4096 8192 */

/* The part of a cache that the fast paths below touch; the rest is mm/slab.c's. One CPU's worth: an array
 * indexed by CPU once there are more. */
struct kmem_cache {
	void *freelist;         /* [C] free objects of any slab, linked through their first word */
	u32 nr_cpu_free;        /* [C] length of it */
	u32 cpu_limit;          /* [I] when to give half back */
	u32 size;               /* [I] what the user asked for */
	u32 object_size;        /* [I] step from object to object */
	/* slow */
	u16 order, per_slab;    /* [I] pages of a slab (log2), objects in one */
	u32 offset;             /* [I] from object's start to the user's part (debug) */
	const char *name;       /* [I] */
	struct slab_lists *lists;
};

/* @name must stay valid. align 0: 8 bytes (16 from 16 up). NULL when memory lacks. */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align);
/* Boot: the same, stops with a sentence when memory lacks. */
struct kmem_cache *kmem_cache_create_boot(const char *name, size_t size, size_t align);
void kmem_cache_destroy(struct kmem_cache *c);  /* BUG when objects are alive */
void kmem_cache_free(struct kmem_cache *c, void *obj);
u64 kmem_cache_shrink(struct kmem_cache *c);    /* pages given back */
u64 slab_shrink_all(void);                      /* of all caches */

extern struct kmem_cache kmalloc_caches[NR_KMALLOC_CACHES];
void *__kmem_cache_alloc_slow(struct kmem_cache *c, gfp_t gfp) __must_check;
void *__kmalloc(size_t size, gfp_t gfp) __must_check;

static __always_inline void *__must_check kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp)
{
	void *obj = c->freelist;        /* always NULL with slab_debug */

	if (likely(obj && !fail_alloc_armed && !(gfp & __GFP_ZERO))) {
		c->freelist = *(void **)obj;
		c->nr_cpu_free--;
		return obj;
	}
	return __kmem_cache_alloc_slow(c, gfp);
}

/* Index into kmalloc_caches for 1 <= size <= KMALLOC_MAX_CACHE. */
static __always_inline unsigned int kmalloc_index(size_t size)
{
	if (size <= 64)
		return size <= 8 ? 0 : size <= 16 ? 1 : size <= 32 ? 2 : 3;
	if (size <= 256)
		return size <= 96 ? 4 : size <= 128 ? 5 : size <= 192 ? 6 : 7;
	return 8 + (64 - __builtin_clzl(size - 1)) - 9;
}

static __always_inline void *__must_check kmalloc(size_t size, gfp_t gfp)
{
	if (__builtin_constant_p(size) && size && size <= KMALLOC_MAX_CACHE)
		return kmem_cache_alloc(&kmalloc_caches[kmalloc_index(size)], gfp);
	return __kmalloc(size, gfp);
}

static inline void *kzalloc(size_t size, gfp_t gfp) { return kmalloc(size, gfp | __GFP_ZERO); }
/* n * size, NULL when that overflows. */
static inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kmalloc(bytes, gfp | __GFP_ZERO);
}
void *krealloc(void *p, size_t size, gfp_t gfp) __must_check;
void kfree(const void *p);                      /* NULL is fine */
size_t ksize(const void *p);                    /* usable bytes */
char *kstrdup(const char *s, gfp_t gfp) __must_check;

void slab_init(void);                           /* after page_alloc_init() */

/* /proc/slabinfo: fn for each cache. */
struct slabinfo { const char *name; u64 active_objs, num_objs, objsize, objperslab, pagesperslab, num_slabs; };
void slab_for_each(void (*fn)(const struct slabinfo *s, void *arg), void *arg);
/* Pages in slabs, and pages of kmalloc beyond KMALLOC_MAX_CACHE. */
u64 nr_slab_pages(void);
u64 nr_kmalloc_large_pages(void);
/* 0 or the violated invariant (mm/slab.c numbers them). */
int slab_check(void);

#endif
