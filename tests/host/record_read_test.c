// SPDX-License-Identifier: MIT
/* What tools/atlas-html reads: smbios.txt gives back what it was written from, whatever the words; JSON is JSON and nothing else. */
#include "check.h"

#include <drivers/smbios.h>
#include "../../efi/record_text.h"
#include "../../tools/html/report_text.h"
#include "../../tools/replay/record.h"

static struct smbios_info a, b;

static void write_record(struct text *t, const struct smbios_info *s)
{
	t->len = 0;
	t->is_cut = false;
	record_smbios(t, s);
	assert_false(t->is_cut);
}

static void random_word(char *to, unsigned int *seed)
{
	static const char letters[] = "ab 1,.-:)MiB slot bank";
	int n = rand_r(seed) % (SMBIOS_STRING - 1);

	for (int i = 0; i < n; i++)
		to[i] = letters[rand_r(seed) % (int)(sizeof(letters) - 1)];
	to[n] = '\0';
}

/* Where fields run together (", bank " inside a slot's name) they part elsewhere, but the text stays the same. */
static void smbios_text_there_and_back(void **state)
{
	static char text[65536], again[65536];
	struct text one = { .buf = text, .size = sizeof(text) }, two = { .buf = again, .size = sizeof(again) };

	for (unsigned int seed = 1; seed < 200; seed++) {
		unsigned int s = seed;

		memset(&a, 0, sizeof(a));
		strcpy(a.manufacturer, "Maker, Inc.");
		strcpy(a.product, "Product (A1): x");
		strcpy(a.bios_version, "1.2");
		a.max_capacity = 64ULL << 30;
		a.ecc = seed & 1;
		a.nr_modules = seed % 5;
		for (unsigned int i = 0; i < a.nr_modules; i++) {
			struct smbios_module *m = &a.module[i];

			*m = (struct smbios_module){ .size = (u64)(rand_r(&s) % 65536) << 20, .type = (u8)(rand_r(&s) % 64),
						     .form_factor = (u8)(rand_r(&s) % 32), .speed = (u32)rand_r(&s) };
			if (seed < 100) {
				strcpy(m->locator, "DIMM 0");
				strcpy(m->bank, "BANK 0");
				strcpy(m->manufacturer, "Some Maker");
				strcpy(m->part, "PART-1");
			} else {
				random_word(m->locator, &s);
				random_word(m->bank, &s);
			}
		}
		a.nr_ranges = 1;
		a.range[0] = (struct range){ 0, 8ULL << 30 };
		write_record(&one, &a);
		record_parse_smbios(&b, text, one.len);
		assert_int_equal(b.nr_modules, a.nr_modules);
		assert_int_equal(smbios_installed_bytes(&b), smbios_installed_bytes(&a));
		if (seed < 100) {
			b.major = a.major;
			write_record(&two, &b);
			assert_int_equal(one.len, two.len);
			assert_memory_equal(text, again, one.len);
		}
	}
}

static void json_and_nothing_else(void **state)
{
	static const struct { const char *text; bool good; } cases[] = {
		{ "{}", true }, { " [ ] \n", true }, { "{\"a\":[1,-0.5e+3,true,false,null,\"\\u00e9\\n\\\"\"]}", true }, { "0", true }, { "\"\xc3\xa9\"", true },
		{ "", false }, { "{", false }, { "{\"a\"}", false }, { "{a:1}", false }, { "[1,]", false }, { "[1 2]", false }, { "{} x", false },
		{ "01", false }, { "1.", false }, { "-", false }, { "+1", false }, { "1e", false }, { "nul", false }, { "\"\n\"", false },
		{ "\"\\x\"", false }, { "\"\\u12g4\"", false }, { "\"", false }, { "\"\\", false }, { "\"\xff\"", false }, { "\"\xed\xa0\x80\"", false },
		{ "\"\xc3", false }, { "[[", false }, { "{\"a\":1,}", false }, { "NaN", false }, { "'a'", false },
	};
	size_t at;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t n = strlen(cases[i].text);
		char *exact = malloc(n + !n);   /* so that ASan sees a byte too far */

		memcpy(exact, cases[i].text, n);
		if ((json_check(exact, n, &at) == NULL) != cases[i].good)
			fail_msg("%s: %s", cases[i].text, json_check(exact, n, &at));
		assert_true(at <= n);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(smbios_text_there_and_back), cmocka_unit_test(json_and_nothing_else) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
