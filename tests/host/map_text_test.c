// SPDX-License-Identifier: MIT
/* Laws of kernel/iomem/map_text.c: a recorded map read from its text. */
#include "check.h"
#include "machines.h"

#include <iomem/map_text.h>
#include <uapi/errno.h>

static struct e820_table t, other;

/* In a block of exactly its size, so that ASan sees the first byte read behind it. */
static int parse(const char *text, size_t size, unsigned int *bad_line)
{
	char *copy = malloc(size ? size : 1);
	int ret;

	memcpy(copy, text, size);
	ret = map_text_parse(&t, copy, size, bad_line);
	free(copy);
	assert_int_equal(e820_check(&t), 0);
	return ret;
}

static void same_as_the_other_reader(struct machine *m)
{
	static char text[1 << 20];
	unsigned int bad_line;
	size_t size;
	FILE *f = machine_open(m->name, "efi-memmap.txt");

	if (!f)
		return;
	size = fread(text, 1, sizeof(text), f);
	fclose(f);
	assert_int_equal(parse(text, size, &bad_line), 0);
	assert_int_equal(e820_from_descs(&other, m->efi, m->nr_efi), 0);
	assert_int_equal(t.nr, other.nr);
	for (unsigned int i = 0; i < t.nr; i++) {
		assert_int_equal(t.e[i].r.start, other.e[i].r.start);
		assert_int_equal(t.e[i].r.end, other.e[i].r.end);
		assert_int_equal(t.e[i].type, other.e[i].type);
	}
	assert_memory_equal(&t.stats, &other.stats, sizeof(t.stats));
}

static void map_text_reads_every_machine(void **state)
{
	assert_true(machines_each(same_as_the_other_reader) >= 29);
}

static void map_text_reads_both_formats(void **state)
{
	static const char efi[] = "# comment\r\n\r\n7 1000 1fff f\r\n7 0 empty f\n11 2000 10000000000000fff ?\n0 5000 5fff 0";
	static const char words[] = "ACPI data 1000 1fff\nsoft reserved 2000 2fff\ntype 20 3000 3fff\nusable 4000 4fff\n";
	unsigned int bad_line;

	assert_int_equal(parse(efi, sizeof(efi) - 1, &bad_line), 0);
	assert_int_equal(t.nr, 2);
	assert_int_equal(t.stats.nr_in, 4);
	assert_int_equal(t.stats.nr_empty, 1);
	assert_int_equal(t.stats.nr_wrapping, 1);
	assert_int_equal(t.e[1].type, E820_TYPE_RESERVED);
	assert_int_equal(parse(words, sizeof(words) - 1, &bad_line), 0);
	assert_int_equal(t.nr, 4);
	assert_int_equal(t.e[0].type, E820_TYPE_ACPI);
	assert_int_equal(t.e[1].type, E820_TYPE_SOFT_RESERVED);
	assert_int_equal(t.e[2].type, E820_TYPE_RESERVED);
}

static void map_text_names_the_bad_line(void **state)
{
	static const char *const bad[] = {
		"7 1000 1fff f\nnonsense\n", "7 1000 1fff f\n7 2000 1fff f\n", "7 1000 1fff f\n7 2000 2fff\n", "7 1000 1fff f\nx 2000 2fff f\n",
		"7 1000 1fff f\n7 2000 2ffg f\n", "7 1000 1fff f\n5000000000 2000 2fff f\n", "usable 1000 1fff\nusable 2000\n",
		"usable 1000 1fff\nusable 2000 ffffffffffffffff\n", "7 1000 1fff f\n7 20000000000000000 20000000000000fff f\n",
	};
	unsigned int bad_line;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (parse(bad[i], strlen(bad[i]), &bad_line) != -EINVAL || bad_line != 2)
			fail_msg("accepted: %s", bad[i]);
	}
	assert_int_equal(parse("", 0, &bad_line), -EINVAL);
	assert_int_equal(bad_line, 0);
	assert_int_equal(parse("# only\n", 7, &bad_line), -EINVAL);
}

static void map_text_survives_noise(void **state)
{
	static const char good[] = "7 0000000000001000 0000000000057fff f\n0 0000000000058000 empty 0\n11 00000000f80f8000 00000000f80f8fff ?\n";
	char text[sizeof(good) * 4];
	unsigned int bad_line;

	test_seed_init("map_text_survives_noise");
	for (int round = 0; round < 100000; round++) {
		size_t size = 0;

		for (u64 n = 1 + test_below(4); n; n--) {
			memcpy(text + size, good, sizeof(good) - 1);
			size += sizeof(good) - 1;
		}
		for (u64 n = test_below(4); n; n--)
			text[test_below(size)] = test_below(2) ? (char)test_random() : " \n?0f#7e"[test_below(8)];
		(void)!parse(text, test_below(8) ? size : test_below(size), &bad_line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_text_reads_every_machine),
		cmocka_unit_test(map_text_reads_both_formats),
		cmocka_unit_test(map_text_names_the_bad_line),
		cmocka_unit_test(map_text_survives_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
