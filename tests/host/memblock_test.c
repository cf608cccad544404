/* SPDX-License-Identifier: MIT */
/* memblock's sets of ranges, drawn above each case, and against a bitmap. */
#include "check.h"
#include <lib/err.h>
#include <asm/vmlayout.h>
#include <mm/init.h>
#include <mm/memblock.h>

static struct memblock mb = { .memory.name = "memory", .reserved.name = "reserved" };

static int setup(void **state)
{
	mb.memory.nr = mb.reserved.nr = 0;
	return 0;
}

static struct range R(u64 start, u64 end)
{
	return (struct range){ start, end };
}

static void expect(const struct memblock_type *t, unsigned int nr, const struct range *r)
{
	assert_int_equal(memblock_type_check(t), 0);
	assert_int_equal(t->nr, nr);
	for (unsigned int i = 0; i < nr; i++) {
		assert_int_equal(t->r[i].start, r[i].start);
		assert_int_equal(t->r[i].end, r[i].end);
	}
}

/*  |--a--|      |--b--|
 *     |----c------|        -> one */
static void memblock_add_overlap_merges(void **state)
{
	assert_int_equal(memblock_add(&mb, R(10, 20)), 0);
	assert_int_equal(memblock_add(&mb, R(30, 40)), 0);
	assert_int_equal(memblock_add(&mb, R(15, 35)), 0);
	expect(&mb.memory, 1, (struct range[]){ { 10, 40 } });
}

/*  |--a--||--b--|  -> one;  |--a--| . |--b--|  -> two */
static void memblock_touching_merges_gap_does_not(void **state)
{
	assert_int_equal(memblock_add(&mb, R(10, 20)), 0);
	assert_int_equal(memblock_add(&mb, R(20, 30)), 0);
	assert_int_equal(memblock_add(&mb, R(31, 40)), 0);
	expect(&mb.memory, 2, (struct range[]){ { 10, 30 }, { 31, 40 } });
	assert_int_equal(memblock_add(&mb, R(5, 5)), 0);
	assert_int_equal(memblock_add(&mb, R(9, 3)), 0);
	assert_int_equal(mb.memory.nr, 2);
}

/*  |--------a--------|  minus |--b--| inside -> two pieces; minus all -> none */
static void memblock_remove_splits(void **state)
{
	assert_int_equal(memblock_add(&mb, R(10, 100)), 0);
	assert_int_equal(memblock_remove(&mb, R(40, 50)), 0);
	expect(&mb.memory, 2, (struct range[]){ { 10, 40 }, { 50, 100 } });
	assert_int_equal(memblock_remove(&mb, R(0, 45)), 0);
	expect(&mb.memory, 1, (struct range[]){ { 50, 100 } });
	assert_int_equal(memblock_remove(&mb, R(0, U64_MAX)), 0);
	assert_int_equal(mb.memory.nr, 0);
}

static void memblock_full_array_changes_nothing(void **state)
{
	for (u64 i = 0; i < MEMBLOCK_MAX; i++)
		assert_int_equal(memblock_add(&mb, R(i * 10, i * 10 + 5)), 0);
	assert_int_equal(memblock_add(&mb, R(1000000, 1000001)), -ENOMEM);
	assert_int_equal(memblock_remove(&mb, R(1, 2)), -ENOMEM);
	assert_int_equal(mb.memory.nr, MEMBLOCK_MAX);
	assert_int_equal(memblock_check(&mb), 0);
	assert_int_equal(memblock_add(&mb, R(5, 10)), 0);
	assert_int_equal(mb.memory.nr, MEMBLOCK_MAX - 1);
}

/*  memory   |-----------------|
 *  reserved    |--|    |--|         the lowest aligned place between */
