/* SPDX-License-Identifier: MIT */
/*
 * Objects smaller than pages. kmem_cache: one size each, per-CPU free list in front; kmalloc: caches of
 * powers of two (and 96, 192) up to 8 KiB, whole pages up to 4 MiB above.
 * Context as page_alloc. Memory is not zeroed unless asked (__GFP_ZERO). Failure: NULL.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include <lib/compiler.h>
#include <lib/types.h>
#include <mm/gfp.h>

struct kmem_cache;

/* @name must stay valid. align 0: 8 bytes (16 from 16 up). NULL when memory lacks. */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align);
void kmem_cache_destroy(struct kmem_cache *c);  /* BUG when objects are alive */
void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp) __must_check;
void kmem_cache_free(struct kmem_cache *c, void *obj);
u64 kmem_cache_shrink(struct kmem_cache *c);    /* pages given back */

void *kmalloc(size_t size, gfp_t gfp) __must_check;
static inline void *kzalloc(size_t size, gfp_t gfp) { return kmalloc(size, gfp | __GFP_ZERO); }
void *krealloc(void *p, size_t size, gfp_t gfp) __must_check;
void kfree(const void *p);                      /* NULL is fine */
size_t ksize(const void *p);                    /* usable bytes */
char *kstrdup(const char *s, gfp_t gfp) __must_check;

void slab_init(void);                           /* after page_alloc_init() */

/* /proc/slabinfo: fn for each cache. */
struct slabinfo { const char *name; u64 active_objs, num_objs, objsize, objperslab, pagesperslab, num_slabs; };
void slab_for_each(void (*fn)(const struct slabinfo *s, void *arg), void *arg);
int slab_check(void);

#endif
