/* SPDX-License-Identifier: MIT */
/* The debug build of the slab allocator: its files are compiled into this test with DEBUG_MM. */
#define DEBUG_MM 1
#include "../../mm/slab.c"
#include "../../mm/slab_debug.c"
#include "check.h"
#include "machine.h"

static struct kmem_cache *cache, *other;
static char *p;

static void boot(void)
{
	host_boot_mib(64);
	cache = kmem_cache_create("probe", 40, 0);
	other = kmem_cache_create("other", 40, 0);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	CHECK(p && (u8)p[0] == POISON_NEW);
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
}

static void debug_build_allocates(void)
{
	static struct { char *p; size_t n; } held[2000];
	unsigned int n = 0;

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

static void test_debug_build_allocates(void **state)
{
	test_seed_init("slab_debug");
	assert_int_equal(host_isolated(debug_build_allocates), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_debug_catches), cmocka_unit_test(test_debug_build_allocates) };

	return cmocka_run_group_tests_name("slab_debug", tests, NULL, NULL);
}
