// SPDX-License-Identifier: MIT
/* e820 against a map of bytes, against hostile EFI tables, and against the maps of real machines. */
#include "machines.h"
#include <iomem/e820.h>
#include <uapi/errno.h>

static struct e820_table t, u;

static const enum e820_type types[] = { E820_TYPE_RAM, E820_TYPE_RESERVED, E820_TYPE_ACPI, E820_TYPE_NVS,
	E820_TYPE_UNUSABLE, E820_TYPE_PMEM, E820_TYPE_SOFT_RESERVED, (enum e820_type)20 };

static void reset(void)
{
	t.nr = 0;
	t.stats = (struct e820_stats){ 0 };
}

static void assert_entry(unsigned int i, u64 start, u64 end, enum e820_type type)
{
	assert_true(i < t.nr);
	assert_true(t.e[i].r.start == start);
	assert_true(t.e[i].r.end == end);
	assert_int_equal(t.e[i].type, type);
}

/*
 *   RAM       [0 ------------------- 100)
 *   Reserved         [40 -- 60)
 *   result    [ RAM )[Reserved)[ RAM     )
 */
static void e820_restricted_splits_ram(void **state)
{
	reset();
	assert_int_equal(e820_add(&t, 0, 100, E820_TYPE_RAM), 0);
	assert_int_equal(e820_add(&t, 40, 60, E820_TYPE_RESERVED), 0);
	assert_int_equal(t.nr, 3);
	assert_entry(0, 0, 40, E820_TYPE_RAM);
	assert_entry(1, 40, 60, E820_TYPE_RESERVED);
	assert_entry(2, 60, 100, E820_TYPE_RAM);
	assert_int_equal(t.stats.nr_overlap, 1);
}

/*   [0 RAM 10)          [20 RAM 30)     and then RAM over the hole: one entry */
static void e820_touching_entries_merge(void **state)
{
	reset();
	assert_int_equal(e820_add(&t, 20, 30, E820_TYPE_RAM), 0);
	assert_int_equal(e820_add(&t, 0, 10, E820_TYPE_RAM), 0);
	assert_int_equal(e820_add(&t, 10, 20, E820_TYPE_RAM), 0);
	assert_int_equal(t.nr, 1);
	assert_entry(0, 0, 30, E820_TYPE_RAM);
	assert_int_equal(e820_add(&t, 5, 5, E820_TYPE_RAM), -EINVAL);
}

static void e820_trim_bios_takes_page_0_and_the_legacy_hole(void **state)
{
	reset();
	assert_int_equal(e820_add(&t, 0, 0x200000, E820_TYPE_RAM), 0);
	assert_int_equal(e820_add(&t, 0xe0000, 0xf0000, E820_TYPE_NVS), 0);
	assert_int_equal(e820_trim_bios(&t), 0);
	assert_int_equal(t.nr, 4);
	assert_entry(0, 0, 0x1000, E820_TYPE_RESERVED);
	assert_entry(1, 0x1000, 0xa0000, E820_TYPE_RAM);
	assert_entry(2, 0xe0000, 0xf0000, E820_TYPE_NVS);
	assert_entry(3, 0x100000, 0x200000, E820_TYPE_RAM);
}

/* Random ranges over a small space against one type a byte; then the same ranges in another order. */
static void e820_random_against_bytes(void **state)
{
	enum { SPACE = 200, OPS = 40 };
	struct e820_entry op[OPS];
	enum e820_type model[SPACE];

	test_seed_init("e820");
	for (int round = 0; round < 3000; round++) {
		int nr_ops = 1 + (int)test_below(OPS);

		reset();
		memset(model, 0, sizeof(model));
		for (int i = 0; i < nr_ops; i++) {
			u64 start = test_below(SPACE), end = start + 1 + test_below(min((u64)60, SPACE - start));

			op[i] = (struct e820_entry){ { start, end }, types[test_below(ARRAY_SIZE(types))] };
			assert_int_equal(e820_add(&t, start, end, op[i].type), 0);
			assert_int_equal(e820_check(&t), 0);
			for (u64 b = start; b < end; b++)
				if (!model[b] || e820_severity(op[i].type) > e820_severity(model[b]))
					model[b] = op[i].type;
		}
		for (u64 b = 0; b < SPACE; b++) {
			bool found;
			enum e820_type type = e820_type_at(&t, b, &found);

			assert_int_equal(found, model[b] != 0);
			if (found)
				assert_int_equal(type, model[b]);
		}
		u.nr = 0;
		for (int i = nr_ops; i-- > 0;)
			assert_int_equal(e820_add(&u, op[i].r.start, op[i].r.end, op[i].type), 0);
		assert_int_equal(t.nr, u.nr);
		for (unsigned int i = 0; i < t.nr; i++) {
			assert_true(t.e[i].r.start == u.e[i].r.start && t.e[i].r.end == u.e[i].r.end);
			assert_int_equal(t.e[i].type, u.e[i].type);
		}
		{
			u64 start = test_below(SPACE), end = start + 1 + test_below(SPACE - start);
			enum e820_type to = test_below(2) ? E820_TYPE_NVS : 0;

			assert_int_equal(e820_retype_ram(&t, start, end, to), 0);
			assert_int_equal(e820_check(&t), 0);
			for (u64 b = 0; b < SPACE; b++) {
				enum e820_type want = model[b] == E820_TYPE_RAM && b >= start && b < end ? to : model[b];
				bool found;
				enum e820_type type = e820_type_at(&t, b, &found);

				assert_int_equal(found ? type : 0, want);
			}
		}
	}
}

