// SPDX-License-Identifier: MIT
/*
 * The framebuffer console against a naive renderer, pixel by pixel, in every pixel format, with a pitch
 * larger than the width and guards around the screen.
 */
#include "check.h"
#include <console/console.h>
#include <console/vt.h>
#include <lib/cmdline.h>
#include <lib/spinlock.h>
#include "../../kernel/console/internal.h"
#include <uapi/errno.h>

#define GUARD 4096

static u8 *memory, *screen;
static void *cells;
static size_t screen_size;
static struct bootinfo_fb fb;

static struct bootinfo_fb describe(u32 width, u32 height, u32 extra_pitch, u32 format)
{
	struct bootinfo_fb d = { .base = 1, .width = width, .height = height, .pitch = width * 4 + extra_pitch, .format = format };

	d.size = (u64)d.pitch * height;
	if (format == BOOTINFO_FB_MASK) {
		d.red_mask = 0x3ff00000;
		d.green_mask = 0x000ffc00;
		d.blue_mask = 0x000003ff;
	}
	return d;
}

static void make_screen(u32 width, u32 height, u32 extra_pitch, u32 format)
{
	free(memory);
	fb = describe(width, height, extra_pitch, format);
	screen_size = fb.size;
	memory = malloc(screen_size + 2 * GUARD);
	memset(memory, 0x5a, screen_size + 2 * GUARD);
	screen = memory + GUARD;
	free(cells);
	cells = malloc(fbcon_memory(&fb));
	assert_int_equal(fbcon_init(&fb, screen, cells), 0);
}

static void put(const char *text)
{
	fbcon_write(text, strlen(text));
}

static u32 pixel_of(u8 colour)
{
	u32 rgb = vt_palette(colour), r = rgb >> 16, g = rgb >> 8 & 255, b = rgb & 255;

	if (fb.format == BOOTINFO_FB_RGBX)
		return r | g << 8 | b << 16;
	if (fb.format == BOOTINFO_FB_BGRX)
		return b | g << 8 | r << 16;
	return r << 22 | g << 12 | b << 2;
}

static const struct font *font;
static unsigned int scale, cols, rows;
static unsigned int turn;       /* quarters clockwise: rotate= */

/* From the number of cells: which font and scale must have been taken. */
static void find_font(void)
{
	fbcon_size(&cols, &rows);
	for (unsigned int i = nr_builtin_fonts; i-- > 0;)       /* of several, the finest is taken */
		for (unsigned int s = 1; s <= 8; s++)
			if ((turn & 1 ? fb.height : fb.width) / (builtin_fonts[i]->width * s) == cols &&
			    (turn & 1 ? fb.width : fb.height) / (builtin_fonts[i]->height * s) == rows) {
				font = builtin_fonts[i];
				scale = s;
				return;
			}
	fail_msg("no font gives %ux%u cells", cols, rows);
}

static bool glyph_bit(u32 ch, unsigned int x, unsigned int y)
{
	for (unsigned int i = 0; i < font->nr_chars; i++)
		if (font->chars[i] == ch) {
			const u8 *g = font->glyphs + font->glyph_of[i] * font->height * font->bytes_per_row;

			return g[y * font->bytes_per_row + x / 8] & 0x80 >> x % 8;
		}
	fail_msg("no glyph for %x", ch);
	return false;
}

/* Where the text's pixel (x, y) of w x h lies on the panel, turned and centred. */
static void panel_pixel(u32 x, u32 y, u32 w, u32 h, u32 *px, u32 *py)
{
	u32 pw = turn & 1 ? h : w, ph = turn & 1 ? w : h;

	*px = (turn == 0 ? x : turn == 1 ? h - 1 - y : turn == 2 ? w - 1 - x : y) + ((fb.width - pw) / 2 & ~1u);
	*py = (turn == 0 ? y : turn == 1 ? x : turn == 2 ? h - 1 - y : w - 1 - x) + (fb.height - ph) / 2;
}

