/* SPDX-License-Identifier: MIT */
/* Sections and templates: what is readable, what is writable, what it costs, and when it comes online. */
#include "check.h"
#include "machine.h"
#include <asm/memory.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/sparse.h>

#define MIB (1UL << 20)
#define GIB (1UL << 30)
#define TIB (1UL << 40)

static const struct range tib[] = { { 0x1000, 0x9f000 }, { 0x100000, 0x7ff7b000 }, { 4 * GIB, TIB + 2 * GIB }, { 0, 0 } };

static void one_tib_costs_like_one_gib(void)
{
	struct section_stats s;

	host_boot(tib, PHYS_ADDR_MAX);
	section_stats(&s);
	/* Section 0 (image, hole) and the one that ends at 0x7ff7b000. */
	CHECK_EQ(s.nr_online, 2);
	CHECK(s.memmap_pages * PAGE_SIZE <= 11 * MIB);   /* two sections, three templates */
	CHECK(nr_kernel_table_pages < 100);
	CHECK(nr_free_pages() > (TIB - TIB / 50) >> PAGE_SHIFT);
	CHECK_EQ(page_alloc_check(), 0);
}

/* pfn -> what its struct page must say. */
static void every_pfn_reads(void)
{
	host_boot(tib, PHYS_ADDR_MAX);
	CHECK(page_test(pfn_to_page(0), PG_reserved));                          /* page 0 */
	CHECK(page_test(pfn_to_page(0xa0), PG_reserved));                       /* the hole below 1 MiB */
	CHECK(page_test(pfn_to_page(0x100), PG_reserved));                      /* the image */
	CHECK(page_test(pfn_to_page((3 * GIB) >> 12), PG_reserved));            /* the hole below 4 GiB */
	CHECK(page_test(pfn_to_page((512 * MIB) >> 12), PG_untouched));
	CHECK_EQ(page_zone_id(pfn_to_page((512 * MIB) >> 12)), ZONE_DMA32);
	CHECK(page_test(pfn_to_page((4 * GIB) >> 12), PG_untouched));
	CHECK(page_test(pfn_to_page((800 * GIB + 12345678) >> 12), PG_untouched));
	CHECK_EQ(page_zone_id(pfn_to_page((800 * GIB) >> 12)), ZONE_NORMAL);
	CHECK(page_test(pfn_to_page((TIB + 2 * GIB - 1) >> 12), PG_untouched));
	CHECK(page_test(pfn_to_page((TIB + 2 * GIB) >> 12), PG_reserved));
	CHECK(page_test(pfn_to_page((VMEMMAP_END + 1 - VMEMMAP_START) / 64 - 1), PG_reserved));
	CHECK(page_test(pfn_to_page((64 * MIB) >> 12), PG_buddy));              /* section 0 is online */
	CHECK(page_is_online(pfn_to_page((64 * MIB) >> 12)));
	CHECK(!page_is_online(pfn_to_page((16 * GIB) >> 12)));
}

static void templates_refuse_writes(void)
{
	host_boot(tib, PHYS_ADDR_MAX);
	CHECK(host_try_write(pfn_to_page((3 * GIB) >> 12)));
	CHECK(host_try_write(pfn_to_page((800 * GIB) >> 12)));
	CHECK(host_try_write(pfn_to_page((TIB * 8) >> 12)));
	CHECK(!host_try_write(pfn_to_page(0x1000)));
	CHECK(vmemmap_explain_fault((unsigned long)pfn_to_page(0x300000)));
	CHECK(!vmemmap_explain_fault(PAGE_OFFSET));
}

static void a_dry_zone_takes_the_next_section(void)
{
	struct section_stats a, b;
	struct page *p;

	host_boot(tib, PHYS_ADDR_MAX);
	section_stats(&a);
	/* What is online below 4 GiB goes first, but for a reserve. */
	CHECK((p = alloc_page(GFP_KERNEL)) && page_zone_id(p) == ZONE_DMA32);
	section_stats(&b);
	CHECK_EQ(b.nr_online, a.nr_online);
	while ((p = alloc_pages(GFP_KERNEL, MAX_ORDER)) && page_zone_id(p) != ZONE_NORMAL)
		;
	section_stats(&b);
	CHECK(p && zones[ZONE_DMA32].nr_free > 60 * MIB >> 12);
	CHECK_EQ(b.nr_online, a.nr_online + 1);
	CHECK_EQ(b.nr_untouched, a.nr_untouched - 1);
	/* The section is the first of the zone, its struct pages are its own first 2 MiB. */
	CHECK(page_test(pfn_to_page(4 * GIB >> 12), PG_vmemmap));
	CHECK(page_test(pfn_to_page((4 * GIB >> 12) + 511), PG_vmemmap));
	CHECK(!page_test(pfn_to_page((4 * GIB >> 12) + 512), PG_vmemmap));
	CHECK(page_is_online(pfn_to_page((4 * GIB >> 12) + 32767)));
	CHECK(page_test(pfn_to_page((4 * GIB >> 12) + 32768), PG_untouched));
	CHECK_EQ(page_alloc_check(), 0);
	put_page(p);
	CHECK_EQ(page_alloc_check(), 0);
}

