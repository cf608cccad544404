/* SPDX-License-Identifier: MIT */
/* highmem=: RAM without a permanent kernel address, and the three ways to it. */
#include "check.h"
#include "machine.h"
#include <asm/memory.h>
#include <lib/rwsem.h>
#include <mm/fixmap.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/slab.h>
#include <mm/sparse.h>
#include <mm/vmalloc.h>

#define MIB (1UL << 20)
#define GIB (1UL << 30)

static const struct range two_gib[] = { { 0x1000, 0x9f000 }, { 0x100000, 2 * GIB - 100 * PAGE_SIZE }, { 0, 0 } };

static void boot(void)
{
	host_boot(two_gib, 896 * MIB);
	vmalloc_init();
}

static void low_and_high_are_separate(void)
{
	struct page *high, *low;
	struct pg_leaf leaf;

	boot();
	CHECK(highmem_enabled);
	CHECK_EQ(high_memory, 896 * MIB);
	CHECK_EQ(zones[ZONE_HIGHMEM].start_pfn, 896 * MIB >> 12);
	CHECK_EQ(zones[ZONE_DMA32].end_pfn, 896 * MIB >> 12);
	CHECK_EQ(page_alloc_check(), 0);
	high = alloc_page(GFP_HIGHUSER);
	low = alloc_page(GFP_KERNEL);
	CHECK_EQ(page_zone_id(high), ZONE_HIGHMEM);
	CHECK(page_to_phys(low) < high_memory);
	/* "How does a kernel reach physical 1.5 GiB?" Not by the direct map. */
	CHECK(!pgwalk_lookup(swapper_pg_dir_phys, PAGE_OFFSET + 1536 * MIB, &leaf));
	CHECK(host_try_read(__va(1536 * MIB)));
	CHECK(!host_try_read(__va(896 * MIB - 1)) && host_try_read(__va(896 * MIB)));
	for (int i = 0; i < 300; i++)
		CHECK(page_to_phys(alloc_pages(GFP_KERNEL, test_below(4))) < high_memory);
	for (int i = 0; i < 300; i++)
		CHECK(__pa(kmalloc(4000, GFP_KERNEL)) < high_memory);
}

static void three_ways_reach_one_page(void)
{
	struct page *p;
	u64 *a, *b, *c;

	boot();
	p = alloc_page(GFP_HIGHUSER | __GFP_ZERO);
	a = kmap(p);
	CHECK((unsigned long)a >= PKMAP_BASE && (unsigned long)a <= PKMAP_END);
	CHECK_EQ(a[0], 0);
	a[0] = 0x1234;
	b = kmap_atomic(p);
	CHECK((unsigned long)b >= FIXADDR_START);
	CHECK_EQ(b[0], 0x1234);
	c = vmap(&p, 1, PAGE_KERNEL);
	CHECK(is_vmalloc_addr(c));
	c[1] = 0x5678;
	CHECK_EQ(a[1], 0x5678);
	kunmap_atomic(b);
	CHECK(host_try_read(b));
	vunmap(c);
	kunmap(p);
	CHECK_EQ(host_phys_read(page_to_phys(p)), 0x1234);
}

static void local_mappings_nest_and_are_lifo(void)
{
	struct page *p[KM_DEPTH], *low;
	u64 *a[KM_DEPTH], flushes;

	boot();
	low = alloc_page(GFP_KERNEL);
	for (unsigned int i = 0; i < KM_DEPTH; i++) {
		p[i] = alloc_page(GFP_HIGHUSER);
		a[i] = kmap_local_page(p[i]);
		*a[i] = i;
		CHECK(kmap_local_page(low) == page_address(low));
	}
	kunmap_local(page_address(low));
	for (unsigned int i = KM_DEPTH; i--; kunmap_local(a[i]))
		CHECK_EQ(*a[i], i);
	flushes = host_tlb_stats.flush_page;
	copy_highpage(p[3], p[7]);
	CHECK_EQ(host_tlb_stats.flush_page, flushes + 2);       /* at unmapping only */
	a[0] = kmap_local_page(p[3]);
	CHECK_EQ(*a[0], 7);
	kunmap_local(a[0]);
}

static void out_of_order(void)
{
	void *a, *b;

	boot();
	a = kmap_local_page(alloc_page(GFP_HIGHUSER));
	b = kmap_local_page(alloc_page(GFP_HIGHUSER));
	kunmap_local(a);
	kunmap_local(b);
}

static void too_deep(void)
{
	boot();
	for (unsigned int i = 0; i <= KM_DEPTH; i++)
		kmap_local_page(alloc_page(GFP_HIGHUSER));
}

static void nobody(unsigned int turn) { }

