// SPDX-License-Identifier: MIT
/*
 * Cells to pixels. drawn[] is what the screen shows, cell by cell, so that a flush touches only what
 * changed and video memory is never read (reads from it are very slow).
 *
 * A cell is drawn from tables: for each nibble of a glyph's row, the four pixels that it becomes in the
 * cell's two colours, already widened by the scale. A table is made per colour pair and a few are kept.
 *
 * Writing is cheap and drawing is not: with a clock, the screen follows the text at most FLUSH_HZ times
 * a second (fbcon_tick draws the rest); without one, and after a panic, every write draws.
 */
#include "internal.h"
#include <asm/string.h>
#include <console/console.h>
#include <lib/bug.h>
#include <lib/cmdline.h>
#include <lib/spinlock.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define FLUSH_HZ 25
#define MAX_SCALE 8
#define NR_TABLES 16

/* Both even, so that a row of a cell is whole 8-byte words at 32 bits a pixel. */
struct colour_table {
	u32 fg, bg;
	bool valid;
	u64 px[16 * 2 * MAX_SCALE];     /* nibble n begins at n * 2 * scale */
};

static struct {
	u8 *screen;                     /* first pixel of cell 0, 0 */
	u8 *base;
	u32 width, height, pitch;
	const struct font *font;
	unsigned int scale;
	unsigned int cell_pitch;        /* bytes from cell to cell */
	u32 pixel[256];                 /* the palette in the screen's format */
	u32 dim_mask;                   /* pixel bits that survive a shift by one */
	struct vt vt;
	struct vt_cursor shown_cursor;
	bool cursor_shown;
	struct colour_table table[NR_TABLES];
	u64 (*clock)(void);
	u64 last_flush;
	bool stale;                     /* the screen is behind the cells */
	bool present;
	void (*reply)(struct vt *vt, const char *text, size_t len);
	char answer[64];                /* what the terminal replied while the lock was held */
	size_t nr_answer;
} fb;

static struct vt_cell cells[2 * FBCON_MAX_CELLS];
static struct vt_cell drawn[FBCON_MAX_CELLS];
static spinlock_t fb_lock = SPIN_LOCK_INIT(LOCK_CONSOLE);

static u32 to_field(u32 value8, u32 mask)
{
	unsigned int shift, bits;

	if (!mask)
		return 0;
	shift = __ffs(mask);
	bits = __fls(mask) - shift + 1;
	return (bits >= 8 ? value8 << (bits - 8) : value8 >> (8 - bits)) << shift & mask;
}

static void make_palette(u32 red, u32 green, u32 blue)
{
	for (unsigned int i = 0; i < 256; i++) {
		u32 rgb = vt_palette((u8)i);

		fb.pixel[i] = to_field(rgb >> 16, red) | to_field(rgb >> 8 & 0xff, green) | to_field(rgb & 0xff, blue);
	}
	fb.dim_mask = to_field(0x7f, red) | to_field(0x7f, green) | to_field(0x7f, blue);
}

/* Is @cols x @rows of this font and scale comfortable (4), good, enough (2), a last resort (1), or impossible (0)? */
static int rate(unsigned int cols, unsigned int rows)
{
	if (cols < 2 || rows < 2 || cols > VT_MAX_COLS || rows > VT_MAX_ROWS || cols * rows > FBCON_MAX_CELLS)
		return 0;
	if (cols >= 120 && rows >= 36)
		return 4;
	if (cols >= 100 && rows >= 30)
		return 3;
	return cols >= 80 && rows >= 25 ? 2 : 1;
}

/*
 * The largest cell of the best class; a font's own size counts more than one that is scaled up, since
 * scaled pixels are coarse (4K: 14x28 twice, not 10x20 three times or 6x12 five times).
 */
static bool choose_font(u32 width, u32 height)
{
	unsigned int best_score = 0;
	int best = 0;

	for (unsigned int f = 0; f < nr_builtin_fonts; f++)
		for (unsigned int s = 1; s <= MAX_SCALE; s++) {
			const struct font *font = builtin_fonts[f];
			unsigned int w = font->width * s, h = font->height * s, score = w * h * (115 - 15 * min(s, 7u));
			int r = rate(width / w, height / h);

			if (h < 16)
				r = min(r, 2); /* hard to read: only when no other has 80x25 */
			if (r == 1)
				score = ~score; /* far too small a screen: the smallest cell */
			if (r < best || !r || (r == best && score < best_score))
				continue;
			best = r;
			best_score = score;
			fb.font = font;
			fb.scale = s;
		}
	return best > 0;
}

