// SPDX-License-Identifier: MIT
/* The small parts of kernel/lib: ranges, bitmaps, sort, CRC, boot options, the log, lock order. */
#include "check.h"
#include <lib/bitmap.h>
#include <lib/cmdline.h>
#include <lib/crc32.h>
#include <lib/printk.h>
#include <lib/range.h>
#include <lib/rwsem.h>
#include <lib/sort.h>
#include <lib/spinlock.h>
#include <uapi/errno.h>

static void range_align_and_clip(void **state)
{
	struct range r, c;

	assert_int_equal(range_from_size(16, 16, &r), 0);
	assert_int_equal(r.end, 32);
	assert_int_equal(range_from_size(UINT64_MAX - 3, 8, &r), -ERANGE);
	assert_true(r.end == UINT64_MAX);
	/*    [ 5 ---------- 33 )   aligned to 8 inside:  [ 8 -- 32 ) */
	c = range_align_inner((struct range){ 5, 33 }, 8);
	assert_int_equal(c.start, 8);
	assert_int_equal(c.end, 32);
	assert_true(range_is_empty(range_align_inner((struct range){ 1, 7 }, 8)));
	assert_true(range_is_empty(range_align_inner((struct range){ UINT64_MAX - 2, UINT64_MAX }, 4096)));
	c = range_clip((struct range){ 0, 10 }, (struct range){ 20, 30 });
	assert_true(range_is_empty(c));
	assert_false(range_overlaps((struct range){ 0, 10 }, (struct range){ 10, 20 }));
}

static void bitmap_random_against_bytes(void **state)
{
	enum { N = 300 };
	DECLARE_BITMAP(map, N) = { 0 };
	u8 model[N] = { 0 };

	test_seed_init("bitmap");
	for (int i = 0; i < 20000; i++) {
		size_t from = test_below(N), n = test_below(min((size_t)80, N - from) + 1), want, weight = 0;
		bool set = test_below(2);

		if (set)
			bitmap_set(map, from, n);
		else
			bitmap_clear(map, from, n);
		memset(model + from, set, n);
		for (size_t b = 0; b < N; b++) {
			assert_int_equal(test_bit(b, map), model[b]);
			weight += model[b];
		}
		assert_int_equal(bitmap_weight(map, N), weight);
		from = test_below(N + 1);
		for (want = from; want < N && !model[want]; want++)
			;
		assert_int_equal(find_next_bit(map, N, from), want);
		for (want = from; want < N && model[want]; want++)
			;
		assert_int_equal(find_next_zero_bit(map, N, from), want);
		n = 1 + test_below(20);
		for (want = ALIGN(from, 4); want + n <= N; want += 4)
			if (!memchr(model + want, 1, n))
				break;
		assert_int_equal(bitmap_find_free(map, N, from, n, 4), want + n <= N ? want : N);
	}
}

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void sort_equals_qsort(void **state)
{
	u32 a[200], b[200];

	test_seed_init("sort");
	for (int i = 0; i < 500; i++) {
		size_t n = test_below(ARRAY_SIZE(a) + 1);

		for (size_t k = 0; k < n; k++)
			a[k] = b[k] = (u32)test_below(50);
		sort(a, n, sizeof(a[0]), compare_u32);
		qsort(b, n, sizeof(b[0]), compare_u32);
		assert_memory_equal(a, b, n * sizeof(a[0]));
	}
}

