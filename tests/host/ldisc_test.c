/* SPDX-License-Identifier: MIT */
/* The terminal's line discipline: termios(3), a law a test; and a random walk over its invariant. */
#include "check.h"
#include <proc/seq_file.h>
#include <signal.h>
#include <tty/ldisc.h>

static struct ldisc ld;
static char echoed[1 << 16];
static size_t echo_len;

static void echo(void *arg, const char *text, size_t len)
{
	assert_true(echo_len + len < sizeof(echoed));
	memcpy(echoed + echo_len, text, len);
	echo_len += len;
	echoed[echo_len] = '\0';
}

static void check_invariant(void)
{
	assert_true(ld.tail <= ld.commit && ld.commit <= ld.head && ld.head <= ld.tail + LDISC_BUF);
}

static int setup(void **state)
{
	ldisc_init(&ld, echo, NULL);
	echo_len = 0;
	echoed[0] = '\0';
	return 0;
}

static int type(const char *s)
{
	int sig = 0;

	for (; *s; s++) {
		int r = ldisc_receive(&ld, *s);

		sig = r ? r : sig;
		check_invariant();
	}
	return sig;
}

static const char *get(size_t n)
{
	static char buf[LDISC_BUF + 1];
	bool eof;
	size_t got = ldisc_read(&ld, (u8 *)buf, n, &eof);

	buf[got] = '\0';
	return eof ? "<EOF>" : buf;
}

static void ldisc_line_is_readable_at_its_end(void **state)
{
	type("ab");
	assert_false(ldisc_readable(&ld, 1));
	type("c\r");
	assert_true(ldisc_readable(&ld, 1));
	assert_int_equal(ldisc_available(&ld), 4);
	assert_string_equal(get(100), "abc\n");
	assert_string_equal(echoed, "abc\r\n");
	assert_false(ldisc_readable(&ld, 1));
}

static void ldisc_one_line_a_read_and_partial_reads(void **state)
{
	type("one\ntwo\n");
	assert_string_equal(get(2), "on");
	assert_string_equal(get(100), "e\n");
	assert_string_equal(get(100), "two\n");
}

static void ldisc_erase_word_kill(void **state)
{
	type("abx\177c def\027ghi\n");
	assert_string_equal(get(100), "abc ghi\n");
	type("garbage\025ok\n");
	assert_string_equal(get(100), "ok\n");
	setup(NULL);
	type("a\177");
	assert_string_equal(echoed, "a\b \b");
	setup(NULL);
	type("\177\177\027\025x\n");    /* nothing to erase: nothing echoed */
	assert_string_equal(echoed, "x\r\n");
}

static void ldisc_erase_takes_whole_utf8_characters_and_carets(void **state)
{
	type("\303\251\177z\n");
	assert_string_equal(get(100), "z\n");
	setup(NULL);
	type("\026\001\177");           /* ^V ^A shown as ^A: two columns to rub out */
	assert_string_equal(echoed, "^\b^A\b \b\b \b");
}

static void ldisc_signals_flush_and_echo(void **state)
{
	assert_int_equal(type("abc\003"), SIGINT);
	assert_string_equal(echoed, "abc^C");
	type("d\n");
	assert_string_equal(get(100), "d\n");
	assert_int_equal(type("\034"), SIGQUIT);
	assert_int_equal(type("\032"), SIGTSTP);
	ld.t.c_lflag &= ~ISIG;
	assert_int_equal(type("\003"), 0);
}

static void ldisc_eof(void **state)
{
	type("\004");
	assert_true(ldisc_readable(&ld, 1));
	assert_int_equal(ldisc_available(&ld), 0);
	assert_string_equal(get(100), "<EOF>");
	type("ab\004");                 /* in the middle: what is there, without a newline */
	assert_string_equal(get(100), "ab");
	assert_false(ldisc_readable(&ld, 1));
}

static void ldisc_raw_mode_passes_everything(void **state)
{
	struct termios_abi t = ld.t;
	u8 in[256], out[256];
	bool eof;

	t.c_iflag = 0;
	t.c_oflag = 0;
	t.c_lflag = 0;
	ldisc_set_termios(&ld, &t);
	for (int i = 0; i < 256; i++)
		assert_int_equal(ldisc_receive(&ld, in[i] = i), 0);
	assert_true(ldisc_readable(&ld, 256));
	assert_false(ldisc_readable(&ld, 257));
	assert_int_equal(ldisc_read(&ld, out, 256, &eof), 256);
	assert_memory_equal(in, out, 256);
	assert_int_equal(echo_len, 0);
}