/* Boot option font=HEIGHT: the cell whose height in pixels comes nearest, if the screen holds 40x12 of it. */
static void wish_font(u32 width, u32 height)
{
	u64 want = cmdline_get_size("font", 0), best = U64_MAX;

	if (!want)
		return;
	for (unsigned int f = 0; f < nr_builtin_fonts; f++)
		for (unsigned int s = 1; s <= MAX_SCALE; s++) {
			const struct font *font = builtin_fonts[f];
			u64 h = font->height * s, off = h > want ? h - want : want - h;
			unsigned int cols = width / (font->width * s), rows = height / (u32)h;

			if (rate(cols, rows) && cols >= 40 && rows >= 12 && off <= best) {
				best = off;
				fb.font = font;         /* on a tie the larger font, scaled less */
				fb.scale = s;
			}
		}
}

static int check_fb(const struct bootinfo_fb *d)
{
	if (!d->base || d->format == BOOTINFO_FB_NONE || d->format > BOOTINFO_FB_MASK)
		return -ENODEV;
	if (!d->width || !d->height || d->width > 32768 || d->height > 32768 || d->pitch < (u64)d->width * 4 ||
	    d->pitch % 4 || (u64)d->pitch * d->height > d->size) {
		pr_warn("framebuffer: %ux%u, pitch %u, %llu bytes make no sense: not used\n", d->width, d->height,
			d->pitch, (unsigned long long)d->size);
		return -EINVAL;
	}
	if (d->format == BOOTINFO_FB_MASK && (!d->red_mask || !d->green_mask || !d->blue_mask)) {
		pr_warn("framebuffer: colour masks %08x %08x %08x make no sense: not used\n", d->red_mask,
			d->green_mask, d->blue_mask);
		return -EINVAL;
	}
	return 0;
}

static void paint_all(u32 pixel)
{
	u64 two = (u64)pixel << 32 | pixel;

	for (u32 y = 0; y < fb.height; y++) {
		u8 *line = fb.base + (size_t)y * fb.pitch;

		rep_stosq(line, two, fb.width / 2);
		if (fb.width & 1)
			*(volatile u32 *)(line + (fb.width - 1) * 4) = pixel;
	}
}

static bool find_glyph(u32 ch, unsigned int *glyph)
{
	const struct font *f = fb.font;
	unsigned int lo = 0, hi = f->nr_chars, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (f->chars[mid] < ch)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == f->nr_chars || f->chars[lo] != ch)
		return false;
	*glyph = f->glyph_of[lo];
	return true;
}

static const u8 *glyph_bits(u32 ch)
{
	unsigned int glyph = 0;
	bool found = find_glyph(ch, &glyph);
	const u8 *drawn_block = found ? NULL : block_glyph(fb.font, ch);

	if (drawn_block)
		return drawn_block;
	if (!found && !find_glyph(0xfffd, &glyph))
		(void)find_glyph('?', &glyph);
	return fb.font->glyphs + (size_t)glyph * fb.font->height * fb.font->bytes_per_row;
}

static const u64 *colours(u32 fg, u32 bg)
{
	struct colour_table *t = &fb.table[(fg * 31 + bg * 17 + (fg >> 13) + (bg >> 11)) % NR_TABLES];
	u64 *out = t->px;

	if (t->valid && t->fg == fg && t->bg == bg)
		return t->px;
	t->fg = fg;
	t->bg = bg;
	t->valid = true;
	for (unsigned int nibble = 0; nibble < 16; nibble++) {
		for (unsigned int i = 0; i < 4 * fb.scale; i += 2) {
			u32 left = nibble & 8 >> i / fb.scale ? fg : bg;
			u32 right = nibble & 8 >> (i + 1) / fb.scale ? fg : bg;

			*out++ = (u64)right << 32 | left;
		}
	}
	return t->px;
}

/* Stores to video memory: volatile, so that no compiler reads it back or widens. */
static __always_inline void store(u8 *at, u64 v)
{
	*(volatile u64 __attribute__((may_alias)) *)at = v;
}

/* One row of a glyph, @words words of every nibble table entry used, on @scale lines of the screen. Unrolled
 * where @scale is a constant: at -O2 GCC leaves these loops alone, and they are nine tenths of all drawing. */
static __always_inline u8 *put_nibble(u8 *dst, const u64 *px, unsigned int words, unsigned int scale, size_t pitch)
{
#pragma GCC unroll 8
	for (unsigned int k = 0; k < words; k++) {
		u64 v = px[k];

#pragma GCC unroll 8
		for (unsigned int line = 0; line < scale; line++)
			store(dst + line * pitch + k * 8, v);
	}
	return dst + words * 8;
}

