// SPDX-License-Identifier: MIT
/* SMBIOS tables as machines have them, and as nobody should have them. */
#include "check.h"
#include <drivers/smbios.h>
#include <uapi/errno.h>

static u8 table[8192];
static size_t size;
static struct smbios_info info;

/* @fields: what follows the 4-byte header; @strings: each ended by '|'. */
static void add(u8 type, const u8 *fields, size_t len, const char *strings)
{
	u8 *p = table + size;

	p[0] = type;
	p[1] = (u8)(len + 4);
	if (len)
		memcpy(p + 4, fields, len);
	size += len + 4;
	if (!*strings)
		table[size++] = 0;
	for (; *strings; strings++)
		table[size++] = *strings == '|' ? 0 : (u8)*strings;
	table[size++] = 0;
}

static void parse(u32 count)
{
	struct smbios_entry e = { 1, (u32)size, count, 3, 2 };
	u8 *exact = malloc(size);       /* ASan sees a read behind the end */

	memcpy(exact, table, size);
	smbios_parse(&info, &e, exact, size);
	free(exact);
	size = 0;
}

static void put16(u8 *p, unsigned int v) { p[0] = (u8)v; p[1] = (u8)(v >> 8); }
static void put32(u8 *p, u32 v) { put16(p, v); put16(p + 2, v >> 16); }
static void put64(u8 *p, u64 v) { put32(p, (u32)v); put32(p + 4, (u32)(v >> 32)); }

static void add_module(unsigned int mb_field, u32 extended_mb, u8 type)
{
	u8 f[0x22 - 4] = { 0 };

	put16(f + (0x0c - 4), mb_field);
	f[0x0e - 4] = 0x0d;
	f[0x10 - 4] = 1;
	f[0x11 - 4] = 2;
	f[0x12 - 4] = type;
	put16(f + (0x15 - 4), 3200);
	f[0x17 - 4] = 3;
	f[0x1a - 4] = 4;
	put32(f + (0x1c - 4), extended_mb);
	put16(f + (0x20 - 4), 2667);
	add(17, f, sizeof(f), "DIMM A|BANK 0|Samsung|  M471A1K43DB1  |");
}

static void smbios_reads_names_and_modules(void **state)
{
	const u8 bios[] = { 1, 2, 0, 0, 3, 0 }, sys[] = { 1, 2, 3, 0 };
	u8 mapped[0x1f - 4] = { 0 }, array[0x17 - 4] = { 0 };

	add(0, bios, sizeof(bios), "LENOVO|GIET\x01 85W|06/12/2017|");
	add(1, sys, sizeof(sys), "LENOVO|20AMS12345|ThinkPad X240|");
	array[5 - 4] = 3;
	array[6 - 4] = 6;
	put32(array + (7 - 4), 8u << 20);
	add(16, array, sizeof(array), "");
	add_module(8192, 0, 0x1a);
	add_module(0, 0, 0x1a);
	add_module(0x7fff, 65536, 0x22);
	add_module(0x8000 | 512, 0, 0x0f);
	add_module(0xffff, 0, 2);
	put32(mapped + (4 - 4), 0);
	put32(mapped + (8 - 4), (8u << 20) - 1);
	add(19, mapped, sizeof(mapped), "");
	put32(mapped + (4 - 4), 0xffffffff);
	put64(mapped + (0x0f - 4), 1ULL << 40);
	put64(mapped + (0x17 - 4), (1ULL << 41) - 1);
	add(19, mapped, sizeof(mapped), "");
	add(127, NULL, 0, "");
	add(1, sys, sizeof(sys), "not|read|at all|");
	parse(0);
	assert_string_equal(info.bios_version, "GIET? 85W");
	assert_string_equal(info.bios_date, "06/12/2017");
	assert_string_equal(info.version, "ThinkPad X240");
	assert_int_equal(info.nr_modules, 5);
	assert_true(info.module[0].size == 8ULL << 30);
	assert_true(info.module[2].size == 64ULL << 30);
	assert_true(info.module[3].size == 512 << 10);
	assert_true(info.module[4].size_unknown);
	assert_string_equal(info.module[0].part, "M471A1K43DB1");
	assert_string_equal(info.module[0].locator, "DIMM A");
	assert_int_equal(info.module[0].speed, 2667);
	assert_string_equal(smbios_memory_type(info.module[2].type), "DDR5");
	assert_string_equal(smbios_form_factor(info.module[2].form_factor), "SODIMM");
	assert_true(smbios_installed_bytes(&info) == (72ULL << 30) + (512 << 10));
	assert_int_equal(info.nr_ranges, 2);
	assert_true(info.range[0].end == 8ULL << 30);
	assert_true(info.range[1].start == 1ULL << 40 && info.range[1].end == 1ULL << 41);
	assert_true(info.max_capacity == 8ULL << 30);
	assert_true(info.ecc);
	assert_int_equal(info.nr_bad, 0);
	assert_int_equal(info.nr_structures, 11);
	assert_string_equal(smbios_memory_type(0xff), "memory");
}

