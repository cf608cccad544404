/* SPDX-License-Identifier: MIT */
/*
 * Debug slabs (-DDEBUG_MM). An object is
 *
 *     | free-list word, state, who allocated, who freed | red zone | user's part, padded | red zone |
 *
 * Free objects are filled with POISON_FREE, fresh ones with POISON_NEW; both red zones hold RED. What a
 * check finds is a BUG that names the cache, the object and the two callers (addresses; the backtrace of the
 * BUG itself is the third party).
 */
#include "slab_debug.h"

#ifdef DEBUG_MM
#include <lib/bug.h>
#include <asm/page.h>
#include <lib/printk.h>

#define POISON_FREE 0x6b
#define POISON_NEW 0x5a
#define RED 0xbbccddee11223344UL
#define STATE_FREE 0xf4eef4eeU
#define STATE_USED 0x05ed05edU

struct debug_head {
	void *next;                     /* the free list's word: slab.c's */
	u64 state;
	const void *allocated_by, *freed_by;
	u64 red[2];
};

static struct debug_head *head_of(void *obj)
{
	return obj;
}

static size_t user_size(const struct kmem_cache *c)
{
	return ALIGN(c->size, 8);
}

static u64 *tail_of(const struct kmem_cache *c, void *obj)
{
	return (u64 *)((char *)obj + c->offset + user_size(c));
}

/* Place for the head directly in front of the user's part: its red zone must touch it. */
static u64 *front_red(const struct kmem_cache *c, void *obj)
{
	return (u64 *)((char *)obj + c->offset) - 2;
}

size_t slab_debug_head(size_t align)
{
	return ALIGN(sizeof(struct debug_head), align);
}

size_t slab_debug_tail(void)
{
	return 8 + 2 * sizeof(u64);     /* padding of the size to 8, red zone */
}

static void complain(const struct kmem_cache *c, void *obj, const char *what)
{
	const struct debug_head *h = head_of(obj);

	BUG("slab %s, object %p (%u bytes): %s; allocated by %p, freed by %p", c->name, (char *)obj + c->offset, c->size,
	    what, h->allocated_by, h->freed_by);
}

static void check_red(const struct kmem_cache *c, void *obj)
{
	const u64 *front = front_red(c, obj), *back = tail_of(c, obj);

	if (front[0] != RED || front[1] != RED)
		complain(c, obj, "written to before its start");
	if (back[0] != RED || back[1] != RED)
		complain(c, obj, "written to beyond its end");
	for (size_t i = c->size; i < user_size(c); i++)
		if (((u8 *)obj)[c->offset + i] != POISON_NEW)
			complain(c, obj, "written to beyond its end");
}

void slab_debug_init(const struct kmem_cache *c, void *obj)
{
	u64 *front = front_red(c, obj), *back = tail_of(c, obj);

	head_of(obj)->state = STATE_FREE;
	head_of(obj)->allocated_by = head_of(obj)->freed_by = NULL;
	front[0] = front[1] = back[0] = back[1] = RED;
	memset((char *)obj + c->offset, POISON_FREE, user_size(c));
}

void *slab_debug_alloc(const struct kmem_cache *c, void *obj, const void *caller)
{
	struct debug_head *h = head_of(obj);
	u8 *p = (u8 *)obj + c->offset;

	if (h->state != STATE_FREE)
		complain(c, obj, "on the free list but not free");
	for (size_t i = 0; i < user_size(c); i++)
		if (p[i] != POISON_FREE)
			complain(c, obj, "written to after it was freed");
	h->state = STATE_USED;
	h->allocated_by = caller;
	memset(p, POISON_NEW, user_size(c));
	return p;
}

void *slab_debug_free(const struct kmem_cache *c, void *p, const void *caller)
{
	size_t in_slab = (unsigned long)p & ((PAGE_SIZE << c->order) - 1);
	void *obj = (char *)p - c->offset;
	struct debug_head *h = head_of(obj);

	if (in_slab < c->offset || (in_slab - c->offset) % c->object_size)
		BUG("slab %s: freeing %p, which is inside an object", c->name, p);
	if (h->state == STATE_FREE)
		complain(c, obj, "freed twice");
	if (h->state != STATE_USED)
		complain(c, obj, "freed, but its header was overwritten");
	check_red(c, obj);
	h->state = STATE_FREE;
	h->freed_by = caller;
	memset(p, POISON_FREE, user_size(c));
	return obj;
}
#endif
