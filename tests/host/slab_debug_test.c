/* SPDX-License-Identifier: MIT */
/* Boot option slab_debug: each mistake with an object is caught, and nothing else is. */
#include "check.h"
#include "machine.h"
#include <asm/static_key.h>
#include <mm/slab_debug.h>

static struct kmem_cache *cache, *other;
static char *p;

static void boot(void)
{
	static_key_enable(KEY_SLAB_DEBUG);
	host_boot_mib(64);
	cache = kmem_cache_create("probe", 40, 0);
	other = kmem_cache_create("other", 40, 0);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	CHECK(p && p[0] == p[39] && p[0]);
}

static void overrun_by_one(void) { boot(); p[40] = 1; kmem_cache_free(cache, p); }
static void underrun(void) { boot(); p[-1] = 1; kmem_cache_free(cache, p); }
static void freed_twice(void) { boot(); kmem_cache_free(cache, p); kmem_cache_free(cache, p); }
static void wrong_cache(void) { boot(); kmem_cache_free(other, p); }
static void inside_an_object(void) { boot(); kfree(p + 8); }
static void odd_size_overrun(void) { boot(); p = kmalloc(91, GFP_KERNEL); p[96] = 0; kfree(p); }
static void no_mistake(void) { boot(); p[39] = 1; kmem_cache_free(cache, p); }

static void use_after_free(void)
{
	boot();
	kmem_cache_free(cache, p);
	p[5] = 1;
	for (int i = 0; i < 1000; i++)
		if (!kmem_cache_alloc(cache, GFP_KERNEL))
			return;
}

static noinline char *taker(void) { return kmem_cache_alloc(cache, GFP_KERNEL); }
static noinline void giver(char *q) { kmem_cache_free(cache, q); }

/* With somebody who expects it: noted with both stacks, and the allocator is as it was. */
static void expected(void)
{
	struct slab_complaint c = { 0 };
	char *q;

	boot();
	slab_debug_expected = &c;
	q = taker();
	giver(q);
	giver(q);
	CHECK_EQ(c.nr, 1);
	CHECK(!strcmp(c.what, "freed twice"));
	CHECK(stack_depot_get(c.allocated) && stack_depot_get(c.freed) && c.allocated != c.freed);
	CHECK(stack_depot_get(c.allocated)->ip[0] - (unsigned long)taker < 200);
	CHECK(stack_depot_get(c.freed)->ip[0] - (unsigned long)giver < 200);
	q[3] = 1;
	CHECK(kmem_cache_alloc(cache, GFP_KERNEL) == q);
	CHECK_EQ(c.nr, 2);
	q[40] = 1;
	giver(q);
	CHECK_EQ(c.nr, 3);
	CHECK(kmem_cache_alloc(cache, GFP_KERNEL) == q);
	CHECK_EQ(c.nr, 3);
	CHECK_EQ(slab_check(), 0);
}

static void test_debug_catches(void **state)
{
	assert_true(host_bugs(overrun_by_one));
	assert_true(host_bugs(underrun));
	assert_true(host_bugs(freed_twice));
	assert_true(host_bugs(wrong_cache));
	assert_true(host_bugs(inside_an_object));
	assert_true(host_bugs(odd_size_overrun));
	assert_true(host_bugs(use_after_free));
	assert_false(host_bugs(no_mistake));
	assert_int_equal(host_isolated(expected), 0);
}

static void debug_slabs_allocate(void)
{
	static struct { char *p; size_t n; } held[2000];
	unsigned int n = 0;

	static_key_enable(KEY_SLAB_DEBUG);
	host_boot_mib(128);
	for (int step = 0; step < 40000; step++) {
		if (n < ARRAY_SIZE(held) && test_below(2)) {
			held[n].n = 1 + test_below(test_below(10) ? 500 : 20000);
			CHECK((held[n].p = kmalloc(held[n].n, GFP_KERNEL)));
			memset(held[n].p, step, held[n].n);
			n++;
		} else if (n) {
			kfree(held[--n].p);
		}
	}
	while (n)
		kfree(held[--n].p);
	CHECK_EQ(slab_check(), 0);
}

static void test_debug_slabs_allocate(void **state)
{
	test_seed_init("slab_debug");
	assert_int_equal(host_isolated(debug_slabs_allocate), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_debug_catches), cmocka_unit_test(test_debug_slabs_allocate) };

	return cmocka_run_group_tests_name("slab_debug", tests, NULL, NULL);
}