static __always_inline void blit(u8 *dst, const u8 *bits, const u64 *px, unsigned int scale)
{
	unsigned int w = fb.font->width, h = fb.font->height, bytes = fb.font->bytes_per_row;
	size_t pitch = fb.pitch;

	for (; h; h--, bits += bytes, dst += scale * pitch) {
		u32 row = bytes == 2 ? (u32)bits[0] << 8 | bits[1] : (u32)bits[0] << 8;
		unsigned int x;
		u8 *d = dst;

		for (x = w; x >= 4; x -= 4, row <<= 4)
			d = put_nibble(d, px + (row >> 12 & 15) * 2 * scale, 2 * scale, scale, pitch);
		if (x)
			put_nibble(d, px + (row >> 12 & 15) * 2 * scale, scale, scale, pitch);
	}
}

/* A line across the cell, @y in font pixels from the top. */
static void rule(u8 *dst, unsigned int y, u32 pixel)
{
	for (unsigned int line = 0; line < fb.scale; line++)
		rep_stosq(dst + (y * fb.scale + line) * fb.pitch, (u64)pixel << 32 | pixel, fb.cell_pitch / 8);
}

static void fill_cell(u8 *dst, u32 pixel)
{
	for (unsigned int y = 0; y < fb.font->height; y++)
		rule(dst, y, pixel);
}

static void draw_cell(unsigned int row, unsigned int col, struct vt_cell c)
{
	u8 *dst = fb.screen + (size_t)row * fb.font->height * fb.scale * fb.pitch + (size_t)col * fb.cell_pitch;
	u8 fg_index = c.attr & VT_BOLD && c.fg < 8 ? (u8)(c.fg + 8) : c.fg;
	u32 fg = fb.pixel[fg_index], bg = fb.pixel[c.bg], t;
	const u64 *px;
	const u8 *bits;

	if (c.attr & VT_DIM)
		fg = fg >> 1 & fb.dim_mask;
	if (c.attr & VT_REVERSE) {
		t = fg;
		fg = bg;
		bg = t;
	}
	if (c.ch <= ' ' || c.attr & VT_INVISIBLE) {
		fill_cell(dst, bg);
	} else {
		bits = glyph_bits(c.ch);
		px = colours(fg, bg);
		switch (fb.scale) {
		case 1: blit(dst, bits, px, 1); break;
		case 2: blit(dst, bits, px, 2); break;
		case 3: blit(dst, bits, px, 3); break;
		default: blit(dst, bits, px, fb.scale); break;
		}
	}
	if (c.attr & VT_UNDERLINE)
		rule(dst, fb.font->height - 1, fg);
	if (c.attr & VT_STRIKE)
		rule(dst, fb.font->height / 2, fg);
}

/* The cell as the screen should show it: cursor and reverse video are both a swap. */
static struct vt_cell shown_cell(const struct vt_cell *row, unsigned int col, bool cursor)
{
	struct vt_cell c = row[col];

	if (cursor)
		c.attr ^= VT_REVERSE;
	if (fb.vt.reverse_screen)
		c.attr ^= VT_REVERSE;
	return c;
}

static bool same_cell(struct vt_cell a, struct vt_cell b)
{
	return a.ch == b.ch && a.fg == b.fg && a.bg == b.bg && a.attr == b.attr;
}

static void flush_row(unsigned int row)
{
	const struct vt_cell *cells_of_row = vt_row(&fb.vt, row);
	struct vt_cell *was = &drawn[row * fb.vt.cols];
	bool cursor_row = fb.vt.cursor_visible && fb.vt.c.row == row;

	for (unsigned int col = 0; col < fb.vt.cols; col++) {
		struct vt_cell c = shown_cell(cells_of_row, col, cursor_row && fb.vt.c.col == col);

		if (same_cell(c, was[col]))
			continue;
		was[col] = c;
		draw_cell(row, col, c);
	}
}

static void flush(void)
{
	size_t row = 0;

	while ((row = find_next_bit(fb.vt.dirty, fb.vt.rows, row)) < fb.vt.rows) {
		__clear_bit(row, fb.vt.dirty);
		flush_row((unsigned int)row);
	}
	fb.stale = false;
	if (fb.clock)
		fb.last_flush = fb.clock();
}

