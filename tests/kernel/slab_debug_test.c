// SPDX-License-Identifier: MIT
/* Boot option slab_debug: each mistake is caught, and named with the stacks that allocated and freed the object. */
#include <asm/static_key.h>
#include <lib/ktest.h>
#include <lib/string.h>
#include <mm/slab_debug.h>
#include <x86/cpu.h>

static struct kmem_cache *cache, *other;
static struct slab_complaint seen;

static noinline char *slab_mistake_allocates(void)
{
	char *p = kmem_cache_alloc(cache, GFP_KERNEL);

	__asm__ volatile("" : "+r"(p)); /* no tail call: this function is in the stack */
	return p;
}

static noinline void slab_mistake_frees(struct kmem_cache *c, char *p)
{
	kmem_cache_free(c, p);
	__asm__ volatile("");
}

static bool names(u32 stack, const char *function)
{
	const struct stack_record *r = stack_depot_get(stack);
	unsigned long offset;

	for (u32 i = 0; r && i < r->nr; i++) {
		const char *name = ksym_lookup(r->ip[i], &offset);

		if (name && !strcmp(name, function))
			return true;
	}
	return false;
}

/* Exactly one complaint came, in these words; forgotten afterwards. */
static bool complained(const char *what, bool was_freed)
{
	bool ok = seen.nr == 1 && !strcmp(seen.what, what) && names(seen.allocated, "slab_mistake_allocates") &&
		(!was_freed || names(seen.freed, "slab_mistake_frees"));

	seen = (struct slab_complaint){ 0 };
	return ok;
}

KTEST(slab_debug_catches_and_names)
{
	char *p;

	cache = kmem_cache_create("mistakes", 40, 0);
	if (!static_key(KEY_SLAB_DEBUG)) {      /* then objects are only what was asked for */
		KEXPECT(cache->object_size == 48 && !cache->offset);
		kmem_cache_destroy(cache);
		return;
	}
	other = kmem_cache_create("others", 40, 0);
	slab_debug_expected = &seen;

	p = slab_mistake_allocates();
	slab_mistake_frees(cache, p);
	KEXPECT(!seen.nr);
	slab_mistake_frees(cache, p);
	KEXPECT(complained("freed twice", true));

	p[5] = 1;       /* free again */
	KEXPECT(slab_mistake_allocates() == p);
	KEXPECT_EQ(seen.nr, 1);
	KEXPECT(!strcmp(seen.what ?: "", "written to after it was freed") && names(seen.freed, "slab_mistake_frees"));
	seen.nr = 0;

	slab_mistake_frees(other, p);
	KEXPECT(complained("freed to another cache", false));
	slab_mistake_frees(cache, p + 8);
	KEXPECT(complained("freed by an address inside it", false));
	p[40] = 1;
	slab_mistake_frees(cache, p);
	KEXPECT(complained("written to beyond its end", true));
	p = slab_mistake_allocates();
	p[-1] = 1;
	slab_mistake_frees(cache, p);
	KEXPECT(complained("written to before its start", true));

	slab_debug_expected = NULL;
	KEXPECT_EQ(slab_check(), 0);
	kmem_cache_destroy(cache);
	kmem_cache_destroy(other);
}