static void smbios_without_sizes_uses_mapped_ranges(void **state)
{
	u8 mapped[0x0f - 4] = { 0 };

	put32(mapped + (8 - 4), (1u << 20) - 1);
	add(19, mapped, sizeof(mapped), "");
	parse(1);
	assert_true(smbios_installed_bytes(&info) == 1ULL << 30);
}

static void smbios_refuses_damage(void **state)
{
	const u8 sys[] = { 1, 200, 3 };

	add(1, sys, sizeof(sys), "only one|");          /* string numbers without strings */
	parse(0);
	assert_string_equal(info.manufacturer, "only one");
	assert_string_equal(info.product, "");
	add(1, sys, sizeof(sys), "cut off");
	size--;                                         /* no end of the strings */
	parse(0);
	assert_int_equal(info.nr_bad, 1);
	add(17, sys, 3, "");                            /* far too short */
	parse(0);
	assert_int_equal(info.nr_modules, 0);
	assert_int_equal(info.nr_bad, 1);
	table[0] = 1;
	table[1] = 3;                                   /* shorter than its header */
	size = 10;
	parse(0);
	assert_int_equal(info.nr_bad, 1);
	for (int i = 0; i < 100; i++)
		add_module(1, 0, 0);
	parse(0);
	assert_int_equal(info.nr_modules, SMBIOS_MAX_MODULES);
	assert_int_equal(info.nr_bad, 4);
}

static void smbios_entry_points(void **state)
{
	u8 e3[24] = "_SM3_", e2[31] = "_SM_";
	struct smbios_entry e;
	u8 s = 0;

	e3[6] = 24;
	e3[7] = 3;
	e3[8] = 4;
	put32(e3 + 12, 0xffffffff);
	put64(e3 + 16, 0x123456789abc);
	for (int i = 0; i < 24; i++)
		s = (u8)(s + e3[i]);
	e3[5] = (u8)-s;
	assert_int_equal(smbios_parse_entry(e3, 24, &e), 0);
	assert_true(e.table == 0x123456789abc && e.major == 3 && e.minor == 4);
	assert_int_equal(e.size, 1 << 20);
	e3[9] ^= 1;
	assert_int_equal(smbios_parse_entry(e3, 24, &e), -EINVAL);
	e3[9] ^= 1;
	assert_int_equal(smbios_parse_entry(e3, 23, &e), -EINVAL);

	e2[5] = 31;
	e2[6] = 2;
	e2[7] = 8;
	memcpy(e2 + 16, "_DMI_", 5);
	put16(e2 + 22, 1234);
	put32(e2 + 24, 0xf0000);
	put16(e2 + 28, 55);
	for (int i = s = 0; i < 15; i++)
		s = (u8)(s + e2[16 + i]);
	e2[21] = (u8)-s;
	for (int i = s = 0; i < 31; i++)
		s = (u8)(s + e2[i]);
	e2[4] = (u8)-s;
	assert_int_equal(smbios_parse_entry(e2, 31, &e), 0);
	assert_true(e.table == 0xf0000 && e.size == 1234 && e.count == 55 && e.minor == 8);
	e2[24] ^= 1;
	assert_int_equal(smbios_parse_entry(e2, 31, &e), -EINVAL);
	assert_int_equal(smbios_parse_entry("nothing of the kind, just text....", 34, &e), -EINVAL);
}

static void smbios_random_tables(void **state)
{
	test_seed_init("smbios");
	for (int round = 0; round < 3000; round++) {
		size_t n = 1 + test_below(600);

		for (size_t i = 0; i < n; i++)
			table[i] = test_below(3) ? (u8)test_below(32) : (u8)test_random();
		size = n;
		parse((u32)test_below(5));
		assert_true(info.nr_modules <= SMBIOS_MAX_MODULES && info.nr_ranges <= SMBIOS_MAX_RANGES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smbios_reads_names_and_modules),
		cmocka_unit_test(smbios_without_sizes_uses_mapped_ranges),
		cmocka_unit_test(smbios_refuses_damage),
		cmocka_unit_test(smbios_entry_points),
		cmocka_unit_test(smbios_random_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
