// SPDX-License-Identifier: MIT
/* Which font, how large, for a screen; a character's bitmap; and the same turned, for a screen that is turned. */
#include "internal.h"
#include <console/console.h>
#include <lib/cmdline.h>
#include <lib/string.h>

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
static bool choose(u32 width, u32 height, struct fb_layout *l)
{
	unsigned int best_score = 0;
	int best = 0;

	for (unsigned int f = 0; f < nr_builtin_fonts; f++)
		for (unsigned int s = 1; s <= FB_MAX_SCALE; s++) {
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
			*l = (struct fb_layout){ font, s, width / w, height / h };
		}
	return best > 0;
}

/* Boot option font=HEIGHT: the cell whose height in pixels comes nearest, if the screen holds 40x12 of it. */
static void wish(u32 width, u32 height, struct fb_layout *l)
{
	u64 want = cmdline_get_size("font", 0), best = U64_MAX;

	if (!want)
		return;
	for (unsigned int f = 0; f < nr_builtin_fonts; f++)
		for (unsigned int s = 1; s <= FB_MAX_SCALE; s++) {
			const struct font *font = builtin_fonts[f];
			u64 h = font->height * s, off = h > want ? h - want : want - h;
			unsigned int cols = width / (font->width * s), rows = height / (u32)h;

			if (rate(cols, rows) && cols >= 40 && rows >= 12 && off <= best) {
				best = off;
				/* on a tie the larger font, scaled less */
				*l = (struct fb_layout){ font, s, cols, rows };
			}
		}
}

bool fb_choose_layout(u32 width, u32 height, struct fb_layout *l)
{
	if (!choose(width, height, l))
		return false;
	wish(width, height, l);
	return true;
}

static bool find_glyph(const struct font *f, u32 ch, unsigned int *glyph)
{
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

static const u8 *glyph_bits(const struct font *f, u32 ch)
{
	unsigned int glyph = 0;
	bool found = find_glyph(f, ch, &glyph);
	const u8 *drawn_block = found ? NULL : block_glyph(f, ch);

	if (drawn_block)
		return drawn_block;
	if (!found && !find_glyph(f, 0xfffd, &glyph))
		(void)find_glyph(f, '?', &glyph);
	return f->glyphs + (size_t)glyph * f->height * f->bytes_per_row;
}

/* Where pixel (x, y) of a glyph turned by @turn quarters clockwise comes from. */
static bool source_bit(const struct font *f, const u8 *bits, unsigned int turn, unsigned int x, unsigned int y)
{
	unsigned int w = f->width, h = f->height;
	unsigned int sx = turn == 1 ? y : turn == 2 ? w - 1 - x : w - 1 - y;
	unsigned int sy = turn == 1 ? h - 1 - x : turn == 2 ? h - 1 - y : x;

	return bits[sy * f->bytes_per_row + sx / 8] & 0x80 >> sx % 8;
}

/* Turned glyphs are kept: text is mostly the same few characters. */
#define NR_TURNED 256
static struct turned {
	const struct font *font;        /* NULL: not in use */
	u32 ch;
	unsigned int turn;
	u8 bits[FB_MAX_GLYPH_BYTES];
} turned[NR_TURNED];

const u8 *fb_glyph(const struct font *f, u32 ch, unsigned int turn, unsigned int *bytes_per_row)
{
	unsigned int w = turn & 1 ? f->height : f->width, h = turn & 1 ? f->width : f->height, bytes = (w + 7) / 8;
	struct turned *t = &turned[(ch ^ ch >> 8) % NR_TURNED];
	const u8 *bits;

	*bytes_per_row = turn ? bytes : f->bytes_per_row;
	if (!turn)
		return glyph_bits(f, ch);
	if (t->font == f && t->ch == ch && t->turn == turn)
		return t->bits;
	bits = glyph_bits(f, ch);
	memset(t->bits, 0, sizeof(t->bits));
	for (unsigned int y = 0; y < h; y++)
		for (unsigned int x = 0; x < w; x++)
			if (source_bit(f, bits, turn, x, y))
				t->bits[y * bytes + x / 8] |= 0x80 >> x % 8;
	t->font = f;
	t->ch = ch;
	t->turn = turn;
	return t->bits;
}