static void assert_cell(unsigned int row, unsigned int col, u32 ch, u8 fg, u8 bg)
{
	unsigned int w = font->width * scale, h = font->height * scale;

	for (unsigned int y = 0; y < h; y++)
		for (unsigned int x = 0; x < w; x++) {
			u32 got, want = pixel_of(glyph_bit(ch, x / scale, y / scale) ? fg : bg), px, py;

			panel_pixel(col * w + x, row * h + y, cols * w, rows * h, &px, &py);
			memcpy(&got, screen + (size_t)py * fb.pitch + px * 4, 4);
			if (got != want)
				fail_msg("%ux%u cell %u,%u '%c' pixel %u,%u: %08x, want %08x", fb.width, fb.height, row, col,
					 (int)ch, x, y, got, want);
		}
}

/* Nothing outside the lines' pixels is ever written. */
static void assert_guards(void)
{
	for (size_t i = 0; i < GUARD; i++)
		assert_true(memory[i] == 0x5a && memory[GUARD + screen_size + i] == 0x5a);
	for (u32 y = 0; y < fb.height; y++)
		for (u32 x = fb.width * 4; x < fb.pitch; x++)
			assert_int_equal(screen[(size_t)y * fb.pitch + x], 0x5a);
}

static void fb_draws_every_format_and_size(void **state)
{
	static const struct { u32 w, h; } sizes[] = {
		{ 640, 480 }, { 800, 600 }, { 1024, 768 }, { 1366, 768 }, { 1280, 800 }, { 1920, 1080 }, { 2560, 1440 },
		{ 2161, 1201 }, { 3840, 2160 }, { 320, 200 }, { 1200, 1920 }, { 7680, 4320 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (u32 format = BOOTINFO_FB_RGBX; format <= BOOTINFO_FB_MASK; format++) {
			make_screen(sizes[i].w, sizes[i].h, format == BOOTINFO_FB_RGBX ? 0 : 128, format);
			find_font();
			if (format == BOOTINFO_FB_RGBX)
				print_message("%ux%u: %ux%u characters of %ux%u pixels\n", fb.width, fb.height, cols, rows,
					      font->width * scale, font->height * scale);
			put("A\033[31mg\033[1;44m\xe2\x94\x82\033[0;7mR\033[0m");
			assert_cell(0, 0, 'A', 7, 0);
			assert_cell(0, 1, 'g', 1, 0);
			assert_cell(0, 2, 0x2502, 15 & 9, 4);
			assert_cell(0, 3, 'R', 0, 7);
			assert_cell(0, 4, ' ', 7, 7);           /* the cursor */
			assert_cell(1, 0, ' ', 7, 0);
			put("\033[99;999HZ\033[?25l");
			assert_cell(rows - 1, cols - 1, 'Z', 7, 0);
			assert_cell(0, 4, ' ', 7, 0);
			assert_guards();
		}
}

static void fb_draws_turned(void **state)
{
	static const struct { u32 w, h; } sizes[] = { { 1024, 768 }, { 1200, 1920 }, { 1366, 768 }, { 3840, 2160 } };
	char option[32];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (turn = 0; turn < 4; turn++) {
			snprintf(option, sizeof(option), "rotate=%u", turn * 90);
			assert_int_equal(cmdline_set(option), 0);
			make_screen(sizes[i].w, sizes[i].h, 128, BOOTINFO_FB_BGRX);
			find_font();
			put("A\033[31mg\033[1;44m\xe2\x94\x82\033[0;7mR\033[0m\033[?25l\033[999;999HZ");
			assert_cell(0, 0, 'A', 7, 0);
			assert_cell(0, 1, 'g', 1, 0);
			assert_cell(0, 2, 0x2502, 15 & 9, 4);
			assert_cell(0, 3, 'R', 0, 7);
			assert_cell(rows - 1, cols - 1, 'Z', 7, 0);
			assert_guards();
		}
	turn = 0;
	assert_int_equal(cmdline_set(""), 0);
}

static unsigned int told_cols, told_rows;

static void on_resized(unsigned int c, unsigned int r)
{
	told_cols = c;
	told_rows = r;
}

/* fbcon_rotate: four quarters, each drawn as with the option, the owner told of the size. */
static void fb_turns_while_running(void **state)
{
	make_screen(1366, 768, 0, BOOTINFO_FB_BGRX);
	fbcon_set_resized(on_resized);
	for (unsigned int i = 1; i <= 4; i++) {
		fbcon_rotate();
		turn = i % 4;
		find_font();
		assert_true(told_cols == cols && told_rows == rows);
		put("\033[?25lquarter");
		assert_cell(0, 0, 'q', 7, 0);
		assert_cell(0, 6, 'r', 7, 0);
		assert_guards();
	}
	fbcon_set_resized(NULL);
}

/* Looking back shows lines that have scrolled away, new text does not move them; back at the end it is all there. */
static void fb_looks_back(void **state)
{
	char line[40];

	make_screen(800, 600, 0, BOOTINFO_FB_BGRX);
	find_font();
	put("\033[?25l");
	for (unsigned int i = 0; i < 200; i++) {
		snprintf(line, sizeof(line), "%s%c%u", i ? "\r\n" : "", 'a' + i % 26, i);
		put(line);
	}
	fbcon_scroll(2);
	fbcon_flush();
	assert_cell(0, 0, 'a' + (200 - rows - rows / 2 * 2) % 26, 7, 0);
	put("\r\nnew");
	assert_cell(0, 0, 'a' + (200 - rows - rows / 2 * 2) % 26, 7, 0);
	fbcon_scroll(-1000);
	fbcon_flush();
	assert_cell(rows - 1, 0, 'n', 7, 0);
	fbcon_scroll(1000);
	fbcon_flush();
	assert_cell(0, 0, 'a', 7, 0);           /* the very first line is still kept */
	put("\033[?1049hother");
	assert_cell(0, 0, ' ', 7, 0);           /* the other screen has no history, and shows itself */
	assert_guards();
}

/* Only cells that changed are stored to: everything else may hold whatever it likes. */
static void fb_draws_only_changes(void **state)
{
	size_t touched = 0;

	make_screen(1024, 768, 0, BOOTINFO_FB_BGRX);
	find_font();
	put("\033[?25lhello\r\n");
	memset(screen, 0x77, screen_size);
	put("\033[1;1Hhallo");
	for (size_t i = 0; i < screen_size; i++)
		touched += screen[i] != 0x77;
	assert_cell(0, 1, 'a', 7, 0);
	assert_true(touched <= font->width * font->height * 4 * scale * scale);
	memset(screen, 0x77, screen_size);
	put("\033[1;1Hhallo");
	for (size_t i = 0; i < screen_size; i++)
		assert_int_equal(screen[i], 0x77);
}

/* Text that scrolls far: what is on the screen is what the lines say. */
static void fb_scrolls(void **state)
{
	char line[40];

	make_screen(800, 600, 64, BOOTINFO_FB_BGRX);
	find_font();
	for (unsigned int i = 0; i < 200; i++) {
		snprintf(line, sizeof(line), "%sline %u", i ? "\r\n" : "", i);
		put(line);
	}
	snprintf(line, sizeof(line), "line %u", 200 - rows);
	for (unsigned int i = 0; line[i]; i++)
		assert_cell(0, i, (u8)line[i], 7, 0);
	assert_cell(rows - 1, 5, '1', 7, 0);
	assert_guards();
}

static u64 now;

static u64 test_clock(void)
{
	return now;
}

/* With a clock the screen follows at most 25 times a second; fbcon_tick and fbcon_flush catch up. */
static void fb_draws_in_time(void **state)
{
	make_screen(800, 600, 0, BOOTINFO_FB_BGRX);
	find_font();
	put("\033[?25l");
	now = 1000000000;
	fbcon_set_clock(test_clock);
	put("a");
	assert_cell(0, 0, 'a', 7, 0);
	now += 1000000;
	put("b");
	assert_cell(0, 1, ' ', 7, 0);
	fbcon_tick();
	assert_cell(0, 1, ' ', 7, 0);
	now += 50000000;
	fbcon_tick();
	assert_cell(0, 1, 'b', 7, 0);
	put("c");
	fbcon_flush();
	assert_cell(0, 2, 'c', 7, 0);
	fbcon_set_clock(NULL);
}

static char answered[80];

static void on_reply(struct vt *vt, const char *text, size_t len)
{
	spinlock_t tty = SPIN_LOCK_INIT(LOCK_TTY);      /* outside of the console's in the order: BUG if that were held */

	spin_lock(&tty);
	spin_unlock(&tty);
	memcpy(answered, text, len);
	answered[len] = '\0';
}

/* The terminal's answers come when no lock of the console is held: the tty takes its own. */
static void fb_answers_without_its_lock(void **state)
{
	make_screen(800, 600, 0, BOOTINFO_FB_BGRX);
	fbcon_set_reply(on_reply);
	put("\033[3;4H\033[6n");
	assert_string_equal(answered, "\033[3;4R");
	fbcon_set_reply(NULL);
}

static void fb_refuses_nonsense(void **state)
{
	struct bootinfo_fb d = describe(1024, 768, 0, BOOTINFO_FB_BGRX);

	d.pitch = 1000;
	assert_int_equal(fbcon_init(&d, screen, cells), -EINVAL);
	d = describe(1024, 768, 0, BOOTINFO_FB_BGRX);
	d.size--;
	assert_int_equal(fbcon_init(&d, screen, cells), -EINVAL);
	d = describe(1024, 768, 0, BOOTINFO_FB_NONE);
	assert_int_equal(fbcon_init(&d, screen, cells), -ENODEV);
	d = describe(1024, 768, 0, BOOTINFO_FB_MASK);
	d.green_mask = 0;
	assert_int_equal(fbcon_init(&d, screen, cells), -EINVAL);
	d = describe(0, 768, 0, BOOTINFO_FB_BGRX);
	assert_int_equal(fbcon_init(&d, screen, cells), -EINVAL);
	d = describe(8, 8, 0, BOOTINFO_FB_BGRX);
	assert_int_equal(fbcon_init(&d, screen, cells), -EINVAL);
	d = describe(0xffffffff, 0xffffffff, 0, BOOTINFO_FB_BGRX);
	assert_int_equal(fbcon_init(&d, screen, cells), -EINVAL);
}

static void fb_font_by_option(void **state)
{
	static const struct { const char *option; unsigned int cols, rows; } wishes[] = {
		{ "font=32", 120, 33 }, { "font=12", 0, 0 }, { "font=60", 64, 18 }, { "font=nonsense", 137, 38 }, { "font=9999", 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		assert_int_equal(cmdline_set(wishes[i].option), 0);
		make_screen(1920, 1080, 0, BOOTINFO_FB_BGRX);
		find_font();
		if (wishes[i].cols)
			assert_true(cols == wishes[i].cols && rows == wishes[i].rows);
		assert_true(cols >= 40 && rows >= 12);
	}
	assert_int_equal(cmdline_set(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fb_draws_every_format_and_size),
		cmocka_unit_test(fb_draws_turned),
		cmocka_unit_test(fb_turns_while_running),
		cmocka_unit_test(fb_looks_back),
		cmocka_unit_test(fb_draws_only_changes),
		cmocka_unit_test(fb_scrolls),
		cmocka_unit_test(fb_draws_in_time),
		cmocka_unit_test(fb_font_by_option),
		cmocka_unit_test(fb_answers_without_its_lock),
		cmocka_unit_test(fb_refuses_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
