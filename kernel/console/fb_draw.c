// SPDX-License-Identifier: MIT
/*
 * Cells to pixels. A cell is drawn from tables: for each nibble of a glyph's row, the four pixels that it becomes in
 * the cell's two colours, already widened by the scale. A table is made per colour pair and a few are kept.
 *
 * A turned screen (rotate=) differs in where a cell lies and in the bitmap of its glyph, in nothing else: rows of
 * pixels are always written left to right.
 */
#include "internal.h"
#include <asm/string.h>
#include <lib/string.h>

static u32 to_field(u32 value8, u32 mask)
{
	unsigned int shift, bits;

	if (!mask)
		return 0;
	shift = __ffs(mask);
	bits = __fls(mask) - shift + 1;
	return (bits >= 8 ? value8 << (bits - 8) : value8 >> (8 - bits)) << shift & mask;
}

static void make_palette(struct fb_target *t, u32 red, u32 green, u32 blue)
{
	for (unsigned int i = 0; i < 256; i++) {
		u32 rgb = vt_palette((u8)i);

		t->pixel[i] = to_field(rgb >> 16, red) | to_field(rgb >> 8 & 0xff, green) | to_field(rgb & 0xff, blue);
	}
	t->dim_mask = to_field(0x7f, red) | to_field(0x7f, green) | to_field(0x7f, blue);
}

void fb_target_init(struct fb_target *t, const struct bootinfo_fb *d, void *vaddr)
{
	bool rgb = d->format == BOOTINFO_FB_RGBX, mask = d->format == BOOTINFO_FB_MASK;

	t->base = vaddr;
	t->width = d->width;
	t->height = d->height;
	t->pitch = d->pitch;
	make_palette(t, mask ? d->red_mask : rgb ? 0xff : 0xff0000, mask ? d->green_mask : 0xff00, mask ? d->blue_mask : rgb ? 0xff0000 : 0xff);
}

static void paint_all(struct fb_target *t, u32 pixel)
{
	u64 two = (u64)pixel << 32 | pixel;

	for (u32 y = 0; y < t->height; y++) {
		u8 *line = t->base + (size_t)y * t->pitch;

		rep_stosq(line, two, t->width / 2);
		if (t->width & 1)
			*(volatile u32 *)(line + (t->width - 1) * 4) = pixel;
	}
}

void fb_target_layout(struct fb_target *t, const struct fb_layout *l, unsigned int turn)
{
	bool odd = turn & 1;

	t->l = *l;
	t->turn = turn;
	t->cell_width = (odd ? l->font->height : l->font->width) * l->scale;
	t->cell_height = (odd ? l->font->width : l->font->height) * l->scale;
	t->screen = t->base + (size_t)((t->height - t->cell_height * (odd ? l->cols : l->rows)) / 2) * t->pitch +
		    ((t->width - t->cell_width * (odd ? l->rows : l->cols)) / 2 & ~1u) * 4;
	for (unsigned int i = 0; i < FB_NR_TABLES; i++)
		t->table[i].valid = false;
	paint_all(t, t->pixel[VT_DEFAULT_BG]);
}