/* All slots held by one who wants another: said and stopped, not waited for for ever. */
static void window_full_of_own(void)
{
	boot();
	lock_set_yield(nobody);
	for (unsigned int i = 0; i <= (PKMAP_END + 1 - PKMAP_BASE) / PAGE_SIZE; i++)
		CHECK(kmap(alloc_page(GFP_HIGHUSER)));
}

static void kunmap_of_unmapped(void) { boot(); kunmap(alloc_page(GFP_HIGHUSER)); }

static struct page *waiting_for;

static void somebody_unmaps(unsigned int turn)
{
	kunmap(waiting_for);
}

/* 1,024 slots: a full window makes the caller wait; unused slots are recycled by one flush. */
static void pkmap_waits_and_recycles(void)
{
	static struct page *p[1100];
	u64 flushes = host_tlb_stats.flush_all;

	boot();
	for (int i = 0; i < 1100; i++)
		CHECK((p[i] = alloc_page(GFP_HIGHUSER)));
	for (int i = 0; i < 1024; i++)
		*(u64 *)kmap(p[i]) = i;
	CHECK(kmap(p[5]) == kmap(p[5]));
	kunmap(p[5]);
	kunmap(p[5]);
	waiting_for = p[77];
	lock_set_yield(somebody_unmaps);
	*(u64 *)kmap(p[1024]) = 1024;
	CHECK_EQ(kmap_stats.waits, 1);
	CHECK_EQ(kmap_stats.flushes, 1);
	CHECK(host_tlb_stats.flush_all > flushes);
	for (int i = 0; i <= 1024; i++)
		if (i != 77)
			kunmap(p[i]);
	for (int round = 0; round < 5000; round++) {
		u64 i = test_below(1025);
		u64 *a = kmap(p[i]);

		CHECK_EQ(*a, i);
		kunmap(p[i]);
	}
}

/* All of user memory may come from above; kernel data never does; when high memory is gone users get low. */
static void highmem_goes_first_for_users(void)
{
	u64 n = 0, high;
	struct page *p;

	boot();
	high = zone_free_pages(&zones[ZONE_HIGHMEM]);
	while ((p = alloc_page(GFP_HIGHUSER)) && page_zone_id(p) == ZONE_HIGHMEM)
		n++;
	CHECK(p && n + 1100 > high);
	CHECK_EQ(page_alloc_check(), 0);
	CHECK(alloc_page(GFP_KERNEL));
}

static void odd_borders(void)
{
	host_boot(two_gib, 700 * MIB + 12345);
	CHECK_EQ(high_memory, 700 * MIB + 12288);
	CHECK_EQ(page_alloc_check(), 0);
	CHECK(page_to_phys(alloc_page(GFP_HIGHUSER)) >= high_memory);
}

static void more_than_ram(void)
{
	host_boot(two_gib, 3 * GIB);
	CHECK(!highmem_enabled);
	CHECK(kmap(alloc_page(GFP_HIGHUSER)));
}

static void sections_of_highmem_come_online(void)
{
	static const struct range ram[] = { { 0x100000, 2 * GIB }, { 4 * GIB, 200 * GIB }, { 0, 0 } };

	host_boot(ram, 896 * MIB);
	for (int i = 0; i < 300; i++) {
		struct page *p = alloc_pages(GFP_HIGHUSER, MAX_ORDER);

		CHECK(p && page_is_online(p) && page_zone_id(p) == ZONE_HIGHMEM);
	}
	CHECK_EQ(page_alloc_check(), 0);
}

#define ISOLATED(fn) static void test_##fn(void **state) { assert_int_equal(host_isolated(fn), 0); }
ISOLATED(low_and_high_are_separate)
ISOLATED(three_ways_reach_one_page)
ISOLATED(local_mappings_nest_and_are_lifo)
ISOLATED(pkmap_waits_and_recycles)
ISOLATED(highmem_goes_first_for_users)
ISOLATED(odd_borders)
ISOLATED(more_than_ram)
ISOLATED(sections_of_highmem_come_online)

static void test_wrong_use_is_a_bug(void **state)
{
	assert_true(host_bugs(out_of_order));
	assert_true(host_bugs(too_deep));
	assert_true(host_bugs(kunmap_of_unmapped));
	assert_true(host_bugs(window_full_of_own));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_low_and_high_are_separate),
		cmocka_unit_test(test_three_ways_reach_one_page),
		cmocka_unit_test(test_local_mappings_nest_and_are_lifo),
		cmocka_unit_test(test_wrong_use_is_a_bug),
		cmocka_unit_test(test_pkmap_waits_and_recycles),
		cmocka_unit_test(test_highmem_goes_first_for_users),
		cmocka_unit_test(test_odd_borders),
		cmocka_unit_test(test_more_than_ram),
		cmocka_unit_test(test_sections_of_highmem_come_online),
	};

	test_seed_init("highmem");
	return cmocka_run_group_tests_name("highmem", tests, NULL, NULL);
}
