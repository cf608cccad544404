// SPDX-License-Identifier: MIT
/* Zones: how much, how fragmented (free blocks by order), and which sections have been touched. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ZONES 16
#define ORDERS 11

static struct zone { char name[24]; uint64_t free, managed, present, spanned, min, low, high; uint64_t blocks[ORDERS]; }
	zones[MAX_ZONES], then[MAX_ZONES];
static int nr_zones, nr_then;
static char *sections;

static void load_zoneinfo(void)
{
	char *text = read_text("/proc/zoneinfo"), *at = text, *line;
	struct zone *z = NULL;
	unsigned int node;

	nr_zones = 0;
	while (text && (line = next_line(&at))) {
		char name[24], word[32];
		uint64_t v;

		if (sscanf(line, "Node %u, zone %23s", &node, name) == 2) {
			z = nr_zones < MAX_ZONES ? &zones[nr_zones++] : NULL;
			if (z) {
				memset(z, 0, sizeof(*z));
				snprintf(z->name, sizeof(z->name), "%s", name);
			}
		} else if (z && sscanf(line, " pages free %lu", &v) == 1) {
			z->free = v;
		} else if (z && sscanf(line, " %31s %lu", word, &v) == 2) {
			uint64_t *where = !strcmp(word, "managed") ? &z->managed : !strcmp(word, "present") ? &z->present :
				!strcmp(word, "spanned") ? &z->spanned : !strcmp(word, "min") ? &z->min :
				!strcmp(word, "low") ? &z->low : !strcmp(word, "high") && !z->high ? &z->high : NULL;

			if (where)
				*where = v;
		}
	}
	free(text);
}

static void load_buddyinfo(void)
{
	char *text = read_text("/proc/buddyinfo"), *at = text, *line;
	int i, o;

	while (text && (line = next_line(&at))) {
		char *p = strstr(line, "zone"), name[24];
		int used = 0;

		if (!p || sscanf(p, "zone %23s%n", name, &used) != 1)
			continue;
		for (i = 0, p += used; i < nr_zones; i++)
			if (!strcmp(zones[i].name, name))
				for (o = 0; o < ORDERS; o++)
					zones[i].blocks[o] = strtoull(p, &p, 10);
	}
	free(text);
}

static void load(void)
{
	load_zoneinfo();
	load_buddyinfo();
	free(sections);
	sections = read_text("/proc/atlas/sections");
}

static void draw_change(struct screen *s, int y, int x, uint64_t now, uint64_t was)
{
	if (now != was)
		put_right(s, y, x, now > was ? C_BRIGHT : C_DIM, "%c%s", now > was ? '+' : '-', human((now > was ? now - was : was - now) * PAGE));
}

static int draw_zone(struct screen *s, int y, int i)
{
	const struct zone *z = &zones[i];

	put(s, y, 2, C_BRIGHT, "%s", z->name);
	put_right(s, y, 23, C_PLAIN, "%s", human(z->managed * PAGE));
	put_right(s, y, 36, C_FREE, "%s", human(z->free * PAGE));
	if (nr_then == nr_zones)
		draw_change(s, y, 48, z->free, then[i].free);
	put(s, y, 51, C_DIM, "%7lu %7lu %7lu", z->min, z->low, z->high);
	return y + 1;
}

/* Free blocks by order: a column a zone, the bar is the memory in them. */
static int draw_orders(struct screen *s, int y, int nr)
{
	int width = (s->columns - 20) / (nr ? nr : 1), i, o, x;

	put(s, y, 2, C_DIM, "free blocks of");
	for (o = 0; o < ORDERS; o++)
		put_right(s, y + 1 + o, 16, C_DIM, "%s", human(PAGE << o));
	for (i = 0, x = 19; i < nr_zones; i++) {
		const struct zone *z = &zones[i];
		uint64_t most = 1;

		if (!z->managed)
			continue;
		for (o = 0; o < ORDERS; o++)
			if (z->blocks[o] << o > most)
				most = z->blocks[o] << o;
		put(s, y, x, C_DIM, "%s", z->name);
		for (o = 0; o < ORDERS; o++) {
			struct piece bar = { 1, C_FREE };

			put_right(s, y + 1 + o, x + 7, z->blocks[o] ? C_PLAIN : C_DIM, "%lu", z->blocks[o]);
			if (z->blocks[o] && width > 12)
				put_bar(s, y + 1 + o, x + 8, (int)((double)(z->blocks[o] << o) / most * (width - 11)) + 1, &bar, 1);
		}
		x += width;
	}
	return y + ORDERS + 2;
}

static void draw(struct screen *s)
{
	char *text = sections ? strdup(sections) : NULL, *at = text, *line;
	int i, y = 2, nr = 0;

	put(s, y++, 2, C_DIM, "zone          managed         free%s  watermarks: min   low    high (pages)", nr_then ? "      change" : "            ");
	for (i = 0; i < nr_zones; i++)
		if (zones[i].managed) {
			y = draw_zone(s, y, i);
			nr++;
		}
	y = draw_orders(s, y + 1, nr);
	if (text && y < s->rows - 2)
		put(s, y++, 2, C_BRIGHT, "struct page, by sections of 128 MiB: those that nobody allocated from cost nothing");
	while (text && (line = next_line(&at)) && y < s->rows - 1)
		put(s, y++, 4, !strncmp(line, "untouched 0", 11) ? C_UNTOUCHED : C_DIM, "%s", line);
	free(text);
}

static bool key_pressed(int key)
{
	(void)key;
	return false;
}

static void snapshot(void)
{
	memcpy(then, zones, sizeof(then));
	nr_then = nr_zones;
}

const struct view view_zones = { '4', "Zones", "Zones", "s snapshot: what changes from now on",
	"The zones of memory (DMA below 16 MiB, DMA32 below 4 GiB, Normal above; HighMem "
	"in the lab), how fragmented each is (free blocks by size, 4 KiB to 4 MiB), "
	"and which sections of 128 MiB have been touched at all.",
	load, draw, key_pressed, snapshot };
