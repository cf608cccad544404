// SPDX-License-Identifier: MIT
/* The firmware's memory map: as the loader found it, as it was at exit, and cleaned. */
#include "atlas.h"

#include <stdio.h>
#include <string.h>

static struct fw_map map, other;
static enum fw_source source;
static struct list list;

static void load(void)
{
	int tries;

	for (tries = 0; tries < NR_FW_SOURCES && !fw_load(&map, source); tries++)
		source = (source + 1) % NR_FW_SOURCES; /* Linux shows the cleaned one only */
	if (source != FW_CLEANED)
		fw_load(&other, source == FW_EXIT ? FW_FOUND : FW_EXIT);
}

/* Was this page range of another type in the other raw map? The loader's own doing, mostly. */
static bool differs(const struct fw_entry *e)
{
	const struct fw_entry *o = source == FW_CLEANED || !other.n ? e : fw_find(&other, e->start);

	return !o || o->type != e->type || o->attribute != e->attribute || (o != e && o->end < e->end);
}

static void draw_sources(struct screen *s)
{
	int i, x = 2;

	for (i = 0; i < NR_FW_SOURCES; i++)
		x = put(s, 2, x, i == (int)source ? C_CURSOR : C_DIM, " %s ", fw_source_name[i]) + 1;
	put(s, 2, x + 1, C_PLAIN, "%d entries", map.n);
	if (source == FW_EXIT && other.n)
		put(s, 2, x + 14, C_DIM, "* not so in the other: the loader");
}

static void draw_entry(struct screen *s, int y, const struct fw_entry *e, bool here)
{
	char text[100] = "";

	if (e->type >= 0)
		fw_attributes(e->attribute, text, sizeof(text));
	put(s, y, 1, here ? C_CURSOR : C_DIM, "%012lx-%012lx", e->start, e->end);
	put_right(s, y, 37, C_PLAIN, "%s", human(e->end - e->start + 1));
	put(s, y, 37, C_BRIGHT, "%s", differs(e) ? "*" : "");
	put(s, y, 38, fw_colour(e->name), "%s", e->name);
	put(s, y, 60, C_DIM, "%s", text);
}

static void draw(struct screen *s)
{
	int y;

	draw_sources(s);
	if (!map.n)
		put(s, 4, 2, C_DIM, "This kernel shows neither /proc/atlas/firmware_map nor /sys/firmware/memmap (root may).");
	list_fit(&list, map.n, s->rows - 6);
	put(s, 3, 1, C_DIM, "physical addresses             size type                  attributes");
	for (y = 0; y < list.visible && list.top + y < map.n; y++)
		draw_entry(s, y + 4, &map.e[list.top + y], list.top + y == list.cursor);
}

static bool key_pressed(int key)
{
	if (list_key(&list, key))
		return true;
	if (key == K_RIGHT || key == K_LEFT) {
		source = (source + (key == K_RIGHT ? 1 : NR_FW_SOURCES - 1)) % NR_FW_SOURCES;
		load();
	} else if (key == K_ENTER && list.cursor < map.n) {
		show_page(map.e[list.cursor].start);
	} else {
		return false;
	}
	return true;
}

const struct view view_firmware = { '8', "Firmware map", "Firmware", "Left/Right at exit, as found, cleaned  Up/Down  Enter page",
	"What the firmware says of its memory (UEFI GetMemoryMap), unchanged: at exit is "
	"what the kernel was given, as found what the loader met first, cleaned what the "
	"kernel made of it: sorted, merged, the most restrictive type wins.\n"
	"Attributes: UC WC WT WB what caching the memory can do; runtime: in use for ever.",
	load, draw, key_pressed, NULL };
