// SPDX-License-Identifier: MIT
/* Laws of efi/record_text.c: the texts of a machine's record. */
#include "check.h"

#include "../../efi/record_text.h"

static char buf[4096];
static struct text t;

static void begin(void)
{
	memset(buf, 'x', sizeof(buf));
	t = (struct text){ .buf = buf, .size = sizeof(buf) };
}

static void record_memmap_keeps_everything(void **state)
{
	/* Stride 48 with 8 bytes of somebody's own: type, pad, start, virtual, pages, attributes. */
	u64 raw[][6] = {
		{ 7, 0x1000, 0, 2, 0xf, ~0ULL },
		{ 0, 0, 0, 0, 0, ~0ULL },
		{ 0x80000001, 0xfffffffffffff000, 0, 2, 0x8000000000000000, ~0ULL },
	};

	begin();
	record_memmap(&t, raw, sizeof(raw) + 40, sizeof(raw[0]));
	assert_string_equal(strchr(buf, '\n') + 1,
			    "7 0000000000001000 0000000000002fff f\n"
			    "0 0000000000000000 empty 0\n"
			    "2147483649 fffffffffffff000 10000000000000fff 8000000000000000\n");
	begin();
	record_memmap(&t, raw, sizeof(raw), 16);        /* no descriptors */
	assert_string_equal(strchr(buf, '\n') + 1, "");
}

static const char *name_of(const char *manufacturer, const char *product)
{
	static char name[RECORD_NAME_MAX];
	struct smbios_info s = { 0 };

	snprintf(s.manufacturer, sizeof(s.manufacturer), "%s", manufacturer);
	snprintf(s.product, sizeof(s.product), "%s", product);
	record_name(name, &s);
	return name;
}

static void record_names_are_file_names(void **state)
{
	assert_string_equal(name_of("LENOVO", "20AL (ThinkPad X240)"), "lenovo-20al-thinkpad-x240");
	assert_string_equal(name_of("", ""), "unknown");
	assert_string_equal(name_of("..\\..", "//"), "unknown");
	assert_string_equal(name_of("", "A"), "a");
	assert_int_equal(strlen(name_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbb")), RECORD_NAME_MAX - 1);
}

static void record_texts_are_cut_at_whole_lines(void **state)
{
	char small[20];

	t = (struct text){ .buf = small, .size = sizeof(small) };
	text_add(&t, "%s\n", "0123456789");
	text_add(&t, "%s\n", "abcdefghijkl");
	assert_true(t.is_cut);
	assert_int_equal(t.len, 11);
	text_add(&t, "%s\n", "end");
	assert_int_equal(t.len, 15);
	assert_memory_equal(small, "0123456789\nend\n", 15);
}

static void record_acpi_names_bad_tables(void **state)
{
	struct acpi_info *a = calloc(1, sizeof(*a));

	a->nr_tables = 1;
	a->tables[0] = (struct acpi_table){ .sig = "APIC", .phys = 0x1000, .length = 5, .problem = "wrong checksum" };
	begin();
	record_acpi(&t, a);
	assert_non_null(strstr(buf, "table: APIC 0000000000001000 5 0 \"\" \"\" bad: wrong checksum\n"));
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_memmap_keeps_everything),
		cmocka_unit_test(record_names_are_file_names),
		cmocka_unit_test(record_texts_are_cut_at_whole_lines),
		cmocka_unit_test(record_acpi_names_bad_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