/* A full table: nothing restricted may turn into RAM, and the loss is counted. */
static void e820_full_table_never_invents_ram(void **state)
{
	reset();
	for (u64 i = 0; i < E820_MAX_ENTRIES; i++)
		assert_int_equal(e820_add(&t, i * 100, i * 100 + 50, E820_TYPE_RAM), 0);
	assert_int_equal(e820_add(&t, 1000000, 1000001, E820_TYPE_RAM), -ENOSPC);
	assert_int_equal(t.stats.nr_dropped, 1);
	assert_true(t.stats.bytes_dropped == 1);
	for (u64 i = 0; i < 20; i++) {
		bool found;

		assert_int_equal(e820_add(&t, i * 100 + 10, i * 100 + 20, E820_TYPE_RESERVED), -ENOSPC);
		assert_int_equal(e820_check(&t), 0);
		assert_int_equal(e820_type_at(&t, i * 100 + 5, &found), E820_TYPE_RAM);
		assert_true(found);
		for (u64 b = 10; b < 20; b++)
			assert_true(e820_type_at(&t, i * 100 + b, &found) != E820_TYPE_RAM || !found);
	}
	assert_true(t.stats.bytes_dropped == 1 + 20 * 40); /* the restricted 10 and the 30 above it */
}

static void put_desc(u8 *at, u32 type, u64 start, u64 pages, u64 attr)
{
	memcpy(at, &type, 4);
	memcpy(at + 8, &start, 8);
	memcpy(at + 24, &pages, 8);
	memcpy(at + 32, &attr, 8);
}

static void e820_from_efi_refuses_nonsense(void **state)
{
	u8 map[48 * 8 + 1] = { 0 };

	put_desc(map + 1, EFI_TYPE_CONVENTIONAL, 0x100000, 0x100, 0xf);
	put_desc(map + 1 + 48, EFI_TYPE_CONVENTIONAL, 0x1000, 0, 0xf);                          /* empty */
	put_desc(map + 1 + 96, EFI_TYPE_CONVENTIONAL, 0xfffffffffffff000, 0x100, 0xf);          /* wraps */
	put_desc(map + 1 + 144, EFI_TYPE_RESERVED, 0x1000, 0xffffffffffffffff, 0xf);            /* wraps */
	put_desc(map + 1 + 192, 77, 0x300000, 1, 0xf);                                          /* unknown */
	put_desc(map + 1 + 240, EFI_TYPE_CONVENTIONAL, 0x400000, 1, 1);                         /* uncached */
	put_desc(map + 1 + 288, EFI_TYPE_BOOT_DATA, 0x500000, 1, 0x4000f);                      /* special purpose */
	put_desc(map + 1 + 336, EFI_TYPE_LOADER_CODE, 0x1080, 1, 0xf);                          /* unaligned, late */
	assert_int_equal(e820_from_efi(&t, map + 1, 48 * 8, 48), 0);
	assert_int_equal(t.nr, 5);
	assert_entry(0, 0x1080, 0x2080, E820_TYPE_RAM);
	assert_entry(1, 0x100000, 0x200000, E820_TYPE_RAM);
	assert_entry(2, 0x300000, 0x301000, E820_TYPE_RESERVED);
	assert_entry(3, 0x400000, 0x401000, E820_TYPE_RESERVED);
	assert_entry(4, 0x500000, 0x501000, E820_TYPE_SOFT_RESERVED);
	assert_int_equal(t.stats.nr_in, 8);
	assert_int_equal(t.stats.nr_empty, 1);
	assert_int_equal(t.stats.nr_wrapping, 2);
	assert_int_equal(t.stats.nr_unknown_type, 1);
	assert_int_equal(t.stats.nr_uncached, 1);
	assert_int_equal(t.stats.nr_unaligned, 1);
	assert_int_equal(t.stats.nr_unsorted, 1);
	assert_int_equal(e820_from_efi(&t, map, 48 * 8, 39), -EINVAL);
	assert_int_equal(e820_from_efi(&t, map, 0, 48), -EINVAL);
	assert_int_equal(e820_from_efi(&t, map, 47, 48), -EINVAL);
	assert_int_equal(e820_from_efi(&t, map, 48 * 8, 0), -EINVAL);
	assert_int_equal(t.nr, 0);
}