static void ldisc_mode_switch_keeps_what_was_typed(void **state)
{
	struct termios_abi t = ld.t;

	type("abc");
	t.c_lflag &= ~ICANON;
	ldisc_set_termios(&ld, &t);
	assert_true(ldisc_readable(&ld, 3));
	assert_string_equal(get(100), "abc");
	type("xy");
	t.c_lflag |= ICANON;
	ldisc_set_termios(&ld, &t);
	assert_string_equal(get(100), "xy");
}

static void ldisc_flow_control(void **state)
{
	type("\023");
	assert_true(ld.stopped);
	type("\021");
	assert_false(ld.stopped);
	type("\023");
	ld.t.c_iflag |= IXANY;
	type("a");
	assert_false(ld.stopped);
}

static void ldisc_long_line_keeps_room_for_its_end(void **state)
{
	ld.t.c_lflag &= ~ECHO;
	for (int i = 0; i < 10000; i++)
		type("x");
	type("\n");
	assert_int_equal(strlen(get(LDISC_BUF)), LDISC_BUF);
	assert_false(ldisc_readable(&ld, 1));
	type("next\n");
	assert_string_equal(get(100), "next\n");
}

static void ldisc_output_processing(void **state)
{
	char out[64];
	size_t used, n = ldisc_output(&ld, "a\nb\tc", 5, out, sizeof(out), &used);

	assert_int_equal(used, 5);
	assert_int_equal(n, 6);
	assert_memory_equal(out, "a\r\nb\tc", 6);
	ld.t.c_oflag |= XTABS;
	ld.column = 3;
	n = ldisc_output(&ld, "\t", 1, out, sizeof(out), &used);
	assert_int_equal(n, 5);
	ld.t.c_oflag = 0;
	n = ldisc_output(&ld, "a\nb", 3, out, 2, &used);
	assert_int_equal(n, 2);
	assert_int_equal(used, 2);
}

static void ldisc_random_walk(void **state)
{
	static const char keys[] = "ab \t\n\r\003\004\177\025\026\027\022\023\021\032\303\251";
	u8 buf[300];
	bool eof;

	test_seed_init("ldisc_random_walk");
	for (int i = 0; i < 300000; i++) {
		u64 what = test_below(100);

		echo_len = 0;
		if (what < 85) {
			ldisc_receive(&ld, test_below(4) ? keys[test_below(sizeof(keys) - 1)] : test_random());
		} else if (what < 97) {
			size_t n = ldisc_read(&ld, buf, test_below(sizeof(buf)), &eof);

			assert_true(n <= sizeof(buf) && !(n && eof));
		} else if (what < 99) {
			struct termios_abi t = ld.t;

			t.c_lflag ^= test_below(2) ? ICANON : test_below(2) ? ECHO : ISIG;
			ldisc_set_termios(&ld, &t);
		} else {
			ldisc_flush_input(&ld);
		}
		check_invariant();
		assert_true(ldisc_available(&ld) <= LDISC_BUF);
	}
}

static void seq_file_overflows_cleanly(void **state)
{
	char buf[16];
	struct seq_file m = { .buf = buf, .size = sizeof(buf) };

	seq_printf(&m, "%d", 12345);
	seq_pad_to(&m, 0, 8);
	seq_escape(&m, "a b", " ");
	assert_int_equal(m.count, 14);
	assert_memory_equal(buf, "12345   a\\040b", 14);
	assert_false(m.overflow);
	seq_printf(&m, "%s", "xyz");
	assert_true(m.overflow);
	assert_int_equal(m.count, 14);
	seq_putc(&m, 'q');
	assert_int_equal(m.count, 14);
}

#define T(f) cmocka_unit_test_setup(f, setup)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(ldisc_line_is_readable_at_its_end), T(ldisc_one_line_a_read_and_partial_reads), T(ldisc_erase_word_kill),
		T(ldisc_erase_takes_whole_utf8_characters_and_carets), T(ldisc_signals_flush_and_echo), T(ldisc_eof),
		T(ldisc_raw_mode_passes_everything), T(ldisc_mode_switch_keeps_what_was_typed), T(ldisc_flow_control),
		T(ldisc_long_line_keeps_room_for_its_end), T(ldisc_output_processing), T(ldisc_random_walk), T(seq_file_overflows_cleanly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
