// SPDX-License-Identifier: MIT
/* Installed memory down to who has it: bars that add up, a line a slice, and what changed since a snapshot. */
#include "atlas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct slices now, then;
static char machine[200];       /* the report's own words */

static void load_machine(void)
{
	char *text = read_text("/proc/atlas/report"), *at = text ? strstr(text, "  machine ") : NULL;

	if (at)
		snprintf(machine, sizeof(machine), "%.*s", (int)strcspn(at + 10 + strspn(at + 10, " "), "\n"), at + 10 + strspn(at + 10, " "));
	free(text);
}

static void load(void)
{
	slices_load(&now);
	if (!machine[0])
		load_machine();
}

/* "+1.5 MiB" against the snapshot, right-aligned before @x. */
static void draw_change(struct screen *s, int y, int x, const struct slice *e)
{
	uint64_t was = 0;
	int i;

	for (i = 0; i < then.n; i++)
		if (!strcmp(then.s[i].name, e->name))
			was = then.s[i].bytes;
	if (e->bytes > was)
		put_right(s, y, x, C_BRIGHT, "+%s", human(e->bytes - was));
	else if (e->bytes < was)
		put_right(s, y, x, C_DIM, "-%s", human(was - e->bytes));
}

static int draw_slice(struct screen *s, int y, const struct slice *e, uint64_t whole)
{
	struct piece bar = { 1, e->colour };
	int width, filled, x = 46;

	if (y >= s->rows - 2)
		return y;
	put_cell(s, y, 3, 0x2588, e->colour);
	put(s, y, 5, C_PLAIN, "%s", e->name);
	put_right(s, y, 37, e->colour, "%s", human(e->bytes));
	put_right(s, y, 44, C_DIM, "%.1f%%", whole ? 100.0 * e->bytes / whole : 0);
	if (then.n) {
		draw_change(s, y, x + 10, e);
		x += 12;
	}
	put(s, y, x, C_DIM, "%s", e->who);
	width = s->columns - (x + 26);
	filled = whole && width > 0 ? (int)((double)e->bytes / whole * width + 0.5) : 0;
	put_bar(s, y, x + 24, filled ? filled : width > 0, &bar, 1);
	return y + 1;
}

static int draw_total(struct screen *s, int y, const char *name, uint64_t bytes, const char *what)
{
	put(s, y, 2, C_BRIGHT, "%s", name);
	put_right(s, y, 37, C_BRIGHT, "%s", human(bytes));
	put(s, y, 39, C_DIM, "%lu bytes%s", bytes, what);
	return y + 1;
}

static void draw_verdict(struct screen *s, int y)
{
	if (!now.exact)
		put(s, y, 2, C_DIM, "From /proc/meminfo: this kernel keeps no complete account.");
	else if (slices_add_up(&now))
		put(s, y, 2, C_FREE, "Adds up to the byte.");
	else
		put(s, y, 2, C_BAD, "Does NOT add up.");
}

/* Where rows are few: the kernel's slices are one, so that no line is missing. */
static void merge_kernel(struct slices *s)
{
	struct slice kernel = { "the kernel's own", 0, C_KERNEL, "the kernel" };
	int i, n = s->usable_from;

	for (i = n; i < s->n; i++)
		if (s->s[i].colour == C_KERNEL)
			kernel.bytes += s->s[i].bytes;
		else
			s->s[n++] = s->s[i];
	s->s[n++] = kernel;
	s->n = n;
}

static void draw(struct screen *s)
{
	struct piece pieces[MAX_SLICES];
	uint64_t whole = now.installed ? now.installed : now.usable;
	char says[80];
	int i, y = 1;

	if (now.n + 7 > s->rows)
		merge_kernel(&now);
	if (machine[0] && s->rows > 30)
		put(s, ++y, 2, C_DIM, "%s", machine);
	for (i = 0; i < now.n; i++)
		pieces[i] = (struct piece){ now.s[i].bytes, now.s[i].colour };
	put_bar(s, ++y, 2, s->columns - 4, pieces, now.n);
	y += 1 + (s->rows > 30);
	snprintf(says, sizeof(says), ", %s", now.installed_says ? now.installed_says : "");
	if (now.installed)
		y = draw_total(s, y, "installed", now.installed, says);
	for (i = 0; i < now.usable_from; i++)
		y = draw_slice(s, y, &now.s[i], whole);
	y = draw_total(s, y, "usable", now.usable, ", System RAM");
	for (; i < now.n; i++)
		y = draw_slice(s, y, &now.s[i], whole);
	draw_verdict(s, y < s->rows - 2 ? y : s->rows - 2);
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

const struct view view_overview = { '1', "Overview", "Memory", "g what is at an address  s snapshot  Tab next view  q quit",
	"How much memory is installed, how much of it is usable, and who has the rest.\n"
	"Each colour means the same in every view: green free, yellow programs, cyan the "
	"kernel, magenta the firmware, blue devices. Dark green: free, never touched yet.\n"
	"The first bar is all of it; every line's bar is its share of that.",
	load, draw, key_pressed, snapshot };