static void crc32_check_value(void **state)
{
	assert_int_equal(crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32(crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
	assert_int_equal(crc32(0, "", 0), 0);
}

static void cmdline_options(void **state)
{
	char v[16];
	static char big[CMDLINE_MAX + 10];

	assert_int_equal(cmdline_set("quiet  highmem=896M name=\"a b\" bare= x=0 y=1 y=off report=3,5 -- /bin/sh -c ls"), 0);
	assert_true(cmdline_has("quiet"));
	assert_false(cmdline_has("qui"));
	assert_false(cmdline_has("x"));
	assert_false(cmdline_has("y")); /* the last one wins */
	assert_false(cmdline_has("/bin/sh"));
	assert_true(cmdline_get_size("highmem", 1) == 896UL << 20);
	assert_true(cmdline_get_size("quiet", 7) == 7);
	assert_true(cmdline_get_size("absent", 7) == 7);
	assert_int_equal(cmdline_get("name", v, sizeof(v)), 3);
	assert_string_equal(v, "a b");
	assert_int_equal(cmdline_get("bare", v, sizeof(v)), 0);
	assert_int_equal(cmdline_get("quiet", v, sizeof(v)), 0);
	assert_int_equal(cmdline_get("absent", v, sizeof(v)), -ENOENT);
	assert_int_equal(cmdline_get("report", v, 3), -E2BIG);
	assert_string_equal(v, "3,");
	assert_string_equal(cmdline_init_args(), "/bin/sh -c ls");
	memset(big, 'a', sizeof(big) - 1);
	assert_int_equal(cmdline_set(big), -E2BIG);
	assert_int_equal(strlen(cmdline_text()), CMDLINE_MAX - 1);
	assert_int_equal(cmdline_set("x=\"unterminated"), 0);
	assert_int_equal(cmdline_get("x", v, sizeof(v)), 12);
}

static char seen[PRINTK_RING_SIZE * 2];
static size_t nr_seen;

static void capture(struct console *con, const char *text, size_t len)
{
	assert_true(nr_seen + len < sizeof(seen));
	memcpy(seen + nr_seen, text, len);
	nr_seen += len;
	seen[nr_seen] = '\0';
}

static u64 fake_clock(void)
{
	return 12003456789;
}

static void printk_lines_levels_and_replay(void **state)
{
	struct console con = { .name = "test", .write = capture, .level = LOG_INFO };
	struct console late = { .name = "late", .write = capture, .level = LOG_WARN };

	printk_set_clock(fake_clock);
	console_register(&con, false);
	pr_info("one\n");
	pr_debug("not shown\n");
	pr_warn("no newline");
	pr_err("two\nlines\n");
	pr_info("a=%d", 1);
	pr_cont(" b=%d\n", 2);
	pr_info("esc \033[2J\x7f\n");
	assert_string_equal(seen, "[   12.003456] one\n[   12.003456] no newline\n[   12.003456] two\n"
			    "[   12.003456] lines\n[   12.003456] a=1 b=2\n[   12.003456] esc ?[2J?\n");
	console_unregister(&con);
	nr_seen = 0;
	console_register(&late, true);
	assert_string_equal(seen, "[   12.003456] no newline\n[   12.003456] two\n[   12.003456] lines\n");
	console_unregister(&late);
}

static void printk_ring_forgets_whole_lines(void **state)
{
	static char text[PRINTK_RING_SIZE + 1];
	u64 pos = 0;
	size_t n;

	for (int i = 0; i < 20000; i++)
		pr_info("line %d\n", i);
	n = printk_read(&pos, text, sizeof(text) - 1);
	text[n] = '\0';
	assert_true(n > PRINTK_RING_SIZE - 100 && n <= PRINTK_RING_SIZE);
	assert_memory_equal(text, "<6>[", 4);
	assert_non_null(strstr(text, "line 19999\n"));
	assert_int_equal(printk_read(&pos, text, sizeof(text)), 0);
}

/* fn must end in a BUG. */
static void expect_bug(void (*fn)(void))
{
	bug_set_hooks(NULL, test_panic_stop);
	if (!setjmp(test_panic_jump)) {
		fn();
		fail_msg("no BUG");
	}
	panic_in_progress = false;
}

static spinlock_t outer = SPIN_LOCK_INIT(LOCK_INODE), inner = SPIN_LOCK_INIT(LOCK_ZONE);

static void take_in_wrong_order(void)
{
	spin_lock(&inner);
	spin_lock(&outer);
}

static void spinlock_order_is_checked(void **state)
{
	unsigned long flags;

	spin_lock(&outer);
	flags = spin_lock_irqsave(&inner);
	assert_true(irqs_disabled());
	assert_held(&inner);
	assert_false(spin_trylock(&inner));
	spin_unlock_irqrestore(&inner, flags);
	assert_false(irqs_disabled());
	spin_unlock(&outer);
	assert_no_spinlock();
	expect_bug(take_in_wrong_order);
	spin_unlock(&inner);
}

static struct rw_semaphore sem;
static int yields;

static void yield_and_release(unsigned int turn)
{
	if (++yields == 3)
		up_write(&sem);
}

static void rwsem_and_mutex(void **state)
{
	struct mutex m = MUTEX_INIT;

	lock_set_yield(yield_and_release);
	down_read(&sem);
	down_read(&sem);
	assert_false(down_write_trylock(&sem));
	up_read(&sem);
	up_read(&sem);
	down_write(&sem);
	rwsem_assert_held_write(&sem);
	down_read(&sem); /* waits until the third yield */
	assert_int_equal(yields, 3);
	rwsem_assert_held(&sem);
	up_read(&sem);
	mutex_lock(&m);
	assert_false(mutex_trylock(&m));
	mutex_unlock(&m);
	assert_true(mutex_trylock(&m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(range_align_and_clip),
		cmocka_unit_test(bitmap_random_against_bytes),
		cmocka_unit_test(sort_equals_qsort),
		cmocka_unit_test(crc32_check_value),
		cmocka_unit_test(cmdline_options),
		cmocka_unit_test(printk_lines_levels_and_replay),
		cmocka_unit_test(printk_ring_forgets_whole_lines),
		cmocka_unit_test(rwsem_and_mutex),
		cmocka_unit_test(spinlock_order_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