static void memblock_alloc_is_lowest_and_aligned(void **state)
{
	assert_int_equal(memblock_add(&mb, R(0, 0x100000)), 0);
	assert_int_equal(memblock_reserve(&mb, R(0x3000, 0x9000)), 0);
	assert_int_equal(memblock_alloc_range(&mb, 0x1000, 0x1000, 0, U64_MAX), 0x1000); /* never page 0 */
	assert_int_equal(memblock_alloc_range(&mb, 0x2000, 0x1000, 0, U64_MAX), 0x9000);
	assert_int_equal(memblock_alloc_range(&mb, 0x8000, 0x8000, 0, U64_MAX), 0x10000);
	assert_int_equal(memblock_alloc_range(&mb, 0x1000, 0x1000, 0x80000, 0x81000), 0x80000);
	assert_int_equal(memblock_alloc_range(&mb, 0x1000, 0x1000, 0x80000, 0x81000), 0);
	assert_int_equal(memblock_alloc_range(&mb, 0x100000, 0x1000, 0, U64_MAX), 0);
	assert_int_equal(memblock_alloc_range(&mb, 0, 1, 0, U64_MAX), 0);
	assert_int_equal(memblock_check(&mb), 0);
}

static void memblock_from_e820_rounds_inwards_and_counts(void **state)
{
	static struct e820_table t;
	const u64 window = PAGE_OFFSET_END - PAGE_OFFSET + 1;

	t.nr = 4;
	t.e[0] = (struct e820_entry){ { 0x800, 0x9f800 }, E820_TYPE_RAM };
	t.e[1] = (struct e820_entry){ { 0x100000, 0x200000 }, E820_TYPE_RESERVED };
	t.e[2] = (struct e820_entry){ { 0x200000, 0x300001 }, E820_TYPE_RAM };
	t.e[3] = (struct e820_entry){ { window - 0x2000, window + 0x5000 }, E820_TYPE_RAM };
	assert_int_equal(memblock_from_e820(&mb, &t), 0);
	expect(&mb.memory, 3, (struct range[]){ { 0x1000, 0x9f000 }, { 0x200000, 0x300000 }, { window - 0x2000, window } });
	assert_int_equal(memblock_bytes_unreachable, 0x5000);
	expect(&mb.reserved, 1, (struct range[]){ { 0, 0x10000 } });
}

/* Every operation against one bit a unit. */
#define UNITS 600
static bool mem[UNITS], res[UNITS];

static void compare(void)
{
	struct range r;
	u64 i = 0, pos = 0;

	assert_int_equal(memblock_check(&mb), 0);
	while (memblock_next_free(&mb, &i, &r)) {
		assert_true(r.start < r.end);
		for (; pos < r.start; pos++)
			assert_false(mem[pos] && !res[pos]);
		for (; pos < r.end; pos++)
			assert_true(mem[pos] && !res[pos]);
	}
	for (; pos < UNITS; pos++)
		assert_false(mem[pos] && !res[pos]);
}

static void memblock_random_ops_match_bitmap(void **state)
{
	test_seed_init("memblock");
	memset(mem, 0, sizeof(mem));
	memset(res, 0, sizeof(res));
	for (int step = 0; step < 20000; step++) {
		u64 a = test_below(UNITS), b = a + test_below(40);
		int op = test_below(5);
		struct range r = R(a, min(b, (u64)UNITS));

		if (op == 4) {
			u64 size = 1 + test_below(20), align = 1UL << test_below(4), at;

			at = memblock_alloc_range(&mb, size, align, 0, UNITS);
			if (at) {
				assert_int_equal(at % align, 0);
				for (u64 i = at; i < at + size; i++) {
					assert_true(mem[i] && !res[i]);
					res[i] = true;
				}
			}
		} else {
			assert_int_equal((op == 0 ? memblock_add : op == 1 ? memblock_remove : op == 2 ? memblock_reserve : memblock_free)(&mb, r), 0);
			for (u64 i = r.start; i < r.end; i++)
				*(op < 2 ? &mem[i] : &res[i]) = op % 2 == 0;
		}
		if (step % 8 == 0)
			compare();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(memblock_add_overlap_merges, setup),
		cmocka_unit_test_setup(memblock_touching_merges_gap_does_not, setup),
		cmocka_unit_test_setup(memblock_remove_splits, setup),
		cmocka_unit_test_setup(memblock_full_array_changes_nothing, setup),
		cmocka_unit_test_setup(memblock_alloc_is_lowest_and_aligned, setup),
		cmocka_unit_test_setup(memblock_from_e820_rounds_inwards_and_counts, setup),
		cmocka_unit_test_setup(memblock_random_ops_match_bitmap, setup),
	};

	return cmocka_run_group_tests_name("memblock", tests, NULL, NULL);
}
