// SPDX-License-Identifier: MIT
/*
 * Block elements (U+2580 to U+259F) and Braille patterns (U+2800 to U+28FF) for fonts that lack them:
 * they are geometry, so each is computed to the pixel and neighbours meet without a seam.
 */
#include "internal.h"
#include <lib/string.h>

#define MAX_GLYPH_BYTES 128

static u8 bits[MAX_GLYPH_BYTES];

/* Fills [x, x_end) x [y, y_end) of the glyph. */
static void fill(const struct font *f, unsigned int x, unsigned int y, unsigned int x_end, unsigned int y_end)
{
	for (; y < y_end; y++)
		for (unsigned int i = x; i < x_end; i++)
			bits[y * f->bytes_per_row + i / 8] |= 0x80 >> i % 8;
}

/* Quadrants of U+2596 on: 1 upper left, 2 upper right, 4 lower left, 8 lower right. */
static const u8 quadrants[] = { 4, 8, 1, 13, 9, 7, 11, 2, 6, 14 };

static void quadrant(const struct font *f, u8 set)
{
	unsigned int w = f->width, h = f->height;

	if (set & 1)
		fill(f, 0, 0, w / 2, h / 2);
	if (set & 2)
		fill(f, w / 2, 0, w, h / 2);
	if (set & 4)
		fill(f, 0, h / 2, w / 2, h);
	if (set & 8)
		fill(f, w / 2, h / 2, w, h);
}

static void shade(const struct font *f, unsigned int quarters)
{
	static const u8 order[4] = { 0, 3, 1, 2 }; /* which pixel of 2x2 comes when */

	for (unsigned int y = 0; y < f->height; y++)
		for (unsigned int x = 0; x < f->width; x++)
			if (order[(y & 1) * 2 + (x & 1)] < quarters)
				fill(f, x, y, x + 1, y + 1);
}

/* Dots 1-8 of a pattern: bit 0-2 and 6 down the left column, 3-5 and 7 down the right. */
static void braille(const struct font *f, u8 set)
{
	static const u8 bit_of[4][2] = { { 0, 3 }, { 1, 4 }, { 2, 5 }, { 6, 7 } };
	unsigned int w = f->width, h = f->height, size = max(w / 6, 1u);

	for (unsigned int row = 0; row < 4; row++)
		for (unsigned int col = 0; col < 2; col++)
			if (set >> bit_of[row][col] & 1) {
				unsigned int x = w * (2 * col + 1) / 4 - size / 2, y = h * (2 * row + 1) / 8 - size / 2;

				fill(f, x, y, x + size, y + size);
			}
}

const u8 *block_glyph(const struct font *f, u32 ch)
{
	unsigned int w = f->width, h = f->height;

	if ((ch < 0x2580 || ch > 0x259f) && (ch < 0x2800 || ch > 0x28ff))
		return NULL;
	if (h * f->bytes_per_row > MAX_GLYPH_BYTES)
		return NULL;
	memset(bits, 0, sizeof(bits));
	if (ch >= 0x2800)
		braille(f, (u8)ch);
	else if (ch == 0x2580)
		fill(f, 0, 0, w, h / 2);
	else if (ch <= 0x2588)
		fill(f, 0, h - (h * (ch - 0x2580) + 4) / 8, w, h);
	else if (ch <= 0x258f)
		fill(f, 0, 0, (w * (0x2590 - ch) + 4) / 8, h);
	else if (ch == 0x2590)
		fill(f, w / 2, 0, w, h);
	else if (ch <= 0x2593)
		shade(f, ch - 0x2590);
	else if (ch == 0x2594)
		fill(f, 0, 0, w, (h + 4) / 8);
	else if (ch == 0x2595)
		fill(f, w - (w + 4) / 8, 0, w, h);
	else
		quadrant(f, quadrants[ch - 0x2596]);
	return bits;
}
