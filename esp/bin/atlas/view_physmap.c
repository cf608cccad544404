// SPDX-License-Identifier: MIT
/*
 * The physical address space as a picture: a cell is n bytes, n a power of two from one page to a GiB and more.
 * The colour is the kind of the first thing in the cell; within RAM, at a page a cell, the page's own flags.
 */
#include "atlas.h"

#include <stdio.h>
#include <string.h>

static struct iomem iomem;
static int shift = 0;           /* log2 bytes of a cell; 0: fit at the next draw */
static uint64_t base, cursor;   /* first cell's address, the cursor's: multiples of the cell */
static int width = 1, height = 1;

static void load(void)
{
	iomem_load(&iomem);
}

static uint64_t cell(void)
{
	return 1ULL << shift;
}

/* Everything up to the end of RAM and the devices below it. */
static uint64_t ram_end(void)
{
	uint64_t end = 1ULL << 32;
	int i;

	for (i = 0; i < iomem.n; i++)
		if (is_ram(&iomem.r[i]) && iomem.r[i].end >= end)
			end = iomem.r[i].end + 1;
	return end;
}

static void fit(void)
{
	for (shift = 12; (ram_end() >> shift) > (uint64_t)width * height && shift < 46; shift++)
		;
	base = 0;
	cursor = 0;
}

static void keep_cursor_visible(void)
{
	uint64_t row = cell() * width;

	cursor &= ~(cell() - 1);
	while (cursor < base)
		base = base > row ? base - row : 0;
	if (cursor >= base + row * height)
		base = cursor / row * row - row * (height - 1);
}

/* The smallest range that begins in, or covers, [addr, addr + cell): -1 for a hole. */
static int range_of(uint64_t addr)
{
	int i, found = -1;

	for (i = 0; i < iomem.n; i++)
		if (iomem.r[i].start <= addr + cell() - 1 && iomem.r[i].end >= addr)
			if (found < 0 || iomem.r[i].depth >= iomem.r[found].depth)
				if (found < 0 || iomem.r[i].depth > iomem.r[found].depth || !is_ram(&iomem.r[i]))
					found = i;
	return found;
}

static enum colour colour_of(uint64_t addr)
{
	int r = range_of(addr);
	uint64_t flags, count;

	if (r < 0)
		return C_HOLE;
	if (shift == 12 && is_ram(&iomem.r[r]) && page_flags(addr / PAGE, &flags, &count))
		return page_colour(flags);
	return iomem_colour(iomem.r[r].name);
}

static void draw_legend(struct screen *s, int y)
{
	static const struct { enum colour c; const char *name; } legend[] = {
		{ C_FREE, "RAM, free" }, { C_KERNEL, "kernel" }, { C_PROCESS, "process" }, { C_CACHE, "files" },
		{ C_FIRMWARE, "firmware" }, { C_DEVICE, "device" }, { C_WINDOW, "bus window" }, { C_HOLE, "nothing" },
	};
	int x = 2;
	size_t i;

	for (i = 0; i < sizeof(legend) / sizeof(legend[0]); i++) {
		put_cell(s, y, x, colour_glyph(legend[i].c), legend[i].c);
		x = put(s, y, x + 2, C_DIM, "%s", legend[i].name) + 2;
	}
}

static void draw_status(struct screen *s, int y)
{
	uint64_t flags, count;
	char text[300];

	put(s, y, 2, C_BRIGHT, "%016lx  %s a cell", cursor, human(cell()));
	iomem_path(&iomem, cursor, text, sizeof(text));
	put(s, y, 34, C_PLAIN, "%s", text);
	if (!page_flags(cursor / PAGE, &flags, &count))
		return;
	page_flags_text(flags, text, sizeof(text));
	put(s, y + 1, 2, C_DIM, "page %lu: %s; mapped %lu times", cursor / PAGE, text, count);
}

static void draw(struct screen *s)
{
	int x, y;

	width = (s->columns - 22) / 8 * 8;
	height = s->rows - 8;
	if (width < 8 || height < 1)
		return;
	if (!shift)
		fit();
	keep_cursor_visible();
	for (y = 0; y < height; y++) {
		uint64_t row = base + (uint64_t)y * width * cell();

		put(s, y + 2, 1, C_DIM, "%016lx", row);
		for (x = 0; x < width; x++) {
			uint64_t addr = row + x * cell();
			enum colour c = colour_of(addr);

			if (addr == cursor)
				put_cell(s, y + 2, 19 + x, 0x25c6, C_CURSOR);
			else
				put_cell(s, y + 2, 19 + x, colour_glyph(c), c);
		}
	}
	draw_legend(s, s->rows - 5);
	draw_status(s, s->rows - 4);
}

static void zoom(int by)
{
	if (shift + by < 12 || shift + by > 46)
		return;
	shift += by;
	base = cursor & ~(cell() * width - 1);
	if (cursor / cell() > (uint64_t)width * height / 2)
		base = (cursor / cell() - (uint64_t)width * (height / 2)) / width * width * cell();
	else
		base = 0;
}

static void move(int64_t cells)
{
	uint64_t to = cursor + (uint64_t)cells * cell();

	if (cells < 0 && (uint64_t)-cells * cell() > cursor)
		to = 0;
	if (to < 1ULL << 52)
		cursor = to;
}

/* To the next or previous address where something begins or ends. */
static void jump(bool forward)
{
	uint64_t best = forward ? UINT64_MAX : 0, at;
	int i, side;

	for (i = 0; i < iomem.n; i++)
		for (side = 0; side < 2; side++) {
			at = (side ? iomem.r[i].end + 1 : iomem.r[i].start) & ~(cell() - 1);
			if (forward ? at > cursor && at < best : at < cursor && at > best)
				best = at;
		}
	if (best != UINT64_MAX)
		cursor = best;
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
	case K_END: cursor = ram_end() - cell(); break;
	case '+': case '=': zoom(-1); break;
	case '-': zoom(1); break;
	case '0': shift = 0; break;
	case 'n': jump(true); break;
	case 'p': jump(false); break;
	case K_ENTER: show_page(cursor); break;
	default: return false;
	}
	return true;
}

const struct view view_physmap = { '2', "Physical map", "arrows move  + - zoom  0 all  n p next/previous border  Enter page",
	load, draw, key_pressed, NULL };
