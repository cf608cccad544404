// SPDX-License-Identifier: MIT
/* The 256 colours, and SGR, which chooses among them. */
#include "internal.h"

/* The 16 ANSI colours: dark enough to be calm on black, bright enough to be photographed. */
static const u32 ansi[16] = {
	0x000000, 0xd14b4b, 0x4fb14f, 0xd0a33c, 0x4b83d6, 0xb368c6, 0x3fb1b5, 0xc8ccd0,
	0x6b7280, 0xff7070, 0x7fe07f, 0xffd866, 0x7fb2ff, 0xe597f2, 0x6fe3e6, 0xffffff,
};

static const u8 cube_level[6] = { 0, 95, 135, 175, 215, 255 };

u32 vt_palette(u8 index)
{
	u32 n;

	if (index < 16)
		return ansi[index];
	if (index < 232) {
		n = index - 16u;
		return (u32)cube_level[n / 36] << 16 | (u32)cube_level[n / 6 % 6] << 8 | cube_level[n % 6];
	}
	n = 8 + 10 * (index - 232u);
	return n << 16 | n << 8 | n;
}

static u32 nearest_level(u32 v)
{
	return v < 48 ? 0 : v < 115 ? 1 : min((v - 35) / 40, 5u);
}

/* The cube's or the grey ramp's colour nearest to @r, @g, @b. */
static u8 nearest_colour(u32 r, u32 g, u32 b)
{
	r = min(r, 255u);
	g = min(g, 255u);
	b = min(b, 255u);
	if (r == g && g == b && r >= 8 && r < 244)
		return (u8)(232 + min((r - 3) / 10, 23u));
	return (u8)(16 + 36 * nearest_level(r) + 6 * nearest_level(g) + nearest_level(b));
}

/* 38;5;n or 38;2;r;g;b at param[i]; returns the index of the last parameter used. */
static unsigned int extended_colour(struct vt *vt, unsigned int i, u8 *colour)
{
	const u32 *p = vt->param;

	if (i + 2 < vt->nr_params && p[i + 1] == 5) {
		*colour = (u8)min(p[i + 2], 255u);
		return i + 2;
	}
	if (i + 4 < vt->nr_params && p[i + 1] == 2) {
		*colour = nearest_colour(p[i + 2], p[i + 3], p[i + 4]);
		return i + 4;
	}
	return vt->nr_params; /* malformed: the rest means nothing */
}

static void sgr_attribute(struct vt_cursor *c, u32 n)
{
	static const u16 set[] = { 0, VT_BOLD, VT_DIM, VT_ITALIC, VT_UNDERLINE, VT_BLINK, VT_BLINK, VT_REVERSE,
		VT_INVISIBLE, VT_STRIKE };

	if (n < ARRAY_SIZE(set))
		c->attr |= set[n];
	else if (n == 21)
		c->attr |= VT_UNDERLINE;
	else if (n == 22)
		c->attr &= (u16)~(VT_BOLD | VT_DIM);
	else
		c->attr &= (u16)~set[n - 20];
}

void vt_sgr(struct vt *vt)
{
	struct vt_cursor *c = &vt->c;

	for (unsigned int i = 0; i < max(vt->nr_params, 1u); i++) {
		u32 n = vt->param[i];

		if (n == 0) {
			c->attr = 0;
			c->fg = VT_DEFAULT_FG;
			c->bg = VT_DEFAULT_BG;
		} else if (n < 30) {
			if (n < 10 || n > 20)
				sgr_attribute(c, n);
		} else if (n == 38) {
			i = extended_colour(vt, i, &c->fg);
		} else if (n == 48) {
			i = extended_colour(vt, i, &c->bg);
		} else if (n < 40) {
			c->fg = n == 39 ? VT_DEFAULT_FG : (u8)(n - 30);
		} else if (n < 50) {
			c->bg = n == 49 ? VT_DEFAULT_BG : (u8)(n - 40);
		} else if (n >= 90 && n < 98) {
			c->fg = (u8)(n - 90 + 8);
		} else if (n >= 100 && n < 108) {
			c->bg = (u8)(n - 100 + 8);
		}
	}
}
