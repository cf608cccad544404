// SPDX-License-Identifier: MIT
/*
 * kernel/lib/string.c under other names (the host has its own), against the C library's; and the
 * printf family against the C library's for every combination of flags that both know.
 */
#include "check.h"
#include <lib/err.h>
#include <lib/string.h>

#define memcpy k_memcpy
#define memmove k_memmove
#define memset k_memset
#define memcmp k_memcmp
#define memchr k_memchr
#define strlen k_strlen
#define strnlen k_strnlen
#define strcmp k_strcmp
#define strncmp k_strncmp
#define strchr k_strchr
#define strrchr k_strrchr
#define strstr k_strstr
#undef LIB_STRING_H
#pragma GCC diagnostic ignored "-Wunknown-pragmas"
#undef vsnprintf
#undef snprintf
#undef scnprintf
#undef vscnprintf
#include "../../kernel/lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr
#undef strstr
#undef snprintf

static void fill(u8 *a, u8 *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		a[i] = b[i] = (u8)test_random();
}

/* Every length and every alignment of both sides, guards around the target. */
static void string_copies_equal_libc(void **state)
{
	u8 a[400], b[400];

	test_seed_init("string");
	for (size_t n = 0; n < 150; n++)
		for (size_t from = 0; from < 16; from++)
			for (size_t to = 0; to < 16; to++) {
				fill(a, b, sizeof(a));
				assert_ptr_equal(k_memcpy(a + 200 + to, a + from, n), a + 200 + to);
				memcpy(b + 200 + to, b + from, n);
				assert_memory_equal(a, b, sizeof(a));
			}
}

/*
 *   src   [------)            and src behind dst: each overlap of both directions
 *   dst      [------)
 */
static void memmove_overlaps_both_ways(void **state)
{
	u8 a[400], b[400];

	for (size_t n = 0; n < 120; n++)
		for (size_t from = 0; from < 60; from++)
			for (size_t to = 0; to < 60; to++) {
				fill(a, b, sizeof(a));
				assert_ptr_equal(k_memmove(a + to, a + from, n), a + to);
				memmove(b + to, b + from, n);
				assert_memory_equal(a, b, sizeof(a));
			}
}

static void memset_and_memcmp_equal_libc(void **state)
{
	u8 a[200], b[200];

	for (size_t n = 0; n < 120; n++)
		for (size_t to = 0; to < 16; to++) {
			fill(a, b, sizeof(a));
			k_memset(a + to, (int)n + 77, n);
			memset(b + to, (int)n + 77, n);
			assert_memory_equal(a, b, sizeof(a));
			assert_int_equal(k_memcmp(a, b, sizeof(a)), 0);
			if (n) {
				b[to + n - 1] ^= 0x80;
				assert_int_equal(k_memcmp(a, b, sizeof(a)) < 0, memcmp(a, b, sizeof(a)) < 0);
				assert_int_equal(k_memcmp(a + to, b + to, n - 1), 0);
			}
		}
}