/* 64 GiB of untouched sections share one pmd table: the first to come online copies it into its own memory. */
static void shared_tables_are_copied_once(void)
{
	static const struct range ram[] = { { 0x100000, 64 * MIB }, { 64 * GIB, 256 * GIB }, { 0, 0 } };
	u64 first = 64 * GIB >> 12, tables;
	struct page *p;

	host_boot(ram, PHYS_ADDR_MAX);
	tables = nr_kernel_table_pages;
	CHECK((p = alloc_page(GFP_KERNEL)));
	CHECK_EQ(nr_kernel_table_pages, tables + 1);
	CHECK(page_test(pfn_to_page(first + 511), PG_vmemmap));
	CHECK(page_test(pfn_to_page(first + 512), PG_table) && !page_test(pfn_to_page(first + 513), PG_table));
	for (int i = 0; i < 40; i++)    /* 4 MiB each: into the next section */
		CHECK(alloc_pages(GFP_KERNEL, MAX_ORDER));
	CHECK(page_test(pfn_to_page(first + PAGES_PER_SECTION), PG_vmemmap));
	CHECK_EQ(nr_kernel_table_pages, tables + 1);
	CHECK(page_test(pfn_to_page(128 * GIB >> 12), PG_untouched));
	CHECK_EQ(page_alloc_check(), 0);
}

/* All of a 3 GiB machine, order 0 and above: all sections come online, every page is given once. */
static void everything_can_be_had(void)
{
	static const struct range ram[] = { { 0x1000, 0x9f000 }, { 0x100000, 1 * GIB }, { 4 * GIB, 6 * GIB + 3 * MIB }, { 0, 0 } };
	struct section_stats s;
	u64 free_before, n = 0;
	struct page *list = NULL, *p;

	host_boot(ram, PHYS_ADDR_MAX);
	free_before = nr_free_pages();
	while ((p = alloc_pages(GFP_ATOMIC | GFP_KERNEL, 5))) {
		p->private = (unsigned long)list;
		list = p;
		n += 32;
	}
	while ((p = alloc_pages(GFP_ATOMIC | GFP_KERNEL, 0))) {
		p->private = (unsigned long)list;
		list = p;
		n++;
	}
	/* Tables that sections took for themselves are the only difference. */
	CHECK(free_before - n < 8);
	section_stats(&s);
	CHECK_EQ(s.nr_untouched, 0);
	CHECK_EQ(nr_free_pages(), 0);
	while (list) {
		p = list;
		list = (struct page *)p->private;
		put_page(p);
	}
	drain_local_pages();
	CHECK_EQ(nr_free_pages(), n);
	CHECK_EQ(page_alloc_check(), 0);
}

/* Ranges of every awkward shape: tiny, unaligned, many in one section, at section borders. */
static void awkward_maps(void)
{
	struct range ram[600] = { { 0x100000, 64 * MIB } };
	unsigned int n = 1;
	u64 pos = 200 * MIB, total = 0;

	while (n < ARRAY_SIZE(ram) - 1) {
		u64 gap = test_below(4) ? PAGE_SIZE * (1 + test_below(300)) : MIB * test_below(500);
		u64 size = test_below(3) ? PAGE_SIZE * (1 + test_below(100)) : test_below(10) ? MIB * (1 + test_below(50)) : 128 * MIB * (1 + test_below(9));

		pos += gap;
		if (!test_below(5))
			pos = ALIGN(pos, SECTION_SIZE);
		ram[n++] = (struct range){ pos, pos + size };
		pos += size + PAGE_SIZE;
	}
	ram[n] = (struct range){ 0, 0 };
	host_boot(ram, PHYS_ADDR_MAX);
	CHECK_EQ(page_alloc_check(), 0);
	for (unsigned int i = 0; i < n; i++) {
		total += range_size(ram[i]);
		/* First and last page of each range are known, what is just outside is reserved. */
		CHECK(!page_test(pfn_to_page(ram[i].end >> 12), PG_buddy) && page_test(pfn_to_page(ram[i].end >> 12), PG_reserved));
		if (page_is_online(pfn_to_page(ram[i].start >> 12)))
			CHECK(!host_try_write(pfn_to_page((ram[i].end - 1) >> 12)) || page_test(pfn_to_page((ram[i].end - 1) >> 12), PG_untouched));
	}
	CHECK(nr_free_pages() << 12 > total - total / 20 - 16 * MIB);
	for (int i = 0; i < 200000 && alloc_page(GFP_KERNEL); i++)
		;
	CHECK_EQ(page_alloc_check(), 0);
}

