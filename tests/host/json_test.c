// SPDX-License-Identifier: MIT
/* Laws of kernel/report/json.c: whatever goes in, JSON comes out, or the writer says that it did not fit. */
#include "check.h"

#include <lib/crc32.h>
#include "../../kernel/report/json.h"

static char buf[4096];
static struct json j;

static void begin(size_t size)
{
	json_init(&j, buf, size);
}

static void json_nests_and_separates(void **state)
{
	begin(sizeof(buf));
	json_long_object(&j, NULL);
	json_string(&j, "a", "x");
	json_array(&j, "b");
	json_number(&j, NULL, 1);
	json_number(&j, NULL, U64_MAX);
	json_object(&j, NULL);
	json_end(&j);
	json_end(&j);
	json_long_array(&j, "c");
	json_end(&j);
	json_hex(&j, "d", 0xfed00000);
	json_bool(&j, "e", true);
	json_word(&j, "f", "");
	json_long_array(&j, "g");
	json_bool(&j, NULL, false);
	json_end(&j);
	json_end(&j);
	assert_false(j.overflow);
	assert_int_equal(j.depth, 0);
	assert_string_equal(buf, "{\n \"a\":\"x\",\n \"b\":[1,18446744073709551615,{}],\n \"c\":[],\n \"d\":\"0xfed00000\",\n \"e\":true,\n"
			    " \"g\":[\n  false\n ]\n}\n");
}

/* What a firmware or a file name may hold. */
static void json_escapes_hostile_strings(void **state)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "", "\"\"" }, { "a\"b\\c/", "\"a\\\"b\\\\c/\"" }, { "\n\t\x01\x1f\x7f", "\"\\u000a\\u0009\\u0001\\u001f\\u007f\"" },
		{ "</script>", "\"</script>\"" }, { "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80", "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"" },
		{ "\xff", "\"\xef\xbf\xbd\"" }, { "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"" }, { "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" }, { "\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xe0\x80\x80" "a", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "a\"" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(sizeof(buf));
		json_string(&j, NULL, cases[i].in);
		assert_string_equal(buf, cases[i].out);
	}
}

/* A document that does not fit is said to, whatever the room; nothing is written behind the buffer. */
static void json_says_that_it_did_not_fit(void **state)
{
	size_t whole = 0;

	for (size_t size = sizeof(buf); size; size--) {
		char *room = malloc(size);

		json_init(&j, room, size);
		json_object(&j, NULL);
		json_string(&j, "key \xff", "value \x01 of some length");
		json_array(&j, "list");
		for (int i = 0; i < 5; i++)
			json_number(&j, NULL, 1000000);
		json_end(&j);
		json_end(&j);
		if (!whole)
			whole = j.len;
		assert_int_equal(j.overflow, size <= whole);
		free(room);
	}
}

static void json_too_deep_is_an_overflow(void **state)
{
	begin(sizeof(buf));
	for (int i = 0; i <= JSON_MAX_DEPTH; i++)
		json_array(&j, NULL);
	assert_true(j.overflow);
	for (int i = 0; i <= JSON_MAX_DEPTH; i++)
		json_end(&j);
	assert_true(j.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_nests_and_separates), cmocka_unit_test(json_escapes_hostile_strings),
		cmocka_unit_test(json_says_that_it_did_not_fit), cmocka_unit_test(json_too_deep_is_an_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
