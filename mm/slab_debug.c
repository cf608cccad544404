/* SPDX-License-Identifier: MIT */
/*
 * Debug slabs (boot option slab_debug). An object is
 *
 *     | free-list word, state, who allocated, who freed | red zone | user's part, padded | red zone |
 *
 * Free objects are filled with POISON_FREE, fresh ones with POISON_NEW; both red zones hold RED.
 */
#include <asm/page.h>
#include <lib/bug.h>
#include <lib/printk.h>
#include <mm/page.h>
#include <mm/slab_debug.h>

#define POISON_FREE 0x6b
#define POISON_NEW 0x5a
#define RED 0xbbccddee11223344UL
#define STATE_FREE 0xf4eef4eeU
#define STATE_USED 0x05ed05edU

struct debug_head {
	void *next;                     /* the free list's word: slab.c's */
	u64 state;
	u32 allocated, freed;           /* stacks */
	u64 red[2];
};

struct slab_complaint *slab_debug_expected;

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
	struct slab_complaint *e = slab_debug_expected;

	pr_emerg("slab %s, object 0x%lx (%u bytes): %s\n", c->name, (unsigned long)obj + c->offset, c->size, what);
	stack_depot_print("allocated by", h->allocated);
	stack_depot_print("freed by", h->freed);
	if (!e)
		BUG("slab %s: %s", c->name, what);
	*e = (struct slab_complaint){ e->nr + 1, what, h->allocated, h->freed };
}

static bool is_filled(const u8 *p, size_t n, u8 with)
{
	while (n && p[n - 1] == with)
		n--;
	return !n;
}

static void set_red(const struct kmem_cache *c, void *obj)
{
	u64 *front = front_red(c, obj), *back = tail_of(c, obj);

	front[0] = front[1] = back[0] = back[1] = RED;
}

static void check_red(const struct kmem_cache *c, void *obj)
{
	const u64 *front = front_red(c, obj), *back = tail_of(c, obj);

	if (front[0] != RED || front[1] != RED)
		complain(c, obj, "written to before its start");
	if (back[0] != RED || back[1] != RED || !is_filled((u8 *)obj + c->offset + c->size, user_size(c) - c->size, POISON_NEW))
		complain(c, obj, "written to beyond its end");
}

void slab_debug_init(const struct kmem_cache *c, void *obj)
{
	struct debug_head *h = head_of(obj);

	h->state = STATE_FREE;
	h->allocated = h->freed = 0;
	set_red(c, obj);
	memset((char *)obj + c->offset, POISON_FREE, user_size(c));
}

void *slab_debug_alloc(const struct kmem_cache *c, void *obj, const void *caller)
{
	struct debug_head *h = head_of(obj);
	u8 *p = (u8 *)obj + c->offset;

	if (h->state != STATE_FREE)
		complain(c, obj, "on the free list but not free");
	else if (!is_filled(p, user_size(c), POISON_FREE))
		complain(c, obj, "written to after it was freed");
	h->state = STATE_USED;
	h->allocated = stack_depot_save(caller);
	set_red(c, obj);
	memset(p, POISON_NEW, user_size(c));
	return p;
}

void *slab_debug_free(const struct kmem_cache *c, void *p, const void *caller)
{
	const struct page *page = virt_to_page(p);
	const struct kmem_cache *owner = page->slab_cache;
	void *obj;
	struct debug_head *h;
	size_t in_slab;

	if (!page_test(page, PG_slab))
		BUG("slab %s: freeing 0x%lx, which is no slab object", c->name, (unsigned long)p);
	in_slab = (unsigned long)p & ((PAGE_SIZE << owner->order) - 1);
	obj = (char *)p - in_slab % owner->object_size;
	h = head_of(obj);
	if (in_slab % owner->object_size != owner->offset) {
		complain(owner, obj, "freed by an address inside it");
		return NULL;
	}
	if (owner != c) {
		complain(owner, obj, "freed to another cache");
		return NULL;
	}
	if (h->state == STATE_FREE) {
		complain(c, obj, "freed twice");
		return NULL;
	}
	if (h->state != STATE_USED) {
		complain(c, obj, "freed, but its header was overwritten");
		return NULL;
	}
	h->freed = stack_depot_save(caller);
	check_red(c, obj);
	h->state = STATE_FREE;
	memset(p, POISON_FREE, user_size(c));
	return obj;
}