static void string_searches_equal_libc(void **state)
{
	static const char *const words[] = { "", "a", "ab", "aab", "abcabd", "abd", "\xff\x80", "b", "zzz" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		for (size_t j = 0; j < ARRAY_SIZE(words); j++) {
			const char *x = words[i], *y = words[j];

			assert_int_equal(k_strlen(x), strlen(x));
			assert_int_equal(k_strnlen(x, 2), strnlen(x, 2));
			assert_int_equal(k_strcmp(x, y) < 0, strcmp(x, y) < 0);
			assert_int_equal(k_strcmp(x, y) == 0, strcmp(x, y) == 0);
			for (size_t n = 0; n < 4; n++) {
				assert_int_equal(k_strncmp(x, y, n) < 0, strncmp(x, y, n) < 0);
				assert_int_equal(k_strncmp(x, y, n) == 0, strncmp(x, y, n) == 0);
			}
			assert_ptr_equal(k_strstr(x, y), strstr(x, y));
			assert_ptr_equal(k_strchr(x, *y), strchr(x, *y));
			assert_ptr_equal(k_strrchr(x, *y), strrchr(x, *y));
			assert_ptr_equal(k_memchr(x, *y, strlen(x)), memchr(x, *y, strlen(x)));
		}
}

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
static void same(const char *fmt, ...)
{
	char ours[256], libc[256];
	va_list ap;
	int n, m;

	va_start(ap, fmt);
	n = kvsnprintf(ours, sizeof(ours), fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	m = vsnprintf(libc, sizeof(libc), fmt, ap);
	va_end(ap);
	if (n != m || strcmp(ours, libc))
		fail_msg("format \"%s\": ours \"%s\" (%d), libc \"%s\" (%d)", fmt, ours, n, libc, m);
}

static void printf_numbers_equal_libc(void **state)
{
	static const char *const lengths[] = { "hh", "h", "", "l", "ll", "z", "j" };
	static const u64 values[] = { 0, 1, 7, 8, 9, 10, 127, 128, 255, 65535, 65536, 2147483647, 2147483648, 4294967295,
		0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff, 1234567890123456789 };
	static const char *const widths[] = { "", "1", "5", "22", ".0", ".3", "8.5", "24.21" };

	for (unsigned int flags = 0; flags < 32; flags++)
		for (size_t l = 0; l < ARRAY_SIZE(lengths); l++)
			for (size_t w = 0; w < ARRAY_SIZE(widths); w++)
				for (const char *conv = "diuxXo"; *conv; conv++)
					for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
						char fmt[64];

						snprintf(fmt, sizeof(fmt), "[%%%s%s%s%s%s%s%s%c]", flags & 1 ? "-" : "",
							 flags & 2 ? "+" : "", flags & 4 ? " " : "", flags & 8 ? "#" : "",
							 flags & 16 ? "0" : "", widths[w], lengths[l], *conv);
						same(fmt, values[v]);
					}
}

static void printf_text_equals_libc(void **state)
{
	same("%s|%5s|%-5s|%.2s|%5.1s", "abc", "abc", "abc", "abc", "abc");
	same("%c%c%%%3c|%-3c|", 'a', 'b', 'c', 'd');
	same("%*d|%-*d|%.*d|%*s|%.*s", 5, 42, 5, 42, 5, 42, -6, "ab", 2, "abcdef");
	same("%.*d|%.*s", -1, 42, -1, "abc");
	same("no conversion");
	same("");
}

static void printf_cuts_and_counts(void **state)
{
	char buf[8] = "xxxxxxx";

	assert_int_equal(ksnprintf(buf, 4, "%s", "abcdef"), 6);
	assert_string_equal(buf, "abc");
	assert_int_equal(buf[4], 'x');
	assert_int_equal(kscnprintf(buf, 4, "%s", "abcdef"), 3);
	assert_int_equal(kscnprintf(buf, 0, "%s", "abcdef"), 0);
	assert_int_equal(ksnprintf(NULL, 0, "%d", 12345), 5);
}

static void printf_our_own(void **state)
{
	char buf[64];

	ksnprintf(buf, sizeof(buf), "%pE %pE %pE", ERR_PTR(-12), ERR_PTR(-1), ERR_PTR(-4000));
	assert_string_equal(buf, "-ENOMEM -EPERM -4000");
	ksnprintf(buf, sizeof(buf), "%p %s", (void *)0x1234, (char *)NULL);
	assert_string_equal(buf, "0000000000001234 (null)");
	assert_string_equal(errno_name(2), "ENOENT");
	assert_null(errno_name(0));
	assert_null(errno_name(4095));
	assert_null(errno_name(-1));
}

static void kstrtou64_takes_the_whole_string(void **state)
{
	u64 v = 99;

	assert_int_equal(kstrtou64("18446744073709551615", 0, &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(kstrtou64("0xffffFFFFffffFFFF", 0, &v), 0);
	assert_int_equal(kstrtou64("755", 8, &v), 0);
	assert_int_equal(v, 0755);
	assert_int_equal(kstrtou64("0755", 0, &v), 0);
	assert_int_equal(v, 0755);
	assert_int_equal(kstrtou64("18446744073709551616", 0, &v), -ERANGE);
	assert_int_equal(kstrtou64("", 0, &v), -EINVAL);
	assert_int_equal(kstrtou64("0x", 0, &v), -EINVAL);
	assert_int_equal(kstrtou64("12 ", 0, &v), -EINVAL);
	assert_int_equal(kstrtou64("-1", 0, &v), -EINVAL);
	assert_int_equal(kstrtou64("09", 0, &v), -EINVAL);
	assert_int_equal(v, 0755); /* untouched by failures */
}

static void memparse_suffixes(void **state)
{
	const char *end;
	u64 v;

	assert_int_equal(memparse("896M,rest", &end, &v), 0);
	assert_int_equal(v, 896UL << 20);
	assert_string_equal(end, ",rest");
	assert_int_equal(memparse("0x10k", &end, &v), 0);
	assert_int_equal(v, 16 << 10);
	assert_int_equal(memparse("1T", NULL, &v), 0);
	assert_int_equal(v, 1UL << 40);
	assert_int_equal(memparse("16384P", NULL, &v), -ERANGE);
	assert_int_equal(memparse("G", NULL, &v), -EINVAL);
}

static void strscpy_never_overruns(void **state)
{
	char buf[5] = "....";

	assert_int_equal(strscpy(buf, "abc", 4), 3);
	assert_string_equal(buf, "abc");
	assert_int_equal(strscpy(buf, "abcd", 4), -E2BIG);
	assert_string_equal(buf, "abc");
	assert_int_equal(strscpy(buf, "x", 0), -E2BIG);
	assert_int_equal(strscpy(buf, "", 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(string_copies_equal_libc),
		cmocka_unit_test(memmove_overlaps_both_ways),
		cmocka_unit_test(memset_and_memcmp_equal_libc),
		cmocka_unit_test(string_searches_equal_libc),
		cmocka_unit_test(printf_numbers_equal_libc),
		cmocka_unit_test(printf_text_equals_libc),
		cmocka_unit_test(printf_cuts_and_counts),
		cmocka_unit_test(printf_our_own),
		cmocka_unit_test(kstrtou64_takes_the_whole_string),
		cmocka_unit_test(memparse_suffixes),
		cmocka_unit_test(strscpy_never_overruns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
