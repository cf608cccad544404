/* SPDX-License-Identifier: MIT */
/* Every byte of the map in one slice, at any moment: after each of thousands of random operations. */
#include "check.h"
#include "machine.h"
#include <asm/memory.h>
#include <mm/accounting.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/memblock.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

#define MIB (1UL << 20)
#define GIB (1UL << 30)

static struct e820_table map;

static void entry(u64 start, u64 end, enum e820_type type)
{
	map.e[map.nr++] = (struct e820_entry){ { start, end }, type };
}

/* Ragged edges, all types, a hole, RAM above 4 GiB. */
static void boot(phys_addr_t highmem)
{
	struct range ram[16];
	unsigned int n = 0;

	entry(0x1000, 0x9f000 + 0x400, E820_TYPE_RAM);
	entry(0x9f400, 0xa0000, E820_TYPE_RESERVED);
	entry(0x100000, 500 * MIB + 0x123, E820_TYPE_RAM);
	entry(500 * MIB + 0x123, 500 * MIB + 0x40000, E820_TYPE_ACPI);
	entry(500 * MIB + 0x40000, 501 * MIB, E820_TYPE_NVS);
	entry(501 * MIB, 502 * MIB, E820_TYPE_UNUSABLE);
	entry(502 * MIB + 0x777, 1 * GIB, E820_TYPE_RAM);
	entry(3 * GIB, 3 * GIB + 256 * MIB, E820_TYPE_RESERVED);
	entry(4 * GIB, 6 * GIB, E820_TYPE_RAM);
	entry(8 * GIB, 9 * GIB, E820_TYPE_PMEM);
	for (unsigned int i = 0; i < map.nr; i++)
		if (map.e[i].type == E820_TYPE_RAM)
			ram[n++] = range_align_inner(map.e[i].r, PAGE_SIZE);
	ram[n] = (struct range){ 0, 0 };
	host_machine_init();
	CHECK_EQ(memblock_reserve(&memblock, (struct range){ 64 * MIB, 65 * MIB }), 0);        /* the loader's */
	host_boot(ram, highmem);
	vmalloc_init();
}

static void check_sums(void)
{
	struct mem_account a;
	int bad = account_check(&map, &a);

	if (bad)
		for (unsigned int i = 0; i < NR_MEM_SLICES; i++)
			fprintf(stderr, "%-22s %lu\n", mem_slice_info[i].name, (unsigned long)a.bytes[i]);
	CHECK_EQ(bad, 0);
	CHECK_EQ(a.sum, a.total);
}

static void after_boot(void)
{
	struct mem_account a;

	boot(PHYS_ADDR_MAX);
	check_sums();
	account_memory(&map, &a);
	CHECK_EQ(a.bytes[MEM_IMAGE], 0x180000);
	CHECK_EQ(a.bytes[MEM_BOOT], MIB);
	CHECK_EQ(a.bytes[MEM_LOW], 0xf000);
	CHECK_EQ(a.bytes[MEM_CRUMBS], 0x400 + 0x123 + 0x889);
	CHECK_EQ(a.bytes[MEM_ACPI], 0x40000 - 0x123);
	CHECK_EQ(a.bytes[MEM_UNUSABLE], MIB);
	CHECK_EQ(a.bytes[MEM_PMEM], GIB);
	CHECK_EQ(a.bytes[MEM_UNREACHABLE], 0);
	CHECK_EQ(a.bytes[MEM_KERNEL], 0);
	CHECK_EQ(a.usable + a.firmware, a.total);
	free_reserved_range(64 * MIB, 65 * MIB);
	check_sums();
	account_memory(&map, &a);
	CHECK_EQ(a.bytes[MEM_BOOT], 0);
}

