// SPDX-License-Identifier: MIT
/* The terminal emulator: what each sequence does to the cells, and that no bytes can break it. */
#include "check.h"
#include <console/vt.h>
#include <uapi/errno.h>

enum { COLS = 20, ROWS = 6 };
static struct vt_cell cells[2 * COLS * ROWS];
static struct vt vt;
static char answer[64];

static void on_reply(struct vt *v, const char *text, size_t len)
{
	memcpy(answer, text, len);
	answer[len] = '\0';
}

static void send(const char *text)
{
	vt_write(&vt, text, strlen(text));
	assert_int_equal(vt_check(&vt), 0);
}

static void fresh(const char *text)
{
	assert_int_equal(vt_init(&vt, COLS, ROWS, cells), 0);
	vt.reply = on_reply;
	send(text);
}

/* Row @row is @want, then blanks; characters above ASCII as '#'. */
static void assert_row(unsigned int row, const char *want)
{
	char got[COLS + 1];
	int n = COLS;

	for (int i = 0; i < COLS; i++)
		got[i] = vt_row(&vt, row)[i].ch < 0x80 ? (char)vt_row(&vt, row)[i].ch : '#';
	while (n && got[n - 1] == ' ')
		n--;
	got[n] = '\0';
	assert_string_equal(got, want);
}

static void assert_cursor(unsigned int row, unsigned int col)
{
	assert_int_equal(vt.c.row, row);
	assert_int_equal(vt.c.col, col);
}

static void vt_text_and_controls(void **state)
{
	fresh("hello\r\nworld\b\b\bX\tT");
	assert_row(0, "hello");
	assert_row(1, "woXld   T");
	assert_cursor(1, 9);
	send("\a\a");
	assert_int_equal(vt.bells, 2);
	assert_int_equal(vt_init(&vt, 1, 5, cells), -EINVAL);
	assert_int_equal(vt_init(&vt, VT_MAX_COLS + 1, 5, cells), -EINVAL);
}

/* xterm's delayed wrap: the line is full, but the cursor moves on only with the next character. */
static void vt_wraps_late(void **state)
{
	fresh("12345678901234567890");
	assert_cursor(0, 19);
	send("\r");
	assert_cursor(0, 0);
	fresh("12345678901234567890AB");
	assert_row(1, "AB");
	fresh("\033[?7l12345678901234567890AB");
	assert_row(0, "1234567890123456789B");
	assert_row(1, "");
}

static void vt_scrolls_and_regions(void **state)
{
	fresh("1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7");
	assert_row(0, "2");
	assert_row(5, "7");
	send("\033[2;4r");                      /* rows 3 4 5 scroll */
	assert_cursor(0, 0);
	send("\033[4;1H\nX");
	assert_row(0, "2");
	assert_row(1, "4");
	assert_row(2, "5");
	assert_row(3, "X");
	assert_row(4, "6");
	send("\033[2;1H\033M");                 /* reverse line feed at the top margin */
	assert_row(1, "");
	assert_row(2, "4");
	send("\033[2;1H\033[L\033[3;1H\033[2M");
	assert_row(4, "6");
	send("\033[r\033[S");
	assert_row(3, "6");
	send("\033[2T");
	assert_row(5, "6");
}

static void vt_cursor_addressing(void **state)
{
	fresh("\033[3;5HA\033[99;99HB\033[HC\033[2BD\033[10CE\033[3DF\033[AG\033[5d\033[7GH\033[2FI\033[EJ");
	assert_row(2, "ID  A     F E");
	assert_row(5, "                   B");
	assert_row(0, "C");
	assert_row(1, "           G");
	assert_row(4, "      H");
	assert_row(3, "J");
	fresh("\033[2;4r\033[?6h\033[1;1HX\033[9;1HY\033[6n");
	assert_row(1, "X");
	assert_row(3, "Y");
	assert_string_equal(answer, "\033[3;2R");
}

static void vt_erases_and_edits(void **state)
{
	fresh("abcdefghij\033[5G\033[K");
	assert_row(0, "abcd");
	fresh("abcdefghij\033[5G\033[1K");
	assert_row(0, "     fghij");
	fresh("abcdefghij\033[5G\033[2PX\033[3@Y");
	assert_row(0, "abcdXY  hij");
	fresh("abcdefghij\033[3G\033[4X");
	assert_row(0, "ab    ghij");
	fresh("abc\033[4hX\033[4l\033[2GYZ");
	assert_row(0, "aYZX");
	fresh("1\r\n2\r\n3\033[2;1H\033[J");
	assert_row(0, "1");
	assert_row(1, "");
	assert_row(2, "");
	fresh("1\r\n2\r\n3\033[2;1H\033[1J");
	assert_row(0, "");
	assert_row(2, "3");
	fresh("x\033[5b");
	assert_row(0, "xxxxxx");
	fresh("\033[44m\033[2J");               /* erased cells take the background */
	assert_int_equal(vt_row(&vt, 3)[3].bg, 4);
}