/* The terminal answers inside vt_write, where fb_lock forbids the tty's: kept until it is dropped. */
static void collect_answer(struct vt *vt, const char *text, size_t len)
{
	if (len > sizeof(fb.answer) - fb.nr_answer)
		return;
	memcpy(fb.answer + fb.nr_answer, text, len);
	fb.nr_answer += len;
}

int fbcon_init(const struct bootinfo_fb *d, void *vaddr)
{
	int err = check_fb(d);
	bool rgb = d->format == BOOTINFO_FB_RGBX, mask = d->format == BOOTINFO_FB_MASK;

	if (err)
		return err;
	if (!choose_font(d->width, d->height)) {
		pr_warn("framebuffer: %ux%u is too small for text\n", d->width, d->height);
		return -EINVAL;
	}
	wish_font(d->width, d->height);
	fb.base = vaddr;
	fb.width = d->width;
	fb.height = d->height;
	fb.pitch = d->pitch;
	fb.cell_pitch = fb.font->width * fb.scale * 4;
	make_palette(mask ? d->red_mask : rgb ? 0xff : 0xff0000, mask ? d->green_mask : 0xff00,
		     mask ? d->blue_mask : rgb ? 0xff0000 : 0xff);
	err = vt_init(&fb.vt, d->width / (fb.font->width * fb.scale), d->height / (fb.font->height * fb.scale), cells);
	if (err)
		return err;
	fb.vt.reply = collect_answer;
	fb.screen = fb.base + (size_t)(fb.height % (fb.font->height * fb.scale) / 2) * fb.pitch +
		    (fb.width % (fb.font->width * fb.scale) / 2 & ~1u) * 4;
	for (unsigned int i = 0; i < NR_TABLES; i++)
		fb.table[i].valid = false;
	paint_all(fb.pixel[VT_DEFAULT_BG]);
	for (unsigned int i = 0; i < fb.vt.cols * fb.vt.rows; i++)
		drawn[i] = (struct vt_cell){ ' ', VT_DEFAULT_FG, VT_DEFAULT_BG, 0 };
	fb.present = true;
	return 0;
}

bool fbcon_present(void)
{
	return fb.present;
}

void fbcon_size(unsigned int *columns, unsigned int *rows)
{
	*columns = fb.present ? fb.vt.cols : 0;
	*rows = fb.present ? fb.vt.rows : 0;
}

void fbcon_set_clock(u64 (*clock_ns)(void))
{
	fb.clock = clock_ns;
}

static bool flush_is_due(void)
{
	return !fb.clock || panic_in_progress || fb.clock() - fb.last_flush >= 1000000000UL / FLUSH_HZ;
}

void fbcon_write(const char *text, size_t len)
{
	char answer[sizeof(fb.answer)];
	unsigned long flags;
	size_t n;

	if (!fb.present)
		return;
	flags = spin_lock_irqsave(&fb_lock);
	vt_write(&fb.vt, text, len);
	n = fb.nr_answer;
	memcpy(answer, fb.answer, n);
	fb.nr_answer = 0;
	fb.stale = true;
	if (flush_is_due())
		flush();
	spin_unlock_irqrestore(&fb_lock, flags);
	if (n && fb.reply)
		fb.reply(&fb.vt, answer, n);
}

void fbcon_flush(void)
{
	unsigned long flags;

	if (!fb.present || !fb.stale)
		return;
	flags = spin_lock_irqsave(&fb_lock);
	flush();
	spin_unlock_irqrestore(&fb_lock, flags);
}

/* From the timer interrupt: it may have come while somebody writes, then the next tick draws. */
void fbcon_tick(void)
{
	if (!fb.present || !fb.stale || spin_is_locked(&fb_lock) || !flush_is_due())
		return;
	fbcon_flush();
}

void fbcon_clear(void)
{
	fbcon_write("\033c", 2);
}

void fbcon_set_reply(void (*reply)(struct vt *vt, const char *text, size_t len))
{
	fb.reply = reply;
}

bool fbcon_app_cursor_keys(void)
{
	return fb.vt.app_cursor_keys;
}

static void console_write(struct console *con, const char *text, size_t len)
{
	const char *nl;

	for (; (nl = memchr(text, '\n', len)); len -= (size_t)(nl + 1 - text), text = nl + 1) {
		fbcon_write(text, (size_t)(nl - text));
		fbcon_write("\r\n", 2);
	}
	if (len)
		fbcon_write(text, len);
}

struct console fbcon_console = {
	.name = "screen",
	.write = console_write,
	.level = LOG_INFO,
	.colour = true,
};
