/* SPDX-License-Identifier: MIT */
/* Page tables: direct map and image after boot, then random mappings against a flat model. */
#include "check.h"
#include "machine.h"
#include <asm/memory.h>
#include <lib/err.h>
#include <mm/highmem.h>
#include <mm/init.h>
#include <mm/page_alloc.h>
#include <mm/pgwalk.h>
#include <mm/sparse.h>

#define GIB (1UL << 30)

static const struct range ram[] = {
	{ 0x1000, 0x9f000 }, { 0x100000, 0x7ff7b000 }, { 0x7ffff000, 0x80000000 }, { 4 * GIB, 10 * GIB + 0x345000 }, { 0, 0 }
};

static bool in_ram(u64 pa)
{
	for (const struct range *r = ram; r->end; r++)
		if (range_contains(*r, pa))
			return true;
	return false;
}

struct sum { u64 bytes, ro_bytes, bad, leaves[4]; };

static int count_direct(const struct pg_leaf *l, void *arg)
{
	struct sum *s = arg;
	u64 size = pg_level_size(l->level);

	s->bytes += size;
	s->leaves[l->level]++;
	if (!(l->flags & _PAGE_RW))
		s->ro_bytes += size;
	if (l->paddr != l->vaddr - PAGE_OFFSET || !(l->flags & _PAGE_NX) || (l->flags & _PAGE_USER) || !in_ram(l->paddr) || !in_ram(l->paddr + size - 1))
		s->bad++;
	return 0;
}

/* Every byte of RAM is mapped once, none of anything else; text and rodata are read-only there. */
static void direct_map_is_ram_exactly(void)
{
	struct sum s = { 0 };
	u64 want = 0;

	host_boot(ram, PHYS_ADDR_MAX);
	for (const struct range *r = ram; r->end; r++)
		want += range_size(*r);
	CHECK_EQ(pgwalk_range(swapper_pg_dir_phys, PAGE_OFFSET, PAGE_OFFSET_END + 1, count_direct, &s), 0);
	CHECK_EQ(s.bad, 0);
	CHECK_EQ(s.bytes, want);
	CHECK_EQ(s.ro_bytes, 0xc0000);
	CHECK_EQ(s.leaves[3], 6);       /* 4..10 GiB */
	CHECK(s.leaves[1] < 1500);
	CHECK(!host_try_write(__va(0x9e000)) && host_try_read(__va(0x9f000)));
	CHECK(host_try_read(__va(0x7ff7b000)) && !host_try_read(__va(0x7ffff000)));
	CHECK(host_try_read(__va(0xfee00000)));
	CHECK(host_try_write(__va(0x100000)) && host_try_write(__va(0x1bf000)) && !host_try_write(__va(0x1c0000)));
}

static void direct_map_without_1g_pages(void)
{
	struct sum s = { 0 };

	host_machine_init();
	mm_cpu.has_1g_pages = false;
	mm_cpu.has_nx = true;
	host_boot(ram, PHYS_ADDR_MAX);
	CHECK_EQ(pgwalk_range(swapper_pg_dir_phys, PAGE_OFFSET, PAGE_OFFSET_END + 1, count_direct, &s), 0);
	CHECK_EQ(s.bad, 0);
	CHECK_EQ(s.leaves[3], 0);
	CHECK(s.leaves[2] > 4000);
}

static void image_is_w_xor_x(void)
{
	static const struct { unsigned long addr; u64 flags; } want[] = {
		{ 0x100000, 0 }, { 0x17f000, 0 }, { 0x180000, _PAGE_NX }, { 0x1bf000, _PAGE_NX },
		{ 0x1c0000, _PAGE_NX | _PAGE_RW }, { 0x27f000, _PAGE_NX | _PAGE_RW },
	};
	struct pg_leaf l;

	host_boot(ram, PHYS_ADDR_MAX);
	for (unsigned int i = 0; i < ARRAY_SIZE(want); i++) {
		CHECK(pgwalk_lookup(swapper_pg_dir_phys, __START_KERNEL_map + want[i].addr, &l));
		CHECK_EQ(l.flags & (_PAGE_NX | _PAGE_RW | _PAGE_USER), want[i].flags);
		CHECK_EQ(l.paddr + (want[i].addr & (pg_level_size(l.level) - 1)), want[i].addr);
	}
	CHECK(!pgwalk_lookup(swapper_pg_dir_phys, __START_KERNEL_map + 0x280000, &l));
	CHECK(!pgwalk_lookup(swapper_pg_dir_phys, __START_KERNEL_map + 0xff000, &l));
}

/* Without NX the bit is reserved: it must not be there. */
static int any_nx(const struct pg_leaf *l, void *arg)
{
	return !!(l->flags & _PAGE_NX);
}

static void no_nx_bit_without_nx(void)
{
	const struct pgwalk_ops ops = { .leaf = any_nx };

	host_machine_init();
	mm_cpu.has_nx = false;
	host_boot_mib(256);
	CHECK_EQ(pgwalk(swapper_pg_dir_phys, PAGE_OFFSET, PAGE_OFFSET + GIB, &ops, NULL), 0);
	CHECK_EQ(pgwalk(swapper_pg_dir_phys, VMEMMAP_START, VMEMMAP_START + GIB, &ops, NULL), 0);
}

