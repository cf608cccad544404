// SPDX-License-Identifier: MIT
/* Installed memory down to who has it: a bar that adds up, a line a slice, and what changed since a snapshot. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct slices now, then;
static char machine[2][200];    /* the report's own words: memory line, sentence */

static void take_line(const char *text, const char *mark, char *out, size_t size)
{
	const char *at = text ? strstr(text, mark) : NULL;
	const char *line = at;

	out[0] = '\0';
	if (!at)
		return;
	while (line > text && line[-1] != '\n')
		line--;
	line += strspn(line, " ");
	snprintf(out, size, "%.*s", (int)strcspn(line, "\n"), line);
}

static void load(void)
{
	slices_load(&now);
	if (!machine[0][0]) {
		char *text = read_text("/proc/atlas/report");

		take_line(text, "  machine ", machine[0], sizeof(machine[0]));
		take_line(text, " installed, ", machine[1], sizeof(machine[1]));
		free(text);
	}
}

/* Firmware entries above RAM are address space (MMIO windows), not memory: they stay out of the bar. */
static uint64_t bar_value(const struct slice *s)
{
	return strcmp(s->name, "firmware: reserved") ? s->bytes : 0;
}

static void draw_change(struct screen *s, int y, int x, const struct slice *e)
{
	int i;

	for (i = 0; i < then.n; i++)
		if (!strcmp(then.s[i].name, e->name) && then.s[i].bytes != e->bytes) {
			bool more = e->bytes > then.s[i].bytes;

			put_right(s, y, x, more ? C_BRIGHT : C_DIM, "%s%s", more ? "+" : "-",
				  human(more ? e->bytes - then.s[i].bytes : then.s[i].bytes - e->bytes));
		}
}

static void draw(struct screen *s)
{
	struct piece pieces[MAX_SLICES];
	uint64_t ram = 0;
	int i, y = 1;

	if (machine[0][0])
		put(s, ++y, 2, C_DIM, "%s", machine[0]);
	if (machine[1][0])
		put(s, ++y, 2, C_BRIGHT, "%s", machine[1]);
	for (i = 0; i < now.n; i++) {
		pieces[i] = (struct piece){ bar_value(&now.s[i]), now.s[i].colour };
		ram += pieces[i].value;
	}
	y += 2;
	put_bar(s, y++, 2, s->columns - 4, pieces, now.n);
	y++;
	put(s, y, 2, C_DIM, "who has it");
	put_right(s, y, 42, C_DIM, "bytes");
	put_right(s, y, 54, C_DIM, "size");
	put_right(s, y, 68, C_DIM, "%s", then.n ? "change" : "");
	put(s, y, 71, C_DIM, "who could give it back");
	y++;
	for (i = 0; i < now.n && y < s->rows - 3; i++) {
		const struct slice *e = &now.s[i];

		if (!e->bytes)
			continue;
		put_cell(s, y, 2, 0x2588, e->colour);
		put(s, y, 4, C_PLAIN, "%s", e->name);
		put_right(s, y, 42, C_DIM, "%lu", e->bytes);
		put_right(s, y, 54, e->colour, "%s", human(e->bytes));
		draw_change(s, y, 68, e);
		put(s, y++, 71, C_DIM, "%s", e->who);
	}
	if (now.exact && now.sum == now.total)
		put(s, y, 2, C_FREE, "Adds up to the byte: %lu in the firmware's map.", now.total);
	else if (now.exact)
		put(s, y, 2, C_BAD, "Does NOT add up: %lu named, %lu there.", now.sum, now.total);
	else
		put(s, y, 2, C_DIM, "From /proc/meminfo: this kernel keeps no complete account.");
}

static bool key_pressed(int key)
{
	(void)key;
	return false;
}

static void snapshot(void)
{
	then = now;
}

const struct view view_overview = { '1', "Overview", "", load, draw, key_pressed, snapshot };
