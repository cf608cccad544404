/* SPDX-License-Identifier: MIT */
/* The newc reader: what cpio(1) writes, several archives, and every kind of damage. */
#include "check.h"
#include <fs/cpio.h>
#include <uapi/errno.h>

static u8 archive[1 << 16];
static size_t used;

static void raw(const void *p, size_t n)
{
	memcpy(archive + used, p, n);
	used += n;
}

static void pad4(void)
{
	while (used & 3)
		archive[used++] = 0;
}

static void entry(const char *name, u32 mode, const void *body, u32 size, u32 nlink, u32 ino)
{
	char h[111];

	snprintf(h, sizeof(h), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", ino, mode, 1000, 100, nlink, 0x5f000000, size, 8, 1, 4, 64,
		 (u32)strlen(name) + 1, 0);
	raw(h, 110);
	raw(name, strlen(name) + 1);
	pad4();
	raw(body, size);
	pad4();
}

static void trailer(void)
{
	entry("TRAILER!!!", 0, "", 0, 1, 0);
}

static void start(void)
{
	memset(archive, 0xaa, sizeof(archive));
	used = 0;
}

static void cpio_reads_names_modes_bodies(void **state)
{
	struct cpio_reader r;
	struct cpio_entry e;

	start();
	entry(".", 0040755, "", 0, 2, 1);
	entry("bin/sh", 0100755, "hello", 5, 1, 2);
	entry("./etc/x", 0120777, "target", 6, 1, 3);
	entry("/abs", 0020600, "", 0, 1, 4);
	trailer();
	cpio_init(&r, archive, used);
	assert_int_equal(cpio_next(&r, &e), 1);
	assert_string_equal(e.name, "bin/sh");
	assert_int_equal(e.mode, 0100755);
	assert_int_equal(e.size, 5);
	assert_memory_equal(e.body, "hello", 5);
	assert_int_equal(e.uid, 1000);
	assert_int_equal(cpio_next(&r, &e), 1);
	assert_string_equal(e.name, "etc/x");
	assert_memory_equal(e.body, "target", 6);
	assert_int_equal(cpio_next(&r, &e), 1);
	assert_string_equal(e.name, "abs");
	assert_int_equal(e.rmajor, 4);
	assert_int_equal(e.rminor, 64);
	assert_int_equal(cpio_next(&r, &e), 0);
}

/*  [archive][zeroes][archive][zeroes]  */
static void cpio_reads_several_archives(void **state)
{
	struct cpio_reader r;
	struct cpio_entry e;

	start();
	entry("a", 0100644, "1", 1, 1, 1);
	trailer();
	while (used % 512)
		archive[used++] = 0;
	entry("b", 0100644, "2", 1, 1, 1);
	trailer();
	memset(archive + used, 0, 37);
	used += 37;
	cpio_init(&r, archive, used);
	assert_int_equal(cpio_next(&r, &e), 1);
	assert_string_equal(e.name, "a");
	assert_int_equal(cpio_next(&r, &e), 1);
	assert_string_equal(e.name, "b");
	assert_int_equal(cpio_next(&r, &e), 0);
}

static int drain(const u8 *data, size_t size)
{
	struct cpio_reader r;
	struct cpio_entry e;
	int ret, n = 0;

	cpio_init(&r, data, size);
	while ((ret = cpio_next(&r, &e)) > 0) {
		assert_true((const u8 *)e.name >= data && (const u8 *)e.name + strlen(e.name) < data + size);
		assert_true(e.size == 0 || (e.body >= data && e.body + e.size <= data + size));
		assert_true(++n < 100000);
	}
	if (ret < 0)
		assert_non_null(r.error);
	return ret;
}

/* Any prefix is an end or an error, and never a read beyond it (each has its own allocation: ASan sees). */
static void cpio_truncated_anywhere_is_caught(void **state)
{
	start();
	entry("dir", 0040755, "", 0, 2, 1);
	entry("file", 0100644, "0123456789abcdef", 16, 1, 2);
	entry("link", 0120777, "file", 4, 1, 3);
	for (size_t n = 0; n < used; n++) {
		u8 *copy = malloc(n ? n : 1);
		int ret;

		memcpy(copy, archive, n);
		ret = drain(copy, n);
		assert_true(ret == 0 || ret == -EINVAL);
		free(copy);
	}
	assert_int_equal(drain(archive, used), 0);
}

static void cpio_refuses_lies(void **state)
{
	static const struct { size_t off; const char *text; } lies[] = {
		{ 0, "070707" }, { 6, "zzzzzzzz" }, { 54, "ffffffff" }, { 94, "00000000" }, { 94, "fffffff0" }, { 94, "00000002" },
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		start();
		entry("file", 0100644, "abc", 3, 1, 2);
		memcpy(archive + lies[i].off, lies[i].text, strlen(lies[i].text));
		assert_int_equal(drain(archive, used), -EINVAL);
	}
}

static void cpio_random_damage(void **state)
{
	test_seed_init("cpio_random_damage");
	for (int round = 0; round < 20000; round++) {
		u8 *copy;

		start();
		entry("dir", 0040755, "", 0, 2, 1);
		entry("dir/file", 0100644, "0123456789abcdef", 16, 1, 2);
		entry("x", 0100644, "y", 1, 2, 5);
		trailer();
		copy = malloc(used);
		memcpy(copy, archive, used);
		for (u64 k = test_below(6) + 1; k; k--)
			copy[test_below(used)] = test_below(3) ? "0123456789abcdef"[test_below(16)] : test_random();
		drain(copy, used);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpio_reads_names_modes_bodies), cmocka_unit_test(cpio_reads_several_archives),
		cmocka_unit_test(cpio_truncated_anywhere_is_caught), cmocka_unit_test(cpio_refuses_lies), cmocka_unit_test(cpio_random_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