/* A window of 64 MiB: every 4 KiB slot in a flat array. */
#define SLOTS (16384)
#define BASE (VMALLOC_START + (5UL << 30))

static u64 model[SLOTS];        /* paddr | 1, or 0 */
static u8 large[SLOTS / 512];   /* this 2 MiB piece is one leaf */

static int compare_leaf(const struct pg_leaf *l, void *arg)
{
	u64 n = pg_level_size(l->level) >> PAGE_SHIFT, first = (l->vaddr - BASE) >> PAGE_SHIFT;

	for (u64 i = 0; i < n; i++)
		CHECK_EQ(model[first + i], (l->paddr + (i << PAGE_SHIFT)) | 1);
	*(u64 *)arg += n;
	return 0;
}

static void random_mappings_match_model(void)
{
	u64 mapped = 0;

	host_boot_mib(256);
	for (int step = 0; step < 4000; step++) {
		u64 slot = test_below(2) ? test_below(SLOTS / 512) * 512 : test_below(SLOTS), n = test_below(2) ? 1 + test_below(30) : 512 * (1 + test_below(3));
		u64 pa = (test_below(1UL << 20) << 12) & (test_below(2) ? PMD_MASK : ~0UL), bad = 0;
		bool map = test_below(2);

		n = min(n, SLOTS - slot);
		for (u64 i = slot; i < slot + n; i++) {
			if (map && model[i])
				bad = EEXIST;
			/* Part of a large page can't go alone. */
			if (!map && large[i / 512] && (slot > i / 512 * 512 || slot + n < i / 512 * 512 + 512))
				bad = EINVAL;
		}
		if (bad)
			continue;       /* partial effects are allowed there; the error is tested below */
		if (map) {
			CHECK_EQ(kernel_map_range(BASE + (slot << 12), pa, n << 12, PAGE_KERNEL, 3), 0);
			for (u64 i = 0; i < n; i++)
				model[slot + i] = (pa + (i << 12)) | 1;
		} else {
			CHECK_EQ(kernel_unmap_range(BASE + (slot << 12), n << 12), 0);
			for (u64 i = 0; i < n; i++)
				model[slot + i] = 0;
		}
		for (u64 c = 0; c < SLOTS / 512; c++) {
			struct pg_leaf l;

			large[c] = pgwalk_lookup(swapper_pg_dir_phys, BASE + (c << 21), &l) && l.level == 2;
		}
	}
	CHECK_EQ(pgwalk_range(swapper_pg_dir_phys, BASE, BASE + (SLOTS << 12), compare_leaf, &mapped), 0);
	for (u64 i = 0; i < SLOTS; i++)
		mapped -= model[i] != 0;
	CHECK_EQ(mapped, 0);
}

static void bad_requests_are_refused(void)
{
	host_boot_mib(256);
	CHECK_EQ(kernel_map_range(BASE + 1, 0, PAGE_SIZE, PAGE_KERNEL, 3), -EINVAL);
	CHECK_EQ(kernel_map_range(BASE, 0x800, PAGE_SIZE, PAGE_KERNEL, 3), -EINVAL);
	CHECK_EQ(kernel_map_range(BASE, 0, 100, PAGE_KERNEL, 3), -EINVAL);
	CHECK_EQ(kernel_map_range(BASE, 0, PAGE_SIZE, PAGE_KERNEL, 4), -EINVAL);
	CHECK_EQ(kernel_map_range(~0UL & PAGE_MASK, 0, 2 * PAGE_SIZE, PAGE_KERNEL, 1), -EINVAL);
	CHECK_EQ(kernel_map_range(BASE, 0, 0, PAGE_KERNEL, 3), 0);
	CHECK_EQ(kernel_map_range(BASE, 0, PMD_SIZE, PAGE_KERNEL, 3), 0);
	CHECK_EQ(kernel_map_range(BASE + PAGE_SIZE, 0, PAGE_SIZE, PAGE_KERNEL, 3), -EEXIST);
	CHECK_EQ(kernel_unmap_range(BASE, PAGE_SIZE), -EINVAL);
	CHECK(!kernel_pte_alloc(BASE));
	CHECK_EQ(kernel_unmap_range(BASE, PMD_SIZE), 0);
}

#define ISOLATED(fn) static void test_##fn(void **state) { assert_int_equal(host_isolated(fn), 0); }
ISOLATED(direct_map_is_ram_exactly)
ISOLATED(direct_map_without_1g_pages)
ISOLATED(image_is_w_xor_x)
ISOLATED(no_nx_bit_without_nx)
ISOLATED(bad_requests_are_refused)
static void test_random_mappings_match_model(void **state)
{
	test_seed_init("pgwalk");
	assert_int_equal(host_isolated(random_mappings_match_model), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_direct_map_is_ram_exactly),
		cmocka_unit_test(test_direct_map_without_1g_pages),
		cmocka_unit_test(test_image_is_w_xor_x),
		cmocka_unit_test(test_no_nx_bit_without_nx),
		cmocka_unit_test(test_bad_requests_are_refused),
		cmocka_unit_test(test_random_mappings_match_model),
	};

	return cmocka_run_group_tests_name("pgwalk", tests, NULL, NULL);
}