static void pages_know_their_slice(void)
{
	void *obj, *stack;
	struct page *p;
	char *v;

	boot(PHYS_ADDR_MAX);
	obj = kmalloc(100, GFP_KERNEL);
	v = vmalloc(3 * PAGE_SIZE);
	stack = alloc_thread_stack();
	p = alloc_pages(GFP_KERNEL, 4);
	page_set(p, PG_anon);
	CHECK_EQ(account_page(&map, __pa(obj)), MEM_SLAB);
	CHECK_EQ(account_page(&map, page_to_phys(vmalloc_to_page(v + PAGE_SIZE))), MEM_VMALLOC);
	CHECK_EQ(account_page(&map, page_to_phys(vmalloc_to_page(stack))), MEM_STACK);
	CHECK_EQ(account_page(&map, page_to_phys(p + 13)), MEM_ANON);
	CHECK_EQ(account_page(&map, 0x100000), MEM_IMAGE);
	CHECK_EQ(account_page(&map, 0x2000), MEM_LOW);
	CHECK_EQ(account_page(&map, 64 * MIB), MEM_BOOT);
	CHECK_EQ(account_page(&map, swapper_pg_dir_phys), MEM_KERNEL_TABLE);
	CHECK_EQ(account_page(&map, 3 * GIB), MEM_RESERVED);
	CHECK_EQ(account_page(&map, 2 * GIB), -1);
	CHECK_EQ(account_page(&map, 5 * GIB + 5000), MEM_UNTOUCHED);
	CHECK_EQ(account_page(&map, 200 * MIB), MEM_UNTOUCHED);
	CHECK_EQ(account_page(&map, 60 * MIB), MEM_FREE);
}

static void sums_hold(phys_addr_t highmem)
{
	static struct { void *p; int kind; } held[3000];
	unsigned int n = 0;

	boot(highmem);
	for (int step = 0; step < 6000; step++) {
		if (n < ARRAY_SIZE(held) && test_below(100) < 55) {
			int kind = test_below(6);
			void *p = kind == 0 ? kmalloc(1 + test_below(20000), GFP_KERNEL) : kind == 1 ? vmalloc(1 + test_below(test_below(50) ? 50000 : 5 * MIB)) :
				kind == 2 ? alloc_thread_stack() : kind == 3 ? alloc_pages(GFP_HIGHUSER, test_below(11)) :
				kind == 4 ? alloc_page(GFP_HIGHUSER) : memremap_ro(500 * MIB + 0x123, 1000);

			if (!p)
				continue;
			if (kind == 3 || kind == 4)
				page_set(p, PG_anon);
			held[n].p = p;
			held[n++].kind = kind;
		} else if (n) {
			unsigned int i = test_below(n);
			void *p = held[i].p;

			switch (held[i].kind) {
			case 0: kfree(p); break;
			case 1: vfree(p); break;
			case 2: free_thread_stack(p); break;
			case 5: iounmap(p); break;
			default: put_page(p);
			}
			held[i] = held[--n];
		}
		if (step % 50 == 0)
			check_sums();
	}
}

static void sums_hold_after_every_operation(void) { sums_hold(PHYS_ADDR_MAX); }
static void sums_hold_with_highmem(void) { sums_hold(896 * MIB); }

/* The law can fail: one page freed behind the counters' back is noticed, one lost too. */
static void one_page_off_is_seen(void)
{
	struct mem_account a;
	struct page *p;

	boot(PHYS_ADDR_MAX);
	p = alloc_page(GFP_KERNEL);
	page_set(p, PG_slab);
	CHECK_EQ(account_check(&map, &a), 5);
	page_clear(p, PG_slab);
	page_set(p, PG_buddy);
	p->order = 0;
	CHECK_EQ(account_check(&map, &a), 2);
	page_clear(p, PG_buddy);
	CHECK_EQ(account_check(&map, &a), 0);
	zones[ZONE_NORMAL].nr_untouched--;
	CHECK_EQ(account_check(&map, &a), 4);
}

#define ISOLATED(fn) static void test_##fn(void **state) { assert_int_equal(host_isolated(fn), 0); }
ISOLATED(after_boot)
ISOLATED(pages_know_their_slice)
ISOLATED(sums_hold_after_every_operation)
ISOLATED(sums_hold_with_highmem)
ISOLATED(one_page_off_is_seen)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_after_boot),
		cmocka_unit_test(test_pages_know_their_slice),
		cmocka_unit_test(test_sums_hold_after_every_operation),
		cmocka_unit_test(test_sums_hold_with_highmem),
		cmocka_unit_test(test_one_page_off_is_seen),
	};

	test_seed_init("accounting");
	return cmocka_run_group_tests_name("accounting", tests, NULL, NULL);
}
