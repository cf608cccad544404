// SPDX-License-Identifier: MIT
/* The report's sizes, percentages, bars and widths. */
#include "check.h"
#include "../../kernel/report/internal.h"

static void size_words(void **state)
{
	static const struct { u64 bytes; const char *want; } cases[] = {
		{ 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1 KiB" }, { 1536, "1.50 KiB" }, { 640 << 10, "640 KiB" },
		{ 1 << 20, "1 MiB" }, { (1 << 20) + 1, "1.00 MiB" }, { 0x3eeb7000, "1007 MiB" }, { 8UL << 30, "8 GiB" },
		{ 34154680320UL, "31.8 GiB" }, { 1UL << 40, "1 TiB" }, { U64_MAX, "16.0 EiB" }, { 1UL << 63, "8 EiB" },
		{ 1048575, "1.00 MiB" }, { (1UL << 47) - 4096, "128 TiB" }, { 12578816, "12.0 MiB" }, { 1030 << 10, "1.01 MiB" },
		{ 10235, "10.0 KiB" }, { (1UL << 50) + (1UL << 49), "1.50 PiB" },
	};
	char buf[SIZE_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(size_word(cases[i].bytes, buf), cases[i].want);
	assert_string_equal(size_text(4096, buf), "    4 KiB");
	for (int i = 0; i < 64; i++)
		assert_int_equal(strlen(size_text((1UL << i) + (1UL << i) / 3, buf)), 9);
}

static void percents(void **state)
{
	char buf[SIZE_TEXT];

	assert_string_equal(percent_text(1, 3, buf), " 33.3%");
	assert_string_equal(percent_text(1, 0, buf), "  0.0%");
	assert_string_equal(percent_text(1UL << 60, 1UL << 60, buf), "100.0%");
	assert_string_equal(percent_text(1UL << 59, 1UL << 60, buf), " 50.0%");
}

static void bars_are_as_wide_as_said(void **state)
{
	static char buf[4096];
	struct rpt r;

	for (u64 part = 0; part <= 100; part += 5)
		for (unsigned int width = 1; width < 60; width += 7) {
			memset(&r, 0, sizeof(r));
			r.buf = buf;
			r.size = sizeof(buf);
			rpt_bar(&r, part << 45, 100UL << 45, width, C_RAM);
			assert_int_equal(text_width(r.buf, r.len), width);
		}
}

static void overflow_is_kept(void **state)
{
	char buf[32];
	struct rpt r = { .buf = buf, .size = sizeof(buf) };

	rpt_section(&r, "t");
	for (int i = 0; i < 20; i++)
		rpt(&r, "12345\n");
	assert_true(r.overflow);
	assert_int_equal(r.len, 30);
	assert_int_equal(r.section[0].nr_lines, 5);
}

static void colours_by_name(void **state)
{
	assert_string_equal(name_colour("System RAM"), C_RAM);
	assert_string_equal(name_colour("Kernel bss"), C_KERNEL);
	assert_string_equal(name_colour("PCI ECAM 0000 [bus 00-ff]"), C_DEVICE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_words),
		cmocka_unit_test(percents),
		cmocka_unit_test(bars_are_as_wide_as_said),
		cmocka_unit_test(overflow_is_kept),
		cmocka_unit_test(colours_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
