// SPDX-License-Identifier: MIT
/* The physical address space as a picture: a cell is n bytes, n a power of two from one page to a TiB and more. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int shift;               /* log2 bytes of a cell; 0: fit at the next draw */
static uint64_t base, cursor;   /* first cell's address, the cursor's: multiples of the cell */
static int width = 1, height = 1;
static struct picture now, then; /* what is drawn; what was when a snapshot was taken */
static bool stale = true;

static void load(void)
{
	picture_load();
	stale = true;
}

static uint64_t cell(void)
{
	return 1ULL << shift;
}

static void fit(void)
{
	for (shift = 12; (picture_end() >> shift) > (uint64_t)width * height && shift < 46; shift++)
		;
	base = 0;
	cursor = 0;
}

static void keep_cursor_visible(void)
{
	uint64_t row = cell() * width;

	cursor &= ~(cell() - 1);
	if (cursor < base || base % cell())
		base = cursor / row * row;
	if (cursor >= base + row * height)
		base = cursor / row * row - row * (height - 1);
}

static void draw_legend(struct screen *s, int y)
{
	static const struct { enum colour c; const char *name; } legend[] = {
		{ C_FREE, "free" }, { C_UNTOUCHED, "untouched" }, { C_KERNEL, "kernel" }, { C_PROCESS, "program" }, { C_CACHE, "file" },
		{ C_FIRMWARE, "firmware" }, { C_DEVICE, "device" }, { C_WINDOW, "bus" }, { C_HOLE, "none" },
	};
	int x = 1;
	size_t i;

	for (i = 0; i < sizeof(legend) / sizeof(legend[0]); i++) {
		put_cell(s, y, x, colour_glyph(legend[i].c), legend[i].c);
		x = put(s, y, x + 1, C_DIM, " %s", legend[i].name) + 1;
	}
}

static void draw_status(struct screen *s, int y)
{
	uint64_t flags, count;
	char text[300];

	put(s, y, 1, C_BRIGHT, "%012lx", cursor);
	picture_path(cursor, text, sizeof(text));
	put(s, y, 15, C_PLAIN, "%s", text);
	put_right(s, y, s->columns - 1, C_BRIGHT, "  a cell is %s", human(cell()));
	if (!page_flags(cursor / PAGE, &flags, &count))
		return;
	page_flags_text(flags, text, sizeof(text));
	put(s, y + 1, 1, C_DIM, "first page %lu: %s; mapped %lu times", cursor / PAGE, text, count);
}

static void draw_cells(struct screen *s)
{
	bool compare = then.n == now.n && then.base == now.base && then.shift == now.shift;
	int x, y;

	for (y = 0; y < height; y++) {
		put(s, y + 2, 1, C_DIM, "%013lx", base + (uint64_t)y * width * cell());
		for (x = 0; x < width; x++) {
			int i = y * width + x;
			bool changed = compare && then.kind[i] != now.kind[i];

			if (base + i * cell() == cursor)
				put_cell(s, y + 2, 16 + x, 0x25c6, C_CURSOR);
			else
				put_cell(s, y + 2, 16 + x, changed ? 0x2592 : colour_glyph(now.kind[i]), now.kind[i]);
		}
	}
}

static void draw(struct screen *s)
{
	int w = (s->columns - 17) / 8 * 8, h = s->rows - 7;

	if (w < 8 || h < 1)
		return;
	if (w != width || h != height)
		stale = true;
	width = w;
	height = h;
	if (!shift)
		fit();
	keep_cursor_visible();
	if (stale || base != now.base || shift != now.shift)
		picture_make(&now, base, shift, width * height);
	stale = false;
	if (now.n == width * height)
		draw_cells(s);
	draw_legend(s, s->rows - 4);
	draw_status(s, s->rows - 3);
}

static void zoom(int by)
{
	uint64_t row;

	if (shift + by < 12 || shift + by > 46)
		return;
	shift += by;
	row = cell() * width;
	base = cursor / row > (uint64_t)height / 2 ? cursor / row * row - row * (height / 2) : 0;
}

static void move(int64_t cells)
{
	uint64_t to = cursor + (uint64_t)cells * cell();

	if (cells < 0 && (uint64_t)-cells * cell() > cursor)
		to = 0;
	if (to < 1ULL << 52)
		cursor = to;
}

static bool key_pressed(int key)
{
	switch (key) {
	case K_LEFT: move(-1); break;
	case K_RIGHT: move(1); break;
	case K_UP: move(-width); break;
	case K_DOWN: move(width); break;
	case K_PAGE_UP: move(-(int64_t)width * height); break;
	case K_PAGE_DOWN: move((int64_t)width * height); break;
	case K_HOME: cursor = 0; break;
	case K_END: cursor = picture_end() - cell(); break;
	case '+': case '=': zoom(-1); break;
	case '-': zoom(1); break;
	case '0': shift = 0; break;
	case 'n': cursor = picture_border(cursor, cell(), true); break;
	case 'p': cursor = picture_border(cursor, cell(), false); break;
	case K_ENTER: show_page(cursor); break;
	default: return false;
	}
	return true;
}

static void snapshot(void)
{
	uint8_t *copy = malloc(now.n ? now.n : 1);

	if (!copy)
		return;
	memcpy(copy, now.kind, now.n);
	free(then.kind);
	then = now;
	then.kind = copy;
}

const struct view view_physmap = { '2', "Physical map", "Map", "arrows  + - zoom  0 all  n p next/previous border  Enter page",
	"All physical addresses from 0 up, left to right, a row below the other. + zooms "
	"in at the cursor down to one page a cell. A cell of RAM has the colour of most "
	"of its pages (of some of them, where it is large). After s, a cell whose kind has "
	"changed is hatched.",
	load, draw, key_pressed, snapshot };
