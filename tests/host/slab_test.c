/* SPDX-License-Identifier: MIT */
/* Slab caches and kmalloc: sizes, alignment, random operations, shrinking, failures. */
#include "check.h"
#include "machine.h"
#include <asm/memory.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>

static void boot(void)
{
	host_boot_mib(256);
}

static void sizes_and_alignment(void)
{
	boot();
	for (size_t size = 1; size <= KMALLOC_MAX_SIZE; size = size < 300 ? size + 1 : size * 5 / 4) {
		char *p = kmalloc(size, GFP_KERNEL), *q = kzalloc(size, GFP_KERNEL);

		CHECK(p && q && p != q);
		CHECK(ksize(p) >= size);
		CHECK((unsigned long)p % (size >= 64 && !(size & (size - 1)) ? 64 : size > 8 ? 16 : 8) == 0);
		memset(p, 0xff, ksize(p));
		for (size_t i = 0; i < size; i++)
			CHECK(q[i] == 0);
		kfree(p);
		kfree(q);
	}
	CHECK(!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	CHECK(!kmalloc(~0UL, GFP_KERNEL));
	CHECK(!kcalloc(1UL << 33, 1UL << 33, GFP_KERNEL));
	kfree(NULL);
	kfree(kmalloc(0, GFP_KERNEL));
	CHECK_EQ(nr_kmalloc_large_pages(), 0);
	CHECK_EQ(slab_check(), 0);
	CHECK_EQ(page_alloc_check(), 0);
}

static void realloc_keeps_contents(void)
{
	char *p = NULL;

	boot();
	for (size_t size = 1; size < 100000; size = size * 3 / 2 + 1) {
		size_t old = p ? size * 2 / 3 : 0;

		CHECK((p = krealloc(p, size, GFP_KERNEL)));
		for (size_t i = 0; i + 2 < old; i++)
			CHECK(p[i] == (char)i);
		for (size_t i = 0; i < size; i++)
			p[i] = i;
	}
	CHECK((p = krealloc(p, 10, GFP_KERNEL)));
	CHECK(ksize(p) < 100 && p[9] == 9);
	kfree(p);
	p = kstrdup("atlas", GFP_KERNEL);
	CHECK(!strcmp(p, "atlas"));
	kfree(p);
}

static void random_ops(void)
{
	static struct { u64 *p; size_t n; u64 tag; int cache; } held[5000];
	struct kmem_cache *c[4];
	const size_t sizes[4] = { 24, 200, 1000, 5000 };
	unsigned int n = 0;
	u64 before;

	boot();
	drain_local_pages();
	before = nr_free_pages();
	for (int i = 0; i < 4; i++)
		CHECK((c[i] = kmem_cache_create("test", sizes[i], i == 1 ? 64 : 0)));
	for (int step = 0; step < 100000; step++) {
		if (n < ARRAY_SIZE(held) && test_below(100) < (unsigned int)(step / 10000 % 2 ? 40 : 60)) {
			int k = test_below(8);
			size_t size = k < 4 ? sizes[k] : 8 + test_below(test_below(20) ? 300 : 30000);

			held[n].p = k < 4 ? kmem_cache_alloc(c[k], GFP_KERNEL) : kmalloc(size, GFP_KERNEL);
			held[n].n = size / 8;
			held[n].tag = test_random();
			held[n].cache = k;
			CHECK(held[n].p);
			if (k == 1)
				CHECK_EQ((unsigned long)held[n].p % 64, 0);
			for (size_t i = 0; i < held[n].n; i++)
				held[n].p[i] = held[n].tag + i;
			n++;
		} else if (n) {
			unsigned int i = test_below(n);

			for (size_t w = 0; w < held[i].n; w++)
				CHECK_EQ(held[i].p[w], held[i].tag + w);
			if (held[i].cache < 4)
				kmem_cache_free(c[held[i].cache], held[i].p);
			else
				kfree(held[i].p);
			held[i] = held[--n];
		}
		if (step % 5000 == 0)
			CHECK_EQ(slab_check(), 0);
		if (step % 20000 == 7)
			slab_shrink_all();
	}
	while (n--)
		held[n].cache < 4 ? kmem_cache_free(c[held[n].cache], held[n].p) : kfree(held[n].p);
	for (int i = 0; i < 4; i++)
		kmem_cache_destroy(c[i]);
	slab_shrink_all();
	CHECK_EQ(slab_check(), 0);
	CHECK_EQ(nr_slab_pages(), 0);
	drain_local_pages();
	/* A section may have come online for good. */
	CHECK(before - nr_free_pages() < 4);
}

static void failure_is_null_and_leaks_nothing(void)
{
	boot();
	slab_shrink_all();
	for (u64 n = 1; n < 30; n++) {
		void *p[20];

		fail_alloc_at(n);
		for (int i = 0; i < 20; i++)
			p[i] = kmalloc(100 << (i % 10), GFP_KERNEL);
		fail_alloc_at(0);
		for (int i = 0; i < 20; i++)
			kfree(p[i]);
		CHECK_EQ(slab_check(), 0);
	}
	CHECK(fail_alloc_count >= 19);
	fail_alloc_all(true);
	CHECK(!kmalloc(8, GFP_KERNEL) && !kmem_cache_create("x", 8, 0) && !alloc_pages(GFP_KERNEL, 0));
	fail_alloc_all(false);
	slab_shrink_all();
	CHECK_EQ(nr_slab_pages(), 0);
}

static struct kmem_cache *two[2];

static void boot_caches(void)
{
	boot();
	two[0] = kmem_cache_create("one", 40, 0);
	two[1] = kmem_cache_create("other", 40, 0);
}

static void free_to_wrong_cache(void) { boot_caches(); kmem_cache_free(two[1], kmem_cache_alloc(two[0], GFP_KERNEL)); }
static void free_of_a_page(void) { boot(); kfree(get_free_pages(GFP_KERNEL, 0)); }
static void destroy_with_objects(void) { boot_caches(); if (kmem_cache_alloc(two[0], GFP_KERNEL)) kmem_cache_destroy(two[0]); }
static void page_freed_twice(void) { boot(); struct page *p = alloc_page(GFP_KERNEL); free_page(p); free_page(p); }
static void block_freed_twice(void) { boot(); struct page *p = alloc_pages(GFP_KERNEL, 3); free_pages(p, 3); free_pages(p, 3); }
static void wrong_order(void) { boot(); free_pages(alloc_pages(GFP_KERNEL, 3), 2); }
static void reserved_page(void) { boot(); free_page(pfn_to_page(0x100)); }
static void no_mistake(void) { boot(); free_page(alloc_page(GFP_KERNEL)); }

static void test_mistakes_are_caught(void **state)
{
	assert_true(host_bugs(free_to_wrong_cache));
	assert_true(host_bugs(free_of_a_page));
	assert_true(host_bugs(destroy_with_objects));
	assert_true(host_bugs(page_freed_twice));
	assert_true(host_bugs(block_freed_twice));
	assert_true(host_bugs(wrong_order));
	assert_true(host_bugs(reserved_page));
	assert_false(host_bugs(no_mistake));
}

#define ISOLATED(fn) static void test_##fn(void **state) { assert_int_equal(host_isolated(fn), 0); }
ISOLATED(sizes_and_alignment)
ISOLATED(realloc_keeps_contents)
ISOLATED(failure_is_null_and_leaks_nothing)
static void test_random_ops(void **state)
{
	test_seed_init("slab");
	assert_int_equal(host_isolated(random_ops), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_and_alignment),
		cmocka_unit_test(test_realloc_keeps_contents),
		cmocka_unit_test(test_failure_is_null_and_leaks_nothing),
		cmocka_unit_test(test_mistakes_are_caught),
		cmocka_unit_test(test_random_ops),
	};

	return cmocka_run_group_tests_name("slab", tests, NULL, NULL);
}