/* Random bytes as a map: invariants hold, nothing is read out of bounds (ASan). */
static void e820_from_efi_random_bytes(void **state)
{
	test_seed_init("efi map");
	for (int round = 0; round < 2000; round++) {
		size_t stride = 40 + 8 * test_below(4), n = 1 + test_below(60);
		u8 *map = malloc(stride * n);

		for (size_t i = 0; i < stride * n; i++)
			map[i] = (u8)test_random();
		for (size_t i = 0; i < n; i++)
			if (test_below(4))
				put_desc(map + i * stride, (u32)test_below(18), test_below(1000) << 12,
					 test_below(100) << (test_below(30) ? 0 : 58), test_below(16));
		assert_int_equal(e820_from_efi(&t, map, stride * n, stride), 0);
		assert_int_equal(e820_check(&t), 0);
		free(map);
	}
}

/* Next maximal run of RAM at or after entry *i; false at the end. */
static bool next_ram(const struct e820_table *table, unsigned int *i, struct range *r)
{
	for (; *i < table->nr; (*i)++)
		if (table->e[*i].type == E820_TYPE_RAM) {
			*r = table->e[(*i)++].r;
			return true;
		}
	return false;
}

static void check_machine(struct machine *m)
{
	unsigned int i = 0, j = 0;
	struct range a = { 0 }, b = { 0 };
	u64 sum = 0;

	if (m->nr_efi) {
		assert_int_equal(e820_from_descs(&t, m->efi, m->nr_efi), 0);
		assert_int_equal(e820_check(&t), 0);
		assert_int_equal(t.stats.nr_dropped, 0);
		assert_int_equal(t.stats.nr_overlap, 0);
		for (size_t k = 0; k < m->nr_efi; k++)
			if (e820_type_of_efi(m->efi[k].type, m->efi[k].attribute) == E820_TYPE_RAM)
				sum += m->efi[k].nr_pages << 12;
		assert_true(e820_bytes(&t, E820_TYPE_RAM) == sum);
	}
	if (!m->nr_e820)
		return;
	u.nr = 0;
	for (size_t k = 0; k < m->nr_e820; k++)
		assert_int_equal(e820_add(&u, m->e820[k].r.start, m->e820[k].r.end, m->e820[k].type), 0);
	assert_int_equal(e820_check(&u), 0);
	if (!m->nr_efi)
		return;
	/* Both tables of one boot: the usable ranges must be the same, one by one. */
	while (next_ram(&u, &j, &b)) {
		assert_true(next_ram(&t, &i, &a));
		if (m->e820_is_partial && a.start == b.start && j == u.nr)
			return;
		if (a.start != b.start || a.end != b.end)
			fail_msg("%s: EFI gives [%llx, %llx), e820 [%llx, %llx)", m->name, (unsigned long long)a.start,
				 (unsigned long long)a.end, (unsigned long long)b.start, (unsigned long long)b.end);
	}
	assert_false(next_ram(&t, &i, &a));
	print_message("%s: usable ranges of EFI and e820 are the same\n", m->name);
}

static void e820_of_every_machine(void **state)
{
	assert_int_equal(machines_each(check_machine), 29);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(e820_restricted_splits_ram),
		cmocka_unit_test(e820_touching_entries_merge),
		cmocka_unit_test(e820_trim_bios_takes_page_0_and_the_legacy_hole),
		cmocka_unit_test(e820_random_against_bytes),
		cmocka_unit_test(e820_full_table_never_invents_ram),
		cmocka_unit_test(e820_from_efi_refuses_nonsense),
		cmocka_unit_test(e820_from_efi_random_bytes),
		cmocka_unit_test(e820_of_every_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