static void reserved_memory_can_be_given_back(void)
{
	u64 before;

	host_machine_init();
	CHECK_EQ(memblock_reserve(&memblock, (struct range){ 600 * MIB, 640 * MIB + 0x123000 }), 0);
	host_boot_mib(2048);
	CHECK(page_test(pfn_to_page(600 * MIB >> 12), PG_reserved));
	CHECK(page_is_online(pfn_to_page(600 * MIB >> 12)));
	before = nr_free_pages();
	free_reserved_range(600 * MIB, 640 * MIB + 0x123000);
	CHECK_EQ(nr_free_pages(), before + ((40 * MIB + 0x123000) >> 12));
	CHECK_EQ(page_alloc_check(), 0);
	free_reserved_range(3 * GIB, 3 * GIB + 0x10000);        /* a hole: said, not done */
	CHECK_EQ(nr_free_pages(), before + ((40 * MIB + 0x123000) >> 12));
}

static void contiguous_ranges(void)
{
	struct page *p, *q;
	u64 before;

	host_boot_mib(1024);
	drain_local_pages();
	before = nr_free_pages();
	p = alloc_contig_pages(5000, GFP_KERNEL | __GFP_ZERO);
	q = alloc_contig_pages(30000, GFP_KERNEL);      /* most of a section */
	CHECK(p && q && (p + 5000 <= q || q + 30000 <= p));
	for (u64 i = 0; i < 5000; i++)
		CHECK(page_count(p + i) == 1 && *(u64 *)page_address(p + i) == 0);
	CHECK_EQ(page_alloc_check(), 0);
	CHECK(!alloc_contig_pages(1UL << 20, GFP_KERNEL));
	CHECK(!alloc_contig_pages(PAGES_PER_SECTION, GFP_KERNEL));      /* each section's first 2 MiB are its struct pages */
	free_contig_range(p, 2500);
	free_contig_range(p + 2500, 2500);
	free_contig_range(q, 30000);
	drain_local_pages();
	CHECK_EQ(page_alloc_check(), 0);
	CHECK(before - nr_free_pages() < 4);
}

static void small_machines(void)
{
	host_boot_mib(64);
	CHECK(nr_free_pages() << 2 > 60000);
	CHECK_EQ(page_alloc_check(), 0);
}

#define ISOLATED(fn) static void test_##fn(void **state) { assert_int_equal(host_isolated(fn), 0); }
ISOLATED(one_tib_costs_like_one_gib)
ISOLATED(every_pfn_reads)
ISOLATED(templates_refuse_writes)
ISOLATED(a_dry_zone_takes_the_next_section)
ISOLATED(shared_tables_are_copied_once)
ISOLATED(everything_can_be_had)
ISOLATED(reserved_memory_can_be_given_back)
ISOLATED(contiguous_ranges)
ISOLATED(small_machines)
static void test_awkward_maps(void **state)
{
	test_seed_init("sections");
	for (int i = 0; i < 10; i++, test_random())
		assert_int_equal(host_isolated(awkward_maps), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_tib_costs_like_one_gib),
		cmocka_unit_test(test_every_pfn_reads),
		cmocka_unit_test(test_templates_refuse_writes),
		cmocka_unit_test(test_a_dry_zone_takes_the_next_section),
		cmocka_unit_test(test_shared_tables_are_copied_once),
		cmocka_unit_test(test_everything_can_be_had),
		cmocka_unit_test(test_reserved_memory_can_be_given_back),
		cmocka_unit_test(test_contiguous_ranges),
		cmocka_unit_test(test_small_machines),
		cmocka_unit_test(test_awkward_maps),
	};

	return cmocka_run_group_tests_name("sparse", tests, NULL, NULL);
}
