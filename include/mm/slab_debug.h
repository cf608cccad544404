/* SPDX-License-Identifier: MIT */
/*
 * Boot option slab_debug: objects with red zones and poison, without per-CPU lists. A write after free, a write beyond
 * either end, a double free, a free to the wrong cache or of the middle of an object is a BUG that names the cache,
 * the object, and the stacks that allocated and freed it. What mm/slab.c calls only when KEY_SLAB_DEBUG is enabled.
 */
#ifndef MM_SLAB_DEBUG_H
#define MM_SLAB_DEBUG_H

#include <mm/slab.h>
#include <mm/stack_depot.h>

/* Bytes that precede and follow the user's part of an object. */
size_t slab_debug_head(size_t align);
size_t slab_debug_tail(void);
/* A fresh slab's object @obj (whole, from its first byte) becomes a free one. */
void slab_debug_init(const struct kmem_cache *c, void *obj);
/* A free object is given to @caller: checks that nobody wrote to it, fills it. Returns the user's part. */
void *slab_debug_alloc(const struct kmem_cache *c, void *obj, const void *caller);
/* The user's part @p comes back to @c: checks, poisons. Returns the whole object; NULL: it stays where it is. */
void *slab_debug_free(const struct kmem_cache *c, void *p, const void *caller);

/* For tests: while this is not NULL, complaints are noted there and the kernel goes on. */
struct slab_complaint {
	unsigned int nr;
	const char *what;       /* of the last one */
	u32 allocated, freed;   /* stacks, for stack_depot_get() */
};
extern struct slab_complaint *slab_debug_expected;

#endif
