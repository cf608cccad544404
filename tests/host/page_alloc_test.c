/* SPDX-License-Identifier: MIT */
/* The buddy allocator over real struct pages, and the machine's whole memory boot. */
#include "check.h"
#include "machine.h"
#include <asm/memory.h>
#include <mm/fault_inject.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/sparse.h>

#define MIB (1UL << 20)
#define GIB (1UL << 30)

static void boot_sizes(void)
{
	host_boot_mib(256);
	CHECK_EQ(page_alloc_check(), 0);
	/* 256,000 KiB less image, tables and struct pages. */
	CHECK(nr_free_pages() << 2 > 250000);
	CHECK(page_test(pfn_to_page(0), PG_reserved));
	CHECK(page_test(pfn_to_page(0x100), PG_reserved));
	CHECK(page_test(pfn_to_page(1UL << 30), PG_reserved));
	CHECK(host_try_write(pfn_to_page(1UL << 30)));
	CHECK(!host_try_read(pfn_to_page((1UL << 32) - 1)));
}

static void test_boot_256m(void **state)
{
	assert_int_equal(host_isolated(boot_sizes), 0);
}

/* Random allocations and frees of all orders against a list of what is held; patterns show overlaps. */
struct held { struct page *page; unsigned int order; u64 tag; };

static void fill(const struct held *h)
{
	for (u64 i = 0; i < 1UL << h->order; i++)
		*(u64 *)page_address(h->page + i) = h->tag + i;
}

static void verify(const struct held *h)
{
	for (u64 i = 0; i < 1UL << h->order; i++)
		CHECK_EQ(*(u64 *)page_address(h->page + i), h->tag + i);
}

static void random_ops(void)
{
	static struct held held[4000];
	unsigned int n = 0;
	u64 before;

	host_boot_mib(512);
	drain_local_pages();
	before = nr_free_pages();
	for (unsigned int step = 0; step < 30000; step++) {
		if (n < ARRAY_SIZE(held) && test_below(100) < 52) {
			struct held h = { NULL, test_below(4) ? 0 : test_below(NR_ORDERS), test_random() };

			h.page = alloc_pages(test_below(10) ? GFP_KERNEL : __GFP_DMA, h.order);
			if (!h.page)
				continue;
			CHECK_EQ(page_count(h.page), 1);
			fill(&h);
			held[n++] = h;
		} else if (n) {
			unsigned int i = test_below(n);

			verify(&held[i]);
			if (test_below(2))
				free_pages(held[i].page, held[i].order);
			else
				put_page(held[i].page);
			held[i] = held[--n];
		}
		if (step % 1000 == 0)
			CHECK_EQ(page_alloc_check(), 0);
	}
	while (n) {
		verify(&held[--n]);
		free_pages(held[n].page, held[n].order);
	}
	drain_local_pages();
	CHECK_EQ(page_alloc_check(), 0);
	CHECK_EQ(nr_free_pages(), before);
}

static void test_random_ops(void **state)
{
	test_seed_init("buddy");
	assert_int_equal(host_isolated(random_ops), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_256m),
		cmocka_unit_test(test_random_ops),
	};

	return cmocka_run_group_tests_name("page_alloc", tests, NULL, NULL);
}