static const u64 *colours(struct fb_target *t, u32 fg, u32 bg)
{
	struct colour_table *c = &t->table[(fg * 31 + bg * 17 + (fg >> 13) + (bg >> 11)) % FB_NR_TABLES];
	u64 *out = c->px;

	if (c->valid && c->fg == fg && c->bg == bg)
		return c->px;
	c->fg = fg;
	c->bg = bg;
	c->valid = true;
	for (unsigned int nibble = 0; nibble < 16; nibble++) {
		for (unsigned int i = 0; i < 4 * t->l.scale; i += 2) {
			u32 left = nibble & 8 >> i / t->l.scale ? fg : bg;
			u32 right = nibble & 8 >> (i + 1) / t->l.scale ? fg : bg;

			*out++ = (u64)right << 32 | left;
		}
	}
	return c->px;
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

/* A bitmap of @w x @h pixels (@bytes a row, w even) in the two colours of the table @px. */
static __always_inline void blit(u8 *dst, const u8 *bits, const u64 *px, unsigned int w, unsigned int h, unsigned int bytes, unsigned int scale,
				 size_t pitch)
{
	for (; h; h--, bits += bytes, dst += scale * pitch) {
		u32 row = (u32)bits[0] << 24;
		unsigned int x;
		u8 *d = dst;

		if (bytes >= 2)
			row |= (u32)bits[1] << 16;
		if (bytes == 3)
			row |= (u32)bits[2] << 8;
		if (bytes == 4)
			row |= (u32)bits[2] << 8 | bits[3];
		for (x = w; x >= 4; x -= 4, row <<= 4)
			d = put_nibble(d, px + (row >> 28) * 2 * scale, 2 * scale, scale, pitch);
		if (x)
			put_nibble(d, px + (row >> 28) * 2 * scale, scale, scale, pitch);
	}
}

/* Fills @w x @h pixels, w and the place even. */
static void fill(const struct fb_target *t, u8 *dst, unsigned int w, unsigned int h, u32 pixel)
{
	for (; h; h--, dst += t->pitch)
		rep_stosq(dst, (u64)pixel << 32 | pixel, w / 2);
}

/* A line through the cell, @y in font pixels from the top of the character, whichever way that points. */
static void rule(const struct fb_target *t, u8 *dst, unsigned int y, u32 pixel)
{
	unsigned int scale = t->l.scale, h = t->l.font->height;

	if (t->turn == 0 || t->turn == 2) {
		fill(t, dst + (size_t)(t->turn ? h - 1 - y : y) * scale * t->pitch, t->cell_width, scale, pixel);
		return;
	}
	dst += (t->turn == 1 ? h - 1 - y : y) * scale * 4;
	for (unsigned int i = 0; i < t->cell_height; i++, dst += t->pitch)
		for (unsigned int x = 0; x < scale; x++)
			*(volatile u32 *)(dst + x * 4) = pixel;
}

static u8 *place_of(const struct fb_target *t, unsigned int row, unsigned int col)
{
	unsigned int x = t->turn == 0 ? col : t->turn == 1 ? t->l.rows - 1 - row : t->turn == 2 ? t->l.cols - 1 - col : row;
	unsigned int y = t->turn == 0 ? row : t->turn == 1 ? col : t->turn == 2 ? t->l.rows - 1 - row : t->l.cols - 1 - col;

	return t->screen + (size_t)y * t->cell_height * t->pitch + (size_t)x * t->cell_width * 4;
}

static void draw_glyph(struct fb_target *t, u8 *dst, u32 ch, u32 fg, u32 bg)
{
	unsigned int bytes, scale = t->l.scale, w = t->cell_width / scale, h = t->cell_height / scale;
	const u8 *bits = fb_glyph(t->l.font, ch, t->turn, &bytes);
	const u64 *px = colours(t, fg, bg);

	/* The usual shapes with constants; the small font has the most cells of all. */
	if (scale == 1 && w == 8) {
		blit(dst, bits, px, 8, h, 1, 1, t->pitch);
		return;
	}
	switch (scale) {
	case 1: blit(dst, bits, px, w, h, bytes, 1, t->pitch); break;
	case 2: blit(dst, bits, px, w, h, bytes, 2, t->pitch); break;
	case 3: blit(dst, bits, px, w, h, bytes, 3, t->pitch); break;
	default: blit(dst, bits, px, w, h, bytes, scale, t->pitch); break;
	}
}

void fb_draw_cell(struct fb_target *t, unsigned int row, unsigned int col, struct vt_cell c)
{
	u8 *dst = place_of(t, row, col);
	u8 fg_index = c.attr & VT_BOLD && c.fg < 8 ? (u8)(c.fg + 8) : c.fg;
	u32 fg = t->pixel[fg_index], bg = t->pixel[c.bg], swap;

	if (c.attr & VT_DIM)
		fg = fg >> 1 & t->dim_mask;
	if (c.attr & VT_REVERSE) {
		swap = fg;
		fg = bg;
		bg = swap;
	}
	if (c.ch <= ' ' || c.attr & VT_INVISIBLE)
		fill(t, dst, t->cell_width, t->cell_height, bg);
	else
		draw_glyph(t, dst, c.ch, fg, bg);
	if (c.attr & VT_UNDERLINE)
		rule(t, dst, t->l.font->height - 1, fg);
	if (c.attr & VT_STRIKE)
		rule(t, dst, t->l.font->height / 2, fg);
}
