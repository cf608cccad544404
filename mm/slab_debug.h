/* SPDX-License-Identifier: MIT */
/*
 * What slab.c does more in builds with -DDEBUG_MM (make KCONFIG=-DDEBUG_MM): see slab_debug.c. Otherwise
 * these are nothing.
 */
#ifndef MM_SLAB_DEBUG_H
#define MM_SLAB_DEBUG_H

#include <mm/slab.h>

#ifdef DEBUG_MM
/* Bytes that precede and follow the user's part of an object. */
size_t slab_debug_head(size_t align);
size_t slab_debug_tail(void);
/* A fresh slab's object @obj (whole, from its first byte) becomes a free one. */
void slab_debug_init(const struct kmem_cache *c, void *obj);
/* A free object is given to @caller: checks that nobody wrote to it, fills it. Returns the user's part. */
void *slab_debug_alloc(const struct kmem_cache *c, void *obj, const void *caller);
/* The user's part @p comes back: checks red zones and double free, poisons. Returns the whole object. */
void *slab_debug_free(const struct kmem_cache *c, void *p, const void *caller);
#else
static inline size_t slab_debug_head(size_t align) { return 0; }
static inline size_t slab_debug_tail(void) { return 0; }
static inline void slab_debug_init(const struct kmem_cache *c, void *obj) { }
static inline void *slab_debug_alloc(const struct kmem_cache *c, void *obj, const void *caller) { return obj; }
static inline void *slab_debug_free(const struct kmem_cache *c, void *p, const void *caller) { return p; }
#endif

#endif