static void vt_colours(void **state)
{
	struct vt_cell *c;

	fresh("\033[1;31;42mA\033[0mB\033[38;5;123;48;5;200mC\033[38;2;255;0;0mD\033[92;103;4;7mE\033[24;27;39;49mF\033[mG");
	c = vt_row(&vt, 0);
	assert_int_equal(c[0].fg, 1);
	assert_int_equal(c[0].bg, 2);
	assert_int_equal(c[0].attr, VT_BOLD);
	assert_int_equal(c[1].fg, VT_DEFAULT_FG);
	assert_int_equal(c[1].attr, 0);
	assert_int_equal(c[2].fg, 123);
	assert_int_equal(c[2].bg, 200);
	assert_int_equal(c[3].fg, 196);
	assert_int_equal(c[4].fg, 10);
	assert_int_equal(c[4].bg, 11);
	assert_int_equal(c[4].attr, VT_UNDERLINE | VT_REVERSE);
	assert_int_equal(c[5].attr, 0);
	assert_int_equal(c[5].fg, VT_DEFAULT_FG);
	assert_int_equal(vt_palette(196), 0xff0000);
	assert_int_equal(vt_palette(255), 0xeeeeee);
}

static void vt_utf8(void **state)
{
	fresh("\xc3\xa4\xe2\x94\x80\xf0\x9f\x98\x80x");        /* ae, box line, wide smiley */
	assert_int_equal(vt_row(&vt, 0)[0].ch, 0xe4);
	assert_int_equal(vt_row(&vt, 0)[1].ch, 0x2500);
	assert_int_equal(vt_row(&vt, 0)[2].ch, 0x1f600);
	assert_int_equal(vt_row(&vt, 0)[3].ch, 0);
	assert_int_equal(vt_row(&vt, 0)[4].ch, 'x');
	send("\033[1;4HY");                                     /* over the right half: the left goes too */
	assert_row(0, "## Yx");
	fresh("\xff\xc0\xaf\xe2\x94x\xed\xa0\x80");             /* invalid, overlong, cut, surrogate */
	assert_int_equal(vt_row(&vt, 0)[0].ch, 0xfffd);
	assert_int_equal(vt_row(&vt, 0)[4].ch, 'x');
	assert_int_equal(vt_row(&vt, 0)[5].ch, 0xfffd);
	fresh("e\xcc\x81x");                                    /* a combining mark takes no cell */
	assert_row(0, "ex");
	fresh("\033(0lqk\033(Bq");
	assert_int_equal(vt_row(&vt, 0)[0].ch, 0x250c);
	assert_int_equal(vt_row(&vt, 0)[1].ch, 0x2500);
	assert_int_equal(vt_row(&vt, 0)[3].ch, 'q');
}

static void vt_alternate_screen(void **state)
{
	fresh("main\033[?1049hother");
	assert_row(0, "    other");
	send("\033[?1049l!");
	assert_row(0, "main!");
	send("\033[?1h\033=\033[?2004h\033[?25l");
	assert_true(vt.app_cursor_keys && vt.app_keypad && vt.bracketed_paste && !vt.cursor_visible);
	send("\033[!p");
	assert_true(!vt.app_cursor_keys && vt.cursor_visible);
	send("\0337\033[5;5H\0338?");
	assert_row(0, "main!?");
}

static void vt_strings_and_unknown_are_swallowed(void **state)
{
	fresh("a\033]0;title\ab\033]8;;http://x\033\\c\033Pq#0\033\\d\033[>4;2me\033[?1;2;3$pf\033%Gg\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18mh");
	assert_row(0, "abcdefgh");
	fresh("\033[3\x18x\033[2\033[Cy");
	assert_row(0, "x y");
	fresh("\033[c");
	assert_string_equal(answer, "\033[?62;22c");
	fresh("\033[5n");
	assert_string_equal(answer, "\033[0n");
	fresh("\033#8\033cok");
	assert_row(0, "ok");
	assert_row(1, "");
}

static void vt_random_bytes_keep_the_invariants(void **state)
{
	static const char *const pieces[] = { "\033[", ";", "9999", "12", "H", "J", "K", "L", "M", "P", "@", "X", "r", "S", "T",
		"\033[?1049h", "\033[?1049l", "\033[?6h", "\033M", "\033D", "\n", "\t", "\033[Z", "\xe4\xb8\xad", "\xf0\x9f\x98\x80",
		"\033[4h", "\033[?7l", "b", "\0337", "\0338", "\033c", "text", "\r", "\b", "\033[3g", "\033H", "\033]", "\033[1;3r" };

	test_seed_init("vt");
	for (int round = 0; round < 300; round++) {
		unsigned int cols = 2 + (unsigned int)test_below(COLS - 1), rows = 2 + (unsigned int)test_below(ROWS - 1);

		assert_int_equal(vt_init(&vt, cols, rows, cells), 0);
		for (int i = 0; i < 300; i++) {
			if (test_below(8)) {
				const char *p = pieces[test_below(ARRAY_SIZE(pieces))];

				vt_write(&vt, p, strlen(p));
			} else {
				char b = (char)test_random();

				vt_write(&vt, &b, 1);
			}
			assert_int_equal(vt_check(&vt), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vt_text_and_controls),
		cmocka_unit_test(vt_wraps_late),
		cmocka_unit_test(vt_scrolls_and_regions),
		cmocka_unit_test(vt_cursor_addressing),
		cmocka_unit_test(vt_erases_and_edits),
		cmocka_unit_test(vt_colours),
		cmocka_unit_test(vt_utf8),
		cmocka_unit_test(vt_alternate_screen),
		cmocka_unit_test(vt_strings_and_unknown_are_swallowed),
		cmocka_unit_test(vt_random_bytes_keep_the_invariants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
