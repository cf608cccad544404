// SPDX-License-Identifier: MIT
/* Zones: how much, how fragmented (free blocks by order), and which sections have been touched. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ZONES 16
#define ORDERS 11

static struct zone { char name[24]; uint64_t free, managed, present, spanned, min, low, high; uint64_t blocks[ORDERS]; } zones[MAX_ZONES];
static int nr_zones;
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

static int draw_zone(struct screen *s, int y, const struct zone *z)
{
	uint64_t most = 1;
	int o;

	for (o = 0; o < ORDERS; o++)
		if (z->blocks[o] << o > most)
			most = z->blocks[o] << o;
	put(s, y, 2, C_BRIGHT, "%s", z->name);
	put(s, y, 14, C_PLAIN, "%s managed, %s free, watermarks %lu %lu %lu pages", human(z->managed * PAGE), human(z->free * PAGE),
	    z->min, z->low, z->high);
	for (o = 0, y++; o < ORDERS; o++, y++) {
		struct piece bar = { 1, C_FREE };
		int room = s->columns - 48;

		put(s, y, 4, C_DIM, "%2d  %8s blocks", o, human(PAGE << o));
		put_right(s, y, 34, C_PLAIN, "%lu", z->blocks[o]);
		put_right(s, y, 45, C_DIM, "%s", z->blocks[o] ? human((z->blocks[o] << o) * PAGE) : "");
		if (z->blocks[o] && room > 0)
			put_bar(s, y, 47, (int)((double)(z->blocks[o] << o) / most * room) + 1, &bar, 1);
	}
	return y + 1;
}

static void draw(struct screen *s)
{
	char *text = sections ? strdup(sections) : NULL, *at = text, *line;
	int i, y = 2;

	for (i = 0; i < nr_zones && y + ORDERS + 1 < s->rows - 2; i++)
		if (zones[i].managed)
			y = draw_zone(s, y, &zones[i]);
	if (text && y < s->rows - 3)
		put(s, y++, 2, C_BRIGHT, "struct page, by sections of 128 MiB");
	while (text && (line = next_line(&at)) && y < s->rows - 2)
		put(s, y++, 4, C_DIM, "%s", line);
	free(text);
}

static bool key_pressed(int key)
{
	(void)key;
	return false;
}

const struct view view_zones = { '4', "Zones", "", load, draw, key_pressed, NULL };
